"""Brains: what decides the next move of a task."""
