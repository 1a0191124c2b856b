"""The calendar through the door for mail: what is planned may be read, and an event only proposed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.assistant_proposals import PROPOSE
from agents.clock import SystemClock
from agents.connectors.calendar.account import place_of
from agents.connectors.calendar.agenda import Agenda, Occurrence, to_json
from agents.connectors.calendar.reader import agenda_of
from agents.durability.journal import Journal
from agents.durability.said_words import ASSISTANT
from agents.durability.task_persistence import add_request
from agents.errors import NeedsOwner, NotAllowed
from agents.servers.calendar_view import MAX_DAYS
from tests.connectors.calendar.calendar_room import meeting
from tests.flows.steps import only
from tests.servers.replies import recorded, task_of

if TYPE_CHECKING:
    from agents.servers.email_mcp_server import MailDoor
    from tests.flows.employee import Employee

EVENT = {"title": "Call with Anna", "start": "2026-12-01T10:00", "end": "2026-12-01T11:00", "place": "Room 2"}
HOUR = timedelta(hours=1)


def today_begins() -> datetime:
    return SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0)


def planned(employee: Employee, *starts: datetime) -> None:
    """The copy of a calendar as reading the server leaves it."""
    today = today_begins()
    held = [Occurrence(f"{at}", "", "[[Talk]] about x", at, at + HOUR, others=("anna@x.example",)) for at in starts]
    for place, content in (
        (place_of(employee.state), b"{}"),
        (employee.state / "calendar" / "agenda.json", to_json(Agenda(today, today + 50 * 24 * HOUR, tuple(held)))),
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    assert agenda_of(employee.state)


def test_meetings_are_listed_with_free_hours_and_titles_as_words_from_outside(
    employee: Employee, door: MailDoor
) -> None:
    at = today_begins() + (3 * 24 + 10) * HOUR
    planned(employee, at, at + 10 * 24 * HOUR)
    listed = door.list_meetings()
    (found,) = listed.meetings
    assert found.when == f"{at:%Y-%m-%d %H:%M}-{at + HOUR:%H:%M}"
    assert found.from_outside.others == ("anna@x.example",)
    assert "[[Talk" not in found.from_outside.title
    assert len(listed.free) > 1
    assert len(door.list_meetings(f"{at:%Y-%m-%d}", 20).meetings) == 2
    assert door.list_meetings(f"{at + 24 * HOUR:%Y-%m-%d}", 1).meetings == ()


@pytest.mark.parametrize(
    ("day", "days", "words"),
    [
        ("tomorrow", 1, "no day"),
        ("", 0, "So many"),
        ("", MAX_DAYS + 1, "So many"),
        ("2020-01-01", 1, "is known from"),
        ("9999-12-31", 7, "no day"),
        ("0001-01-01", 1, "no day"),
    ],
)
def test_days_that_nobody_knows_are_refused(
    employee: Employee, door: MailDoor, day: str, days: int, words: str
) -> None:
    planned(employee)
    with pytest.raises(NotAllowed, match=words):
        door.list_meetings(day, days)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("| by | what | domain |\n| --- | --- | --- |\n| words | talk | personal |", "(private)"),
        ("| by | what | domain |\n| --- | --- | --- |\n| from | anna@x.example | personal |", "(private)"),
        ("| by | what | domain |\n| --- | --- | --- |\n| from | bob@x.example | personal |", "Talk"),
        ("| by | what |\n| --- | --- |", "(private)"),  # nobody knows what is kept apart
    ],
)
def test_of_what_is_kept_apart_only_the_time_is_told(employee: Employee, door: MailDoor, rows: str, says: str) -> None:
    apart = "| domain | shown |\n| --- | --- |\n| personal | kept apart |"
    handbook = employee.vault / "Company_Handbook.md"
    handbook.write_text(f"{handbook.read_text('utf-8')}\n## Domains\n\n{rows}\n\n{apart}\n", encoding="utf-8")
    at = today_begins() + (3 * 24 + 10) * HOUR
    planned(employee, at)
    (found,) = door.list_meetings().meetings
    assert says in found.from_outside.title
    assert (found.from_outside.others == ()) is (says == "(private)")
    assert (found.busy, found.when[:10]) == (True, f"{at:%Y-%m-%d}")


def test_without_a_calendar_it_is_said_how_to_connect_one(door: MailDoor) -> None:
    with pytest.raises(NeedsOwner, match="No calendar is connected") as told:
        door.list_meetings()
    assert "connect calendar" in told.value.hint


def test_an_event_waits_for_the_owners_yes_and_is_made_once(employee: Employee, door: MailDoor) -> None:
    task = task_of(employee)
    door.propose_event(task, **EVENT)
    employee.once()
    (note,) = employee.pending("calendar.event.create")
    assert "rule *proposed over MCP* of the connected assistant" in note.read_text(encoding="utf-8")
    assert not [*(employee.vault / "Outbox").rglob("*.ics")]
    with pytest.raises(NotAllowed, match="just this was proposed before"):
        door.propose_event(task, **EVENT)
    employee.said("approve", note.stem)
    employee.once()
    filed = only([*(employee.vault / "Outbox").rglob("*.ics")]).read_text(encoding="utf-8")
    assert "SUMMARY:Call with Anna" in filed
    assert "ATTENDEE" not in filed


def test_what_is_no_event_is_not_recorded(employee: Employee, door: MailDoor) -> None:
    with pytest.raises(NotAllowed, match="must end after it begins"):
        door.propose_event(task_of(employee), **EVENT | {"end": EVENT["start"]})
    assert recorded(employee) == 0


def test_an_event_that_invites_somebody_is_not_filed_whoever_wrote_the_request(employee: Employee) -> None:
    wish = {"kind": PROPOSE, "target": task_of(employee), "text": meeting().canonical().decode(), "actor": ASSISTANT}
    journal = Journal.open(employee.state)
    with journal.begin() as sql:
        add_request(sql, wish | {"at": SystemClock().now().isoformat()})
    journal.close()
    assert recorded(employee) == 1
    employee.once()
    assert recorded(employee) == 0
    assert employee.pending("calendar.event.create") == []
