"""The journal's tables about many mails at once: who had how many within an hour, and which are listed, no tasks."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from agents.durability.bounce_schema import EVERY_TABLE

__all__ = ["EVERY_TABLE", "LISTED_MAILS", "MAIL_ARRIVALS", "MAIL_LISTS"]

MAIL_ARRIVALS = Table(  # of the last hour only
    "mail_arrivals",
    EVERY_TABLE,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("whose", Text, nullable=False),  # an address, `@` and a domain, or `*`: everybody nobody knows
    Column("at", Text, nullable=False),
    Index("ix_mail_arrivals_whose", "whose", "at"),
    Index("ix_mail_arrivals_at", "at"),
)

MAIL_LISTS = Table(
    "mail_lists",
    EVERY_TABLE,
    Column("id", Text, primary_key=True),  # the note's name
    Column("whose", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("began_at", Text, nullable=False),
)

LISTED_MAILS = Table(
    "listed_mails",
    EVERY_TABLE,
    Column("note", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # within its list, from 1
    Column("received_at", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kept", Text, nullable=False),  # the file's name
)
