"""A disk that fails or takes the process with it at a chosen step.

A step is what lasts: bytes written, a flush, a name given or taken, a transaction of the journal, a commit of the
history, a call of a service. The calls of the operating system are replaced while a simulation runs.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from agents.errors import Transient
from agents.vault.history import History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from agents.vault.history import Author

CALLS = ("link", "rename", "unlink", "mkdir", "ftruncate", "fsync")
FULL, BROKEN = errno.ENOSPC, errno.EIO
Kind = Literal["dies", "dies after", "full", "breaks", "owner"]


class Killed(BaseException):
    """The process is gone; nothing of ours catches it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens at a step: which kind, at the n-th step from now, and for how many steps."""

    kind: Kind
    at: int
    steps: int = 1


@dataclass
class Disk:
    """Counts steps while it `serves` a process; `owner` is called where the owner comes in between."""

    owner: Callable[[], None] = lambda: None
    told: Callable[[str], None] = lambda _words: None
    trouble: Trouble | None = None
    taken: int = 0
    dead: bool = False
    serves: bool = False
    names: list[str] = field(default_factory=list)

    def arm(self, trouble: Trouble | None) -> None:
        self.trouble, self.taken, self.dead = trouble, 0, False

    @contextmanager
    def serving(self) -> Iterator[None]:
        """While the process runs."""
        self.serves = True
        try:
            yield
        finally:
            self.serves = False

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While somebody else uses the same disk."""
        before, self.serves = self.serves, False
        try:
            yield
        finally:
            self.serves = before

    @contextmanager
    def step(
        self, name: str, failure: Exception | None = None, *, torn: Callable[[], None] | None = None
    ) -> Iterator[None]:
        """Around one step. `failure` is how it fails here; `torn` does half of it before the process dies."""
        kind = self._due(name) if self.serves else ""
        if kind in {"dies", "full", "breaks"}:
            if torn:
                torn()
            if kind == "dies":
                self._die()
            number = FULL if kind == "full" else BROKEN
            raise failure or OSError(number, os.strerror(number))
        if kind == "owner":
            with self.aside():
                self.owner()
        yield
        if kind == "dies after":
            self._die()

    def _due(self, name: str) -> Kind | Literal[""]:
        if self.dead:
            raise Killed
        self.taken += 1
        trouble = self.trouble
        if trouble is None or not trouble.at <= self.taken < trouble.at + trouble.steps:
            return ""
        self.told(f"disk: {trouble.kind} at step {self.taken}, {name}")
        return trouble.kind

    def _die(self) -> None:
        self.dead = True
        raise Killed

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """Take the place of the operating system's calls, for the whole simulation."""
        real: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in (*CALLS, "write")}
        for name in CALLS:
            setattr(os, name, self._in_place_of(name, real[name]))
        setattr(os, "write", self._write(real["write"]))  # noqa: B010 (mypy knows the name, as it should)
        event.listen(Engine, "begin", self._begin)
        event.listen(Engine, "commit", self._commit)
        try:
            yield
        finally:
            event.remove(Engine, "commit", self._commit)
            event.remove(Engine, "begin", self._begin)
            for name, call in real.items():
                setattr(os, name, call)

    def _in_place_of(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any, **named: Any) -> Any:  # noqa: ANN401 (whatever the real one takes)
            with self.step(name):
                return real(*values, **named)

        return call

    def _write(self, real: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        def write(file: int, content: Any) -> int:  # noqa: ANN401 (any buffer)
            with self.step("write", torn=lambda: _ignore(real(file, content[: len(content) // 2]))):
                return real(file, content)

        return write

    def _begin(self, _connection: object) -> None:
        with self.step("begin", _refused()):
            pass

    def _commit(self, _connection: object) -> None:
        with self.step("commit", _refused()):
            pass


def _ignore(_written: int) -> None:
    """Half of it is on the disk."""


def _refused() -> OperationalError:
    return OperationalError("", {}, sqlite3.OperationalError("disk I/O error"))


class SimulatedHistory(History):
    """The real history, whose commits are steps of the disk: the library writes past Python."""

    disk: Disk

    def commit(self, paths: Iterable[str], *, author: Author, message: str, when: datetime) -> str:
        lost = Transient("The history cannot be written", hint="Free space on the disk.")
        with self.disk.step("history", lost), self.disk.aside():
            made = super().commit(paths, author=author, message=message, when=when)
        with self.disk.step("history's answer", lost):
            return made
