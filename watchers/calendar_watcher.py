"""The owner's calendar: a meeting that comes near becomes a task once, and what changes about it afterwards another.

The server is asked in a thread beside the scan, which never waits for it. What was told before is in the journal; so a
meeting that was told and is not planned any more is known without a memory of our own.
"""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local, from_local
from agents.durability.task_persistence import seen_ids_between, seen_tasks
from agents.errors import EmployeeError
from watchers.contract import Event, Left, OriginKind, Sweep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from agents.connectors.calendar.reader import Agenda, Occurrence, Source
    from watchers.contract import WatcherContext

SOURCE = "calendar"
WAITS_S = 5.0  # for the thread at most; it wakes the runner when it is done
SATURDAY = 5
MAX_CLASHES = 3
MAX_TOLD = 5_000
REMEMBERED = timedelta(days=100)  # longer than the agenda reaches: as far as a meeting can be moved
AGAIN = ("cancelled", "changed", "moved")
# without a number, as it was before there were numbers: once
_AGAIN = re.compile(r"(cancelled|changed|moved) (.*?)(?: #([0-9]{1,9})| [0-9a-f]{16})?")
_ADDRESS = re.compile(r"[^@\s<>\"']{1,64}@[^@\s<>\"']{1,253}")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What asking the server brought: what is planned, or why nobody knows."""

    agenda: Agenda | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told last of a time of an event: under which id it was planned, and how often it was told again."""

    id: str
    task: str
    digest: str
    number: int
    is_gone: bool

    @property
    def start(self) -> str:
        return self.id.partition(" ")[0]

    @property
    def series(self) -> str:
        return self.id.partition(" ")[2]

    def is_over(self, now: datetime) -> bool:
        return datetime.fromisoformat(self.start) < now

    def next(self, word: str, id_: str) -> str:
        """The id of what is told next: never one that was told, also when a change is undone."""
        return f"{word} {id_} #{self.number + 1}"


class CalendarWatcher:
    """Offers meetings that come near. `every_s`: how often the server is asked; `hours`: 0 = the working day before."""

    name = SOURCE

    def __init__(self, context: WatcherContext) -> None:
        self._calendar = context.calendar
        self._journal = context.journal
        self._every_s = context.calendar_every_s
        self._hours = context.meeting_hours
        self._wake = context.wake
        self._thread: threading.Thread | None = None
        self._answer: _Answer | None = None
        self._failure: BaseException | None = None
        self._asked: tuple[tuple[int, int], datetime] | None = None  # of which connection, and when
        self._idle: tuple[Agenda, datetime, datetime] | None = None  # with this agenda nothing is due between these

    def scan(self, now: datetime) -> Sweep:
        """The meetings that are near and not told yet, and what changed about those that were.

        Raises:
            Exception: what ended the thread, a mistake of ours.
        """
        if self._failure is not None:
            raise self._failure
        since = self._calendar.connected_since() if self._calendar else None
        if self._calendar is None or since is None:
            self._answer = self._asked = None
            return Sweep()
        asking = self._ask_in_time(self._calendar, since, now)
        answer = self._answer
        if answer is None or answer.agenda is None:
            left = (Left("Calendar", answer.why),) if answer else ()
            return Sweep(unsettled_s=WAITS_S if asking else None, left=left, next_due_s=self._next_ask_s(now))
        events = self._news(answer.agenda, now)
        due_s = min(self._next_ask_s(now), (self._next_due(answer.agenda, now) - now).total_seconds())
        return Sweep(events, WAITS_S if asking else None, next_due_s=max(0.0, due_s))

    def _ask_in_time(self, calendar: Source, since: tuple[int, int], now: datetime) -> bool:
        """Whether the server is being asked right now."""
        if self._thread and self._thread.is_alive():
            return True
        if self._asked and self._asked[0] == since and 0 <= (now - self._asked[1]).total_seconds() < self._every_s:
            return False
        if self._asked and self._asked[0] != since:
            self._answer = None
        self._asked = (since, now)
        self._thread = threading.Thread(target=self._ask, args=(calendar, now), name="calendar", daemon=True)
        self._thread.start()
        return True

    def _ask(self, calendar: Source, now: datetime) -> None:
        try:
            self._answer = _Answer(calendar.refresh(now))
        except EmployeeError as err:
            self._answer = _Answer(None, f"{err}. {err.hint}")
        except OSError as err:
            self._answer = _Answer(None, f"the copy of your calendar cannot be written: {err.strerror}")
        except BaseException as err:  # noqa: BLE001 - told in `scan`, by whoever scans
            self._failure = err
        finally:
            self._wake.set()

    def _next_ask_s(self, now: datetime) -> float:
        asked = self._asked[1] if self._asked else now
        return max(0.0, self._every_s - (now - asked).total_seconds())

    def _news(self, agenda: Agenda, now: datetime) -> tuple[Event, ...]:
        if self._idle and self._idle[0] is agenda and self._idle[1] <= now < self._idle[2]:
            return ()
        near = {each.id: each for each in _meetings(agenda) if self._begins(each) <= now < each.start}
        with self._journal.begin() as sql:
            told = _last_told(_told_ids(sql, now - REMEMBERED))
            events = [*_of_near(near, told, agenda, now), *_of_told(told, agenda, now)]
            seen = seen_tasks(sql, {(SOURCE, each.source_id) for each in events})
        events = [each for each in events if not seen[SOURCE, each.source_id]]
        self._idle = None if events else (agenda, now, self._next_due(agenda, now))
        return tuple(events)

    def _next_due(self, agenda: Agenda, now: datetime) -> datetime:
        later = (self._begins(each) for each in _meetings(agenda))
        return min((each for each in later if each > now), default=agenda.end)

    def _begins(self, meeting: Occurrence) -> datetime:
        """From when it is prepared: so many hours before, or from the beginning of the working day before."""
        if self._hours:
            return meeting.start - timedelta(hours=self._hours)
        day = as_local(meeting.start).replace(hour=0, minute=0, second=0) - timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day -= timedelta(days=1)
        return from_local(day)


