"""Bank lines and what they are."""
