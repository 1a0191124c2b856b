"""The autonomy engine on DBOS Transact: see the port (`engine.py`) for what it promises, and the ADR for why and how.

Import it when the first work is submitted: that costs a third of a second. DBOS is a singleton, so one engine at a time
is open in a process.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dbos import DBOS, SetWorkflowID, error
from sqlalchemy.exc import DBAPIError

from agents.durability import dbos_insides as insides
from agents.durability.dbos_session import Runs, Session, plain, work
from agents.durability.engine import Standing, State
from agents.durability.engine_database import Unsound, impatient, is_unsound, refusals, short
from agents.durability.engine_postgres import PostgresSchema
from agents.durability.engine_sqlite import SqliteFile
from agents.errors import NotAllowed, Transient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import URL, Row

    from agents.durability.engine import Engine, Order, Work
    from agents.durability.engine_database import EngineDatabase

CLOSING_S = 5.0  # what a step under way gets to end, when the engine is closed
SWEPT_AT_ONCE = 500
_UNDER_WAY = frozenset({"PENDING", "ENQUEUED", "DELAYED"})
_AGAIN = "Try again in a moment; the journal knows what is to be done."
_TIRED = "It was begun {0} times, and each time the program ended before it did."
_DAMAGED = "What was kept of it cannot be read."


def open_engine(
    url: URL | None,
    state: Path,
    kinds: Mapping[str, Work],
    on_end: Callable[[], None],
    *,
    journal: str,
    workers: int = 4,
) -> Engine:
    """The engine of one journal (`journal`: its id), with the work under way taken up again.

    `url` None: a file in the state folder; else a PostgreSQL database. `on_end` is called from any thread whenever a
    piece of work ends, and sometimes when none did.

    Raises:
        NotAllowed: another process, or another engine of this process, works with it.
        Transient: the database refused.
    """
    database = PostgresSchema(url, journal) if url else SqliteFile(state)
    engine = DbosEngine(database, journal, kinds, on_end, workers)
    engine.open()
    return engine


class DbosEngine:
    """The engine. Calls may come from any thread; they wait for each other."""

    def __init__(
        self,
        database: EngineDatabase,
        journal: str,
        kinds: Mapping[str, Work],
        on_end: Callable[[], None],
        workers: int,
    ) -> None:
        self._database = database
        self._id = short(journal)
        app = f"ai-employee-{self._id}"
        # the version is pinned: it is by default a digest of the source, and work of another one is never taken up
        self._names = {"ours": f"{self._id}:%", "executor": journal, "app": app, "version": f"{app}-1"}
        self._kinds = kinds
        self._on_end = on_end
        self._runs = Runs(on_end)
        self._workers = workers
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._is_open = False
        self._suspect = False
        self._says: list[str] = []

    def open(self) -> None:
        """Begin to work; see `open_engine`."""
        with self._lock:
            _enter(self)
            self._is_open = True
            try:
                with self._calling():
                    pass
            except BaseException:
                self.close()
                raise

    def submit(self, order: Order) -> None:
        """Start it now, or do nothing."""
        if order.kind not in self._kinds:
            raise NotAllowed(f"No work of the kind {order.kind!r} is known.", hint="Update the program.")
        name = self._name(order.key)
        try:
            argument = plain(order.argument)
        except TypeError as err:
            raise NotAllowed("What the work is about is no JSON.", hint="Correct the caller.") from err
        with self._calling() as session:
            if self._row(session, name) is not None:
                return
            if self._runs.has(name):
                raise Transient("Its former run, whose steps are lost, has not ended yet.", hint=_AGAIN)
            with SetWorkflowID(name):
                DBOS.start_workflow(work, name, order.kind, argument)

    def cancel(self, key: str) -> None:
        """Begin no further step of it."""
        with self._calling():
            DBOS.cancel_workflow(self._name(key))

    def status(self, key: str) -> Standing:
        """How it stands."""
        name = self._name(key)
        with self._calling() as session:
            row = self._row(session, name)
        if row is None:
            return Standing(State.RUNNING if self._runs.has(name) else State.UNKNOWN)
        return _standing(row)

    def sweep(self, before: datetime) -> int:
        """Forget what ended before, and give the space back."""
        with self._calling() as session:
            return self._sweep(session, round(before.timestamp() * 1000))

    def says(self) -> tuple[str, ...]:
        """What the owner must know since the last call."""
        with self._lock:
            said, self._says = tuple(self._says), []
        return said

    def close(self, patience_s: float = CLOSING_S) -> None:
        """Stop. The lock is let go at the end of the last step that outlasts the patience."""
        with self._lock:
            if not self._is_open:
                return
            self._is_open = False
            self._end_session(patience_s)
            self._runs.then(self._database.release)
        _leave(self)

    def abandon(self) -> None:
        """In a forked child: it is the parent's, and closed here."""
        self._lock = threading.RLock()
        self._is_open = False
        session, self._session = self._session, None
        if session:
            session.abandon()
        self._database.abandon()

    def _name(self, key: str) -> str:
        return f"{self._id}:{key}"

    @contextmanager
    def _calling(self) -> Iterator[Session]:
        """A session that works, for one call at a time."""
        with self._lock, impatient():
            if not self._is_open:
                raise NotAllowed("The engine is closed.", hint="Open it again.")
            try:
                with refusals():
                    session = self._usable()
                    session.take_up_stopped()
                    yield session
            except Transient as err:
                cause = err.__cause__
                self._suspect = self._suspect or (isinstance(cause, DBAPIError) and is_unsound(cause))
                raise

    def _usable(self) -> Session:
        """The session; a new one where the database is another one now, or damaged."""
        if self._session and not self._suspect and self._database.is_there():
            return self._session
        self._end_session(0.0)
        self._database.take()
        try:
            self._session, ended = self._begun()
        except (DBAPIError, Unsound, error.DBOSException):
            self._says.append(self._database.set_aside())
            self._session, ended = self._begun()
        self._suspect = False
        if ended:
            self._on_end()
        return self._session

    def _begun(self) -> tuple[Session, int]:
        session = Session(self._database, self._names, self._kinds, self._runs, self._workers)
        try:
            return session, session.start()
        except BaseException:
            session.close(0.0)
            raise

    def _end_session(self, patience_s: float) -> None:
        session, self._session = self._session, None
        if session:
            session.close(patience_s)

    def _row(self, session: Session, name: str) -> Row[tuple[str, str, str]] | None:
        with session.engine.connect() as sql:
            return insides.read(sql, self._database.prefix, name)

    def _sweep(self, session: Session, before_ms: int) -> int:
        forgotten = 0
        while True:
            with session.engine.connect() as sql:
                names = insides.swept(sql, self._database.prefix, self._names["ours"], before_ms, SWEPT_AT_ONCE)
            if not names:
                break
            DBOS.delete_workflows(names)
            forgotten += len(names)
        if forgotten:
            self._database.shrink(session.engine)
        return forgotten


