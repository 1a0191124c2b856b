"""The journal and recovery."""
