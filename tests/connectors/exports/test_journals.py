"""Journals for Xero and QuickBooks balance entry by entry, name their accounts, and hold no formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.exports.entries import Accounts, entries_of
from agents.connectors.exports.journals import quickbooks, xero
from agents.connectors.ledger.account_codes import account_codes
from agents.errors import NeedsOwner, NotAllowed
from tests.connectors.books_hand import perform
from tests.connectors.books_story import STORY, day
from tests.connectors.exports.book_lines import entry
from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

if TYPE_CHECKING:
    from pathlib import Path

SOLD = entry(
    "01-07", "2026-01.beancount:9", ("Assets:AR:Acme", "119.00"), ("Income:Services", "-100.00", "19"),
    ("Liabilities:VAT:Output", "-19.00", "19"), number="INV-2026-0003",
)  # fmt: skip
CODES = Accounts("xero", {"Assets:AR": "615", "Income": "200", "Liabilities:VAT": "820"})


def rows_of(content: bytes) -> list[list[str]]:
    return [*csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]


def test_a_manual_journal_for_xero() -> None:
    head, *rows = rows_of(xero(SOLD, CODES, "No VAT").content)
    assert head == ["*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"]
    said = "INV-2026-0003 Acme work [2026-01.beancount:9]"
    assert rows == [
        [said, "07/01/2026", "work", "615", "No VAT", "119.00"],
        [said, "07/01/2026", "work", "200", "No VAT", "-100.00"],
        [said, "07/01/2026", "work", "820", "No VAT", "-19.00"],
    ]


def test_a_journal_entry_for_quickbooks() -> None:
    paid = entry("01-09", "x:2", ("Assets:Bank:Checking", "119.00"), ("Assets:AR:Acme", "-119.00"))
    accounts = Accounts("quickbooks", {"Income:Services": "Sales:Consulting"})
    head, *rows = rows_of(quickbooks([*SOLD, *paid], accounts).content)
    assert head == ["Journal No", "Journal Date", "Account Name", "Debits", "Credits", "Description", "Name"]
    said = "INV-2026-0003 Acme work"
    assert rows == [
        ["20260107-1", "01/07/2026", "Accounts Receivable (A/R)", "119.00", "", said, "Acme"],
        ["20260107-1", "01/07/2026", "Sales:Consulting", "", "100.00", said, "Acme"],
        ["20260107-1", "01/07/2026", "Output", "", "19.00", said, "Acme"],
        ["20260109-2", "01/09/2026", "Checking", "119.00", "", "x:2 Acme work", "Acme"],
        ["20260109-2", "01/09/2026", "Accounts Receivable (A/R)", "", "119.00", "x:2 Acme work", "Acme"],
    ]


def test_an_account_of_odoo_goes_by_its_name_or_its_number() -> None:
    lines = entry("01-09", "Odoo MISC/1", ("101401 Bank", "5.00"), ("302000 Private", "-5.00"))
    assert [row[2] for row in rows_of(quickbooks(lines, Accounts("quickbooks", {})).content)[1:]] == ["Bank", "Private"]
    assert [row[3] for row in rows_of(xero(lines, Accounts("xero", {}), "").content)[1:]] == ["101401", "302000"]


def test_no_cell_is_a_formula() -> None:
    lines = entry("01-09", "=x", ("A:B", "5.00"), ("C:D", "-5.00"), party="=1+1", text="@SUM(A1)", number="-2")
    accounts = Accounts("xero", {"A": "+1", "C": "=2"})
    for made in (xero(lines, accounts, "=3"), quickbooks(lines, accounts)):
        cells = [cell for row in rows_of(made.content)[1:] for cell in row]
        assert [cell for cell in cells if cell[:1] in {"=", "+", "@"}] == []
        assert [cell for cell in cells if cell[:1] == "-"] in ([], ["-5.00"])


def test_more_lines_than_xero_takes_are_refused_and_missing_accounts_named() -> None:
    many = [line for at in range(101) for line in [replace(each, place=f"x:{at}") for each in SOLD]]
    with pytest.raises(NotAllowed, match="303 lines"):
        xero(many, CODES, "No VAT")
    assert len(rows_of(xero(many[:300], CODES, "No VAT").content)) == 301
    with pytest.raises(NeedsOwner, match="Assets:AR:Acme, Income:Services, Liabilities:VAT:Output"):
        xero(SOLD, Accounts("xero", {}), "No VAT")


def test_entries_that_do_not_say_their_worth_are_left_out_and_told() -> None:
    francs = [replace(each, currency="CHF", worth=None) for each in SOLD]
    found, left_out = entries_of(francs)
    assert found == ()
    said = "2026-01.beancount:9 of 2026-01-07 (119.00 CHF, -100.00 CHF)"
    assert left_out == (f"{said}: the books do not say what it is worth in EUR",)
    crooked = [replace(SOLD[0], worth=Decimal("1.00")), *SOLD[1:]]
    assert entries_of(crooked)[0] == ()
    assert entries_of([replace(each, worth=Decimal("0.00")) for each in SOLD]) == ((), ())


def test_the_quarter_balances_entry_by_entry(tmp_path: Path) -> None:
    books = EmbeddedLedger(tmp_path)
    perform(books, STORY)
    lines = books.reports().lines(day("01-01"), day("03-31"))
    rows = rows_of(quickbooks(lines, Accounts("quickbooks", {})).content)[1:]
    sums: dict[str, Decimal] = {}
    for number, _, _, debit, credit, *_ in rows:
        sums[number] = sums.get(number, Decimal(0)) + Decimal(debit or 0) - Decimal(credit or 0)
    assert set(sums.values()) == {Decimal("0.00")}
    checking = [Decimal(row[3] or 0) - Decimal(row[4] or 0) for row in rows if row[2] == "Checking"]
    assert sum(checking) == Decimal("19160.10")
    dollars = [row for row in rows if row[5].startswith("BILL-2026-0003")]
    assert [row[3] or row[4] for row in dollars] == [
        *("90.00", "90.00"),  # 100 dollars at 0.90
        *("91.20", "90.00", "1.20"),  # paid, and what the exchange took
    ]


def test_what_an_account_is_called_elsewhere_stands_below_its_open() -> None:
    text = (
        '2000-01-01 open Assets:AR\n  datev: "10000"\n2000-01-01 open Expenses:Office EUR\n  note: "x"\n'
        '  datev: "4930"\n  xero: "404"\n2000-01-01 open Expenses:Rent\n\n  datev: "1"\n'
    )
    assert account_codes([text], "datev") == {"Assets:AR": "10000", "Expenses:Office": "4930"}
    assert account_codes([text], "xero") == {"Expenses:Office": "404"}
