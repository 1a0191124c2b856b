"""Promises about due times that nobody was there for: the owner's table decides, and none is passed over in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.durability.due_runs import IN_TIME, MANY, Run, decide, render_run, span
from agents.durability.due_times import Window, due_between
from agents.durability.run_rows import RunRow
from agents.durability.schedule_table import Job, read_schedule
from agents.vault.note import Note, read_note
from agents.vault.outline import lines_outside_fences

if TYPE_CHECKING:
    from agents.durability.run_rows import State

SEVEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DAYS = [SEVEN - timedelta(days=back) for back in (2, 1, 0)]
HEADER = "| job | when | time zone | if missed | what |\n| --- | --- | --- | --- | --- |\n"


def job(if_missed: str, when: str = "daily 07:00", name: str = "post") -> Job:
    (made,) = read_schedule(f"{HEADER}| {name} | {when} | UTC | {if_missed} | do it |\n").jobs
    return made


def states(if_missed: str, late: timedelta) -> list[State]:
    return [run.state for run in decide(job(if_missed), Window(tuple(DAYS)), SEVEN + late)]


@pytest.mark.parametrize(
    ("if_missed", "in_time", "late"),
    [
        ("skip", ["skipped", "skipped", "ran"], ["skipped", "skipped", "skipped"]),
        ("once", ["skipped", "skipped", "ran"], ["skipped", "skipped", "late"]),
        ("all", ["late", "late", "ran"], ["late", "late", "late"]),
        ("within 2 hours", ["skipped", "skipped", "ran"], ["skipped", "skipped", "late"]),
        ("within 30 minutes", ["skipped", "skipped", "ran"], ["skipped", "skipped", "missed"]),
    ],
)
def test_the_table_decides_about_missed_runs(if_missed: str, in_time: list[State], late: list[State]) -> None:
    assert states(if_missed, timedelta()) == in_time
    assert states(if_missed, IN_TIME) == in_time
    assert states(if_missed, timedelta(hours=1)) == late


def test_every_run_that_was_not_in_time_says_why() -> None:
    runs = decide(job("once"), Window(tuple(DAYS)), SEVEN + timedelta(days=3, hours=2, minutes=5))
    assert [run.words for run in runs] == [
        *["nobody ran when it was due; a later run stands for it"] * 2,
        "3 days 2 h late: nobody ran when it was due",
    ]
    (missed,) = decide(job("within 1 day"), Window((SEVEN,)), SEVEN + timedelta(days=2))
    assert (missed.state, missed.words) == ("missed", "nobody ran when it was due, and the table says within 1 day")


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=6), "6 min"),
        (timedelta(hours=1, minutes=59, seconds=59), "1 h 59 min"),
        (timedelta(days=1, minutes=7), "1 day 7 min"),
        (timedelta(days=3, hours=1, minutes=7), "3 days 1 h"),
    ],
)
def test_how_late_is_told_in_two_units(age: timedelta, words: str) -> None:
    assert span(age) == words


@pytest.mark.parametrize(("if_missed", "left_out"), [("all", 900), ("once", 0), ("skip", 0)])
def test_more_than_can_be_made_up_is_told_in_one_line(if_missed: str, left_out: int) -> None:
    every_hour = job(if_missed, "0 * * * *")
    window = due_between(every_hour.when, every_hour.zone, SEVEN - timedelta(hours=1_000), SEVEN, MANY)
    first, *rest = decide(every_hour, window, SEVEN)
    assert (first.state, first.left_out, first.is_wanted) == ("missed", left_out, False)
    assert first.words == "nobody ran when it was due; this line stands for 900 runs up to then"
    assert first.due == SEVEN - timedelta(hours=MANY)
    assert [run.due for run in rest] == list(window.newest)
    assert sum(run.is_wanted for run in rest) == (MANY if if_missed == "all" else 1)


@given(
    st.sampled_from(["skip", "once", "all", "within 2 hours"]),
    st.lists(st.integers(0, 10_000), unique=True, max_size=8),
)
def test_every_due_time_has_one_run_in_order_and_only_all_makes_up_more_than_one(
    if_missed: str, minutes_ago: list[int]
) -> None:
    dues = tuple(SEVEN - timedelta(minutes=each) for each in sorted(minutes_ago, reverse=True))
    runs = decide(job(if_missed), Window(dues), SEVEN)
    assert tuple(run.due for run in runs) == dues
    wanted = [run for run in runs if run.is_wanted]
    assert all(run.words for run in runs if run.state != "ran")
    assert len(wanted) <= (len(dues) if if_missed == "all" else 1)


ROW = RunRow("post", SEVEN.isoformat(), "late", SEVEN.isoformat(), SEVEN.isoformat(), "1 h late", "a-task", "a-note")


def test_a_note_tells_one_run_in_flat_properties() -> None:
    note = read_note(render_run(ROW))
    assert isinstance(note, Note)
    assert note.properties == {
        "id": "a-note",
        "type": "schedule_run",
        "job": "post",
        "due": "2026-11-23T07:00:00",
        "outcome": "late",
        "started": "2026-11-23T07:00:00",
        "ended": "2026-11-23T07:00:00",
        "task": "[[a-task]]",
        "tags": ("run",),
    }
    assert note.body == "# post: late\n\nDue 2026-11-23 07:00. 1 h late.\n\nIt became the task [[a-task]].\n"
    missed = read_note(render_run(replace(ROW, state="missed", started_at="", task="", words="")))
    assert isinstance(missed, Note)
    assert (missed.properties["started"], missed.properties["task"]) == ("", "")
    assert missed.body == "# post: missed\n\nDue 2026-11-23 07:00.\n"


@given(st.text(max_size=60), st.text(max_size=100))
def test_no_name_and_no_words_change_the_structure_of_a_note(name: str, words: str) -> None:
    def structure(row: RunRow) -> list[str]:
        return [line.text[:2] for line in lines_outside_fences(render_run(row)) if line.text[:1] in "#->|`"]

    assert structure(replace(ROW, job=name or "x", words=words)) == structure(ROW)


def test_runs_know_whether_the_job_is_to_be_done() -> None:
    wanted = {state for state in ("ran", "late", "missed", "failed", "skipped") if Run("a", SEVEN, state).is_wanted}
    assert wanted == {"ran", "late"}
