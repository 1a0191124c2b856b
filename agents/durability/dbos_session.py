"""One start of DBOS on one database, and the one workflow function that every kind of work runs in.

DBOS is a singleton of the process. A run of work knows its own session, so that one that outlives its session neither
begins a step nor writes through the next.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbos import DBOS, DBOSConfig
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from agents import errors
from agents.durability import dbos_insides as insides
from agents.durability.engine import StepFailed
from agents.durability.engine_database import leave_to_the_parent, tell_at_once
from agents.errors import Broken, EmployeeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import JsonValue

    from agents.durability.engine import Work
    from agents.durability.engine_database import EngineDatabase

_HERE = threading.local()
_NOT_OURS = "Tell the makers of this program; the task itself can be tried again."


class Stopped(BaseException):
    """This run ends here, without an outcome; the work is taken up again later. No work catches it."""


class Runs:
    """What runs now: each thread of the pool with the id of its work, of every session of one engine."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._ids: dict[int, str] = {}
        self._changed = threading.Condition()
        self._afterwards: Callable[[], None] | None = None

    def begin(self, name: str = "") -> None:
        """This thread runs the work of this id."""
        with self._changed:
            self._ids[threading.get_ident()] = name

    def end(self) -> str:
        """This thread's run is over; the id of its work, "" when it ran none."""
        with self._changed:
            name = self._ids.pop(threading.get_ident())
            self._changed.notify_all()
            last = self._afterwards if not self._ids else None
        if last:
            last()
        self._on_end()
        return name

    def has(self, name: str) -> bool:
        """Whether work of this id runs."""
        with self._changed:
            return name in self._ids.values()

    def wait(self, patience_s: float) -> None:
        """Wait until nothing runs, or the patience is over."""
        with self._changed:
            self._changed.wait_for(lambda: not self._ids, patience_s)

    def then(self, call: Callable[[], None]) -> None:
        """Call it when nothing runs any more: now, or at the end of the last run."""
        with self._changed:
            waits = bool(self._ids)
            self._afterwards = call if waits else None
        if not waits:
            call()


class Session:
    """DBOS on one database, from start to end. `names`: see `dbos_insides.take_up`."""

    def __init__(
        self, database: EngineDatabase, names: Mapping[str, str], kinds: Mapping[str, Work], runs: Runs, workers: int
    ) -> None:
        self._database = database
        self._names = dict(names)
        self._kinds = kinds
        self._runs = runs
        self._workers = workers
        self.engine = database.connect(workers)
        self.closing = False
        self._stopped: list[str] = []
        self._dbos: insides.WatchedDbos | None = None

    def start(self) -> int:
        """Take up what was under way, and be ready; how much of it ended instead.

        Raises:
            SQLAlchemyError: the database is damaged, or the tables in it are not ours.
            Transient: the database refused.
        """
        tell_at_once(self.engine, lambda: self.closing)
        self._database.check(self.engine)
        waiting = ended = 0
        if inspect(self.engine).has_table("workflow_status", schema=self._database.schema):
            with self.engine.begin() as sql:
                waiting, ended = insides.take_up(sql, self._database.prefix, self._names)
        config = DBOSConfig(
            name=self._names["app"],
            executor_id=self._names["executor"],
            application_version=self._names["version"],
            dbos_system_schema=self._database.schema,
        )
        pause_s = insides.QUICK_S if waiting else insides.SLOW_S
        self._dbos = insides.launch(self.engine, self._around, self._workers, config, pause_s)
        return ended

    def take_up_stopped(self) -> None:
        """Have the work whose run ended without an outcome run again."""
        while self._stopped:
            with self.engine.begin() as sql:
                insides.take_up_one(sql, self._database.prefix, self._names, self._stopped[0])
            del self._stopped[0]

    def perform(self, name: str, kind: str, argument: JsonValue) -> JsonValue:
        """The work of one workflow; its result, or in words why it failed."""
        self._runs.begin(name)
        if self.closing:
            raise Stopped
        if kind not in self._kinds:
            return {"failed": f"No work of the kind {kind!r} is known any more."}
        try:
            return {"result": plain(self._kinds[kind](KeptSteps(self), argument))}
        except Exception as err:  # noqa: BLE001 - whatever it is, it is told in words
            return {"failed": in_words(err)}

    def close(self, patience_s: float) -> None:
        """Begin no further step, give those under way so long to end and be kept, and stop."""
        self.closing = True
        self._runs.wait(patience_s)
        DBOS.destroy()
        self.engine.dispose()

    def abandon(self) -> None:
        """In a forked child: the session is the parent's."""
        self.closing = True
        leave_to_the_parent((self.engine, self._dbos))
        insides.forget_parent()

    def _around(self, call: Callable[..., Any], *values: object, **named: object) -> Any:  # noqa: ANN401 - any call
        """What every run in the pool is wrapped in."""
        if self._dbos:
            self._dbos.ask_queue_every(insides.SLOW_S)  # what waited there was all taken out at once
        _HERE.session = self
        self._runs.begin()
        ended = False
        try:
            result = call(*values, **named)
            ended = True
            return result
        finally:
            name = self._runs.end()
            if name and not ended:
                self._stopped.append(name)


