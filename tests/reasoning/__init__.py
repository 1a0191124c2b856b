"""Brains, skills and the owner's files."""
