"""A batch for DATEV holds every entry to the cent, and what DATEV reckons itself comes to what is booked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.exports.datev import Batch, datev
from agents.connectors.exports.datev_columns import COLUMNS
from agents.connectors.exports.entries import Accounts
from agents.errors import NeedsOwner, NotAllowed
from tests.connectors.books_hand import perform
from tests.connectors.books_story import STORY, day
from tests.connectors.exports.book_lines import entry
from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.book_export import BookLine

CODES = {
    "Assets:AR": "10000", "Liabilities:AP": "70000", "Assets:Bank:Checking": "1200", "Assets:Bank:Savings": "1210",
    "Assets:Cash": "1000", "Assets:Transit": "1360", "Equity": "1800", "Income:Services": "8200", "Income": "2660",
    "Expenses": "4900", "Expenses:Office": "4930", "Liabilities:VAT:Output": "1770", "Liabilities:VAT:Input": "1570",
}  # fmt: skip
BATCH = Batch(date(2026, 1, 1), date(2026, 12, 31), datetime(2026, 12, 31, 14, 4, 40, 439000, UTC), 29098, 55003)


def file_of(lines: list[BookLine], batch: Batch = BATCH) -> list[str]:
    made = datev(lines, Accounts("datev", CODES), batch)
    assert made.left_out == ()
    text = made.content.decode("cp1252")
    assert text.endswith("\r\n")
    return text.removesuffix("\r\n").split("\r\n")


def told(lines: list[BookLine]) -> list[tuple[str, ...]]:
    """Amount, side, account, other account, key, day, document and text of each row."""
    rows = [each.split(";") for each in file_of(lines)[2:]]
    assert {len(row) for row in rows} <= {len(COLUMNS)}
    return [tuple(row[at].strip('"') for at in (0, 1, 6, 7, 8, 9, 10, 13)) for row in rows]


def test_the_top_says_whose_batch_it_is_and_of_which_time() -> None:
    head, columns = file_of([])
    assert head == (
        '"EXTF";700;21;"Buchungsstapel";13;20261231140440439;;"RE";"";"";29098;55003;20260101;4;20260101;20261231;'
        '"Buchungsstapel";"";1;0;0;"EUR";;"";;;"";;;"";""'
    )
    assert columns.split(";") == [*COLUMNS]
    assert len(COLUMNS) == 125
    assert [COLUMNS[at - 1] for at in (9, 10, 36, 47, 87, 114, 120, 125)] == [
        "BU-Schlüssel", "Belegdatum", "Beleginfo - Inhalt 8", "BU 49 Funktionsergänzung",
        "Zusatzinformation- Inhalt 20", "Festschreibung", "Land", "Abw. Skontokonto",
    ]  # fmt: skip


def test_vat_of_two_rates_is_gross_with_its_keys() -> None:
    sold = entry(
        "01-07", "a:1", ("Assets:AR:Acme", "571.00"), ("Income:Services", "-200.00", "7"),
        ("Liabilities:VAT:Output", "-14.00", "7"), ("Income:Services", "-300.00", "19"),
        ("Liabilities:VAT:Output", "-57.00", "19"), number="INV-2026-0003",
    )  # fmt: skip
    bought = entry(
        "01-08", "a:2", ("Expenses:Office", "100.00", "19"), ("Liabilities:VAT:Input", "19.00", "19"),
        ("Expenses:Rent", "50.00", "0"), ("Liabilities:AP:Paper", "-169.00"), number="BILL-2026-0001",
    )  # fmt: skip
    assert told([*sold, *bought]) == [
        ("214,00", "S", "10000", "8200", "2", "0701", "INV-2026-0003", "Acme work"),
        ("357,00", "S", "10000", "8200", "3", "0701", "INV-2026-0003", "Acme work"),
        ("119,00", "H", "70000", "4930", "9", "0801", "BILL-2026-0001", "Acme work"),
        ("50,00", "H", "70000", "4900", "", "0801", "BILL-2026-0001", "Acme work"),
    ]


def test_vat_that_datev_would_reckon_otherwise_is_booked_as_it_is() -> None:
    # 0.13 + 0.13 at 19 %: 0.05 on both together, 0.02 on each alone
    lines = entry(
        "01-08", "a:2", ("Expenses:Office", "0.13", "19"), ("Expenses:Rent", "0.13", "19"),
        ("Liabilities:VAT:Input", "0.05", "19"), ("Liabilities:AP:Paper", "-0.31"),
    )  # fmt: skip
    assert [row[:5] for row in told(lines)] == [
        ("0,13", "S", "4930", "70000", "40"),
        ("0,13", "S", "4900", "70000", "40"),
        ("0,05", "S", "1570", "70000", "40"),
    ]  # fmt: skip


@pytest.mark.parametrize("rate", ["20", "16"])
def test_a_rate_without_a_key_is_booked_as_it_is(rate: str) -> None:
    vat = str(Decimal(rate))
    lines = entry(
        "01-08", "a:2", ("Assets:AR:Acme", str(100 + Decimal(rate))), ("Income:Services", "-100.00", rate),
        ("Liabilities:VAT:Output", f"-{vat}.00", rate),
    )  # fmt: skip
    assert [row[:5] for row in told(lines)] == [
        ("100,00", "S", "10000", "8200", "40"), (f"{vat},00", "S", "10000", "1770", "40"),
    ]  # fmt: skip


def test_several_debits_and_credits_go_against_each_other_as_far_as_they_reach() -> None:
    lines = entry(
        "02-16", "a:3", ("Assets:Bank:Checking", "887.50"), ("Expenses:Bank-Fees", "5.00"),
        ("Assets:AR:Acme", "-595.00"), ("Assets:AR:Acme", "-297.50"),
    )  # fmt: skip
    assert [row[:5] for row in told(lines)] == [
        ("595,00", "S", "1200", "10000", ""),
        ("292,50", "S", "1200", "10000", ""),
        ("5,00", "S", "4900", "10000", ""),
    ]  # fmt: skip


def test_texts_are_cut_quoted_in_the_letters_of_windows_and_no_formula() -> None:
    legs = (("Assets:Cash", "1.00"), ("Equity:Private", "-1.00"))
    hostile = entry("01-08", "a:1", *legs, party='=1+"x"', text="a\nb\x07 " + "ü☃" * 60, number='=+A"1;ü' + "9" * 50)
    made = datev(hostile, Accounts("datev", CODES), BATCH).content
    assert '"\'=1+""x"" a b'.encode("cp1252") in made
    assert made.count(b"\r\n") == 3
    assert "ü?".encode("cp1252") in made
    row = made.decode("cp1252").split("\r\n")[2].split(";")
    assert row[10] == f'"A1{"9" * 34}"'
    assert len(row) == len(COLUMNS)


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (replace(BATCH, start=date(2025, 12, 1)), "one year"),
        (replace(BATCH, adviser=1000), "adviser's number"),
        (replace(BATCH, client=100_000), "client's number"),
    ],
)
def test_what_datev_does_not_take_is_refused(batch: Batch, said: str) -> None:
    with pytest.raises(NotAllowed, match=said):
        file_of([], batch)


def test_accounts_without_a_number_are_all_named() -> None:
    lines = entry("01-08", "a:1", ("Assets:Other", "1.00"), ("Nothing:Here", "-1.00"))
    with pytest.raises(NeedsOwner, match="Assets:Other, Nothing:Here") as refused:
        datev(lines, Accounts("datev", CODES), BATCH)
    assert 'datev: "1234"' in refused.value.hint
    with pytest.raises(NotAllowed, match="not Till"):
        datev(lines, Accounts("datev", {"Assets": "1000", "Nothing": "Till"}), BATCH)


def reckoned(rows: list[tuple[str, ...]]) -> dict[str, Decimal]:
    """The balance of each account as DATEV has it once it took the VAT out."""
    rates = {"2": ("7", "1770"), "3": ("19", "1770"), "8": ("7", "1570"), "9": ("19", "1570")}
    found: dict[str, Decimal] = defaultdict(Decimal)
    for amount, side, account, other, key, *_ in rows:
        gross = Decimal(amount.replace(",", ".")) * (1 if side == "S" else -1)
        found[account] += gross
        rate, tax = rates.get(key, ("0", ""))
        vat = (gross * Decimal(rate) / (100 + Decimal(rate))).quantize(Decimal("0.01"))
        found[other] -= gross - vat
        if vat:
            found[tax] -= vat
    return dict(found)


def test_the_quarter_comes_to_what_the_books_hold(tmp_path: Path) -> None:
    books = EmbeddedLedger(tmp_path)
    perform(books, STORY)
    made = datev(books.reports().lines(day("01-01"), day("03-31")), Accounts("datev", CODES), BATCH)
    (left_out,) = made.left_out  # the francs: nobody says what they were worth when they were invoiced
    assert "400.00 CHF" in left_out
    rows = [each.split(";") for each in made.content.decode("cp1252").split("\r\n")[2:-1]]
    found = reckoned([tuple(row[at].strip('"') for at in (0, 1, 6, 7, 8)) for row in rows])
    assert (found["1770"], found["1570"]) == (Decimal("-2954.50"), Decimal("50.40"))
    assert found["8200"] == Decimal("-15550.00")
    assert (found["1200"], found["1210"], found["1000"]) == (Decimal("19160.10"), Decimal("200.00"), Decimal("139.30"))
    assert found["10000"] == Decimal("271.00") - 420  # the francs were paid
    assert sum(found.values()) == 0


def test_books_in_odoo_are_written_by_the_numbers_of_their_chart() -> None:
    books = OdooRoom()
    perform(books, STORY[1:10])
    made = datev(books.reports().lines(day("01-01"), day("03-31")), Accounts("datev", {}), BATCH)
    rows = [each.split(";") for each in made.content.decode("cp1252").split("\r\n")[2:-1]]
    assert [row[0] + row[1] + row[6] + row[7] + row[8] for row in rows[:1]] == ['1190,00"S"121000400000"3"']
    assert made.left_out == ()
