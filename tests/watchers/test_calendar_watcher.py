"""Promises of the calendar's watcher: each time of a meeting is one event, the server is never waited for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from agents.connectors.calendar.agenda import Agenda, Occurrence
from agents.errors import Transient
from tests.clock import NOON
from watchers.calendar_watcher import CalendarWatcher, open_watcher
from watchers.contract import WatcherContext
from watchers.intake import Intake

if TYPE_CHECKING:
    from agents.connectors.calendar.reader import Source
    from tests.autonomy.house import House
    from watchers.contract import Event, Sweep

PATIENCE_S = 60
CALL = Occurrence("call", "", "Call", NOON + timedelta(hours=24), NOON + timedelta(hours=25), others=("a@b.example",))


@dataclass
class Calendar:
    """A source whose server is a variable; the real one has tests of its own."""

    planned: tuple[Occurrence, ...] = ()
    connection: tuple[int, int] | None = (1, 1)
    error: Exception | None = None
    asked: int = 0
    unread: int = 0
    answering: threading.Event = field(default_factory=threading.Event)

    def connected_since(self) -> tuple[int, int] | None:
        return self.connection

    def refresh(self, now: datetime) -> Agenda:
        self.asked += 1
        assert self.answering.wait(PATIENCE_S)
        if self.error:
            raise self.error
        return Agenda(now - timedelta(days=7), now + timedelta(days=92), self.planned, self.unread)


@pytest.fixture
def calendar() -> Calendar:
    made = Calendar((CALL,))
    made.answering.set()
    return made


@pytest.fixture
def context(house: House, calendar: Calendar) -> WatcherContext:
    source = cast("Source", calendar)
    return WatcherContext(house.vault, 0, house.journal, calendar=source, meeting_hours=48)


def look(watcher: CalendarWatcher, context: WatcherContext, now: datetime = NOON) -> Sweep:
    """Scan until the server has answered what it is asked."""
    for _ in range(5):
        context.wake.clear()
        sweep = watcher.scan(now)
        if sweep.unsettled_s is None:
            return sweep
        assert context.wake.wait(PATIENCE_S)
        for each in threading.enumerate():
            if each.name == "calendar":
                each.join(PATIENCE_S)
    raise AssertionError("it asks without end")


def events(context: WatcherContext, now: datetime = NOON) -> tuple[Event, ...]:
    """What a fresh process offers."""
    return look(open_watcher(context), context, now).events


def file(house: House, found: tuple[Event, ...]) -> None:
    assert Intake(house.recorder, house.blobs).file(*found) == len(found)


def words(found: tuple[Event, ...]) -> list[str]:
    return [each.text.partition(":")[0] for each in found]


def test_a_scan_does_not_wait_for_the_server(context: WatcherContext, calendar: Calendar) -> None:
    calendar.answering.clear()
    watcher = open_watcher(context)
    for _ in "123":
        sweep = watcher.scan(NOON)
        assert (sweep.events, sweep.unsettled_s) == ((), 5.0)
    calendar.answering.set()
    assert len(look(watcher, context).events) == 1
    assert calendar.asked == 1


def test_until_it_is_filed_it_is_the_same_event_and_never_afterwards(house: House, context: WatcherContext) -> None:
    watcher = open_watcher(context)
    (first,) = look(watcher, context).events
    (again,) = look(watcher, context).events
    (fresh,) = events(context)
    assert first == again
    assert (fresh.source_id, fresh.content_sha256) == (first.source_id, first.content_sha256)
    file(house, (first,))
    assert look(watcher, context).events == ()
    assert events(context) == ()


def test_each_time_of_a_series_is_an_event_of_its_own(context: WatcherContext, calendar: Calendar) -> None:
    second = later(1, recurrence="2")
    calendar.planned = (replace(CALL, recurrence="1"), second)
    assert len({each.source_id for each in events(context)}) == 2


def test_only_meetings_with_others_that_are_near_are_offered(context: WatcherContext, calendar: Calendar) -> None:
    alone = replace(CALL, uid="alone", others=())
    off = replace(CALL, uid="off", status="cancelled")
    far = replace(CALL, uid="far", start=NOON + timedelta(hours=49))
    past = replace(CALL, uid="past", start=NOON)
    calendar.planned = (alone, off, far, past)
    watcher = open_watcher(context)
    sweep = look(watcher, context)
    assert sweep.events == ()
    assert sweep.next_due_s == 300
    assert [each.subject for each in look(watcher, context, NOON + timedelta(hours=1)).events] == ["Call"]


@pytest.mark.parametrize(
    ("start", "begins"),
    [
        (datetime(2026, 11, 25, 15, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)),
        (datetime(2026, 11, 30, 9, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC)),
        (datetime(2026, 11, 29, 9, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC)),
    ],
    ids=["Wednesday", "Monday", "Sunday"],
)
def test_without_a_setting_it_is_prepared_from_the_working_day_before(
    context: WatcherContext, calendar: Calendar, start: datetime, begins: datetime
) -> None:
    calendar.planned = (replace(CALL, start=start, end=start + timedelta(hours=1)),)
    plain = replace(context, meeting_hours=0)
    assert events(plain, begins - timedelta(seconds=1)) == ()
    assert len(events(plain, begins)) == 1


def test_a_change_is_told_once(house: House, context: WatcherContext, calendar: Calendar) -> None:
    file(house, events(context))
    calendar.planned = (replace(CALL, place="Studio"),)
    changed = events(context)
    assert words(changed) == ["Changed"]
    file(house, changed)
    assert events(context) == ()


def test_a_move_is_told_once_and_so_is_the_end(house: House, context: WatcherContext, calendar: Calendar) -> None:
    file(house, events(context))
    week = timedelta(days=7)
    calendar.planned = (replace(CALL, start=CALL.start + week, end=CALL.end + week),)
    moved = events(context)
    assert words(moved) == ["Changed"]
    assert "told in 2026-11-23-meeting-" in moved[0].text
    file(house, moved)
    assert events(context) == ()
    calendar.planned = ()
    gone = events(context)
    assert words(gone) == ["Cancelled"]
    file(house, gone)
    assert events(context) == ()
    assert events(context, NOON + timedelta(days=30)) == ()


def told(house: House, context: WatcherContext, calendar: Calendar, *planned: Occurrence) -> list[str]:
    """What a fresh process offers once this is planned; it is filed, and then nothing is left to be offered."""
    calendar.planned = planned
    found = events(context)
    file(house, found)
    assert events(context) == ()
    return words(found)


def later(hours: float, place: str = "", recurrence: str = "") -> Occurrence:
    """The call, moved."""
    start, end = (each + timedelta(hours=hours) for each in (CALL.start, CALL.end))
    return replace(CALL, start=start, end=end, place=place, recurrence=recurrence)


def test_a_near_meeting_that_is_moved_is_one_task_and_what_changes_then_another(
    house: House, context: WatcherContext, calendar: Calendar
) -> None:
    assert told(house, context, calendar, CALL) == ["When"]
    assert told(house, context, calendar, later(2)) == ["Changed"]
    assert told(house, context, calendar, later(2, place="Studio")) == ["Changed"]
    assert told(house, context, calendar, CALL) == ["Changed"]
    assert told(house, context, calendar, later(2)) == ["Changed"]
    assert told(house, context, calendar, later(-2)) == ["Changed"]
    assert told(house, context, calendar) == ["Cancelled"]
    assert told(house, context, calendar, later(-2)) == ["Changed"]
    assert told(house, context, calendar) == ["Cancelled"]
    assert len({each.parent for each in house.vault.rglob("*-meeting-*.md")}) == 1
    assert len([*house.vault.rglob("*-meeting-*.md")]) == 9


def test_a_change_that_is_undone_is_told_and_so_is_doing_it_again(
    house: House, context: WatcherContext, calendar: Calendar
) -> None:
    assert told(house, context, calendar, CALL) == ["When"]
    for place in ("B", "", "B", "C", "B"):
        assert told(house, context, calendar, later(0, place=place)) == ["Changed"]


def test_a_meeting_moved_after_it_began_comes_when_it_is_near(
    house: House, context: WatcherContext, calendar: Calendar
) -> None:
    assert told(house, context, calendar, CALL) == ["When"]
    calendar.planned = (later(24 * 7),)
    assert events(context, CALL.start + timedelta(hours=1)) == ()
    assert words(events(context, CALL.start + timedelta(days=6))) == ["Changed"]


def test_an_event_in_two_calendars_at_two_times_is_two_meetings(
    house: House, context: WatcherContext, calendar: Calendar
) -> None:
    assert told(house, context, calendar, CALL) == ["When"]
    assert told(house, context, calendar, CALL, later(2)) == ["When"]
    assert told(house, context, calendar, later(2), CALL) == []


def test_what_was_told_before_changes_had_numbers_is_not_told_again(
    house: House, context: WatcherContext, calendar: Calendar
) -> None:
    calendar.planned = (CALL, replace(CALL, uid="other"))
    file(house, events(context))
    calendar.planned = (later(0, place="Studio"), replace(later(2), uid="other"))
    changed, moved = sorted(events(context), key=lambda each: each.source_id)
    old = f"moved {replace(CALL, uid='other').id} {calendar.planned[1].id}"
    file(house, (replace(changed, source_id=f"changed {CALL.id} {'a1' * 8}"), replace(moved, source_id=old)))
    assert events(context) == ()


def test_what_cannot_be_read_now_is_not_called_cancelled(
    house: House, context: WatcherContext, calendar: Calendar
) -> None:
    assert told(house, context, calendar, CALL, replace(CALL, uid="off")) == ["When", "When"]
    calendar.unread = 1
    assert told(house, context, calendar, replace(CALL, uid="off", status="cancelled")) == ["Cancelled"]
    calendar.unread = 0
    assert told(house, context, calendar, replace(CALL, uid="off", status="cancelled")) == ["Cancelled"]


def test_a_server_that_cannot_be_asked_tells_why_and_cancels_nothing(
    house: House, context: WatcherContext, calendar: Calendar
) -> None:
    file(house, events(context))
    for error in (Transient("it does not answer", hint="Wait."), OSError(28, "No space left")):
        calendar.error = error
        sweep = look(open_watcher(context), context)
        assert sweep.events == ()
        assert "answer. Wait." in sweep.left[0].reason or "No space left" in sweep.left[0].reason


def test_a_mistake_of_ours_is_raised_by_the_scan_and_not_taken_for_an_old_agenda(
    context: WatcherContext, calendar: Calendar
) -> None:
    watcher = open_watcher(context)
    assert len(look(watcher, context).events) == 1
    calendar.error = LookupError("ours")
    for _ in "12":
        with pytest.raises(LookupError, match="ours"):
            look(watcher, context, NOON + timedelta(hours=1))
    calendar.error = None
    assert len(events(context)) == 1


def test_the_server_is_asked_as_often_as_is_set(context: WatcherContext, calendar: Calendar) -> None:
    watcher = open_watcher(replace(context, calendar_every_s=60))
    for seconds in (0, 30, 59, 60, 61):
        look(watcher, context, NOON + timedelta(seconds=seconds))
    assert calendar.asked == 2
    look(watcher, context, NOON - timedelta(days=1))
    assert calendar.asked == 3
    calendar.connection = (2, 2)
    look(watcher, context, NOON - timedelta(days=1))
    assert calendar.asked == 4


def test_nothing_is_asked_where_nothing_is_connected(context: WatcherContext, calendar: Calendar) -> None:
    calendar.connection = None
    assert events(context) == ()
    assert events(replace(context, calendar=None)) == ()
    assert calendar.asked == 0


def test_the_sender_is_an_address_or_a_name(context: WatcherContext, calendar: Calendar) -> None:
    calendar.planned = (replace(CALL, organizer="a@b.example"), replace(CALL, uid="odd", others=("urn:room 5",)))
    first, second = events(context)
    assert (first.sender_address, first.sender_name) == ("a@b.example", "")
    assert (second.sender_address, second.sender_name) == ("", "urn:room 5")
