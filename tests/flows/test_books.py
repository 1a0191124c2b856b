"""The books over the command line: what an approved invoice becomes, what the owner adds, and what an error stops."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.book_facts import credits_that_wait
from agents.autonomy.book_mistakes import MAX_NOTES
from agents.autonomy.conditions import Conditions
from agents.clock import SystemClock, as_local
from agents.durability.journal import looking
from agents.reasoning.brain import Condition
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
    assert "no profile sage" in employee.call("books", "export", "--as", "sage").output
    assert employee.said("books", "export", "--as", "quickbooks").count("Accounts Receivable (A/R)") == 1
    assert "No account of theirs is known for Assets:AR" in employee.call("books", "export", "--as", "xero").output
    chart = employee.vault / "Accounting" / "accounts.beancount"
    codes = {"Income:Services": "8200", "Liabilities:VAT:Output": "1770"}
    text = chart.read_text(encoding="utf-8") + '2000-01-01 open Assets:AR\n  datev: "10000"\n'
    for account, code in codes.items():
        text = text.replace(f"open {account}\n", f'open {account}\n  datev: "{code}"\n')
    chart.write_text(text, encoding="utf-8")
    batch = tmp_path / "EXTF_books.csv"
    employee.said("books", "export", str(batch), "--as", "datev", "--adviser", "29098", "--client", "55003")
    head, _, row = batch.read_bytes().decode("cp1252").splitlines()
    assert head.startswith('"EXTF";700;21;')
    assert row.startswith('1130,50;"S";"EUR";;;;10000;8200;"3";')
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


def told_of(employee: Employee) -> list[str]:
    """The notes about mistakes in the books that wait for the owner."""
    notes = (each.read_text(encoding="utf-8") for each in employee.notes("Needs_Action"))
    return [each for each in notes if "Your books have an error" in each]


def test_each_error_of_the_books_is_one_note_until_it_is_mended(employee: Employee) -> None:
    place = employee.vault / "Accounting" / "manual.beancount"
    good = place.read_text(encoding="utf-8")
    employee.once()
    assert told_of(employee) == []
    own_entry(employee, f'\n{today()} * "Shop" "nails"\n  Expenses:Nowhere  10.00 EUR\n  Assets:Cash\n')
    own_entry(employee, f'\n{today()} * "Shop" "glue"\n  Expenses:Office  10,00 EUR\n  Assets:Cash\n')
    employee.once()
    notes = told_of(employee)
    assert len(notes) == 2
    text = place.read_text(encoding="utf-8").splitlines()
    assert any(f"manual.beancount, line {text.index('  Expenses:Office  10,00 EUR') + 1}" in each for each in notes)
    assert any("Write amounts with a point" in each for each in notes)
    place.write_text(f"; a line above\n{place.read_text(encoding='utf-8')}", encoding="utf-8")
    employee.once()
    assert told_of(employee) == notes  # the same two, though they moved
    mended = place.read_text(encoding="utf-8").replace("10,00", "10.00")
    place.write_text(mended, encoding="utf-8")
    employee.once()
    (left,) = told_of(employee)
    assert "Nowhere" in left
    place.write_text(good, encoding="utf-8")
    employee.once()
    assert told_of(employee) == []
    done = [each.read_text(encoding="utf-8") for each in employee.notes("Done")]
    assert sum("mended" in each and "Your books have an error" in each for each in done) == 2
    own_entry(employee, f'\n{today()} * "Shop" "nails"\n  Expenses:Nowhere  10.00 EUR\n  Assets:Cash\n')
    employee.once()
    assert len(told_of(employee)) == 1  # it came again
    assert employee.said("verify")


def test_a_note_that_the_owner_deleted_stays_away_and_a_flood_is_capped(employee: Employee) -> None:
    entry = f'\n{today()} * "Shop" "nails"\n  Expenses:Nowhere  10.00 EUR\n  Assets:Cash\n'
    own_entry(employee, entry * (MAX_NOTES + 5))
    employee.once()
    notes = [each for each in employee.notes("Needs_Action") if "-alert-" in each.name]
    assert len(notes) == MAX_NOTES
    notes[0].unlink()
    own_entry(employee, "; nothing\n")
    employee.once()
    assert len(told_of(employee)) == MAX_NOTES - 1


def test_a_line_of_an_invoice_is_credited_and_the_rest_stays_owed(employee: Employee) -> None:
    invoiced(employee)
    (owed,) = json.loads(employee.said("books", "--json"))["owed_to_you"]
    number = owed["number"]
    assert "cannot be read" in employee.call("books", "credit", "4711").output
    employee.said("books", "credit", number, "--net", "50.00", "--rate", "19", "--why", "goodwill")
    employee.once()
    (note,) = employee.pending("invoice.credit")
    text = note.read_text(encoding="utf-8")
    for words in (f"Credit 59.50 EUR of invoice {number}", "goodwill", "left of the invoice | 1,071.00 EUR"):
        assert words in text
    waits = Condition("credited", number)
    with looking(employee.state) as sql:
        assert credits_that_wait(sql) == {number}
        assert not Conditions().holds(sql, "", waits)
    employee.approve(note)
    employee.once()
    with looking(employee.state) as sql:
        assert Conditions().holds(sql, "", waits)
    (owed,) = json.loads(employee.said("books", "--json"))["owed_to_you"]
    assert owed["open"] == "1071.00"
    employee.said("books", "credit", number, "--line", "1")
    employee.once()
    assert employee.pending("invoice.credit") == []
    (told,) = [each for each in employee.notes("Done") if "has left at 19 %" in each.read_text(encoding="utf-8")]
    assert "950.00 EUR before VAT are more than the 900.00 EUR" in told.read_text(encoding="utf-8")
    assert "All holds" in employee.said("verify")


def test_a_new_vault_knows_its_books_so_that_a_first_run_loads_nothing(employee: Employee) -> None:
    with closing(sqlite3.connect(employee.state / "ledger-cache.sqlite")) as kept:
        assert kept.execute("SELECT home FROM version").fetchall() == [("EUR",)]
