"""Promises about scheduled jobs: each due time once, in the ledger and as a note, and nothing of it in silence."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.autonomy_orchestrator import Runner
from agents.autonomy.timetable import Ended
from agents.errors import NotAllowed
from tests.autonomy.house import Killed
from tests.autonomy.scheduled_house import ScheduledHouse
from tests.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import FrozenClock

HOUR_S, DAY_S = 3_600, 86_400
POST = "post | daily 13:00 | UTC | once | choose"
CHECK = "check | daily 13:00 | UTC | once | `verify`"


@pytest.fixture
def house(tmp_path: Path, clock: FrozenClock) -> Iterator[ScheduledHouse]:
    """A vault just made, whose runner keeps the schedule."""
    made = ScheduledHouse(tmp_path, clock)
    made.found()
    yield made
    made.close()


def seen(house: ScheduledHouse, *rows: str) -> ScheduledHouse:
    """The owner's table, first seen at noon."""
    house.jobs(*rows)
    house.once()
    return house


def test_a_request_becomes_a_task_once_each_time_it_is_due(house: ScheduledHouse, clock: FrozenClock) -> None:
    seen(house, POST)
    assert (house.tasks(), house.ledger("post"), house.run_notes()) == ([], [], [])
    for _ in range(2):
        clock.advance(HOUR_S)
        house.once()
        house.restart()
    (row,) = house.ledger("post")
    assert (row.state, row.due, row.started_at, row.task) == (
        "ran",
        NOON + timedelta(hours=1),
        "2026-11-23T13:00:00+00:00",
        house.the_task(),
    )
    assert house.run_notes() == [row.note]
    assert row.note.startswith("2026-11-23-run-post-")
    assert "the job `post` was due 2026-11-23 13:00." in house.text(house.the_task())
    assert house.happened(row.note) == ["schedule.ran"]
    assert house.is_sound()


def test_an_idle_run_with_jobs_changes_nothing(house: ScheduledHouse, clock: FrozenClock) -> None:
    seen(house, POST, CHECK)
    before = (house.git("log", "--format=%H"), house.happened())
    clock.advance(60)
    house.once()
    house.restart()
    assert (house.git("log", "--format=%H"), house.happened()) == before


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 9))
def test_killed_at_any_operation_a_due_time_is_neither_lost_nor_doubled(
    house: ScheduledHouse, clock: FrozenClock, number: int, *, after: bool
) -> None:
    seen(house, POST, CHECK)
    clock.advance(HOUR_S)
    house.start()
    house.store.kill_at, house.store.after = number, after
    try:
        house.once()
    except Killed:
        house.restart()
    assert len(house.tasks()) == 1
    assert (house.states("post"), house.states("check")) == (["ran"], ["ran"])
    assert house.run_notes() == sorted([house.ledger("post")[0].note, house.ledger("check")[0].note])
    assert house.is_sound()


def test_after_three_days_of_sleep_it_runs_once_and_says_that_it_is_late(
    house: ScheduledHouse, clock: FrozenClock
) -> None:
    seen(house, "post | every Tuesday 13:00 | UTC | once | choose", CHECK)
    clock.set(datetime(2026, 11, 27, 15, 0, tzinfo=UTC))
    house.restart()
    (row,) = house.ledger("post")
    assert (row.state, row.words) == ("late", "3 days 2 h late: nobody ran when it was due")
    assert row.words in house.text(house.the_task())
    assert row.words in house.dashboard()
    assert house.states("check") == [*["skipped"] * 4, "late"]
    assert len(house.done) == 1
    assert len(house.run_notes()) == 6
    assert house.is_sound()


def test_a_changed_row_counts_from_when_it_was_seen_and_a_changed_request_does_not_matter(
    house: ScheduledHouse, clock: FrozenClock
) -> None:
    seen(house, POST)
    clock.advance(2 * HOUR_S)
    house.jobs("post | daily 12:30 | UTC | once | choose")
    house.once()
    assert house.ledger("post") == []
    clock.advance(DAY_S)
    house.jobs("post | daily 12:30 | UTC | all | send lamp")
    house.once()
    assert house.states("post") == ["late"]
    assert "send lamp" in house.text(house.the_task())


def test_a_failing_job_stands_out_until_it_went_well_and_is_not_tried_in_a_loop(
    house: ScheduledHouse, clock: FrozenClock
) -> None:
    seen(house, CHECK, "idle | every Friday 07:00 | UTC | skip | `verify`")
    assert "| idle | every Friday 07:00 | never run yet |  | 2026-11-27 07:00 |" in house.dashboard()

    def broken() -> Ended:
        raise NotAllowed("the key is gone", hint="Restore it.")

    for verify in (lambda: Ended(well=False, words="chain: event 7"), broken):
        house.verify = verify
        clock.advance(DAY_S)
        house.once()
        house.once()
        house.restart()
    assert house.states("check") == ["failed", "failed"]
    assert len(house.done) == 2
    assert house.ledger("check")[-1].words.endswith("the key is gone Restore it.")
    assert len(house.alerts()) == 2
    assert "The job check failed: chain: event 7" in house.alerts()
    assert "> [!danger] check fails since 2026-11-23 13:00: 23 h late: nobody ran" in house.dashboard()
    house.verify = lambda: Ended(well=True, words="all holds")
    clock.advance(DAY_S)
    house.once()
    assert "fails since" not in house.dashboard()
    assert house.is_sound()


