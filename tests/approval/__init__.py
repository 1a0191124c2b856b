"""Approval: sealing, the gate, the executor."""
