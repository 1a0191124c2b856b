"""Tests of the skills: one example each, run by one test."""
