"""A room that dies: every part shares one fuse, and the process is gone when it blows."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from agents.durability.journal import Journal
from agents.durability.transitions import Recorder
from agents.vault.history import History
from agents.vault.store import Operation, Store
from tests.durability.room import Room
from tests.memory import place_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.vault.history import Author


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder in memory where the machine has such a place: hundreds of vaults are made and none outlives its test."""
    with TemporaryDirectory(dir=place_in_memory()) as folder:
        yield Path(folder)


class Killed(BaseException):
    """The process is gone; nothing of ours catches it."""


class Fuse:
    """Kills at the `left`-th time it is touched; never with 0."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.touched = 0

    def touch(self) -> None:
        self.touched += 1
        self.left -= 1
        if self.left == 0:
            raise Killed


class DyingJournal(Journal):
    """Dies before a transaction, with it open, and after it is durable."""

    fuse: Fuse

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        self.fuse.touch()
        with super().begin() as sql:
            yield sql
            self.fuse.touch()
        self.fuse.touch()


class DyingStore(Store):
    """Dies before and after an operation."""

    fuse: Fuse

    def apply(self, operation: Operation, *, again: bool = False) -> None:
        self.fuse.touch()
        super().apply(operation, again=again)
        self.fuse.touch()


class DyingHistory(History):
    """Dies before and after a commit."""

    fuse: Fuse

    def commit(self, paths: Iterable[str], *, author: Author, message: str, when: datetime) -> str:
        self.fuse.touch()
        made = super().commit(paths, author=author, message=message, when=when)
        self.fuse.touch()
        return made


class MortalRoom(Room):
    """A room whose parts share one fuse."""

    fuse = Fuse(0)

    def open(self) -> Recorder:
        super().open()
        self.journal.close()
        journal = DyingJournal(f"sqlite:///{self.state / 'journal.sqlite'}")
        history = DyingHistory(self.git_dir, self.vault, self.key.sign)
        store = DyingStore(self.vault, self.blob)
        journal.fuse = history.fuse = store.fuse = self.fuse
        self.journal, self.history, self.store = journal, history, store
        self.recorder = Recorder(journal, store, history, self.clock, self.is_ours)
        return self.recorder
