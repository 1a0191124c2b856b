"""What the engine needs of the database in which it keeps its steps: SQLite (`engine_sqlite`) or PostgreSQL.

Both are disposable and belong to one journal. Whoever works with one holds its lock, so that no work runs twice; what
is damaged is set aside and begun anew. Every refusal of the database becomes `Transient`.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from agents.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from sqlalchemy.engine import ExceptionContext

PATIENCE_S = 1.0  # a process that was killed a moment ago may hold its lock for as long as the system needs to end it
SPARE_CONNECTIONS = 6  # besides one for each worker: the caller's, and those of the background threads
ANOTHER = "Leave the work to that one, or end it first."
_AGAIN = "Try again in a moment; the journal knows what is to be done."
_UNSOUND = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR"})
_UNSOUND_STATES = ("42", "3F", "XX")  # SQLSTATE: no such table or column, no such schema, data corrupted
_ALONE = threading.local()


class Unsound(Exception):
    """The database is damaged."""


class EngineDatabase(Protocol):
    """One of the two."""

    @property
    def prefix(self) -> str:
        """What names of tables begin with in SQL."""
        ...

    @property
    def schema(self) -> str | None:
        """The schema of the tables; None: the database has no schemas."""
        ...

    def take(self) -> None:
        """Hold the lock; nothing when it is held already.

        Raises:
            NotAllowed: another process has it.
            Transient: the database cannot be reached.
        """
        ...

    def connect(self, workers: int) -> Engine:
        """Connections to it, made when missing.

        Raises:
            Transient: the database or the disk refused.
        """
        ...

    def check(self, engine: Engine) -> None:
        """Look whether it is sound.

        Raises:
            Unsound: it is damaged.
            DBAPIError: it is damaged, or it refused.
        """
        ...

    def is_there(self) -> bool:
        """Whether it is still the one that `connect` found.

        Raises:
            NotAllowed: another process took the lock, which the database had lost.
            Transient: the database cannot be reached.
        """
        ...

    def set_aside(self) -> str:
        """Put what is damaged out of the way, for good; in words for the owner."""
        ...

    def shrink(self, engine: Engine) -> None:
        """Give space back after much was deleted."""
        ...

    def release(self) -> None:
        """Let the lock go."""
        ...

    def abandon(self) -> None:
        """In a forked child: let go without a word to the database, which the parent still uses."""
        ...


_LEFT_TO_THE_PARENT: list[object] = []  # kept from the garbage collector, which would end the parent's sessions


def short(name: str) -> str:
    """16 hex digits that stand for a name."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def leave_to_the_parent(what: object) -> None:
    """In a forked child: never touch these connections again."""
    _LEFT_TO_THE_PARENT.append(what)


def is_unsound(err: DBAPIError) -> bool:
    """Whether an error says that the tables are damaged or not ours, and not that the moment is bad."""
    sqlite = getattr(err.orig, "sqlite_errorname", "")
    return sqlite in _UNSOUND or str(getattr(err.orig, "sqlstate", None) or "").startswith(_UNSOUND_STATES)


@contextmanager
def refusals() -> Iterator[None]:
    """What database and disk refuse, in words without address or statement.

    Raises:
        Transient: they refused.
    """
    try:
        yield
    except (SQLAlchemyError, OSError) as err:
        raise refused(err) from err


def refused(err: Exception) -> Transient:
    """What to tell of an error of database or disk."""
    cause = err.orig if isinstance(err, DBAPIError) else err
    kind = getattr(cause, "sqlite_errorname", None) or getattr(cause, "strerror", None) or type(cause).__name__
    return Transient(f"The engine's database refuses ({kind}).", hint=_AGAIN)


def tell_at_once(engine: Engine, is_closing: Callable[[], bool]) -> None:
    """Let errors of this database reach the caller.

    DBOS tries a call again for as long as the database is gone. Work may wait for it; a thread within `impatient`, and
    everybody once `is_closing` says so, gets `Transient` instead.
    """

    def handle(context: ExceptionContext) -> None:
        known = context.sqlalchemy_exception
        if not isinstance(known, DBAPIError) or isinstance(known, IntegrityError) or is_unsound(known):
            return
        if context.is_pre_ping:  # an old connection is dead; another one is made at once
            return
        if is_closing() or getattr(_ALONE, "impatient", False):
            raise refused(known) from known
        if context.connection is None:  # none could be made; DBOS would not count each such error as a lost one
            context.is_disconnect = True

    event.listen(engine, "handle_error", handle)


@contextmanager
def impatient() -> Iterator[None]:
    """Wait for no database that is gone."""
    _ALONE.impatient = True
    try:
        yield
    finally:
        _ALONE.impatient = False


def until(condition: Callable[[], bool]) -> bool:
    """Whether it holds within the patience."""
    pause, tries = threading.Event(), 0
    while not condition():
        if tries * 0.02 >= PATIENCE_S:
            return False
        tries += 1
        pause.wait(0.02)
    return True
