"""The category of a task: the brain writes it into the note; where the owner changed it, the owner's word stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.journal import read_meta, write_meta
from agents.vault.note import Note, read_note

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.durability.task_persistence import TaskRow

MAX_CATEGORY_CHARS = 60


def new_word(text: str, row: TaskRow, before: str) -> str:
    """What the owner wrote as category into the note `text`; empty when it says what we or they wrote `before`."""
    note = read_note(text)
    word = note.properties.get("category", "") if isinstance(note, Note) else ""
    if not isinstance(word, str) or len(word) > MAX_CATEGORY_CHARS:
        return ""
    return "" if word.strip() in {"", row.category, before} else word.strip()


def remembered(sql: Connection, task: str) -> str:
    """The owner's word so far, or empty."""
    return read_meta(sql, f"category {task}")


def remember(sql: Connection, task: str, word: str) -> None:
    """Keep the owner's word for every later turn."""
    write_meta(sql, f"category {task}", word)
