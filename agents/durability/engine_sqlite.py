"""The engine's steps in `engine.sqlite` in the state folder: for one machine, away from the network and from git."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, cast

from sqlalchemy import Engine, create_engine, event

from agents.durability.engine_database import ANOTHER, SPARE_CONNECTIONS, Unsound, refusals, until
from agents.errors import NotAllowed
from agents.vault.files import PRIVATE_MODE, make_folder, move_new, write_new

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

FILE = "engine.sqlite"
LOCK = "engine.lock"
BUSY_TIMEOUT_MS = 5000
_PRAGMAS = (
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "auto_vacuum=INCREMENTAL",  # only before the first table: a swept file shrinks
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
)


class SqliteFile:
    """The engine's file in the state folder of one vault."""

    prefix = ""
    schema: str | None = None

    def __init__(self, state: Path) -> None:
        self._path = state / FILE
        self._lock = state / LOCK
        self._held: int | None = None
        self._known: tuple[int, int] | None = None

    def take(self) -> None:
        """Hold the lock file."""
        if self._held is not None:
            return
        with refusals():
            make_folder(self._lock.parent)
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_MODE)
        if not until(lambda: _is_locked(descriptor)):
            os.close(descriptor)
            raise NotAllowed("Another process works with the engine of this vault.", hint=ANOTHER)
        self._held = descriptor

    def connect(self, workers: int) -> Engine:
        """The file, 0600, with write-ahead log; made when missing."""
        with refusals():
            if not self._path.exists():  # SQLite removes a log that was left beside an empty file
                write_new(self._path, b"", mode=PRIVATE_MODE)
            self._path.chmod(PRIVATE_MODE)
            self._known = self._identity()
        engine = create_engine(f"sqlite:///{self._path}", pool_size=workers + SPARE_CONNECTIONS, max_overflow=0)
        event.listen(engine, "connect", _set_up_sqlite)
        return engine

    def check(self, engine: Engine) -> None:
        """Read it through; it is kept small."""
        with engine.connect() as sql:
            if sql.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                raise Unsound

    def is_there(self) -> bool:
        """Whether the file is still the same."""
        return self._held is not None and self._known is not None and self._identity() == self._known

    def set_aside(self) -> str:
        """Move it to `engine.sqlite.damaged`, over the one before."""
        kept = self._path.with_name(f"{FILE}.damaged")
        with refusals():
            kept.unlink(missing_ok=True)
            move_new(self._path, kept)
        return (
            "The file in which the engine keeps the steps of its work was damaged. It lies beside the new one as"
            f" {kept.name}; work that was under way begins again."
        )

    def shrink(self, engine: Engine) -> None:
        """Give free pages back to the disk."""
        with engine.connect() as sql:
            connection = cast("sqlite3.Connection", sql.connection.driver_connection)
            for pragma in ("incremental_vacuum", "wal_checkpoint(TRUNCATE)"):
                connection.executescript(f"PRAGMA {pragma};")  # to its end; `execute` frees a single page

    def release(self) -> None:
        """Let the lock file go."""
        self.abandon()

    def abandon(self) -> None:
        """Close our copy of the descriptor; the lock is the parent's as long as that has one."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _identity(self) -> tuple[int, int] | None:
        try:
            about = self._path.stat()
        except OSError:
            return None
        return about.st_dev, about.st_ino


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
