"""The event chain, keys and secrets."""
