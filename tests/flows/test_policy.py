"""The owner's rules over the command line: stricter at once, easier with a proof, earned, and taken back."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from agents.security.one_time_codes import code_of, step_at
from tests.flows.employee import mail, request
from tests.flows.steps import only, proposed_invoice
from tests.flows.test_proof import WRONG, enrolled
from tests.flows.test_proof_kinds import NOON, Studio

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clock import FrozenClock
    from tests.flows.employee import Employee

HEADER = "\n## Permissions\n\n| who | may | what | when | then |\n| --- | --- | --- | --- | --- |\n"
STRICTER = "| | | invoices | above 1,000 EUR | ask with proof |"
EASIER = "| owner | | credit notes | up to 2,000 EUR | ask |"


def handbook(employee: Employee, *rows: str) -> None:
    """The owner writes the table of permissions, below what is there."""
    note = employee.vault / "Company_Handbook.md"
    before = note.read_text(encoding="utf-8").partition(HEADER)[0]
    note.write_text(before + HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def waits(employee: Employee) -> str:
    """The id of the change that waits, or empty."""
    found = json.loads(employee.said("policy", "--json"))["waits"] or {"id": ""}
    return str(found["id"])


def version(employee: Employee) -> int:
    return int(json.loads(employee.said("policy", "--json"))["version"])


def risk_of(note: Path) -> str:
    return str(only(re.findall(r"(?m)^risk: (\w+)$", note.read_text(encoding="utf-8"))))


@pytest.fixture
def credit(employee: Employee) -> Path:
    """Undoing an invoice over 1,130.50 EUR: of high risk by the built-in rules."""
    invoice = proposed_invoice(employee)
    employee.approve(invoice)
    employee.once()
    employee.said("undo", invoice.stem)
    employee.once()
    return only(employee.pending("invoice.credit"))


def test_what_asks_for_more_is_in_force_at_once(employee: Employee) -> None:
    assert risk_of(proposed_invoice(employee)) == "medium"
    assert version(employee) == 1
    handbook(employee, STRICTER)
    told = employee.said("policy", "check")
    assert "in force at once" in told
    assert "1 of 1 proposals would have been decided otherwise" in told
    employee.once()
    assert (version(employee), waits(employee)) == (2, "")
    employee.drop("second.eml", mail(request(), number=2))
    employee.once()
    assert sorted(risk_of(each) for each in employee.pending("invoice.create")) == ["high", "medium"]
    assert "above 1,000 EUR" in employee.said("policy")
    assert "All holds" in employee.said("verify")


def test_what_makes_it_easier_waits_and_the_right_code_puts_it_in_force(employee: Employee, credit: Path) -> None:
    assert risk_of(credit) == "high"
    handbook(employee, EASIER)
    employee.once()
    change = waits(employee)
    note = (employee.vault / "Needs_Action" / f"{change}.md").read_text(encoding="utf-8")
    assert "credit notes up to 2,000 EUR" in note.replace("\\", "")
    assert f"| [[{credit.stem}]] | after a yes with a proof" in note
    assert credit.stem in employee.said("policy", "check")
    assert change in employee.said("status")
    without = employee.call("policy", "confirm")
    assert (without.exit_code, "proof enrol" in without.output) == (1, True)
    none = employee.call("policy", "confirm", "--code", WRONG)
    assert (none.exit_code, "proof enrol" in none.output) == (1, True)
    codes = enrolled(employee)
    wrong = employee.call("policy", "confirm", "--code", WRONG)
    assert (wrong.exit_code, "5 more wrong ones lock" in wrong.output) == (1, True)
    employee.once()
    assert (version(employee), waits(employee)) == (1, change)
    assert "Recorded" in employee.said("policy", "confirm", "--code", codes[0])
    employee.once()
    assert (version(employee), waits(employee)) == (2, "")
    assert "code 1 of list 1" in employee.said("policy")
    assert "The handbook says what is in force" in employee.said("policy", "check")
    told = employee.said("log")
    assert f"you confirmed the change of the rules {change}" in told
    assert codes[0] not in told
    assert employee.call("policy", "confirm", "--code", codes[1]).exit_code == 1
    assert "All holds" in employee.said("verify")


def test_until_it_is_confirmed_the_rules_of_before_decide(employee: Employee, credit: Path) -> None:
    handbook(employee, EASIER)
    employee.approve(credit)
    employee.once()
    employee.once()
    assert not re.search(r"(?m)^  Assets:AR:Acme-Ltd +-1130\.50 EUR", employee.ledger())
    handbook(employee)
    employee.once()
    assert (version(employee), waits(employee)) == (1, "")


def test_six_wrong_codes_lock_also_here(employee: Employee) -> None:
    employee.once()
    handbook(employee, EASIER)
    employee.once()
    codes = enrolled(employee)
    said = [employee.call("policy", "confirm", "--code", WRONG).output for _ in range(6)]
    assert "locked until" in said[-1]
    assert employee.call("policy", "confirm", "--code", codes[0]).exit_code == 1
    employee.once()
    assert version(employee) == 1


def test_bad_rows_are_named_and_the_check_says_so(employee: Employee) -> None:
    employee.once()
    handbook(employee, "| owner | | credit notes | sometimes | ask |")
    told = employee.call("policy", "check")
    assert (told.exit_code, "Company_Handbook.md, line" in told.output) == (1, True)
    (employee.vault / "Company_Handbook.md").unlink()
    gone = employee.call("policy", "check")
    assert (gone.exit_code, "cannot be read" in gone.output) == (1, True)


def test_nothing_waits_before_the_first_run(employee: Employee) -> None:
    assert "built in" in employee.said("policy")
    nothing = employee.call("policy", "confirm", "--code", WRONG)
    assert (nothing.exit_code, "no change of the rules waits" in nothing.output) == (1, True)


@pytest.fixture
def wall(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """The clock that every command looks at."""
    monkeypatch.setattr(SystemClock, "now", lambda _self: clock.now())
    return clock


def asked(employee: Employee, number: int) -> list[Path]:
    """A customer asks for an invoice; the proposals of invoices that wait then."""
    employee.drop(f"request-{number}.eml", mail(request(), number=number))
    employee.once()
    return employee.pending("invoice.create")


def test_a_rule_is_earned_put_in_with_a_proof_and_taken_back_by_one_no(employee: Employee, wall: FrozenClock) -> None:
    note = employee.vault / "Company_Handbook.md"
    limit = "| money that leaves or is forgiven | 500 EUR |\n"
    text = note.read_text(encoding="utf-8")
    assert limit in text
    note.write_text(text.replace(limit, f"{limit}| offer a rule after | 2 unchanged yes |\n"), encoding="utf-8")
    for number in (1, 2):
        employee.approve(only(asked(employee, number)))
        employee.once()
    offers = [each.read_text("utf-8") for each in employee.notes("Needs_Action") if "-alert-" in each.name]
    (row,) = re.findall(r"(?m)^\| owner .*allow \|$", "\n".join(offers))
    assert (
        row == "| owner | approve | invoice.create | up to 1,130.50 EUR and at most 2 a day and to Acme Ltd | allow |"
    )
    wall.advance(25 * 3_600)
    handbook(employee, row)
    employee.approve(only(asked(employee, 3)))  # until it is confirmed, a yes is needed as ever
    employee.once()
    employee.said("policy", "confirm", "--code", enrolled(employee)[0])
    wall.advance(25 * 3_600)
    assert asked(employee, 4) == []
    assert len(re.findall(r"(?m)^  Assets:AR:Acme-Ltd +1130\.50 EUR", employee.ledger())) == 4
    (employee.vault / "STOP.md").write_text("", encoding="utf-8")
    asked(employee, 5)
    allowed = only([each for each in employee.notes("Pending_Approval") if "invoice-create" in each.name])
    allowed.rename(employee.vault / "Rejected" / allowed.name)
    (employee.vault / "STOP.md").unlink()
    employee.once()
    assert "taken back since your no" in employee.said("policy")
    only(asked(employee, 6))
    assert len(re.findall(r"(?m)^  Assets:AR:Acme-Ltd +1130\.50 EUR", employee.ledger())) == 4
    assert "took rule-" in employee.said("log")
    assert "All holds" in employee.said("verify")


def test_every_proposal_and_every_answer_says_under_which_policy(employee: Employee) -> None:
    waiting = proposed_invoice(employee)
    employee.said("approve", waiting.stem)
    employee.once()
    told = [
        json.loads(line)
        for log in sorted(employee.vault.glob("Logs/*.jsonl"))
        for line in log.read_bytes().splitlines()
    ]
    found = {each["action_type"]: each["parameters"].get("policy") for each in told if each["target"] == waiting.stem}
    digest = json.loads(employee.said("policy", "--json"))["digest"]
    assert digest
    assert found["proposal.filed"] == found["proposal.approved"] == digest


def test_a_code_of_an_app_confirms_too_in_the_note_and_by_command(tmp_path: Path) -> None:
    studio = Studio(tmp_path).at(NOON)
    studio.init()
    secret = studio.app(NOON)
    for minutes, limit in ((1, "2,000"), (3, "3,000")):
        handbook(studio, f"| owner | | credit notes | up to {limit} EUR | ask |")
        at = NOON + timedelta(minutes=minutes)
        studio.at(at)
        studio.once()
        change, code = waits(studio), code_of(secret, step_at(at))
        if minutes == 1:
            note = studio.vault / "Needs_Action" / f"{change}.md"
            note.write_text(note.read_text(encoding="utf-8").replace("\ncode:", f"\ncode: '{code}'"), encoding="utf-8")
        else:
            studio.said("policy", "confirm", "--code", code)
        studio.once()
        assert not waits(studio)
    assert version(studio) == 3


def test_a_bad_row_is_told_at_once_with_its_line_and_once(employee: Employee) -> None:
    handbook(employee, "| owner | | invoices | some day | ask |")
    employee.once()
    employee.once()
    told = [text for each in employee.notes("Needs_Action") if "'some day' is" in (text := each.read_text("utf-8"))]
    assert len(told) == 1
    assert "Company_Handbook.md, line" in told[0]
