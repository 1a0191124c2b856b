"""The journal's tables about skills: the trees the owner accepted, and the sessions of assistants that use them."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from agents.durability.schema import METADATA

ACCEPTED_SKILLS = Table(
    "accepted_skills",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("categories", Text, nullable=False),  # the kinds of task it takes, with blanks between them
    Column("label", Text, nullable=False),
    Column("files", Text, nullable=False),  # JSON: path -> mode and SHA-256
    Column("at", Text, nullable=False),
    Column("how", Text, nullable=False),
)

ASSISTANT_SESSIONS = Table(
    "assistant_sessions",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("pid", Integer, nullable=False),  # 0: nobody knows
    Column("mark", Text, nullable=False),  # what tells this process from a later one of the same number; may be empty
    Column("began_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False, default=""),
)
