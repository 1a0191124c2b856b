"""Tests of what the figures are and what is odd about them."""
