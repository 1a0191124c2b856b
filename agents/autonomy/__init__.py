"""The runner: one event after the other, from inbox to receipt."""
