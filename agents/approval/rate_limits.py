"""The owner's limits: how many effects of a kind may leave within a time. Pure.

A limit counts what was begun in the last minute, hour, day or week, whatever became of it. A limit that cannot be read
is no permission: until it can, nothing of its kind leaves.
"""

from __future__ import annotations

import re
from bisect import insort
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.vault.layout import HANDBOOK_NOTE
from agents.vault.outline import Problem
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from agents.vault.tables import TableRow

HEADING = "limits"
COLUMNS = ("action", "at most", "per")
PERIODS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
DEFAULT_PER_HOUR = 200  # of one service, where no row of the owner speaks of an action
_PATTERN = re.compile(r"[a-z0-9_*]+(?:\.[a-z0-9_*]+)*")
_NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many effects in any `per` ('minute', 'hour', 'day', 'week') of the actions that `pattern` matches.

    `line` is its row in the handbook, 0 for the default. `readable` False: nothing leaves until the row is mended.
    """

    pattern: str
    at_most: int
    per: str
    line: int = 0
    readable: bool = True

    @property
    def period(self) -> timedelta:
        """The length of the window."""
        return PERIODS[self.per]

    def covers(self, action: str) -> bool:
        """Whether an action, as in 'email.send', is counted."""
        return fnmatchcase(action, self.pattern)


@dataclass(frozen=True, slots=True)
class Wait:
    """Why an effect waits, and until when (aware, UTC); None = until the owner changes the handbook."""

    limit: RateLimit
    until: datetime | None

    @property
    def words(self) -> str:
        """For the owner, with the local time, rounded up to a whole minute."""
        limit = self.limit
        if not limit.readable:
            return f"line {limit.line} of {HANDBOOK_NOTE} cannot be read, so no {limit.pattern} leaves until it can"
        reached = f"your limit of {limit.at_most} {limit.pattern} per {limit.per} is reached"
        if self.until is None:
            return reached
        whole = self.until.replace(second=0, microsecond=0)
        shown = whole if whole == self.until else whole + timedelta(minutes=1)
        return f"{reached}; there is room again at {as_local(shown).strftime('%Y-%m-%d %H:%M')}"


def read_rate_limits(handbook: str) -> tuple[tuple[RateLimit, ...], tuple[Problem, ...]]:
    """The limits in the tables `action | at most | per` under `Limits`, and what is wrong with rows of theirs.

    Rows with too few or too many cells are named by whoever reads the handbook as a whole.
    """
    limits: list[RateLimit] = []
    problems: list[Problem] = []
    for table in read_tables(handbook):
        if isinstance(table, Table) and table.heading.strip().casefold() == HEADING and COLUMNS[0] in table.columns:
            for found in _read_table(table):
                if isinstance(found, Problem):
                    problems.append(found)
                else:
                    limits.append(found)
    return tuple(limits), tuple(problems)


def _read_table(table: Table) -> Iterator[RateLimit | Problem]:
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        yield Problem(table.line, f"the table of limits has no column {', '.join(missing)}")
        return
    for row in table.rows:
        yield from _read_row(row)


def _read_row(row: TableRow) -> Iterator[RateLimit | Problem]:
    pattern, at_most, per = (row.cells[name].strip().strip("`").casefold() for name in COLUMNS)
    if not _PATTERN.fullmatch(pattern):
        yield Problem(row.line, f"{pattern[:40]!r} is no action; write for example email.send or payment.*")
        return
    if not _NUMBER.fullmatch(at_most):
        wrong = f"{at_most[:40]!r} is no whole number"
    elif per not in PERIODS:
        wrong = f"{per[:40]!r} is none of {', '.join(PERIODS)}"
    else:
        yield RateLimit(pattern, int(at_most), per, row.line)
        return
    yield RateLimit(pattern, 0, "hour", row.line, readable=False)
    yield Problem(row.line, f"{wrong}; no {pattern} leaves until it is right")


class Windows:
    """What has left of late, against the limits. `booked` pairs actions with when their effects were begun last."""

    def __init__(self, limits: Sequence[RateLimit], booked: Iterable[tuple[str, datetime]], now: datetime) -> None:
        self._limits = limits
        self._now = now
        self._begun: dict[RateLimit, int] = {}
        self._taken: dict[RateLimit, list[datetime]] = {}  # by what was begun and what was promised, in order
        for action, at in sorted(booked, key=lambda each: each[1]):
            self.begin(action, at)

    def begin(self, action: str, at: datetime) -> None:
        """An effect was begun; it counts in the window of every limit that covers it."""
        for limit in self._of(action):
            if self._within(limit, at):
                self._begun[limit] = self._begun.get(limit, 0) + 1
                insort(self._taken.setdefault(limit, []), at)

    def wait(self, action: str, begun: datetime | None = None) -> Wait | None:
        """Why an effect may not begin now; None = it may. `begun` is when it was begun itself, if it was.

        What was begun within a window has its place there already.
        """
        full = [
            limit
            for limit in self._of(action)
            if self._begun.get(limit, 0) >= limit.at_most and not (begun and self._within(limit, begun))
        ]
        if not full:
            return None
        waits = [Wait(each, self._opens(each)) for each in full]
        return next((each for each in waits if each.until is None), None) or max(waits, key=_until)

    def promise(self, action: str, until: datetime) -> None:
        """An effect waits and has the next place: who waits behind it is told a later time."""
        for limit in self._of(action):
            insort(self._taken.setdefault(limit, []), until)

    def _of(self, action: str) -> Sequence[RateLimit]:
        found = [limit for limit in self._limits if limit.covers(action)]
        return found or [RateLimit(f"{action.partition('.')[0]}.*", DEFAULT_PER_HOUR, "hour")]

    def _within(self, limit: RateLimit, at: datetime) -> bool:
        """Whether a moment counts; one far ahead was written by a clock that was wrong, and would close it for long."""
        return abs(self._now - at) < limit.period

    def _opens(self, limit: RateLimit) -> datetime | None:
        return self._taken[limit][-limit.at_most] + limit.period if limit.at_most else None


def _until(wait: Wait) -> str:
    return wait.until.isoformat() if wait.until else ""
