"""Figures, charts and briefings."""
