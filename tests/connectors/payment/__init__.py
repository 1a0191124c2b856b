"""Tests of the calendar's reader and connector."""
