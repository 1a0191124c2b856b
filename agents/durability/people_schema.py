"""The journal's tables about people: tasks that are not business, and what was promised by whom until when."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text, UniqueConstraint

from agents.durability.checkpoint_schema import EVERY_TABLE

__all__ = ["EVERY_TABLE", "PROMISES", "TASK_DOMAINS"]

TASK_DOMAINS = Table(
    "task_domains",
    EVERY_TABLE,
    Column("task", Text, primary_key=True),
    Column("domain", Text, nullable=False),
)

PROMISES = Table(
    "promises",
    EVERY_TABLE,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("said_by", Text, nullable=False),  # 'us' or 'them'
    Column("other", Text, nullable=False, index=True),  # the address of the other side, in small letters
    Column("words", Text, nullable=False),
    Column("due", Text, nullable=False),  # a day, ISO
    Column("task", Text, nullable=False),
    Column("source", Text, nullable=False),  # the proposal whose mail says it, or the task that is the mail
    Column("said_at", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("ended_at", Text, nullable=False, default=""),
    UniqueConstraint("source", "words"),
)
