"""Connectors: one contract suite, one module a service."""
