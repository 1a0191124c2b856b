"""Proof codes over the command line: enrol, say yes to what is of high risk, rotate, lose, revoke, lock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.flows.steps import done_note, only, proposed_invoice

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

WRONG = "10000001"


@pytest.fixture
def credit(employee: Employee) -> Path:
    """Undoing an invoice over 1,130.50 EUR: money is forgiven above the limit, so it is of high risk."""
    invoice = proposed_invoice(employee)
    employee.approve(invoice)
    employee.once()
    employee.said("undo", invoice.stem)
    employee.once()
    return only(employee.pending("invoice.credit"))


def enrolled(employee: Employee, *words: str) -> list[str]:
    """The codes of the list that the command prints."""
    said = employee.said("proof", "enrol", *words)
    assert "not shown again" in said
    return [each.replace(" ", "") for _, each in sorted(re.findall(r"(\d+)  (\d{4} \d{4})", said), key=_place)]


def _place(found: tuple[str, str]) -> int:
    return int(found[0])


def credited(employee: Employee) -> bool:
    return bool(re.search(r"(?m)^  Assets:AR:Acme-Ltd +-1130\.50 EUR", employee.ledger()))


def doctor(employee: Employee) -> str:
    return only([line for line in employee.said("doctor").splitlines() if line.lstrip().startswith("proof")])


def test_what_is_of_high_risk_waits_for_a_code_in_the_note(employee: Employee, credit: Path) -> None:
    assert "off" in doctor(employee)
    employee.approve(credit)
    employee.once()
    assert not credited(employee)
    codes = enrolled(employee)
    assert "24 unused codes on list 1" in doctor(employee)
    note = employee.vault / "Approved" / credit.name
    text = note.read_text(encoding="utf-8")
    note.write_text(text.replace("\ncode:", f"\ncode: {codes[2]}"), encoding="utf-8")
    employee.once()
    assert credited(employee)
    assert codes[2] not in done_note(employee, credit)
    assert "proof     code 3 of list 1, given with the note" in employee.said("why", credit.stem)
    assert "23 unused codes on list 1" in doctor(employee)
    assert "you made a new list of codes" in employee.said("log")
    assert "All holds" in employee.said("verify")


def test_the_command_takes_a_code_too_and_asks_for_it(employee: Employee, credit: Path) -> None:
    without = employee.call("approve", credit.stem)
    assert without.exit_code == 1
    assert "proof enrol" in without.output
    codes = enrolled(employee)
    wrong = employee.call("approve", credit.stem, "--code", WRONG)
    assert wrong.exit_code == 1
    assert "5 more wrong ones lock" in wrong.output
    employee.once()
    assert not credited(employee)
    assert "Recorded" in employee.said("approve", credit.stem, "--code", f"{codes[0][:4]} {codes[0][4:]}")
    employee.once()
    assert credited(employee)
    assert "given with the request" in employee.said("why", credit.stem)
    assert employee.call("approve", credit.stem, "--code", codes[1]).exit_code == 2
    for told in (employee.said("log"), employee.said("status", "--all"), employee.said("why", credit.stem)):
        assert codes[0] not in told


def test_six_wrong_codes_lock_and_alert(employee: Employee, credit: Path) -> None:
    codes = enrolled(employee)
    said = [employee.call("approve", credit.stem, "--code", WRONG).output for _ in range(6)]
    assert "locked until" in said[-1]
    right = employee.call("approve", credit.stem, "--code", codes[0])
    assert right.exit_code == 1
    assert "no code is looked at until" in right.output
    employee.once()
    alerts = [each.read_text(encoding="utf-8") for each in employee.notes("Needs_Action") if "-alert-" in each.name]
    assert any("all codes are locked until" in text for text in alerts)
    assert "locked" in doctor(employee)
    assert not credited(employee)


def test_a_list_is_replaced_with_a_code_and_a_lost_one_only_after_a_day(employee: Employee, credit: Path) -> None:
    first = enrolled(employee)
    assert employee.call("proof", "enrol").exit_code == 1
    assert employee.call("proof", "enrol", "--code", WRONG).exit_code == 1
    second = enrolled(employee, "--code", first[0])
    assert employee.call("approve", credit.stem, "--code", first[1]).exit_code == 1
    third = enrolled(employee, "--lost")
    assert employee.call("approve", credit.stem, "--code", second[0]).exit_code == 1
    early = employee.call("approve", credit.stem, "--code", third[0])
    assert early.exit_code == 1
    assert "counts from" in early.output
    employee.once()
    alerts = [each.read_text(encoding="utf-8") for each in employee.notes("Needs_Action") if "-alert-" in each.name]
    assert any("without a code of the old one" in text for text in alerts)
    assert not credited(employee)


def test_a_list_that_is_taken_back_approves_nothing_more(employee: Employee, credit: Path) -> None:
    codes = enrolled(employee)
    assert employee.call("proof", "revoke", "--code", WRONG).exit_code == 1
    assert "void" in employee.said("proof", "revoke", "--code", codes[0])
    assert employee.call("approve", credit.stem, "--code", codes[1]).exit_code == 1
    assert employee.call("proof", "revoke", "--code", codes[1]).exit_code == 1
    employee.once()
    assert not credited(employee)
    assert "you took the list of codes back" in employee.said("log")
