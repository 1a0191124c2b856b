"""Drop folders as rows of the journal: those the owner named, and which of their files were taken in.

A file's row is written with its task, in one transaction; so whoever finds the file again knows that it is filed, and
only the rest is to be done: moving it away, removing it, or leaving it where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from agents.durability.drop_folder_schema import DROP_FOLDERS, DROPPED_FILES

Signature = tuple[int, int, int]
_NOTE = insert(DROPPED_FILES).prefix_with("OR REPLACE")


class After(StrEnum):
    """What becomes of a file in a drop folder once it is filed."""

    MOVE = "move"  # into the folder `Filed` in it
    REMOVE = "remove"
    KEEP = "keep"


class Stage(StrEnum):
    """How far a file is that was taken in; one that is moved or removed has no row any more."""

    FILED = "filed"  # it is still to be moved or removed
    KEPT = "kept"  # it stays, as the owner said
    STUCK = "stuck"  # it stays, since it could not be moved or removed


@dataclass(frozen=True, slots=True)
class DropFolder:
    """A folder the owner named: absolute and resolved.

    `mount`: where the drive it lies on was mounted when it was connected; empty = nobody knows.
    """

    path: str
    name: str
    after: After
    mount: str = ""


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """One file of a drop folder as it was taken in. `signature`: size in bytes, times of modification and change in ns.

    `path` is below the folder, posix; `sha256` (64 hex) is over its bytes.
    """

    folder: str
    path: str
    signature: Signature
    sha256: str
    stage: Stage = Stage.FILED


def connect_folder(sql: Connection, folder: DropFolder) -> None:
    """Take files from this folder from now on; what was taken from it before is still known."""
    sql.execute(delete(DROP_FOLDERS).where(DROP_FOLDERS.c.path == folder.path))
    values = {"path": folder.path, "name": folder.name, "after": folder.after, "mount": folder.mount}
    sql.execute(insert(DROP_FOLDERS).values(**values))


def forget_folder(sql: Connection, path: str) -> None:
    """Take nothing more from it. Which files were taken is kept, should it be connected again."""
    sql.execute(delete(DROP_FOLDERS).where(DROP_FOLDERS.c.path == path))


def drop_folders(sql: Connection) -> tuple[DropFolder, ...]:
    """The folders the owner named, by name."""
    rows = sql.execute(select(DROP_FOLDERS).order_by(DROP_FOLDERS.c.name, DROP_FOLDERS.c.path))
    return tuple(DropFolder(row.path, row.name, After(row.after), row.mount) for row in rows)


def dropped_files(sql: Connection, folder: str) -> dict[str, DroppedFile]:
    """The files of a folder that were taken in and may still lie there, by path."""
    rows = sql.execute(select(DROPPED_FILES).where(DROPPED_FILES.c.folder == folder))
    return {row.path: _dropped(row) for row in rows}


def dropped_file(sql: Connection, folder: str, path: str) -> DroppedFile | None:
    """One of them, or None."""
    wanted = select(DROPPED_FILES).where(DROPPED_FILES.c.folder == folder, DROPPED_FILES.c.path == path)
    row = sql.execute(wanted).first()
    return _dropped(row) if row else None


def note_dropped(sql: Connection, file: DroppedFile) -> None:
    """A file was taken in, or is another one by now, or is further than it was."""
    size, modified_ns, changed_ns = file.signature
    row = {"folder": file.folder, "path": file.path, "sha256": file.sha256, "state": file.stage}
    sql.execute(_NOTE, {**row, "size": size, "modified_ns": modified_ns, "changed_ns": changed_ns})


def forget_dropped(sql: Connection, folder: str, path: str) -> None:
    """The file is moved or removed."""
    sql.execute(delete(DROPPED_FILES).where(DROPPED_FILES.c.folder == folder, DROPPED_FILES.c.path == path))


def _dropped(row: Row[Any]) -> DroppedFile:
    signature = (row.size, row.modified_ns, row.changed_ns)
    return DroppedFile(row.folder, row.path, signature, row.sha256, Stage(row.state))
