"""A task's priority is kept, and its virtual arrival lets nothing starve."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.durability import statements
from agents.durability.journal import Journal
from agents.durability.priorities import HEAD_START, priorities_of, set_priority, virtual_arrival
from agents.durability.schema import PRIORITIES
from agents.durability.task_persistence import add_task
from tests.durability.test_rows import TASK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

LONGEST = max(HEAD_START.values()) - min(HEAD_START.values())
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
ARRIVALS = st.tuples(MOMENTS, st.sampled_from(sorted(HEAD_START)))


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Connection]:
    journal = Journal.open(tmp_path)
    with journal.begin() as connection:
        for number in range(3):
            add_task(connection, replace(TASK, id=f"task-{number}"))
        yield connection
    journal.close()


def test_a_priority_is_kept_until_another_is_set_and_normal_needs_no_row(sql: Connection) -> None:
    set_priority(sql, "task-0", "urgent")
    set_priority(sql, "task-1", "low")
    assert priorities_of(sql, ["task-0", "task-1", "task-2"]) == {
        "task-0": "urgent",
        "task-1": "low",
        "task-2": "normal",
    }
    set_priority(sql, "task-0", "high")
    set_priority(sql, "task-1", "normal")
    assert [tuple(row) for row in sql.execute(PRIORITIES.select())] == [
        ("task-0", "high", "2026-11-23T04:00:00+00:00"),
    ]


def test_any_number_of_tasks_can_be_asked_for(sql: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MANY", 1)
    set_priority(sql, "task-2", "urgent")
    assert priorities_of(sql, ["task-0", "task-2"]) == {"task-0": "normal", "task-2": "urgent"}
    assert priorities_of(sql, []) == {}


def test_a_journal_that_begins_anew_knows_no_priorities(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        add_task(sql, TASK)
        set_priority(sql, TASK.id, "urgent")
    journal.begin_anew(tmp_path / "kept.sqlite", {})
    with journal.begin() as sql:
        assert sql.execute(PRIORITIES.select()).all() == []
    journal.close()


@given(MOMENTS, st.floats(0, 24 * 3600 - 1))
def test_of_one_day_the_more_urgent_comes_first_whenever_it_came(day: datetime, later_s: float) -> None:
    later = day + timedelta(seconds=later_s)
    assert virtual_arrival(later, "urgent") < virtual_arrival(day, "high") < virtual_arrival(day, "normal")
    assert virtual_arrival(later, "normal") < virtual_arrival(day, "low")


@given(ARRIVALS, ARRIVALS)
def test_nobody_is_overtaken_by_what_comes_more_than_eight_days_later(
    first: tuple[datetime, str], second: tuple[datetime, str]
) -> None:
    overtaken = second[0] > first[0] and virtual_arrival(*second) < virtual_arrival(*first)
    assert not (overtaken and second[0] - first[0] > HEAD_START[second[1]] - HEAD_START[first[1]])
    assert not (overtaken and second[0] - first[0] > LONGEST)
    assert timedelta(days=8) == LONGEST


@given(st.lists(ARRIVALS, min_size=1, max_size=60), st.integers(1, 100))
def test_every_task_is_taken_after_no_more_than_those_before_it_and_those_of_eight_days(
    arrivals: list[tuple[datetime, str]], hours_each: int
) -> None:
    """One is taken every so many hours, from those that are there: no task waits for more than that, however urgent."""
    coming, waiting = sorted(arrivals), list[tuple[datetime, datetime]]()
    taken: list[tuple[datetime, datetime]] = []
    step, now = timedelta(hours=hours_each), coming[0][0]
    while coming or waiting:
        now += step
        while coming and coming[0][0] <= now:
            waiting.append((virtual_arrival(*coming[0]), coming.pop(0)[0]))
        if waiting:
            waiting.remove(first := min(waiting))
            taken.append((first[1], now))
    for came, left in taken:
        ahead = [other for other, at in taken if came < at < left]
        assert all(other <= came + LONGEST for other in ahead)
        assert left - came <= step * (len(ahead) + 1)


def test_an_unknown_priority_counts_as_normal() -> None:
    assert virtual_arrival(datetime(2026, 11, 23, tzinfo=UTC), "blue") == datetime(2026, 11, 23, tzinfo=UTC)
