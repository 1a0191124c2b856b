"""Tests of reading bank statements."""
