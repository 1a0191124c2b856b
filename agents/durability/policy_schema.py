"""The journal's tables about the owner's rules: since when who is known, the rules in force, what was earned."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from agents.durability.schema import METADATA

COUNTERPARTIES = Table(
    "counterparties",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("since", Text, nullable=False),
)

POLICY_VERSIONS = Table(
    "policy_versions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("rules", Text, nullable=False),  # canonical JSON
    Column("digest", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("proof", Text, nullable=False, default=""),
    Column("change", Text, nullable=False, default=""),
)

POLICY_CHANGES = Table(
    "policy_changes",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("rules", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("failing", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("ended_at", Text, nullable=False, default=""),
)

SUSPENDED_RULES = Table(
    "suspended_rules",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("since", Text, nullable=False),
    Column("proposal", Text, nullable=False),
)

EARNED = Table(
    "earned",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("counterparty", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("highest", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("that_day", Integer, nullable=False),
    Column("most_a_day", Integer, nullable=False),
    Column("offer", Text, nullable=False, default=""),
)

EVERY_TABLE = METADATA  # with those of `schema`