def test_a_built_in_job_whose_process_ends_is_done_again_and_told_once(
    house: ScheduledHouse, clock: FrozenClock
) -> None:
    seen(house, CHECK)

    def dies() -> Ended:
        raise Killed

    house.verify = dies
    clock.advance(HOUR_S)
    with pytest.raises(Killed):
        house.once()
    assert house.ledger("check") == []
    house.verify = lambda: Ended(well=True, words="all holds")
    house.restart()
    assert (house.states("check"), len(house.done), len(house.run_notes())) == (["ran"], 2, 1)


def test_bad_rows_are_named_once_and_again_when_they_come_back(house: ScheduledHouse, clock: FrozenClock) -> None:
    bad = "post | soon | UTC | once | choose"
    for rows in ((bad,), (bad,), (POST,), (bad, "x | soon | | | y")):
        house.jobs(*rows, CHECK)
        house.restart()
    assert len(house.alerts()) == 3
    assert all(each.startswith("Schedules.md, line ") for each in house.alerts())
    assert sum("line 4" in each for each in house.alerts()) == 2
    clock.advance(HOUR_S)
    house.once()
    assert house.states("check") == ["ran"]


def test_a_table_that_is_gone_or_cannot_be_read_changes_no_job(house: ScheduledHouse, clock: FrozenClock) -> None:
    seen(house, POST, CHECK)
    note = house.vault / "Schedules.md"
    good = note.read_bytes()
    note.unlink()
    house.once()
    note.write_bytes(b"# Jobs\n\xff\n")
    house.once()
    assert house.alerts() == ["Schedules.md, line 2: this is not UTF-8 text"]
    clock.advance(2 * HOUR_S)
    note.write_bytes(good)
    house.restart()
    assert (house.states("post"), house.states("check")) == (["late"], ["late"])


def test_a_table_that_is_being_written_is_waited_for(house: ScheduledHouse, clock: FrozenClock) -> None:
    house.quiet_s = 2.0
    house.start()
    house.jobs(CHECK)
    os.utime(house.vault / "Schedules.md", (clock.now().timestamp(),) * 2)
    house.places.begin()
    assert house.timetable.sweep().next_due_s is None
    assert house.places.unsettled_s == pytest.approx(2.0)
    clock.advance(2)
    assert house.timetable.sweep().next_due_s == HOUR_S - 2


@pytest.mark.parametrize("again", ["once", "restart"])
def test_a_clock_that_jumps_loses_nothing_and_doubles_nothing(
    house: ScheduledHouse, clock: FrozenClock, again: str
) -> None:
    seen(house, POST, CHECK)
    clock.advance(HOUR_S)
    house.once()
    clock.set(NOON)  # back before what was done
    house.once()
    clock.set(NOON + timedelta(days=9, hours=2))  # far ahead: one late run makes up for what is in between
    house.once()
    clock.set(NOON + timedelta(hours=3))
    getattr(house, again)()
    for _ in range(11):
        clock.advance(DAY_S)
        house.once()
    for job in ("post", "check"):
        assert [row.due.day for row in house.ledger(job)] == [*range(23, 31), *range(1, 5)]
        assert house.states(job)[0] == "ran"
        assert set(house.states(job)) == {"ran", "late"}
    assert len(house.tasks()) == 12
    assert len({row.task for row in house.ledger("post")}) == 12


def test_all_makes_up_a_hundred_runs_and_says_how_many_it_leaves_out(house: ScheduledHouse, clock: FrozenClock) -> None:
    seen(house, "post | 0 * * * * | UTC | all | choose")
    clock.advance(130 * HOUR_S)
    house.start()
    house.sweep()
    rows = house.ledger("post")
    assert [row.state for row in rows] == ["missed", *["late"] * 99, "ran"]
    assert len(house.tasks()) == len({row.task for row in rows[1:]}) == 100
    assert house.alerts() == ["The job post has too much to make up: 30 of its runs are left out."]
    assert rows[0].words == "nobody ran when it was due; this line stands for 30 runs up to then"
    assert house.sweep() == 0


def test_a_watching_run_wakes_when_a_job_is_due_and_a_single_one_does_not_wait(
    house: ScheduledHouse, clock: FrozenClock
) -> None:
    seen(house, POST, CHECK)
    assert clock.now() == NOON
    end, woken = threading.Event(), []

    def before_wait() -> None:
        woken.append(clock.now())
        if house.ledger("post"):
            end.set()

    Runner(house.recorder, replace(house.parts, before_wait=before_wait), scan_every_s=10 * HOUR_S).watch(end)
    assert woken[:2] == [NOON, NOON + timedelta(hours=1)]
    assert house.states("check") == ["ran"]


def test_a_lost_state_folder_begins_to_count_anew(house: ScheduledHouse, clock: FrozenClock) -> None:
    seen(house, POST)
    clock.advance(HOUR_S)
    house.once()
    house.stop()
    house.lose_state()
    clock.advance(HOUR_S)
    house.restart()
    assert house.ledger("post") == []
    clock.advance(DAY_S)
    house.once()
    assert house.states("post") == ["late"]
