"""Tests: every name states a promise; servers and files are real, time is frozen."""
