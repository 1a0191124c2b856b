"""Bills over the command line: what the owner asks to be paid becomes a file for their bank, once, with their proof."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.connectors.payment.test_credit_transfer import SCHEMA, texts
from tests.faults.failpoints import run_until, steps_of
from tests.flows.steps import done_note, only
from tests.flows.test_bank import IBAN
from tests.flows.test_books import own_entry, today
from tests.flows.test_proof import enrolled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

THEIRS = "DE02120300000000202051"
BILL = f"BILL-{today().year}-0001"


@pytest.fixture
def owing(employee: Employee) -> Employee:
    """An owner with an account, and a bill of 119.00 that they wrote into their books."""
    handbook = employee.vault / "Company_Handbook.md"
    text = handbook.read_text(encoding="utf-8")
    assert "| iban | |" in text
    handbook.write_text(text.replace("| iban | |", f"| iban | {IBAN} |"), encoding="utf-8")
    own_entry(
        employee,
        "\n2000-01-01 open Liabilities:AP:Paper\n2000-01-01 open Expenses:Paper\n"
        f'{today()} * "Paper" "P-100" #bill\n  number: "{BILL}"\n  due: {today()}\n  reference: "P-100"\n'
        "  Expenses:Paper  119.00 EUR\n  Liabilities:AP:Paper\n",
    )
    return employee


def files(employee: Employee) -> list[Path]:
    return sorted((employee.vault / "Accounting" / "Payments").rglob("*.xml"))


def prepared(employee: Employee, *words: str) -> Path:
    """The proposal of a payment that was asked for."""
    employee.said("books", "pay", BILL, *words)
    employee.once()
    return only(employee.pending("payment.prepare"))


def test_a_bill_is_paid_by_a_file_that_needs_a_proof(owing: Employee) -> None:
    assert "bills are paid by files in Accounting/Payments" in owing.said("doctor")
    note = prepared(owing, "--to", "DE02 1203 0000 0000 2020 51")
    text = note.read_text(encoding="utf-8")
    assert "# Prepare a payment of 119.00 EUR to Paper, DE02 1203 0000 0000 2020 51, P-100?" in text
    assert "risk: high" in text
    assert "know no account of Paper" in text
    owing.approve(note)
    owing.once()
    assert files(owing) == []
    code = enrolled(owing)[0]
    owing.said("approve", note.stem, "--code", code)
    owing.once()
    content = only(files(owing)).read_bytes()
    SCHEMA.validate(content.decode())
    assert texts(content, "IBAN") == [IBAN, THEIRS]
    assert texts(content, "CtrlSum") == ["119.00", "119.00"]
    assert "nothing is sent" in done_note(owing, note)
    owing.once()
    assert only(files(owing)).read_bytes() == content
    owing.said("books", "pay", BILL, "--to", THEIRS)
    owing.once()
    assert owing.pending("payment.prepare") == []
    assert "All holds" in owing.said("verify")


@pytest.mark.timeout(600)
def test_killed_twice_anywhere_after_the_yes_there_is_one_file(
    owing: Employee, tmp_path_factory: pytest.TempPathFactory
) -> None:
    note = prepared(owing, "--to", THEIRS)
    owing.said("approve", note.stem, "--code", enrolled(owing)[0])
    start = tmp_path_factory.mktemp("start") / "room"
    shutil.copytree(owing.room, start, symlinks=True)
    steps = steps_of(owing)
    whole = only(files(owing)).name

    def killed_at(last: int) -> bool:
        for each in owing.room.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        shutil.copytree(start, owing.room, symlinks=True, dirs_exist_ok=True)
        return run_until(owing, last).killed

    links = (at for at, name in enumerate(steps) if name == "os.link")
    named = next(at for at in links if killed_at(at + 1) and files(owing))  # the one that gives the file its name
    found = set()  # how many steps come before it goes by chance, by a few: both sides of it are to be met
    for last in sorted({*range(named - 6, named + 7, 2), *range(0, len(steps), max(1, len(steps) // 3))}):
        assert killed_at(last), (last, steps[last])
        found.add(len(files(owing)))
        run_until(owing, last)
        assert run_until(owing, len(steps) * 2).code == 0
        assert only(files(owing)).name == whole, (last, steps[last])
        SCHEMA.validate(only(files(owing)).read_text(encoding="utf-8"))
        assert "## Receipt" in done_note(owing, note)
    assert found == {0, 1}
    assert "All holds" in owing.said("verify")


def test_what_cannot_be_read_is_no_payment(owing: Employee) -> None:
    for words in (("BILL-1",), (BILL, "--to", "somebody"), (BILL, "--amount", "1.190")):
        refused = owing.call("books", "pay", *words)
        assert refused.exit_code == 1
        assert "cannot be read" in refused.output
    owing.said("books", "pay", BILL, "--to", THEIRS, "--amount", "120", "--on", f"{today()}")
    owing.once()
    assert owing.pending("payment.prepare") == []
    assert "more than the 119.00 EUR open" in "".join(each.read_text(encoding="utf-8") for each in owing.notes("Done"))


def test_an_account_that_is_not_known_is_asked_for(owing: Employee) -> None:
    owing.said("books", "pay", BILL)
    owing.once()
    question = only(owing.questions())
    owing.said("answer", question.stem, THEIRS)
    owing.once()
    assert "DE02 1203" in only(owing.pending("payment.prepare")).read_text(encoding="utf-8")
