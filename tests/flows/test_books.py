"""The books over the command line: what an approved invoice becomes, what the owner adds, and what an error stops."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock, as_local
from tests.flows.employee import mail, request

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tests.flows.employee import Employee


def today() -> date:
    return as_local(SystemClock().now()).date()


def invoiced(employee: Employee) -> None:
    """One invoice of 950.00 and 180.50 VAT, asked for by mail and approved."""
    employee.drop("mail.eml", mail(request()))
    employee.once()
    (note,) = employee.pending("invoice.create")
    employee.approve(note)
    employee.once()


def own_entry(employee: Employee, text: str) -> None:
    place = employee.vault / "Accounting" / "manual.beancount"
    place.write_text(place.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_an_invoice_is_earned_owed_and_paid(employee: Employee) -> None:
    assert "nothing" in employee.said("books")
    invoiced(employee)
    told = json.loads(employee.said("books", "--json"))
    assert told["revenue"] == {"Income:Services": {"EUR": "950.00"}}
    assert told["vat"]["VAT due"] == {"EUR": "180.50"}
    (owed,) = told["owed_to_you"]
    assert (owed["number"][-4:], owed["open"], owed["late_days"]) == ("0001", "1130.50", -14)
    own_entry(
        employee,
        f'\n{today()} * "Harbour Bakery" "paid ^{owed["number"].lower()}" ^{owed["number"].lower()}\n'
        f"  Assets:Bank:Checking  1130.50 EUR\n  {account_of(employee)}\n",
    )
    shown = employee.said("books", "--rows")
    assert "Checking" in shown
    assert "1,130.50 EUR" in shown
    assert "[Accounting/manual.beancount:" in shown
    assert json.loads(employee.said("books", "--json"))["owed_to_you"] == []
    assert employee.said("verify")


def account_of(employee: Employee) -> str:
    """The customer's account."""
    opened = next(line for line in employee.ledger().splitlines() if " open Assets:AR:" in line)
    return opened.split()[2]


def test_the_lines_for_the_tax_adviser_go_to_a_new_file_only(employee: Employee, tmp_path: Path) -> None:
    invoiced(employee)
    out = tmp_path / "books.csv"
    employee.said("books", "export", str(out))
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file, delimiter=";")]
    assert sum(float(each["amount"]) for each in rows) == 0
    assert {each["VAT rate"] for each in rows} == {"", "19"}
    out.write_text("something else", encoding="utf-8")
    assert employee.call("books", "export", str(out)).exit_code == 1
    assert out.read_text(encoding="utf-8") == "something else"
    assert employee.said("books", "export").count("INV-") >= len(rows)
    yesterday = str(today() - timedelta(days=1))
    assert len(employee.said("books", "export", "--from", f"{today().year}-01-01", "--to", yesterday).splitlines()) == 1


def test_no_figure_is_told_while_the_ledger_has_an_error(employee: Employee) -> None:
    invoiced(employee)
    own_entry(employee, f'\n{today()} * "Café" “smart quotes”\n  Expenses:Office  10.00 EUR\n  Assets:Cash\n')
    for words in (("books",), ("books", "--json"), ("books", "export")):
        refused = employee.call(*words)
        assert refused.exit_code == 1
        assert "Accounting/manual.beancount:" in refused.output
        assert "950.00" not in refused.output


@pytest.mark.parametrize("words", [("--from", "2026-02-01", "--to", "2026-01-01"), ("--from", "yesterday")])
def test_a_time_that_is_none_is_refused(employee: Employee, words: tuple[str, ...]) -> None:
    assert employee.call("books", *words).exit_code in {1, 2}
