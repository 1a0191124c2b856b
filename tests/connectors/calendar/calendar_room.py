"""A vault, a state folder and events for the tests of this room."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from agents.connectors.calendar.actions import CalendarEventCreate
from agents.connectors.calendar.connecting import keep_account
from agents.connectors.contract import ConnectorContext, sha256_hex
from tests.connectors.contract import MemorySecrets

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clock import FrozenClock
    from tests.standins.radicale_server import RadicaleServer

KEY = sha256_hex(b"one approval")
# times of events that a calendar has, but with which nothing can be reckoned
BEYOND_THE_YEARS = (
    ("DTSTART;VALUE=DATE:99991231",),
    ("DTSTART:99991231T233000Z", "DURATION:PT1H"),
    ("DTSTART;TZID=Europe/Berlin:00010101T000000",),
    ("DTSTART:20260701T080000Z", "RDATE:99991231T233000Z"),
    ("DTSTART;TZID=Europe/Berlin:20260701T080000", "EXDATE;TZID=Europe/Berlin:00010101T000000"),
    ("DTSTART:20260701T080000Z", "RECURRENCE-ID;TZID=Europe/Berlin:00010101T000000"),
)
_NUMBERS = count(1)


def context_in(folder: Path, clock: FrozenClock, secrets: MemorySecrets | None = None) -> ConnectorContext:
    """A vault and a state folder of their own below the folder."""
    for name in ("vault", "state"):
        (folder / name).mkdir(exist_ok=True)
    return ConnectorContext(folder / "vault", folder / "state", clock, secrets or MemorySecrets())


def fresh_calendar(server: RadicaleServer) -> str:
    """A calendar that no other test has."""
    name = f"work{next(_NUMBERS)}"
    server.make_calendar(name)
    return name


def connect(context: ConnectorContext, server: RadicaleServer, *calendars: str) -> None:
    """Connect these calendars of the server."""
    keep_account(context, server.answers() | {"calendars": ", ".join(calendars)})


def meeting(**changed: object) -> CalendarEventCreate:
    """An hour with Anna."""
    said: dict[str, object] = {
        "summary": "Call with Anna",
        "start": "2026-12-01T10:00",
        "end": "2026-12-01T11:00",
        "zone": "Europe/Berlin",
        "place": "Zoom; room 2, first floor",
        "attendees": ["anna@client.example"],
        "description": "About the samples.\nBring all of them.",
    }
    return CalendarEventCreate.model_validate(said | changed)


def ics(*lines: str, uid: str = "one@client.example", head: str = "") -> str:
    """A calendar file with one event of these lines."""
    return file_of(event(*lines, uid=uid), head=head)


def event(*lines: str, uid: str = "one@client.example") -> str:
    """One event."""
    return "".join(
        f"{each}\r\n" for each in ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT")
    )


def file_of(*events: str, head: str = "") -> str:
    """A calendar file with these events. `head` stands before them."""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tests//EN\r\n{head}{''.join(events)}END:VCALENDAR\r\n"
