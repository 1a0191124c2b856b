"""Tests of the doors for other assistants."""