class KeptSteps:
    """The steps of one piece of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, name: str, call: Callable[[], JsonValue]) -> JsonValue:
        """Call it and keep what it returns or raises, or return or raise what was kept."""
        if self._session.closing:
            raise Stopped

        def step() -> JsonValue:
            try:
                return {"value": plain(call())}
            except Exception as err:  # noqa: BLE001 - it is kept, and raised below
                return {"raised": _told(err)}

        try:
            kept = DBOS.run_step({"name": name}, step)
        except Exception as err:
            if self._session.closing or isinstance(err, SQLAlchemyError | EmployeeError):
                raise Stopped from err
            raise Broken("The kept steps do not fit the work.", hint=_NOT_OURS) from err
        return _unfolded(kept)


@DBOS.workflow(name=insides.WORKFLOW, max_recovery_attempts=insides.MOST_ATTEMPTS)
def work(name: str, kind: str, argument: Any) -> Any:  # noqa: ANN401 - DBOS's JSON
    """The workflow of every kind of work."""
    session: Session = _HERE.session
    return session.perform(name, kind, argument)


def plain(value: JsonValue) -> JsonValue:
    """The value as it is after it was kept: what is no JSON is refused, a tuple is a list.

    Raises:
        TypeError: it is no JSON.
    """
    read: JsonValue = json.loads(json.dumps(value))
    return read


def in_words(err: Exception) -> str:
    """Why work failed. Of an error that is not ours only the class and the place: its text may hold a secret."""
    if isinstance(err, EmployeeError):
        return f"{err} {err.hint}"
    return f"{_class_and_place(err)}."


def _class_and_place(err: Exception) -> str:
    trace = err.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f", {Path(trace.tb_frame.f_code.co_filename).name} line {trace.tb_lineno}" if trace else ""
    return f"An error in the program ({type(err).__name__}{place})"


def _told(err: Exception) -> JsonValue:
    """An error as it is kept: the class of ours it is, message and hint."""
    if not isinstance(err, EmployeeError):
        return [StepFailed.__name__, _class_and_place(err), _NOT_OURS]
    known = next((each for each in type(err).__mro__ if each.__name__ in _KINDS), StepFailed)
    return [known.__name__, str(err), err.hint]


def _unfolded(kept: object) -> JsonValue:
    """What a step returned; or its error, raised.

    Raises:
        Broken: nobody here kept that.
    """
    match kept:
        case {"value": value}:
            found: JsonValue = value
            return found
        case {"raised": [str(kind), str(message), str(hint)]} if kind in _KINDS:
            raise _KINDS[kind](message, hint=hint)
        case _:
            raise Broken("The kept steps do not fit the work.", hint=_NOT_OURS)


_KINDS = {
    each.__name__: each
    for each in (
        errors.BadNote,
        errors.NotAllowed,
        errors.Transient,
        errors.OutcomeUnknown,
        errors.NeedsOwner,
        errors.LockedOut,
        errors.Broken,
        StepFailed,
    )
}
