"""The journal's table about how far a source that keeps its things was read: one row for each place of it."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from agents.durability.spend_schema import EVERY_TABLE

__all__ = ["CHECKPOINTS", "EVERY_TABLE"]

CHECKPOINTS = Table(
    "checkpoints",
    EVERY_TABLE,
    Column("place", Text, primary_key=True),
    Column("value", Text, nullable=False),  # the watcher's own words
    Column("at", Text, nullable=False),
)
