"""The journal's table about what audits found, and what became of it: one row for each thing."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from agents.durability.flood_schema import EVERY_TABLE

__all__ = ["EVERY_TABLE", "FINDINGS"]

FINDINGS = Table(
    "findings",
    EVERY_TABLE,
    Column("key", Text, primary_key=True),
    Column("mark", Text, nullable=False, unique=True),  # ten hex digits of the key, as it stands in a note
    Column("words", Text, nullable=False),  # as they came: names in them are from outside
    Column("ask", Text, nullable=False),  # the request that a tick files
    Column("amount", Text, nullable=False),
    Column("gravity", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_seen", Text, nullable=False),  # days, ISO
    Column("last_seen", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("decided_on", Text, nullable=False, default=""),
    Column("decided_amount", Text, nullable=False, default=""),
)
