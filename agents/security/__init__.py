"""Who may what, and proof of what was done."""
