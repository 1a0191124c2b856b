"""The copy of the calendars: it costs what is new, survives what breaks, and says what is planned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.connectors.calendar.agenda import Agenda, Occurrence, from_json, to_json
from agents.connectors.calendar.caldav import CalDav
from agents.connectors.calendar.connecting import forget_account
from agents.connectors.calendar.reader import Source, agenda_of, own_addresses
from agents.errors import NeedsOwner, Transient
from tests.clock import NOON
from tests.connectors.calendar.calendar_room import connect, context_in, event, file_of, fresh_calendar, ics

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext
    from tests.clock import FrozenClock
    from tests.standins.radicale_server import RadicaleServer

SOON = "DTSTART:20261124T100000Z"


@pytest.fixture
def context(tmp_path: Path, clock: FrozenClock) -> ConnectorContext:
    return context_in(tmp_path, clock)


@pytest.fixture
def source(context: ConnectorContext, server: RadicaleServer, work: str) -> Source:
    """What reads the calendar `work`."""
    connect(context, server, work)
    server.asked.clear()
    return Source(context.state, context.secrets.get, context.clock)


def titles(agenda: Agenda | None) -> list[str]:
    assert agenda
    return [each.title for each in agenda.occurrences]


def test_only_what_changed_is_asked_for(source: Source, server: RadicaleServer, work: str) -> None:
    server.put(work, "one", ics(SOON, "SUMMARY:One", uid="one"))
    assert titles(source.refresh(NOON)) == ["One"]
    assert server.asked == ["PROPFIND", "REPORT", "REPORT"]
    server.asked.clear()
    assert titles(source.refresh(NOON)) == ["One"]
    assert server.asked == ["PROPFIND"]
    server.put(work, "two", ics(SOON, "SUMMARY:Two", uid="two"))
    assert titles(source.refresh(NOON)) == ["One", "Two"]
    server.delete(work, "one")
    server.put(work, "two", ics(SOON, "SUMMARY:Two again", uid="two"))
    assert titles(source.refresh(NOON)) == ["Two again"]


def test_the_next_day_is_looked_at_though_nothing_changed(source: Source, server: RadicaleServer, work: str) -> None:
    server.put(work, "far", ics("DTSTART:20270223T130000Z", "SUMMARY:Far", uid="far"))
    server.put(work, "daily", ics("DTSTART:20200101T130000Z", "RRULE:FREQ=DAILY", "SUMMARY:Daily", uid="daily"))
    before = source.refresh(NOON)
    assert "Far" not in titles(before)
    after = source.refresh(NOON + timedelta(days=1))
    assert "Far" in titles(after)
    assert len([each for each in titles(after) if each == "Daily"]) == 99
    assert before.begin < after.begin


def test_several_calendars_are_one_agenda(context: ConnectorContext, server: RadicaleServer, work: str) -> None:
    home = fresh_calendar(server)
    connect(context, server, work, home)
    server.put(work, "one", ics(SOON, "SUMMARY:One", uid="one"))
    server.put(home, "two", ics(SOON, "SUMMARY:Two", uid="two"))
    assert titles(Source(context.state, context.secrets.get, context.clock).refresh(NOON)) == ["One", "Two"]
    assert own_addresses(context.state) == ("owner@studio.example",)


def test_what_cannot_be_read_is_counted_and_the_rest_is_read(source: Source, server: RadicaleServer, work: str) -> None:
    server.put(work, "one", ics(SOON, "SUMMARY:One", uid="one"))
    server.put(work, "large", ics(SOON, f"DESCRIPTION:{'x' * 70}" + f"\r\n {'y' * 70}" * 4000, uid="large"))
    server.put(work, "often", ics(SOON, "RRULE:FREQ=HOURLY;COUNT=3", "SUMMARY:Often", uid="often"))
    agenda = source.refresh(NOON)
    assert titles(agenda) == ["Often", "One"]
    assert agenda.unread == 2


def test_what_the_server_does_not_give_is_counted_and_asked_for_again(
    source: Source, server: RadicaleServer, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        server.put(work, name, ics(SOON, f"SUMMARY:{name}", uid=name))
    fetch = CalDav.fetch
    with monkeypatch.context() as patch:
        patch.setattr(CalDav, "fetch", lambda *asked: [*fetch(*asked)][1:])
        assert source.refresh(NOON).unread == 1
    agenda = source.refresh(NOON)
    assert (titles(agenda), agenda.unread) == (["one", "two"], 0)


def test_what_is_too_much_for_one_calendar_is_counted(
    source: Source, server: RadicaleServer, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two", "three"):
        server.put(work, name, ics(SOON, f"SUMMARY:{name}", uid=name))
    monkeypatch.setattr("agents.connectors.calendar.reader.MAX_EVENTS", 1)
    for _ in "12":
        agenda = source.refresh(NOON)
        assert (len(titles(agenda)), agenda.unread) == (1, 2)


def test_a_server_that_is_gone_leaves_the_agenda_as_it_was(source: Source, server: RadicaleServer, work: str) -> None:
    server.put(work, "one", ics(SOON, "SUMMARY:One", uid="one"))
    source.refresh(NOON)
    server.refuses.add("PROPFIND")
    with pytest.raises(Transient):
        source.refresh(NOON)
    assert titles(agenda_of(source.state)) == ["One"]


def test_a_damaged_copy_is_fetched_again(source: Source, server: RadicaleServer, work: str) -> None:
    server.put(work, "one", ics(SOON, "SUMMARY:One", uid="one"))
    source.refresh(NOON)
    for name in ("copy.json", "agenda.json"):
        (source.state / "calendar" / name).write_text("{", encoding="utf-8")
    assert agenda_of(source.state) is None
    assert titles(source.refresh(NOON)) == ["One"]


def test_what_is_not_connected_is_not_read(context: ConnectorContext, source: Source) -> None:
    source.refresh(NOON)
    assert source.is_connected
    assert source.connected_since()
    forget_account(context)
    assert (source.is_connected, source.connected_since(), agenda_of(context.state)) == (False, None, None)
    assert own_addresses(context.state) == ()
    assert [*(context.state / "calendar").iterdir()] == []
    with pytest.raises(NeedsOwner, match="no calendar is connected"):
        source.refresh(NOON)


def test_a_calendar_that_is_gone_is_said_to_be(source: Source, server: RadicaleServer, work: str) -> None:
    server.send("DELETE", f"/owner@studio.example/{work}/")
    with pytest.raises(NeedsOwner, match="does not know the calendar"):
        source.refresh(NOON)


def at(hour: int, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def planned(start: datetime, end: datetime, **more: object) -> Occurrence:
    return Occurrence("one", "", "One", start, end, **more)  # type: ignore[arg-type]


def test_what_touches_is_no_clash_and_what_is_cancelled_or_free_takes_no_time() -> None:
    taken = planned(at(10), at(11))
    agenda = Agenda(NOON, NOON + timedelta(days=30), (taken,))
    assert agenda.clashes(at(11), at(12)) == ()
    assert agenda.clashes(at(9), at(10)) == ()
    assert agenda.clashes(at(10), at(12)) == (taken,)
    assert agenda.clashes(at(10), at(12), besides="one") == ()
    free = (planned(at(10), at(11), busy=False), planned(at(10), at(11), status="cancelled"))
    assert Agenda(NOON, NOON, free).clashes(at(10), at(11)) == ()
    assert len(Agenda(NOON, NOON, free).between(at(10), at(11))) == 1


def test_free_times_are_whole_hours_of_working_days() -> None:
    busy = tuple(planned(at(9, day), at(12, day)) for day in (24, 25))
    free = Agenda(NOON, NOON + timedelta(days=30), busy).free(NOON, timedelta(hours=1), 5)
    assert [f"{each:%a %d %H}" for each in free] == ["Tue 24 12", "Wed 25 12", "Thu 26 09", "Fri 27 09", "Mon 30 09"]
    assert Agenda(NOON, NOON + timedelta(days=1)).free(NOON, timedelta(hours=1), 5) == ()
    assert Agenda(NOON, NOON + timedelta(days=9)).free(NOON, timedelta(hours=9), 5) == ()


def test_an_agenda_is_kept_as_it_is() -> None:
    kept = Agenda(NOON, NOON, (planned(at(10), at(11), others=("a@b.example",), all_day=True),), 3)
    assert from_json(to_json(kept)) == kept
    assert from_json(b"[]") is None


@pytest.mark.parametrize(
    ("start", "end", "all_day", "words"),
    [
        (at(10), at(11), False, "2026-11-24 10:00-11:00"),
        (at(22), at(1, 25), False, "2026-11-24 22:00-2026-11-25 01:00"),
        (at(0), at(0, 25), True, "2026-11-24, all day"),
        (at(0), at(0, 26), True, "2026-11-24 to 2026-11-25, all day"),
    ],
)
def test_when_it_is_in_words(start: datetime, end: datetime, words: str, *, all_day: bool) -> None:
    assert planned(start, end, all_day=all_day).when() == words


def test_a_changed_time_of_a_series_is_one_of_the_series(source: Source, server: RadicaleServer, work: str) -> None:
    weekly = event("DTSTART:20261124T100000Z", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:Weekly", uid="weekly")
    moved = event("RECURRENCE-ID:20261201T100000Z", "DTSTART:20261202T100000Z", "SUMMARY:Moved", uid="weekly")
    server.put(work, "weekly", file_of(weekly, moved))
    first, second = source.refresh(NOON).occurrences
    assert first.series == "2026-11-24T10:00:00+00:00 weekly"
    assert second.series == "2026-12-01T10:00:00+00:00 weekly"
    assert second.id.startswith("2026-12-02T10:00:00Z")
