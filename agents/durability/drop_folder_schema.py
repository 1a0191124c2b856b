"""The journal's tables about drop folders: those the owner named, and the files of them that were taken in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from agents.durability.spend_schema import EVERY_TABLE

__all__ = ["DROPPED_FILES", "DROP_FOLDERS", "EVERY_TABLE"]

DROP_FOLDERS = Table(
    "drop_folders",
    EVERY_TABLE,
    Column("path", Text, primary_key=True),  # absolute, resolved
    Column("name", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("mount", Text, nullable=False),  # where the drive was mounted when it was connected; empty = not known
)

DROPPED_FILES = Table(
    "dropped_files",
    EVERY_TABLE,
    Column("folder", Text, primary_key=True),
    Column("path", Text, primary_key=True),  # below the folder, posix
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
)
