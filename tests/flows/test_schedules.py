"""Schedules over the command line: the owner writes a row, and finds what became of every due time."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from agents.vault.note import Note, read_note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import FrozenClock
    from tests.flows.employee import Employee

ASKED = "Send Acme Ltd an invoice for 3 hours of consulting"
LETTER = f"| Monday letter | every Monday 08:00 | Europe/Berlin | once | {ASKED} |"


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The computer is in Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def write(employee: Employee, *rows: str) -> None:
    """The owner adds rows below the one that is there, and a run sees them."""
    note = employee.vault / "Schedules.md"
    text = note.read_text(encoding="utf-8")
    note.write_text(text.replace("`verify` |\n", "\n".join(("`verify` |", *rows, "")), 1), encoding="utf-8")
    employee.once()


def jobs(employee: Employee) -> dict[str, dict[str, object]]:
    told = json.loads(employee.said("schedules", "--json"))
    return {str(each["job"]): each for each in told["jobs"]}


def last(employee: Employee, job: str) -> dict[str, str]:
    found = jobs(employee)[job]["last"]
    assert isinstance(found, dict)
    return found


def run_notes(employee: Employee) -> dict[Path, Note]:
    notes = {path: read_note(path.read_text(encoding="utf-8")) for path in employee.notes("Schedules")}
    return {path: note for path, note in notes.items() if isinstance(note, Note)}


def test_a_job_of_the_owner_becomes_a_task_when_it_is_due_and_not_before(wall: FrozenClock, employee: Employee) -> None:
    write(employee, LETTER)
    assert jobs(employee)["Monday letter"]["last"] is None
    assert jobs(employee)["Monday letter"]["next"] == "2026-11-30T07:00:00+00:00"
    wall.set(datetime(2026, 11, 30, 6, 59, tzinfo=UTC))
    employee.once()
    assert [each for each in employee.notes("Schedules") if "letter" in each.name] == []
    wall.set(datetime(2026, 11, 30, 7, 1, tzinfo=UTC))
    assert "run-monday-letter" in employee.once()
    ran = last(employee, "Monday letter")
    assert (ran["state"], ran["due"]) == ("ran", "2026-11-30T07:00:00+00:00")
    (task,) = employee.vault.rglob(f"{ran['task']}.md")
    assert ASKED in task.read_text(encoding="utf-8")
    assert len(employee.questions()) == 1  # the playbook took it up, as it does with `ask`
    before = employee.said("log")
    employee.once()
    assert employee.said("log") == before
    assert "did a scheduled job in time: 2026-11-30-run-monday-letter" in before
    assert "All holds." in employee.said("verify")


def test_after_three_days_of_sleep_the_monday_job_runs_once_and_says_it_was_late(
    wall: FrozenClock, employee: Employee
) -> None:
    write(employee, LETTER)
    wall.set(datetime(2026, 12, 3, 10, 0, tzinfo=UTC))
    assert jobs(employee)["Monday letter"]["late"] is True
    assert "late: nobody runs" in employee.said("schedules")
    employee.once()
    employee.once()
    late = "3 days 3 h late: nobody ran when it was due"
    assert (last(employee, "Monday letter")["state"], last(employee, "Monday letter")["words"]) == ("late", late)
    assert jobs(employee)["Monday letter"]["late"] is False
    tasks = [path for path in employee.vault.rglob("2026-12-03-ask-*.md") if "Plans" not in path.parts]
    assert len(tasks) == 1
    assert late in tasks[0].read_text(encoding="utf-8")
    assert late in employee.said("schedules")
    assert late in (employee.vault / "Dashboard.md").read_text(encoding="utf-8")
    (note,) = (note for note in run_notes(employee).values() if note.properties["job"] == "Monday letter")
    assert note.properties["outcome"] == "late"
    assert note.properties["due"] == "2026-11-30T07:00:00"
    assert note.properties["task"] == f"[[{tasks[0].stem}]]"


def test_the_four_policies_over_a_week_without_the_employee(wall: FrozenClock, employee: Employee) -> None:
    write(
        employee,
        *(
            f"| {policy} | daily 06:00 | UTC | {policy} | {ASKED} |"
            for policy in ("skip", "once", "all", "within 3 hours", "within 6 hours")
        ),
    )
    wall.set(datetime(2026, 12, 3, 10, 0, tzinfo=UTC))
    employee.once()
    found: dict[str, list[str]] = {}
    for path in sorted(run_notes(employee)):
        properties = run_notes(employee)[path].properties
        found.setdefault(str(properties["job"]), []).append(str(properties["outcome"]))
    assert found == {
        "check of the record": ["late"],
        "Monday audit": ["late"],
        "Monday briefing": ["late"],
        "skip": ["skipped"] * 7,
        "once": ["skipped"] * 6 + ["late"],
        "all": ["late"] * 7,
        "within 3 hours": ["skipped"] * 6 + ["missed"],
        "within 6 hours": ["skipped"] * 6 + ["late"],
    }
    assert "All holds." in employee.said("verify")


def test_a_job_in_the_hour_that_comes_twice_or_not_at_all_runs_once(
    in_berlin: None, wall: FrozenClock, employee: Employee
) -> None:
    del in_berlin
    for begin, runs in (
        (datetime(2027, 3, 27, 12, 0, tzinfo=UTC), ["2027-03-28T01:00:00+00:00", "2027-03-29T00:30:00+00:00"]),
        (datetime(2027, 10, 30, 12, 0, tzinfo=UTC), ["2027-10-31T00:30:00+00:00", "2027-11-01T01:30:00+00:00"]),
    ):
        wall.set(begin)
        name = f"night {begin:%b}"
        write(employee, f"| {name} | daily 02:30 | | once | {ASKED} |")
        for due in runs:
            assert jobs(employee)[name]["next"] == due
            wall.set(datetime.fromisoformat(due) - timedelta(minutes=1))
            employee.once()
            assert jobs(employee)[name]["next"] == due
            wall.set(datetime.fromisoformat(due))
            employee.once()
            assert last(employee, name)["due"] == due


def test_a_bad_row_is_named_by_file_and_line_and_the_others_count(wall: FrozenClock, employee: Employee) -> None:
    write(employee, "| tea | now and then | | | make tea |", LETTER)
    words = "Schedules.md, line 14: 'now and then' is no time that can be read"
    assert words in employee.said("status")
    assert words in employee.said("schedules")
    (problem,) = json.loads(employee.said("schedules", "--json"))["problems"]
    assert (problem["file"], problem["line"]) == ("Schedules.md", 14)
    employee.once()
    assert len(employee.ids("needs_action")) == 1
    wall.set(datetime(2026, 11, 30, 7, 1, tzinfo=UTC))
    employee.once()
    assert last(employee, "Monday letter")["state"] == "ran"


def test_the_weekly_check_finds_what_does_not_hold_and_a_failing_job_is_never_quiet(
    wall: FrozenClock, employee: Employee
) -> None:
    employee.once()
    page = employee.vault / "Dashboard.md"
    assert "| check of the record | every Monday 07:00 | never run yet |" in page.read_text(encoding="utf-8")
    assert "never run yet" in employee.said("schedules")
    with closing(sqlite3.connect(employee.state / "journal.sqlite")) as journal, journal:
        journal.execute("UPDATE chain SET line = replace(line, 'vault.created', 'vault.changed') WHERE seq = 1")
    wall.set(datetime(2026, 11, 30, 7, 1, tzinfo=UTC))
    employee.once()
    first = last(employee, "check of the record")
    assert (first["state"], "event 1 in the journal does not have its digest" in first["words"]) == ("failed", True)
    assert "The job check of the record failed" in employee.said("status")
    assert f"> [!danger] check of the record fails since 2026-11-30 07:00: {first['words'][:9]}" in page.read_text(
        encoding="utf-8"
    )
    wall.set(datetime(2026, 12, 3, 7, 1, tzinfo=UTC))
    employee.once()
    assert jobs(employee)["check of the record"]["failing_since"] == "2026-11-30T07:00:00+00:00"
    assert "fails since Mon 2026-11-30 07:00" in employee.said("schedules")
    outcomes = {str(each.properties["job"]): each.properties["outcome"] for each in run_notes(employee).values()}
    assert outcomes == {"check of the record": "failed", "Monday audit": "late", "Monday briefing": "ran"}


def test_tidying_up_is_a_job_too(wall: FrozenClock, employee: Employee) -> None:
    write(employee, "| tidy | daily 10:00 | UTC | skip | `tidy` |")
    wall.advance(3_600)
    employee.once()
    tidied = last(employee, "tidy")
    assert (tidied["state"], tidied["words"].startswith("removed 0 files")) == ("ran", True)
    assert "All holds." in employee.said("verify")


def test_a_vault_without_jobs_says_so(wall: FrozenClock, employee: Employee) -> None:
    del wall
    (employee.vault / "Schedules.md").unlink()
    employee.once()
    assert "No jobs. Write one into Schedules.md." in employee.said("schedules")
    assert "## Schedules" not in (employee.vault / "Dashboard.md").read_text(encoding="utf-8")
    (employee.vault / "Schedules.md").write_bytes(b"\xff")
    assert "Schedules.md, line 1: this is not UTF-8 text" in employee.said("schedules")


def test_every_run_stands_in_the_base(wall: FrozenClock, employee: Employee) -> None:
    write(employee, LETTER)
    wall.set(datetime(2026, 12, 3, 10, 0, tzinfo=UTC))
    employee.once()
    base = yaml.safe_load((employee.vault / "Schedules.base").read_text(encoding="utf-8"))
    assert base["filters"] == {"and": ['file.ext == "md"', 'type == "schedule_run"']}
    columns = {each.removeprefix("note.") for each in base["properties"] if each.startswith("note.")}
    for note in run_notes(employee).values():
        assert note.properties["type"] == "schedule_run"
        assert columns <= set(note.properties)
