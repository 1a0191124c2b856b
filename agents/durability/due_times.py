"""When a job is due: a cron expression or a period, in a time zone with its daylight saving time. Pure.

A time of day that a day leaves out is due once, just after the gap; one that comes twice is due the first time only.
Where the hours or minutes of an expression begin with a star, and for periods, time counts as it passes (ADR 0031).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LOOK = timedelta(days=366)  # back; a wrong clock must not make a run of it
CRON_FIELDS = 5
_ANCHOR = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields of a cron expression: minute, hour, day of the month, month, day of the week."""

    expression: str


@dataclass(frozen=True, slots=True)
class Period:
    """Every so many minutes of elapsed time, counted from midnight of 2000-01-01 in the job's time zone."""

    minutes: int


When = Cron | Period


@dataclass(frozen=True, slots=True)
class Window:
    """The due times of a span, in order: the `newest` of them, and how many `earlier` ones there were.

    `last_earlier` is the newest that is not among `newest`; None when there is none. Aware, in UTC.
    """

    newest: tuple[datetime, ...]
    earlier: int = 0
    last_earlier: datetime | None = None


class MachineZone(tzinfo):
    """The time zone of this machine with all its rules, as the system knows them at this moment."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """The offset of a local time; `fold` tells the two apart that look the same."""
        return moment.replace(tzinfo=None).astimezone().utcoffset() if moment else None

    def dst(self, moment: datetime | None) -> None:
        """Unknown: nobody asks."""

    def tzname(self, moment: datetime | None) -> str:  # noqa: ARG002 (part of the interface)
        """No name: it is wherever the machine is."""
        return "local"

    def fromutc(self, moment: datetime) -> datetime:
        """The local time of a moment."""
        local = moment.replace(tzinfo=UTC).astimezone()
        first = local.replace(tzinfo=self, fold=0)
        return first if first.utcoffset() == local.utcoffset() else first.replace(fold=1)


MACHINE_ZONE = MachineZone()


def read_cron(text: str) -> Cron | None:
    """The expression, when it is one that is ever due."""
    fields = text.upper().split()
    if len(fields) != CRON_FIELDS:
        return None
    try:
        first = next(CronSim(" ".join(fields), _ANCHOR), None)
    except CronSimError:
        return None
    return Cron(" ".join(fields)) if first else None


def coming(when: When, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    """The due times after a moment, in UTC, without end. An expression that is due no more ends after 50 years."""
    if isinstance(when, Period):
        return _periods(timedelta(minutes=when.minutes), _ANCHOR.replace(tzinfo=zone).astimezone(UTC), after)
    return _times_of_day(when, zone, after)


def _times_of_day(when: Cron, zone: tzinfo, after: datetime) -> Iterator[datetime]:
    for local in CronSim(when.expression, after.astimezone(zone)):
        moment = local.astimezone(UTC)
        if moment > after:  # in the hour that comes twice, the library begins with the first one again
            yield moment


def _periods(period: timedelta, anchor: datetime, after: datetime) -> Iterator[datetime]:
    moment = anchor + ((after - anchor) // period + 1) * period
    while True:
        yield moment
        moment += period


def next_due(when: When, zone: tzinfo, after: datetime) -> datetime | None:
    """The first due time after a moment, in UTC; None when there is none within 50 years."""
    return next(coming(when, zone, after), None)


def due_between(when: When, zone: tzinfo, after: datetime, until: datetime, keep: int) -> Window:
    """The due times after one moment, up to and with another; the `keep` newest one by one. A year back at most."""
    newest: deque[datetime] = deque(maxlen=keep)
    number, last_earlier = 0, None
    for due in coming(when, zone, max(after, until - LONGEST_LOOK)):
        if due > until:
            break
        last_earlier = newest[0] if len(newest) == keep else None
        newest.append(due)
        number += 1
    return Window(tuple(newest), number - len(newest), last_earlier)
