"""What the books, the vault and the journal say about the business: metrics, forecasts, findings, the briefing."""