def _meetings(agenda: Agenda) -> Iterator[Occurrence]:
    return (each for each in agenda.occurrences if each.others and each.status != "cancelled")


def _told_ids(sql: Connection, since: datetime) -> dict[str, tuple[str, str]]:
    """What was told of meetings that begin after this: task and digest by the id of the event."""
    begin, found = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", dict[str, tuple[str, str]]()
    for word in ("", *(f"{each} " for each in AGAIN)):
        found |= seen_ids_between(sql, SOURCE, f"{word}{begin}", f"{word}:", MAX_TOLD)
    return found


def _last_told(found: Mapping[str, tuple[str, str]]) -> dict[str, _Told]:
    """What was told last of each time of each event, by its series."""
    last: dict[str, _Told] = {}
    for source_id, (task, digest) in found.items():
        again = _AGAIN.fullmatch(source_id)
        id_, word, number = (again[2], again[1], int(again[3] or 1)) if again else (source_id, "", 0)
        if word == "moved" and again and not again[3]:
            id_ = id_[len(id_) // 2 + 1 :]  # before there were numbers: the old id and the new
        told = _Told(id_, task, digest, number, is_gone=word == "cancelled")
        if told.series not in last or last[told.series].number < number:
            last[told.series] = told
    return last


def _of_near(near: dict[str, Occurrence], told: dict[str, _Told], agenda: Agenda, now: datetime) -> Iterator[Event]:
    """The meetings that are near and were not told, and those that are other than they were told last."""
    planned = {each.id for each in _meetings(agenda)}
    for id_, meeting in near.items():
        digest, last = _digest(meeting), told.get(meeting.series)
        if last is None or (last.id != id_ and last.id in planned):  # an event of two calendars, at two times
            yield _event(id_, digest, meeting, agenda, now)
        elif last.id == id_ and (last.is_gone or last.digest != digest):
            change = "it is planned again, told as cancelled in" if last.is_gone else "something about it changed since"
            yield _event(last.next("changed", id_), digest, meeting, agenda, now, f"{change} {last.task}")
        elif last.id != id_ and last.is_over(now):  # else it is one of those below
            yield _moved(last, meeting, agenda, now)


def _of_told(told: dict[str, _Told], agenda: Agenda, now: datetime) -> Iterator[Event]:
    """The meetings told before that are not planned any more, or at another time."""
    planned = {each.series: each for each in _meetings(agenda)}
    ids = {each.id for each in _meetings(agenda)}
    read = {each.series for each in agenda.occurrences}
    for series, last in told.items():
        meeting = planned.get(series)
        if last.is_over(now) or last.id in ids:
            continue
        if meeting:
            yield _moved(last, meeting, agenda, now)
        elif not last.is_gone and (series in read or not agenda.unread):  # what is not read may well be planned
            words = f"the meeting of {_local(last.start)} is not planned any more"
            yield _gone(last.next("cancelled", last.id), last.digest, words, last.task, now)


def _moved(last: _Told, meeting: Occurrence, agenda: Agenda, now: datetime) -> Event:
    change = f"it was {_local(last.start)} before (told in {last.task})"
    return _event(last.next("moved", meeting.id), _digest(meeting), meeting, agenda, now, change)


def _event(id_: str, digest: str, meeting: Occurrence, agenda: Agenda, now: datetime, change: str = "") -> Event:
    sender = next((each for each in (meeting.organizer, *meeting.others) if each in meeting.others), "")
    clashes = agenda.clashes(meeting.start, meeting.end, besides=meeting.uid)[:MAX_CLASHES]
    facts = {
        "Changed": change,
        "When": meeting.when(),
        "Zone": meeting.zone,
        "Where": meeting.place,
        "With": ", ".join(meeting.others),
        "Collides with": "; ".join(f"{each.title} ({each.when()})" for each in clashes),
    }
    head = "\n".join(f"{name}: {words}" for name, words in facts.items() if words)
    return _made(id_, digest, now, f"{head}\n\n{meeting.description}".rstrip(), sender, meeting.title)


def _gone(id_: str, digest: str, words: str, task: str, now: datetime) -> Event:
    return _made(id_, digest, now, f"Cancelled: {words} (told in {task})", "", "")


def _made(id_: str, digest: str, now: datetime, text: str, sender: str, subject: str) -> Event:
    is_address = _ADDRESS.fullmatch(sender)
    return Event(
        source=SOURCE,
        source_id=id_,
        occurred_at=now,
        content_sha256=digest,
        kind="meeting",
        origin="",
        origin_kind=OriginKind.OTHER,
        sender_name="" if is_address else sender,
        sender_address=sender if is_address else "",
        subject=subject,
        text=text,
    )


def _digest(meeting: Occurrence) -> str:
    """Over what a person who prepares the meeting would have to know again."""
    told = (meeting.title, meeting.end.isoformat(), meeting.place, meeting.description, *sorted(meeting.others))
    return hashlib.sha256("\0".join(told).encode(errors="replace")).hexdigest()


def _local(start: str) -> str:
    return f"{as_local(datetime.fromisoformat(start)):%Y-%m-%d %H:%M}"


def open_watcher(context: WatcherContext) -> CalendarWatcher:
    """The watcher of one vault."""
    return CalendarWatcher(context)
