"""The vault's notes, files and history."""
