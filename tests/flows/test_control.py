"""The owner takes the work in hand over the command line and in notes: each word of control, absence, reasons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.flows.employee import Employee, mail, request
from tests.flows.programs import command_line, started
from tests.flows.steps import BOOKED, done_note, only, proposed_invoice, proposed_mail

if TYPE_CHECKING:
    from pathlib import Path

WAYS = ["command", "note"]


def task_of(employee: Employee) -> Path:
    """The note of the one task that is in progress."""
    return employee.vault / "In_Progress/runner" / f"{only(employee.ids('in_progress'))}.md"


def say(employee: Employee, word: str, task: Path, way: str) -> None:
    """A word about one task, by command or as `control:` in its note."""
    if way == "command":
        assert f"Recorded: {word} {task.stem}" in employee.said(word, task.stem)
        return
    text = task.read_text(encoding="utf-8")
    said = re.sub(r"(?m)^control:.*$", f"control: {word}", text)
    task.write_text(said if said != text else text.replace("---\n", f"---\ncontrol: {word}\n", 1), encoding="utf-8")


def sound(employee: Employee) -> None:
    result = employee.call("verify")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("way", WAYS)
def test_pause_and_resume_of_one_task(employee: Employee, way: str) -> None:
    invoice = proposed_invoice(employee)
    task = task_of(employee)
    say(employee, "pause", task, way)
    employee.once()
    employee.approve(invoice)
    assert f"{task.stem} is paused" in employee.once()
    assert not re.search(BOOKED, employee.ledger())
    assert employee.status()["paused"] == [task.stem]
    assert f"{task.stem} is paused" in employee.said("status")
    assert "you paused" in employee.said("log", task.stem)
    say(employee, "resume", task, way)
    employee.once()
    assert re.search(BOOKED, employee.ledger())
    assert employee.status()["paused"] == []
    sound(employee)


@pytest.mark.parametrize("way", WAYS)
def test_pause_and_resume_of_everything(employee: Employee, way: str) -> None:
    employee.approve(proposed_invoice(employee))
    note = employee.vault / "PAUSE.md"
    employee.said("pause") if way == "command" else note.write_text("", encoding="utf-8")
    employee.drop("second.eml", mail(request(), number=2))
    assert "Everything is paused" in employee.once()
    assert not re.search(BOOKED, employee.ledger())
    assert (employee.status()["paused_all"], len(employee.ids("needs_action"))) == (True, 1)
    assert "Everything is paused" in (employee.vault / "Dashboard.md").read_text(encoding="utf-8")
    employee.said("resume") if way == "command" else note.unlink()
    employee.once()
    assert re.search(BOOKED, employee.ledger())
    assert len(employee.pending("invoice.create")) == 1
    sound(employee)


@pytest.mark.parametrize("way", WAYS)
def test_skip_leaves_out_the_mail_and_the_task_ends_with_what_was_skipped(employee: Employee, way: str) -> None:
    letter = proposed_mail(employee)
    task = task_of(employee)
    say(employee, "skip", task, way)
    employee.once()
    assert (employee.outbox(), employee.ids("pending_approval"), employee.ids("in_progress")) == ([], [], [])
    assert "withdrawn; nothing was done" in done_note(employee, letter)
    assert re.search(r"done: nothing is left to do; you left out: .*billing", done_note(employee, task))
    employee.once()
    assert employee.ids("pending_approval") == []
    sound(employee)


@pytest.mark.parametrize("way", WAYS)
def test_skip_of_a_question_never_asks_it_again(employee: Employee, way: str) -> None:
    employee.drop("r.eml", mail("Hello,\n\nplease send us the invoice for the consulting.\n\nThank you,\nAcme Ltd"))
    employee.once()
    only(employee.questions())
    task = task_of(employee)
    say(employee, "skip", task, way)
    employee.once()
    employee.once()
    assert (employee.questions(), employee.ids("in_progress")) == ([], [])
    assert "you left out: How many hours" in done_note(employee, task)
    sound(employee)


@pytest.mark.parametrize("way", WAYS)
def test_retry_proposes_again_what_failed(employee: Employee, way: str) -> None:
    invoice = proposed_invoice(employee)
    handbook = employee.vault / "Company_Handbook.md"
    kept = handbook.read_text(encoding="utf-8")
    handbook.write_text(
        kept.replace("Studio Example", "工房"), encoding="utf-8"
    )  # the invoice's font has no such letters
    employee.approve(invoice)
    employee.once()
    asked = only(employee.questions())
    assert "Shall it be proposed again?" in asked.read_text(encoding="utf-8")
    handbook.write_text(kept, encoding="utf-8")
    say(employee, "retry", task_of(employee), way)
    employee.once()
    assert employee.questions() == []
    employee.approve(only(employee.pending("invoice.create")))
    employee.once()
    assert len(re.findall(BOOKED, employee.ledger())) == 1
    sound(employee)


@pytest.mark.parametrize("way", WAYS)
def test_cancel_ends_a_task_and_an_approved_effect_that_is_not_begun(employee: Employee, way: str) -> None:
    invoice = proposed_invoice(employee)
    task = task_of(employee)
    stop = employee.vault / "STOP.md"
    stop.write_text("", encoding="utf-8")
    employee.approve(invoice)
    employee.once()
    say(employee, "cancel", task, way)
    employee.once()
    stop.unlink()
    employee.once()
    assert not re.search(BOOKED, employee.ledger())
    assert "cancelled by owner" in done_note(employee, task)
    assert "withdrawn; nothing was done" in done_note(employee, invoice)
    assert employee.ids("in_progress") == []
    again = employee.call("cancel", task.stem)
    assert (again.exit_code, "this task is done already" in again.output) == (2, True)
    sound(employee)


def test_an_id_that_is_no_open_task_ends_with_2_and_says_which_one_is_meant(employee: Employee) -> None:
    invoice = proposed_invoice(employee)
    for word in ("pause", "resume", "skip", "retry", "cancel"):
        nowhere = employee.call(word, "2026-11-23-nothing-0000")
        assert (nowhere.exit_code, "no task has this id" in nowhere.output) == (2, True)
        proposal = employee.call(word, invoice.stem)
        assert proposal.exit_code == 2
        assert f"this belongs to the task {task_of(employee).stem}" in proposal.output


def test_resume_of_a_task_says_when_everything_is_paused(employee: Employee) -> None:
    proposed_invoice(employee)
    employee.said("pause")
    employee.once()
    assert "Everything is paused as well" in employee.said("resume", task_of(employee).stem)


@pytest.mark.parametrize("way", WAYS)
def test_drain_ends_a_watching_run_with_0_and_the_next_run_lifts_it(employee: Employee, way: str) -> None:
    proposed_invoice(employee)
    note = employee.vault / "DRAIN.md"
    with started(employee, *command_line(employee, "run")) as run:
        run.until(lambda: "Watching" in run.said())
        if way == "command":
            assert "the runner carries it out now" in employee.said("drain")
        else:
            note.write_text("", encoding="utf-8")
        assert run.ends() == 0
        assert "Drained: what was begun is done" in run.said()
    employee.drop("second.eml", mail(request(), number=2))
    assert "this one takes in new tasks again" in employee.once()
    assert (len(employee.pending("invoice.create")), note.exists()) == (2, False)
    assert employee.status()["draining"] is False
    sound(employee)


def test_drain_where_nothing_runs_is_no_order_for_later(employee: Employee) -> None:
    assert "nothing to drain" in employee.said("drain")
    proposed_invoice(employee)


def test_a_word_nobody_knows_is_answered_in_the_note(employee: Employee) -> None:
    proposed_invoice(employee)
    task = task_of(employee)
    say(employee, "halt", task, "note")
    employee.once()
    assert 'control: "halt" is no word I know here; write one of pause, resume, skip, retry, cancel' in task.read_text(
        "utf-8"
    )
    sound(employee)


def test_the_reason_of_a_no_reaches_the_next_turn(employee: Employee) -> None:
    invoice = proposed_invoice(employee)
    employee.said("reject", invoice.stem, "--reason", "we agreed on 90 an hour")
    employee.once()
    asked = only(employee.questions()).read_text(encoding="utf-8")
    assert "we agreed on 90 an hour" in asked.replace("\\", "")
    employee.said("answer", only(employee.questions()).stem, "90 EUR per hour")
    employee.once()
    again = only(employee.pending("invoice.create")).read_text(encoding="utf-8")
    assert "90.00" in again


def test_while_the_owner_is_away_a_proposal_waits_longer(employee: Employee) -> None:
    proposal = proposed_invoice(employee).stem
    before = expiry(employee)
    goals = employee.vault / "Business_Goals.md"
    text = goals.read_text(encoding="utf-8")
    goals.write_text(text.replace("---\n", f"---\naway: {before[:10]}..{before[:10]}\n", 1), encoding="utf-8")
    employee.once()
    assert expiry(employee) > before
    assert "the time you are away does not count" in employee.said("why", proposal)
    goals.write_text(text.replace("---\n", "---\naway: soon\n", 1), encoding="utf-8")
    employee.once()
    assert "Business_Goals.md, line 2" in employee.said("status")


def expiry(employee: Employee) -> str:
    """When the one proposal there is expires."""
    pending = employee.status()["pending_approval"]
    assert isinstance(pending, list)
    return str(only(pending)["expires"])
