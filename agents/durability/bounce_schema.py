"""The journal's table about mails of ours that did not arrive: one row for each notice of a mail server."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Table, Text

from agents.durability.drop_folder_schema import EVERY_TABLE

__all__ = ["EVERY_TABLE", "MAIL_BOUNCES"]

MAIL_BOUNCES = Table(
    "mail_bounces",
    EVERY_TABLE,
    Column("notice", Text, ForeignKey("tasks.id"), primary_key=True),  # the task that the notice is itself
    Column("task", Text, ForeignKey("tasks.id"), nullable=False, index=True),
    Column("proposal", Text, ForeignKey("proposals.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("told", Boolean, nullable=False, index=True),
    Column("consumed", Boolean, nullable=False, default=False),
)
