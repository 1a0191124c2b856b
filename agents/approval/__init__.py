"""Sealed proposals, the gate, and the one executor."""
