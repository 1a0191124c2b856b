"""A calendar file in words: what, when, where and who, for a note and for a brain. Everything in it is from outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agents.connectors.calendar.ics import CalendarFile, read_ics

if TYPE_CHECKING:
    from agents.connectors.calendar.agenda import Occurrence
    from agents.vault.note import Problem

MAX_EVENTS, MAX_TIMES = 10, 3
EVER = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
AFTER_FIRST = timedelta(days=366)
KINDS = {
    "REQUEST": "an invitation",
    "CANCEL": "called off",
    "REPLY": "an answer to an invitation",
    "COUNTER": "another time is proposed",
}


def describe(content: bytes) -> str | Problem:
    """The events of a calendar file, a line for each fact; after a blank line, what the first says of itself."""
    read = read_ics(content)
    if not isinstance(read, CalendarFile):
        return read
    found = _by_event(read)
    heads = ["\n".join(_lines(read, each)) for each in found[:MAX_EVENTS]]
    more = [f"and {len(found) - MAX_EVENTS} more events"] if len(found) > MAX_EVENTS else []
    words = found[0][0].description if found else ""
    return "\n\n".join(["\n".join([*heads, *more]), *([words] if words.strip() else [])])


def _by_event(read: CalendarFile) -> list[list[Occurrence]]:
    """The first times of each event, in their order."""
    first = {each.shape.uid: each for each in reversed(read.entries)}
    found: dict[str, list[Occurrence]] = {uid: [] for uid in dict.fromkeys(each.shape.uid for each in read.entries)}
    for uid in found:
        own = CalendarFile(tuple(each for each in read.entries if each.shape.uid == uid))
        year = first[uid].first.year
        begin = max(EVER[0], datetime(min(max(year, 1990), 2199), 1, 1, tzinfo=UTC) - timedelta(days=1))
        times = sorted(own.occurrences(begin, begin + 2 * AFTER_FIRST), key=lambda each: each.start)
        found[uid] = times[: MAX_TIMES + 1]
    return [each for each in found.values() if each]


def _lines(read: CalendarFile, times: list[Occurrence]) -> list[str]:
    event = times[0]
    more = "; ..." if len(times) > MAX_TIMES else ""
    kind = "called off" if event.status == "cancelled" else KINDS.get(read.method, "an event")
    facts = {
        "Calendar": kind,
        "What": event.title,
        "When": "; ".join(each.when() for each in times[:MAX_TIMES]) + more,
        "Zone": event.zone,
        "Where": event.place,
        "From": event.organizer,
        "With": ", ".join(each for each in event.others if each != event.organizer),
    }
    return [f"{name}: {words}" for name, words in facts.items() if words]
