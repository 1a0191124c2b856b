"""The AI employee's rooms, floor by floor (docs/architecture.md draws them)."""
