"""Calendar files (RFC 5545) as they come from outside: read with caps, into times of events. The library is icalendar.

What is too large, nested or broken is a Problem; an event that repeats in a way we do not follow counts once and is
counted in `unfollowed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from typing import TYPE_CHECKING, Any

from agents.clock import from_local
from agents.connectors.calendar.agenda import Occurrence, Status
from agents.connectors.calendar.recurrence import Rule, read_rule
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_FILE_BYTES = 1_000_000
MAX_LINES = 40_000
MAX_LINE_BYTES = 100_000
MAX_DEPTH = 4  # VCALENDAR, VEVENT, VALARM; VTIMEZONE has one more
MAX_EVENTS = 2_000
MAX_OCCURRENCES = 1_000  # of one event in one window
MAX_DATES = 1_000
MAX_LENGTH = timedelta(days=366)
FIRST_YEAR, LAST_YEAR = 1900, 2200  # beyond them, what is reckoned with later may leave the years there are
MAX_TITLE_CHARS, MAX_PLACE_CHARS, MAX_TEXT_CHARS, MAX_PEOPLE = 300, 300, 20_000, 200
METHODS = {"REQUEST", "CANCEL", "REPLY", "PUBLISH", "COUNTER", "ADD", "REFRESH", "DECLINECOUNTER"}

_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")
Moment = date | datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One VEVENT. `first` and `length` are as written; `about` is its RECURRENCE-ID, None = it stands for all times."""

    shape: Occurrence
    first: Moment
    length: timedelta
    about: Moment | None = None
    rule: Rule | None = None
    more: tuple[Moment, ...] = ()
    without: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """What a file says. `method` is that of an invitation (RFC 5546), or empty."""

    entries: tuple[Entry, ...]
    method: str = ""
    unfollowed: int = field(default=0, compare=False)

    def occurrences(self, begin: datetime, end: datetime, zone: tzinfo | None = None) -> Iterator[Occurrence]:
        """Every time of every event between two aware moments. `zone` None: what names none is in the machine's."""
        for entry in self.entries:
            if entry.about is not None:
                yield from _within([_placed(entry, entry.first, zone)], begin, end)
                continue
            others = [each for each in self.entries if each.shape.uid == entry.shape.uid]
            instead = {_utc(each.about, zone) for each in others if each.about is not None}
            times = (_placed(entry, each, zone) for each in _times(entry, begin, end, zone))
            yield from _within((each for each in times if each.start not in instead), begin, end)


def read_ics(content: bytes, own: Iterable[str] = ()) -> CalendarFile | Problem:
    """The events of a calendar file. `own`: the owner's addresses, who is nobody else. Never raises."""
    if problem := _too_much(content):
        return problem
    import icalendar  # noqa: PLC0415 - heavy, used rarely

    try:
        found = icalendar.Calendar.from_ical(content)
        events = found.walk("VEVENT")[:MAX_EVENTS]
        method = str(found.get("METHOD", "")).upper()
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as err:
        return Problem(0, f"this is no calendar file: {_line(str(err), 100)}")
    mine = frozenset(each.casefold() for each in own)
    read = [_entry(each, mine) for each in events]
    entries = tuple(entry for each in read if each for entry in (each[0],))
    if not entries:
        return Problem(0, "a calendar file in which no event can be read")
    unfollowed = sum(each is None or not each[1] for each in read)
    return CalendarFile(entries, method if method in METHODS else "", unfollowed)


def _too_much(content: bytes) -> Problem | None:
    if len(content) > MAX_FILE_BYTES:
        return Problem(0, f"a calendar file larger than {MAX_FILE_BYTES // 1_000_000} MB")
    lines = content.splitlines()
    if len(lines) > MAX_LINES or max(map(len, lines), default=0) > MAX_LINE_BYTES:
        return Problem(0, "a calendar file with too many or too long lines")
    depth = 0
    for number, line in enumerate(lines, 1):
        word = line[:6].upper()
        depth += (word == b"BEGIN:") - (word[:4] == b"END:")
        if depth > MAX_DEPTH:
            return Problem(number, "a calendar file that is nested too deeply")
    return None


def _entry(event: Any, own: frozenset[str]) -> tuple[Entry, bool] | None:  # noqa: ANN401 - the library's own shape
    """The event and whether all of it is followed; None: it has no time that can be read."""
    try:
        first = event["DTSTART"].dt
        about = event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in event else None
        length = _length(event, first)
        rule, followed = _rule(event, first)
        more, without = (tuple(_dates(event.get(name))) for name in ("RDATE", "EXDATE"))
        sound = all(FIRST_YEAR <= each.year <= LAST_YEAR for each in (first, about or first, *more, *without))
        entry = Entry(_shape(event, first, own), first, length, about, rule, more, without)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError):
        return None
    return (entry, followed) if sound else None


