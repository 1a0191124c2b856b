"""The journal's table about money for models: one row for each request that was sent, written before it is."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from agents.durability.policy_schema import EVERY_TABLE

__all__ = ["EVERY_TABLE", "SPENDING"]

SPENDING = Table(
    "model_spending",
    EVERY_TABLE,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("task", Text, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("day", Text, nullable=False),  # local, ISO: the limits are of the owner's days and months
    Column("model", Text, nullable=False),
    Column("cost_usd", Text, nullable=False),  # what it may cost at most, until it is settled
    Column("state", Text, nullable=False),
    Column("tokens_in", Integer, nullable=False, default=0),
    Column("tokens_out", Integer, nullable=False, default=0),
    Index("ix_model_spending_day", "day"),
)
