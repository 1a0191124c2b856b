"""While an assistant's session goes on, a yes needs a proof: as a moved note, a ticked box, or typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.durability.assistant_sessions import Session, add_session
from agents.durability.journal import Journal
from tests.flows.steps import only, proposed_invoice
from tests.flows.test_proof import enrolled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

HELD = "an assistant's session (Claude Code) goes on"
NOW = datetime.now(UTC)  # noqa: TID251 - compared with the times of files, which no clock of ours sets
HOUR = timedelta(hours=1)


def session(employee: Employee, *, began: datetime = NOW - HOUR, ended: datetime | None = None) -> None:
    """A session of Claude Code, as the plugin's guard notes it."""
    journal = Journal.open(employee.state)
    with journal.begin() as sql:
        add_session(sql, Session("s1", 0, "", began, ended or NOW, ended))
    journal.close()


def alerts(employee: Employee) -> str:
    return " ".join(each.read_text(encoding="utf-8") for each in employee.notes("Needs_Action"))


def lies_in(employee: Employee, folder: str, note: Path) -> bool:
    return (employee.vault / folder / note.name).is_file()


def test_a_moved_note_stays_where_it_is_and_the_owner_is_told_why(employee: Employee) -> None:
    note = proposed_invoice(employee)
    session(employee)
    employee.approve(note)
    employee.once()
    assert lies_in(employee, "Approved", note)
    assert "Acme" not in employee.ledger()
    assert HELD in alerts(employee)
    assert only(employee.ids("pending_approval"))


@pytest.mark.parametrize("words", ["approve: true", "decision: approve"])
def test_a_tick_in_the_note_is_held_too(employee: Employee, words: str) -> None:
    note = proposed_invoice(employee)
    session(employee)
    name = words.partition(":")[0]
    text = note.read_text(encoding="utf-8")
    lines = [each for each in text.splitlines(keepends=True) if not each.startswith(f"{name}:")]
    note.write_text("".join([lines[0], f"{words}\n", *lines[1:]]), encoding="utf-8")
    employee.once()
    assert "Acme" not in employee.ledger()
    assert HELD in alerts(employee)


def test_a_yes_of_a_session_that_has_ended_does_not_count_later_either(employee: Employee) -> None:
    note = proposed_invoice(employee)
    employee.approve(note)
    session(employee, ended=NOW + HOUR)
    employee.once()
    assert "Acme" not in employee.ledger()
    session(employee, ended=NOW - HOUR / 2)
    employee.once()
    assert "Acme" in employee.ledger()


def test_a_code_in_the_note_or_with_the_command_counts(employee: Employee) -> None:
    codes = enrolled(employee)
    note = proposed_invoice(employee)
    session(employee)
    refused = employee.call("approve", note.stem)
    assert refused.exit_code == 1
    assert HELD in refused.output
    employee.said("approve", note.stem, "--code", codes[0])
    employee.once()
    assert "Acme" in employee.ledger()


def test_a_typed_yes_from_before_the_guard_noted_the_session_is_refused_by_the_runner(employee: Employee) -> None:
    note = proposed_invoice(employee)
    employee.said("approve", note.stem)
    session(employee)
    employee.once()
    assert "Acme" not in employee.ledger()
    assert HELD in alerts(employee)


def test_a_no_needs_no_proof_and_an_edit_is_held(employee: Employee) -> None:
    note = proposed_invoice(employee)
    session(employee)
    text = note.read_text(encoding="utf-8")
    assert 'quantity: "10"' in text
    note.write_text(text.replace('quantity: "10"', 'quantity: "1000"'), encoding="utf-8")
    employee.approve(note)
    employee.once()
    assert HELD in alerts(employee)
    (employee.vault / "Approved" / note.name).rename(employee.vault / "Rejected" / note.name)
    employee.once()
    assert employee.ids("pending_approval") == []
