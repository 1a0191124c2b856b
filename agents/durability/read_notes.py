"""Which notes were read and say nothing: their marks, as rows of the journal, so that a restart need not read them.

A mark is no truth: without it the note is read again. It stands for the file's signature (`mark_of`), and counts only
for the program that read it: after an update everything is read once more.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from agents.durability.journal import read_meta, write_meta
from agents.durability.schema import READ_NOTES
from agents.durability.statements import parts

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAM = "notes read by"
ROOMS = Path(__file__).resolve().parents[1]
READING = ("vault", "approval", "autonomy")  # the rooms whose code decides what a note says


def mark_of(signature: tuple[int, ...]) -> int:
    """A number of 64 bits that stands for a signature: thousands of them are kept in memory."""
    return hash(signature)


def program() -> str:
    """What changes when the code that reads notes does (hex)."""
    digest = hashlib.sha256()
    for room in READING:
        for module in sorted((ROOMS / room).glob("*.py")):
            digest.update(module.read_bytes())
    return digest.hexdigest()


def marks_in(sql: Connection, folder: str, reader: str) -> dict[str, int]:
    """The marks of one folder, by the name of the file; none when another program than `reader` made them."""
    if read_meta(sql, _PROGRAM) != reader:
        sql.execute(delete(READ_NOTES))
        write_meta(sql, _PROGRAM, reader)
        return {}
    wanted = select(READ_NOTES.c.name, READ_NOTES.c.mark).where(READ_NOTES.c.folder == folder)
    return {row.name: row.mark for row in sql.execute(wanted)}


def keep_marks(sql: Connection, folder: str, changed: Mapping[str, int | None]) -> None:
    """Set the marks of these files; None takes one away."""
    for some in parts(changed):
        sql.execute(delete(READ_NOTES).where(READ_NOTES.c.folder == folder, READ_NOTES.c.name.in_(some)))
    rows = [{"folder": folder, "name": name, "mark": mark} for name, mark in changed.items() if mark is not None]
    if rows:
        sql.execute(insert(READ_NOTES), rows)