def _standing(row: Row[tuple[str, str, str]]) -> Standing:
    if row.status in _UNDER_WAY:
        return Standing(State.RUNNING)
    if row.status == "CANCELLED":
        return Standing(State.CANCELLED)
    if row.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return Standing(State.FAILED, error=_TIRED.format(insides.MOST_ATTEMPTS + 1))
    return _ended(insides.output_of(row))


def _ended(output: object) -> Standing:
    match output:
        case {"result": result}:
            return Standing(State.DONE, result)
        case {"failed": str(words)}:
            return Standing(State.FAILED, error=words)
        case _:
            return Standing(State.FAILED, error=_DAMAGED)


_OPENED: list[DbosEngine] = []
_ONE = threading.Lock()


def opened() -> tuple[DbosEngine, ...]:
    """The engine that is open in this process: one or none."""
    with _ONE:
        return tuple(_OPENED)


def _enter(engine: DbosEngine) -> None:
    with _ONE:
        if _OPENED:
            raise NotAllowed("Another engine is open in this process.", hint="Close it first.")
        _OPENED.append(engine)


def _leave(engine: DbosEngine) -> None:
    with _ONE:
        _OPENED.remove(engine)


def _after_fork() -> None:
    """The child of a process with an open engine has none."""
    global _ONE  # noqa: PLW0603 - the parent may have held it at that moment
    _ONE = threading.Lock()
    while _OPENED:
        _OPENED.pop().abandon()


os.register_at_fork(after_in_child=_after_fork)
