"""A year of due times in three zones: exactly the right runs, by a count that knows nothing of cron."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agents.durability.journal import Journal
from agents.durability.run_rows import runs_of
from tests.durability.mortal import in_memory
from tests.watchers.samples import written
from tests.watchers.test_schedule_watcher import HEADER, note_down, take_in
from watchers.schedule_watcher import ScheduleWatcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from watchers.contract import Sweep

BEGIN, END = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# the words in the table, and on which days at what time the clock on the wall says so
JOBS: dict[str, tuple[tuple[int, int], Callable[[date], bool]]] = {
    "daily 02:15": ((2, 15), lambda day: day.year > 0),
    "weekdays 01:45": ((1, 45), lambda day: day.weekday() < 5),
    "every Sunday 02:30": ((2, 30), lambda day: day.weekday() == 6),
    "1st of the month 09:00": ((9, 0), lambda day: day.day == 1),
    "last day of the month 23:59": ((23, 59), lambda day: (day + timedelta(days=1)).day == 1),
    "first Monday of the month 00:00": ((0, 0), lambda day: day.weekday() == 0 and day.day <= 7),
}


def by_the_clock_on_the_wall(zone: str) -> dict[str, list[datetime]]:
    """Minute by minute: the first one of a day at which the clock on the wall shows the time, or has jumped past it."""
    told: set[tuple[str, date]] = set()
    found: dict[str, list[datetime]] = defaultdict(list)
    moment, here = BEGIN + MINUTE, ZoneInfo(zone)
    first_day = BEGIN.astimezone(here).date()
    while moment <= END:
        local = moment.astimezone(here)
        day, now = local.date(), (local.hour, local.minute)
        for words, (wanted, is_day) in JOBS.items():
            if now >= wanted and (words, day) not in told:
                told.add((words, day))
                past_already = day == first_day and wanted <= (BEGIN.astimezone(here).hour, 0)
                if is_day(day) and not past_already:
                    found[words].append(moment)
        moment += MINUTE
    return found


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_in_a_year_everything_runs_when_it_is_due_and_nothing_else_does(zone: str) -> None:
    rows = [f"| {words} | {words} | {zone} | once | x |\n" for words in JOBS]
    rows.append(f"| elapsed | every 12 hours | {zone} | once | x |\n")
    with in_memory() as room:
        root = room / "Vault"
        written(root / "Schedules.md", HEADER + "".join(rows), BEGIN)
        journal = Journal.open(room)
        take_in(root, journal, BEGIN)
        _sleep_until_due(ScheduleWatcher(root, journal, 0.0), journal)
        with journal.begin() as sql:
            ran = {words: [(row.due, row.state) for row in reversed(runs_of(sql, words))] for words in JOBS}
            elapsed = [row.due for row in reversed(runs_of(sql, "elapsed"))]
        journal.close()
    wanted = by_the_clock_on_the_wall(zone)
    assert ran == {words: [(due, "ran") for due in wanted[words]] for words in JOBS}
    assert len(ran["daily 02:15"]) in {365, 366}
    assert elapsed == [elapsed[0] + number * timedelta(hours=12) for number in range(730)]


def _sleep_until_due(watcher: ScheduleWatcher, journal: Journal) -> None:
    """A runner that wakes when the watcher says so, and at no other time."""
    now = BEGIN
    while now <= END:
        sweep: Sweep = watcher.scan(now)
        for event in sweep.events:
            assert event.run is not None
            assert event.run.due == now
            note_down(journal, event)
        assert sweep.next_due_s
        now += timedelta(seconds=sweep.next_due_s)
