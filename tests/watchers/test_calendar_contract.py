"""Promises of the calendar's watcher on a real server, also over a line that is cut or falls silent."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.connectors.calendar.account import place_of
from agents.connectors.calendar.connecting import keep_account
from agents.connectors.calendar.reader import Source
from tests.clock import NOON
from tests.connectors.calendar.calendar_room import context_in, fresh_calendar, ics
from tests.standins.unsteady_proxy import UnsteadyProxy
from tests.watchers.contract import SourceContract
from watchers.calendar_watcher import CalendarWatcher, open_watcher
from watchers.contract import Sweep, WatcherContext
from watchers.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext
    from tests.autonomy.house import House
    from tests.clock import FrozenClock
    from tests.standins.radicale_server import RadicaleServer
    from watchers.contract import Watcher

PATIENCE_S = 60.0
EVERY_S = 300.0


@dataclass
class Planner:
    """The owner's calendar behind a line, and everything that watches it."""

    house: House
    server: RadicaleServer
    line: UnsteadyProxy
    keeping: ConnectorContext
    calendar: str
    wake: threading.Event = field(default_factory=threading.Event)

    def connect(self, **changed: str) -> None:
        """The answers are kept; the calendar is looked for on the server."""
        behind = {"url": f"https://localhost:{self.line.port}/", "calendars": self.calendar}
        keep_account(self.keeping, self.server.answers() | behind | changed)

    def patient_for(self, seconds: float) -> None:
        """The account as it is, with so much time for an answer; still the same connection."""
        place = place_of(self.keeping.state)
        kept = json.loads(place.read_bytes()) | {"timeout_s": seconds}
        place.write_text(json.dumps(kept), encoding="utf-8")

    def watcher(self) -> CalendarWatcher:
        """A watcher as a fresh process makes it."""
        return open_watcher(
            WatcherContext(
                root=self.house.vault,
                quiet_s=0,
                journal=self.house.journal,
                wake=self.wake,
                calendar=Source(self.keeping.state, self.keeping.secrets.get, self.house.clock),
                calendar_every_s=EVERY_S,
                meeting_hours=72,
            )
        )

    def put(self, number: int) -> None:
        """A meeting with somebody, more than a day ahead."""
        start = NOON + timedelta(hours=30, minutes=number)
        when = f"DTSTART:{start:%Y%m%dT%H%M%SZ}", "DURATION:PT30M"
        who = "ORGANIZER:mailto:anna@client.example", "ATTENDEE:mailto:owner@studio.example"
        self.server.put(self.calendar, f"m{number}", ics(*when, f"SUMMARY:Meeting {number}", *who, uid=f"m{number}"))

    def look(self, watcher: Watcher, now: datetime = NOON) -> Sweep:
        """Scans until the server has answered what it is asked."""
        while True:
            self.wake.clear()
            sweep = watcher.scan(now)
            if sweep.unsettled_s is None:
                return sweep
            assert self.wake.wait(PATIENCE_S)
            for each in threading.enumerate():
                if each.name == "calendar":
                    each.join(PATIENCE_S)

    def file(self, sweep: Sweep) -> None:
        """What intake does."""
        Intake(self.house.recorder, self.house.blobs).file(*sweep.events)


@pytest.fixture
def planner(house: House, radicale: RadicaleServer, tmp_path: Path, clock: FrozenClock) -> Iterator[Planner]:
    place = tmp_path / "planner"
    place.mkdir()
    with UnsteadyProxy(radicale.port) as line:
        opened = Planner(house, radicale, line, context_in(place, clock), fresh_calendar(radicale))
        opened.connect()
        yield opened


class TestCalendar(SourceContract):
    """A meeting with somebody is the event; that a task tells of it clears it."""

    @pytest.fixture(autouse=True)
    def _opened(self, planner: Planner) -> None:
        self.planner = planner

    @pytest.fixture
    def root(self) -> Path:
        """The vault into which the tasks go."""
        return self.planner.house.vault

    def watcher(self, root: Path) -> CalendarWatcher:
        del root
        return self.planner.watcher()

    def happen(self, root: Path, number: int, at: datetime) -> None:
        del root, at
        self.planner.put(number)

    def filed(self, root: Path, sweep: Sweep) -> None:
        del root
        self.planner.file(sweep)

    def look(self, watcher: Watcher, now: datetime) -> Sweep:
        return self.planner.look(watcher, now)

    def look_for_more(self, watcher: Watcher, now: datetime) -> Sweep:
        return self.planner.look(watcher, now + timedelta(seconds=EVERY_S))

    def test_an_empty_source_is_an_empty_sweep(self, root: Path) -> None:
        sweep = replace(self.look(self.watcher(root), NOON), next_due_s=None)
        assert sweep == Sweep()


def test_a_line_cut_anywhere_tells_of_no_meeting_wrongly(planner: Planner) -> None:
    """Half an answer is none: nothing that was told is taken for cancelled, and what is new comes when it can."""
    watcher = planner.watcher()
    for number in range(3):
        planner.put(number)
    planner.file(planner.look(watcher))
    planner.put(3)
    asked_at, troubles, seen = NOON, 0, []
    for more in range(0, 12_000, 400):
        planner.line.bytes_until_cut = more
        asked_at += timedelta(seconds=EVERY_S)
        sweep = planner.look(watcher, asked_at)
        troubles += len(sweep.left)
        seen += [event.subject for event in sweep.events]
    assert troubles > 3
    assert {*seen} <= {"Meeting 3"}
    planner.line.bytes_until_cut = None
    asked_at += timedelta(seconds=EVERY_S)
    assert [event.subject for event in planner.look(watcher, asked_at).events] == ["Meeting 3"]


def test_a_line_that_falls_silent_is_given_up_and_asked_again(planner: Planner) -> None:
    planner.patient_for(0.3)
    watcher = planner.watcher()
    planner.put(1)
    planner.line.stalled = True
    (left,) = planner.look(watcher).left
    assert left.path == "Calendar"
    planner.line.stalled = False
    planner.patient_for(PATIENCE_S)
    again = planner.look(watcher, NOON + timedelta(seconds=EVERY_S))
    assert [event.subject for event in again.events] == ["Meeting 1"]
