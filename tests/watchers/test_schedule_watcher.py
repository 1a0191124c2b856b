"""Promises of `Schedules.md`: a due time is one event until it is in the ledger, and an idle look costs nothing."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.durability.journal import Journal
from agents.durability.run_rows import RunRow, count_until, keep_jobs, write_run
from agents.durability.schedule_table import Schedule, read_schedule_note
from tests.clock import NOON
from tests.watchers.contract import QUIET_S, WatcherContract
from tests.watchers.samples import LONG_AGO, written
from watchers.contract import Event, OriginKind, WatcherContext
from watchers.schedule_watcher import ScheduleWatcher, open_watcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

HEADER = "# Jobs\n| job | when | time zone | if missed | what |\n| --- | --- | --- | --- | --- |\n"
SINCE = LONG_AGO


def take_in(root: Path, journal: Journal, now: datetime = SINCE) -> None:
    """What the runner does with a changed table."""
    found = read_schedule_note(root)
    assert isinstance(found, Schedule)
    with journal.begin() as sql:
        keep_jobs(sql, {job.name: job.definition for job in found.jobs}, now)


def note_down(journal: Journal, event: Event) -> None:
    """What intake does with an event."""
    assert event.run is not None
    run, at = event.run, NOON.isoformat()
    with journal.begin() as sql:
        write_run(sql, RunRow(run.job, run.due.isoformat(), run.state, at, at, run.words, "", "note"))
        count_until(sql, run.job, run.due)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path)
    yield opened
    opened.close()


class TestSchedule(WatcherContract):
    """A due time of a row is the event; the ledger clears it."""

    @pytest.fixture(autouse=True)
    def _opened(self, journal: Journal) -> None:
        self.journal = journal

    def watcher(self, root: Path) -> ScheduleWatcher:
        return open_watcher(WatcherContext(root, QUIET_S, self.journal))

    def happen(self, root: Path, number: int, at: datetime) -> None:
        note = root / "Schedules.md"
        before = note.read_text(encoding="utf-8") if note.exists() else HEADER
        written(note, f"{before}| job {number} | 23rd of the month 11:30 | UTC | once | remind Acme |\n", at)
        take_in(root, self.journal)

    def clear(self, root: Path, event: Event) -> None:
        assert (root / event.origin).is_file()
        note_down(self.journal, event)


def schedule(root: Path, *rows: str, at: datetime = LONG_AGO) -> None:
    written(root / "Schedules.md", HEADER + "".join(f"{row}\n" for row in rows), at)


def test_a_due_time_is_the_owners_request_and_says_how_late_it_is(tmp_path: Path, journal: Journal) -> None:
    schedule(
        tmp_path, "| post | daily 11:30 | UTC | once | remind Acme |", "| check | daily 11:30 | UTC | | `verify` |"
    )
    take_in(tmp_path, journal)
    sweep = ScheduleWatcher(tmp_path, journal, QUIET_S).scan(NOON)
    (event,) = sweep.events
    assert (event.kind, event.source, event.sender_name, event.text) == ("ask", "schedule", "owner", "remind Acme")
    assert event.source_id == "post 2026-11-23T11:30:00+00:00"
    assert event.occurred_at == NOON - timedelta(minutes=30)
    assert (event.origin, event.origin_kind, event.origin_sha256) == ("Schedules.md", OriginKind.OTHER, "")
    assert event.run is not None
    assert (event.run.state, event.run.words) == ("late", "30 min late: nobody ran when it was due")
    assert sweep.next_due_s == timedelta(hours=23.5).total_seconds()


def test_a_job_that_the_runner_has_not_seen_yet_is_looked_at_again(tmp_path: Path, journal: Journal) -> None:
    schedule(tmp_path, "| post | daily 11:30 | UTC | once | remind Acme |")
    watcher = ScheduleWatcher(tmp_path, journal, QUIET_S)
    assert (watcher.scan(NOON).events, watcher.scan(NOON).next_due_s) == ((), None)
    take_in(tmp_path, journal)
    assert len(watcher.scan(NOON).events) == 1


@contextmanager
def untouched(journal: Journal) -> Iterator[None]:
    """Nothing in here may read the journal."""
    journal.begin = None  # type: ignore[method-assign, assignment]
    yield
    del journal.begin


def test_until_something_is_due_a_look_reads_neither_note_nor_journal(tmp_path: Path, journal: Journal) -> None:
    schedule(tmp_path, "| post | daily 13:00 | UTC | once | x |", "| past | daily 11:30 | UTC | once | y |")
    take_in(tmp_path, journal)
    watcher = ScheduleWatcher(tmp_path, journal, QUIET_S)
    note_down(journal, watcher.scan(NOON).events[0])
    assert watcher.scan(NOON).next_due_s == 3_600
    with untouched(journal):
        assert watcher.scan(NOON + timedelta(minutes=50)).next_due_s == 600
    assert [event.text for event in watcher.scan(NOON + timedelta(hours=1)).events] == ["x"]


def test_a_clock_set_back_and_another_table_are_looked_at(tmp_path: Path, journal: Journal) -> None:
    schedule(tmp_path, "| post | daily 13:00 | UTC | once | x |")
    take_in(tmp_path, journal)
    watcher = ScheduleWatcher(tmp_path, journal, QUIET_S)
    assert watcher.scan(NOON).next_due_s == 3_600
    assert watcher.scan(NOON - timedelta(minutes=10)).next_due_s == 4_200
    schedule(tmp_path, "| post | daily 12:30 | UTC | once | x |", at=LONG_AGO + timedelta(minutes=1))
    take_in(tmp_path, journal)
    assert watcher.scan(NOON).next_due_s == 1_800


def test_a_table_whose_jobs_are_all_over_waits_for_nothing(tmp_path: Path, journal: Journal) -> None:
    schedule(tmp_path)
    watcher = ScheduleWatcher(tmp_path, journal, QUIET_S)
    assert watcher.scan(NOON).next_due_s is None
    with untouched(journal):
        assert watcher.scan(NOON + timedelta(days=9)).next_due_s is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"x" * 1_000_001, "the file has "), (b"# Jobs\n\xff\n", "line 2: this is not UTF-8 text")],
)
def test_a_note_that_cannot_be_read_is_said(tmp_path: Path, journal: Journal, content: bytes, reason: str) -> None:
    written(tmp_path / "Schedules.md", content)
    (left,) = ScheduleWatcher(tmp_path, journal, QUIET_S).scan(NOON).left
    assert (left.path, left.reason.startswith(reason)) == ("Schedules.md", True)
