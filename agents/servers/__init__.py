"""Doors for other assistants: they read, and propose. Nothing here performs, and nothing here writes the vault."""
