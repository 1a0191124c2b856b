"""Watchers: one contract suite, one module a watcher."""
