"""The text of an event we put in (RFC 5545): it depends on nothing but action, key and time. Pure.

Times are written in UTC, which every program shows in its own zone. The UID carries the idempotency key.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.connectors.calendar.actions import CalendarEventCreate

KEY_CHARS = 32
MAX_LINE_BYTES = 73  # of 75, the blank of a continued line included
_ESCAPED = re.compile(r"[\\;,]")
_CREATED = re.compile(r"^CREATED:(\d{8}T\d{6}Z)\r?$", re.MULTILINE)


def uid_of(key: str) -> str:
    """The UID of the event with this idempotency key."""
    return f"{key[:KEY_CHARS]}@ai-employee.invalid"


def compose(event: CalendarEventCreate, key: str, at: datetime, organizer: str = "") -> bytes:
    """The calendar file with this one event. `organizer` is the owner's address; attendees need one."""
    return b"".join(_folded(line) for line in _lines(event, key, at, organizer))


def created_at(ics: str) -> datetime | None:
    """When an event of ours was put in, by its own word."""
    found = _CREATED.search(ics)
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if found else None


def _lines(event: CalendarEventCreate, key: str, at: datetime, organizer: str) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//AI Employee//EN"
    yield "BEGIN:VEVENT"
    yield f"UID:{uid_of(key)}"
    yield f"DTSTAMP:{_time(at)}"
    yield f"CREATED:{_time(at)}"
    yield f"DTSTART:{_time(event.starts)}"
    yield f"DTEND:{_time(event.ends)}"
    yield f"SUMMARY:{_text(event.summary)}"
    if event.place:
        yield f"LOCATION:{_text(event.place)}"
    if event.description:
        yield f"DESCRIPTION:{_text(event.description)}"
    if event.attendees and organizer:
        yield f"ORGANIZER:mailto:{organizer}"
    for each in event.attendees:
        yield f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{each}"
    yield "END:VEVENT"
    yield "END:VCALENDAR"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    return _ESCAPED.sub(lambda found: f"\\{found[0]}", text).replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """The line as bytes, broken between characters (section 3.1)."""
    parts, part = [], b""
    for char in line:
        encoded = char.encode()
        if len(part) + len(encoded) > MAX_LINE_BYTES:
            parts.append(part)
            part = b""
        part += encoded
    return b"\r\n ".join([*parts, part]) + b"\r\n"
