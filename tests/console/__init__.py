"""Tests of the command line's room."""
