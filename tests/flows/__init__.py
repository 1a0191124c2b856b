"""Whole walks through the command line."""