def _shape(event: Any, first: Moment, own: frozenset[str]) -> Occurrence:  # noqa: ANN401
    organizer = _address(event.get("ORGANIZER", ""))
    people = [organizer, *(_address(each) for each in _list(event.get("ATTENDEE"))[:MAX_PEOPLE])]
    said = str(event.get("STATUS", "")).casefold()
    status: Status = "cancelled" if said == "cancelled" else "tentative" if said == "tentative" else "confirmed"
    anywhen = datetime(1970, 1, 1, tzinfo=UTC)
    zone = first.tzinfo if isinstance(first, datetime) else None
    return Occurrence(
        uid=_line(str(event.get("UID", "")), MAX_TITLE_CHARS),
        recurrence="",
        title=_line(str(event.get("SUMMARY", "")), MAX_TITLE_CHARS),
        start=anywhen,
        end=anywhen,
        all_day=not isinstance(first, datetime),
        zone=_line(str(zone or ""), MAX_TITLE_CHARS),
        place=_line(str(event.get("LOCATION", "")), MAX_PLACE_CHARS),
        description=str(event.get("DESCRIPTION", ""))[:MAX_TEXT_CHARS],
        organizer=organizer,
        others=tuple(dict.fromkeys(each for each in people if each and each.casefold() not in own)),
        status=status,
        busy=str(event.get("TRANSP", "")).upper() != "TRANSPARENT",
    )


def _length(event: Any, first: Moment) -> timedelta:  # noqa: ANN401
    """How long it takes: until its end, its duration, or what the standard says where neither stands (3.6.1)."""
    length = timedelta() if isinstance(first, datetime) else timedelta(days=1)
    if "DTEND" in event:
        end = event["DTEND"].dt
        absolute = isinstance(first, datetime) and first.tzinfo is not None
        length = end.astimezone(UTC) - first.astimezone(UTC) if absolute else end - first  # type: ignore[union-attr]
    elif "DURATION" in event:
        length = event["DURATION"].dt
    return min(max(length, timedelta()), MAX_LENGTH)


def _rule(event: Any, first: Moment) -> tuple[Rule | None, bool]:  # noqa: ANN401
    """The rule, and whether there is none that is not followed."""
    rules = _list(event.get("RRULE"))
    if not rules:
        return None, "EXRULE" not in event
    parts = {str(name).upper(): [str(value).upper() for value in _list(each)] for name, each in rules[0].items()}
    until = next(iter(_list(rules[0].get("UNTIL"))), None)
    ends = _wall(until, first) if until and until.year <= LAST_YEAR else None  # programs write 'for ever' as 9999
    rule = read_rule(parts, ends) if len(rules) == 1 else None
    return rule, rule is not None and "EXRULE" not in event


def _wall(until: Moment, first: Moment) -> datetime:
    """The last wall time a rule reaches; a day counts whole."""
    if not isinstance(until, datetime):
        return datetime.combine(until, datetime.max.time())
    zone = first.tzinfo if isinstance(first, datetime) else None
    return (until.astimezone(zone) if zone and until.tzinfo else until).replace(tzinfo=None)


def _dates(found: Any) -> Iterator[Moment]:  # noqa: ANN401
    moments = islice((each.dt for one in _list(found) for each in one.dts), MAX_DATES)
    return (each[0] if isinstance(each, tuple) else each for each in moments)


def _times(entry: Entry, begin: datetime, end: datetime, zone: tzinfo | None) -> Iterator[Moment]:
    """When it begins, of what may touch the window; in the form in which it is written."""
    day = timedelta(days=1)
    wall = datetime.combine(entry.first, datetime.min.time()) if not isinstance(entry.first, datetime) else entry.first
    without = {_utc(each, zone) for each in entry.without if isinstance(each, datetime) or entry.shape.all_day}
    days_without = {each for each in entry.without if not isinstance(each, datetime)}
    first, start = wall.replace(tzinfo=None), (begin - entry.length - day).replace(tzinfo=None)
    ruled = entry.rule.between(first, start, (end + day).replace(tzinfo=None)) if entry.rule else iter((first,))
    seen: set[datetime] = set()
    for each in (*(_as_written(moment, entry.first) for moment in ruled), *entry.more):
        moment = _utc(each, zone)
        given = each.date() if isinstance(each, datetime) else each
        if moment in seen or moment in without or given in days_without or len(seen) >= MAX_OCCURRENCES:
            continue
        seen.add(moment)
        yield each


def _as_written(wall: datetime, first: Moment) -> Moment:
    return wall.replace(tzinfo=first.tzinfo) if isinstance(first, datetime) else wall.date()


def _placed(entry: Entry, first: Moment, zone: tzinfo | None) -> Occurrence:
    start = _utc(first, zone)
    if entry.shape.all_day and not isinstance(first, datetime):
        end = _utc(first + entry.length, zone)  # days, whatever the clocks do meanwhile
    else:
        end = start + entry.length
    repeats = entry.about is not None or entry.rule is not None or bool(entry.more)
    about = _utc(entry.about if entry.about is not None else first, zone)
    return replace(entry.shape, start=start, end=end, recurrence=about.isoformat() if repeats else "")


def _within(found: Iterable[Occurrence], begin: datetime, end: datetime) -> Iterator[Occurrence]:
    return (each for each in found if each.start < end and (begin < each.end or begin <= each.start))


def _utc(moment: Moment, zone: tzinfo | None) -> datetime:
    """The instant; a day begins at midnight of the owner's zone, and so does what floats."""
    if not isinstance(moment, datetime):
        return from_local(datetime.combine(moment, datetime.min.time()), zone)
    return moment.astimezone(UTC) if moment.tzinfo else from_local(moment, zone)


def _address(said: object) -> str:
    text = _line(str(said), MAX_TITLE_CHARS)
    return text[7:] if text.casefold().startswith("mailto:") else text


def _list(found: Any) -> list[Any]:  # noqa: ANN401
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _line(text: str, most: int) -> str:
    return _SPACE.sub(" ", text).strip()[:most]
