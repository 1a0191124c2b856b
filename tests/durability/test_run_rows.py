"""Promises about the ledger: one row for each due time, and what the clock did wrong is put right."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.durability.due_runs import look
from agents.durability.journal import Journal
from agents.durability.run_rows import (
    RunRow,
    count_until,
    failing_since,
    keep_jobs,
    known_jobs,
    runs_of,
    set_back,
    tried_at,
    write_run,
)
from agents.durability.schedule_table import read_schedule
from tests.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.durability.due_runs import Run
    from agents.durability.run_rows import State
    from agents.durability.schedule_table import Job

HOUR = timedelta(hours=1)
HEADER = "| job | when | time zone | if missed | what |\n| --- | --- | --- | --- | --- |\n"
(JOB,) = read_schedule(f"{HEADER}| post | 30 * * * * | UTC | once | do it |\n").jobs


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Connection]:
    journal = Journal.open(tmp_path)
    with journal.begin() as connection:
        yield connection
    journal.close()


def run(hour: int, state: State, job: str = "post") -> RunRow:
    due = (NOON + hour * HOUR).isoformat()
    return RunRow(job, due, state, due, due, "words", "", f"note-{hour}")


def noted(sql: Connection, job: Job, *, hours: float) -> tuple[Run, ...]:
    """What is due so many hours after noon, written down as the runner does."""
    due = look(sql, job, NOON + hours * HOUR)
    assert due is not None
    for each in due.runs:
        write_run(sql, RunRow(job.name, each.due.isoformat(), each.state, "", each.due.isoformat(), "", "", "note"))
        count_until(sql, job.name, each.due)
    return due.runs


def test_due_times_of_a_job_count_from_when_it_was_first_seen(sql: Connection) -> None:
    assert look(sql, JOB, NOON) is None
    keep_jobs(sql, {"post": JOB.definition}, NOON)
    assert known_jobs(sql)["post"].counted_until == NOON
    assert noted(sql, JOB, hours=0.25) == ()
    assert [each.due for each in noted(sql, JOB, hours=0.5)] == [NOON + 0.5 * HOUR]
    keep_jobs(sql, {"post": JOB.definition}, NOON + HOUR)
    assert known_jobs(sql)["post"].counted_until == NOON + 0.5 * HOUR


def test_a_changed_job_counts_anew_and_one_that_is_gone_is_forgotten(sql: Connection) -> None:
    keep_jobs(sql, {"post": "old", "gone": "x"}, NOON)
    assert look(sql, JOB, NOON + HOUR) is None
    keep_jobs(sql, {"post": JOB.definition}, NOON + 5 * HOUR)
    assert {name: row.seen_at for name, row in known_jobs(sql).items()} == {"post": NOON + 5 * HOUR}
    assert noted(sql, JOB, hours=5.4) == ()


def test_a_due_time_has_one_row(sql: Connection) -> None:
    write_run(sql, run(1, "missed"))
    write_run(sql, run(1, "ran"))
    write_run(sql, run(0, "late"))
    write_run(sql, run(1, "ran", job="other"))
    assert [(row.due, row.state) for row in runs_of(sql, "post")] == [(NOON + HOUR, "ran"), (NOON, "late")]
    assert runs_of(sql, "post", 1) == (run(1, "ran"),)
    assert tried_at(sql, "post", [NOON, NOON + HOUR, NOON + 2 * HOUR]) == {NOON, NOON + HOUR}


def test_a_job_fails_until_it_went_well_whatever_was_missed_between(sql: Connection) -> None:
    assert failing_since(sql, "post") is None
    states: list[State] = ["failed", "ran", "failed", "skipped", "failed", "missed"]
    for hour, state in enumerate(states):
        write_run(sql, run(hour, state))
    assert failing_since(sql, "post") == run(2, "failed")
    write_run(sql, run(6, "late"))
    assert failing_since(sql, "post") is None


def test_a_clock_that_was_ahead_costs_no_run_and_doubles_none(sql: Connection) -> None:
    keep_jobs(sql, {"post": JOB.definition, "other": "x"}, NOON)
    ahead = noted(sql, JOB, hours=3)
    assert [(each.due, each.state) for each in ahead] == [
        (NOON + 0.5 * HOUR, "skipped"),
        (NOON + 1.5 * HOUR, "skipped"),
        (NOON + 2.5 * HOUR, "late"),
    ]
    assert noted(sql, JOB, hours=0) == ()
    set_back(sql, NOON)
    assert known_jobs(sql)["other"].counted_until == NOON
    assert [(each.due, each.state) for each in noted(sql, JOB, hours=0.5)] == [(NOON + 0.5 * HOUR, "ran")]
    assert [(each.due, each.state) for each in noted(sql, JOB, hours=2.6)] == [(NOON + 1.5 * HOUR, "late")]
    assert noted(sql, JOB, hours=3) == ()
    assert [row.state for row in runs_of(sql, "post")] == ["late", "late", "ran"]
