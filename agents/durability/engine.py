"""The port of the autonomy engine: work that goes on where it was when the process dies.

A piece of work is a function of JSON that does everything costly in steps. What a step returned is kept; after a crash
the work is run again from the top, and finished steps answer with what was kept instead of being paid for twice. The
engine's database is disposable: the journal decides, and whoever submits a lost key again loses only the kept steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from agents.errors import EmployeeError

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import JsonValue


class Steps(Protocol):
    """What a piece of work does its costly things with."""

    def run(self, name: str, call: Callable[[], JsonValue]) -> JsonValue:
        """Call it and keep what it returns or raises; or, when that was kept, return or raise it again.

        Steps come in the same order each time, in the thread of their work. What is returned has been through JSON.

        Raises:
            EmployeeError: of the kind (`agents/errors.py`) that `call` raised, with its words.
            StepFailed: `call` raised an error that is not ours.
        """
        ...


class StepFailed(EmployeeError):
    """A step ended in an error of the program: the message tells its class and place, never its text."""


class Unkept:
    """Steps that nothing keeps: for one call outside of any engine."""

    def run(self, name: str, call: Callable[[], JsonValue]) -> JsonValue:
        """Call it."""
        del name
        return call()


UNKEPT = Unkept()
Work = Callable[[Steps, "JsonValue"], "JsonValue"]


class State(StrEnum):
    """How a piece of work stands. 'unknown': never submitted, swept, or lost with the engine's database."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Order:
    """A piece of work: which kind, and what it is about. `key` names it for ever: the same key is never run twice."""

    kind: str
    key: str
    argument: JsonValue


@dataclass(frozen=True, slots=True)
class Standing:
    """A look at a piece of work. `result` is set when it is done, `error` (in words) when it failed."""

    state: State
    result: JsonValue = None
    error: str = ""


class Engine(Protocol):
    """Runs work, several pieces at once. Only the process that holds the vault may have one open."""

    def submit(self, order: Order) -> None:
        """Start it now; nothing when this key was submitted before, however that ended.

        Raises:
            NotAllowed: no work of this kind is known.
            Transient: the database refused.
        """
        ...

    def cancel(self, key: str) -> None:
        """Begin no further step of it; a step that runs goes on to its end, and its result is not kept.

        Nothing when it has ended, or is unknown.

        Raises:
            Transient: the database refused.
        """
        ...

    def status(self, key: str) -> Standing:
        """How it stands.

        Raises:
            Transient: the database refused.
        """
        ...

    def sweep(self, before: datetime) -> int:
        """Forget the work that ended before this time, by the clock of its database; how much.

        Raises:
            Transient: the database refused.
        """
        ...

    def says(self) -> tuple[str, ...]:
        """What the owner must know since the last call: that the database was damaged and is begun anew."""
        ...

    def close(self, patience_s: float = 5.0) -> None:
        """Stop: begin no further step, and give those under way so long to end and be kept.

        The work goes on at the next start. A step that outlasts the patience is done again there; until it has ended,
        nobody else can open the engine.
        """
        ...
