"""What is planned: each time of each event once, and what collides with what. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from agents.clock import as_local, from_local
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Status = Literal["confirmed", "tentative", "cancelled"]
SATURDAY = 5
PRIVATE = "(private)"
WORK_BEGINS, WORK_ENDS = 9, 17  # local hours in which free times are offered


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of one event; every text is as it came from outside.

    `start` and `end` are aware and UTC. `recurrence` is the RECURRENCE-ID (ISO, UTC) of one of many, else empty. `zone`
    is what the event names, empty = the owner's own. `busy`: it takes the owner's time. `others`: who else takes part
    (addresses), whoever is asked by `organizer` included.
    """

    uid: str
    recurrence: str
    title: str
    start: datetime
    end: datetime
    all_day: bool = False
    zone: str = ""
    place: str = ""
    description: str = ""
    organizer: str = ""
    others: tuple[str, ...] = ()
    status: Status = "confirmed"
    busy: bool = True

    @property
    def id(self) -> str:
        """Event, which time of it, and when; begins with the start, so that ids sort by time."""
        return f"{self.start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {self.series}"

    @property
    def series(self) -> str:
        """The same wherever it was moved to."""
        return f"{self.recurrence or '-'} {self.uid}"

    def when(self) -> str:
        """The time as the owner reads it: local, with the zone the event names."""
        start, end = as_local(self.start), as_local(self.end)
        if self.all_day:
            last = end - timedelta(days=1)
            return f"{start:%Y-%m-%d}, all day" if last <= start else f"{start:%Y-%m-%d} to {last:%Y-%m-%d}, all day"
        until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
        return f"{start:%Y-%m-%d %H:%M}-{until}"

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it takes time between two moments."""
        takes = self.busy and self.status != "cancelled"
        return takes and self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is planned from `begin` to `end`, by start. `unread`: how many entries could not be read or followed."""

    begin: datetime
    end: datetime
    occurrences: tuple[Occurrence, ...] = ()
    unread: int = 0

    def days(self, first: str, count: int, today: date) -> tuple[datetime, datetime]:
        """The moments between which so many days lie, from `first` (ISO; empty = today) on.

        Raises:
            NotAllowed: these are no days, or not all of them are known.
        """
        try:
            day = date.fromisoformat(first) if first else today
            begin, end = (from_local(datetime.combine(day + timedelta(days), time())) for days in (0, count))
        except (ValueError, OverflowError) as err:
            raise NotAllowed("This is no day.", hint="Give it as in 2026-12-01.") from err
        if end <= begin or begin < self.begin or self.end < end:
            known = f"{as_local(self.begin):%Y-%m-%d} to {as_local(self.end):%Y-%m-%d}"
            raise NotAllowed(f"The calendar is known from {known}.", hint="Ask for days within.")
        return begin, end

    def without_words(self, hidden: Callable[[Occurrence], bool]) -> Agenda:
        """The same, but of what is hidden only that it takes its time, and how much."""
        occurrences = (_wordless(each) if hidden(each) else each for each in self.occurrences)
        return replace(self, occurrences=tuple(occurrences))

    def between(self, start: datetime, end: datetime) -> tuple[Occurrence, ...]:
        """What takes place in that time, also when it takes none of the owner's."""
        live = (each for each in self.occurrences if each.status != "cancelled")
        return tuple(each for each in live if each.start < end and (start < each.end or start <= each.start))

    def clashes(self, start: datetime, end: datetime, besides: str = "") -> tuple[Occurrence, ...]:
        """What takes the owner's time then; `besides` is the uid of the event that is asked about."""
        return tuple(each for each in self.occurrences if each.uid != besides and each.overlaps(start, end))

    def free(self, start: datetime, length: timedelta, at_most: int) -> tuple[datetime, ...]:
        """Whole hours on working days, one a day, at which nothing is planned for so long; aware, UTC."""
        found: list[datetime] = []
        day = as_local(start).replace(hour=WORK_ENDS, minute=0, second=0)
        while len(found) < at_most and from_local(day := day + timedelta(days=1)) <= self.end:
            if day.weekday() < SATURDAY and (hour := self._free_hour(day, length)):
                found.append(hour)
        return tuple(found)

    def _free_hour(self, day: datetime, length: timedelta) -> datetime | None:
        for hour in range(WORK_BEGINS, WORK_ENDS):
            begin = from_local(day.replace(hour=hour))
            if begin + length <= from_local(day.replace(hour=WORK_ENDS)) and not self.clashes(begin, begin + length):
                return begin
        return None


def _wordless(entry: Occurrence) -> Occurrence:
    return replace(entry, title=PRIVATE, place="", description="", organizer="", others=())


def to_json(agenda: Agenda) -> bytes:
    """The agenda as it is kept."""
    return json.dumps(asdict(agenda), default=lambda moment: moment.isoformat(), ensure_ascii=False).encode()


def from_json(content: bytes) -> Agenda | None:
    """The agenda as it was kept, or None: it is damaged."""
    try:
        kept = json.loads(content)
        return Agenda(
            datetime.fromisoformat(kept["begin"]),
            datetime.fromisoformat(kept["end"]),
            tuple(_occurrence(each) for each in kept["occurrences"]),
            int(kept["unread"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _occurrence(kept: dict[str, object]) -> Occurrence:
    moments = {name: datetime.fromisoformat(str(kept[name])) for name in ("start", "end")}
    others = kept["others"]
    return Occurrence(**(kept | moments | {"others": tuple(others) if isinstance(others, list) else ()}))  # type: ignore[arg-type]


def by_start(occurrences: Iterable[Occurrence]) -> tuple[Occurrence, ...]:
    """In the order of the day."""
    return tuple(sorted(occurrences, key=lambda each: (each.start, each.end, each.uid, each.recurrence)))
