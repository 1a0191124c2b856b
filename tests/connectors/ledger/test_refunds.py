"""What goes back to a customer or comes back from a vendor, and what is theirs when it was paid and credited."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agents.connectors.book_orders import BankBook
from agents.connectors.ledger.figure_reader import read_figures
from agents.errors import NotAllowed
from tests.connectors.books_story import bank, day, paid
from tests.connectors.contract import KEY
from tests.connectors.ledger.ledger_room import MANUAL, LedgerRoom

INVOICES = """2026-11-01 open Assets:AR:Acme-Ltd
2026-11-01 open Liabilities:AP:Landlord
2026-11-02 * "Acme Ltd" "INV-2026-0001 work" #invoice ^inv-2026-0001
  number: "INV-2026-0001"
  due: 2026-11-16
  Assets:AR:Acme-Ltd   100.00 EUR
  Income:Services     -100.00 EUR
2026-11-02 * "Acme Ltd" "INV-2026-0002 work" #invoice ^inv-2026-0002
  number: "INV-2026-0002"
  due: 2026-11-16
  Assets:AR:Acme-Ltd    70.00 EUR
  Income:Services      -70.00 EUR
2026-11-02 * "Landlord" "BILL-2026-0001 R-1" #bill ^bill-2026-0001
  number: "BILL-2026-0001"
  due: 2026-11-30
  Expenses:Other        80.00 EUR
  Liabilities:AP:Landlord
2026-11-05 * "Acme Ltd" "paid" ^inv-2026-0001
  Assets:Bank:Checking  100.00 EUR
  Assets:AR:Acme-Ltd
2026-11-05 * "Landlord" "paid in part" ^bill-2026-0001
  Liabilities:AP:Landlord  50.00 EUR
  Assets:Bank:Checking
"""
CREDIT = """2026-11-08 * "Acme Ltd" "CN-2026-0003 credits INV-2026-0001" #credit ^cn-2026-0003
  number: "CN-2026-0003"
  credits: "INV-2026-0001"
  Assets:AR:Acme-Ltd  -100.00 EUR
    applies: "inv-2026-0001"
  Income:Services      100.00 EUR
"""
PAID, UNPAID, BILL = "INV-2026-0001", "INV-2026-0002", "BILL-2026-0001"
OURS = ("Acme Ltd", "EUR")


@pytest.fixture
def books(room: LedgerRoom) -> LedgerRoom:
    """An invoice that is paid, one that is not, and a bill of which 50.00 of 80.00 are paid."""
    room.write(MANUAL, INVOICES)
    return room


def goes(room: LedgerRoom, amount: str, *parts: tuple[str, str], fee: str = "0.00") -> None:
    """Money that goes back to the customer."""
    room.open().execute(bank("b1", "11-20", amount, paid("Acme Ltd", *parts, fee=fee)), KEY, {})


def still(room: LedgerRoom) -> dict[str, Decimal]:
    """What is open of each document."""
    figures = read_figures(room.vault, room.state)
    both = (figures.receivables(day("11-30")), figures.payables(day("11-30")))
    return {each.number: each.open for items in both for each in items.documents}


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("-100.01", ((PAID, "100.01"),)),
        ("-1.00", ((UNPAID, "1.00"),)),
        ("-100.01", ((PAID, "60.00"), (PAID, "40.01"))),
        ("-50.00", ((PAID, "60.00"),)),  # more than went out
    ],
)
def test_no_more_goes_back_than_was_paid(books: LedgerRoom, amount: str, parts: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(NotAllowed, match=r"more than was paid|do not pay"):
        goes(books, amount, *parts)
    assert still(books) == {UNPAID: Decimal("70.00"), BILL: Decimal("30.00")}


def test_what_goes_back_is_owed_again(books: LedgerRoom) -> None:
    goes(books, "-105.00", (PAID, "60.00"), (PAID, "40.00"), fee="5.00")
    assert still(books) == {PAID: Decimal("100.00"), UNPAID: Decimal("70.00"), BILL: Decimal("30.00")}


def test_what_one_statement_takes_and_gives_back_counts_together(books: LedgerRoom) -> None:
    moves = (
        bank("b1", "11-20", "70.00", paid("Acme Ltd", (UNPAID, "70.00"))).moves
        + bank("b2", "11-21", "-70.00", paid("Acme Ltd", (UNPAID, "70.00"))).moves
        + bank("b3", "11-22", "70.00", paid("Acme Ltd", (UNPAID, "70.00"))).moves
    )
    books.open().execute(BankBook(account="Checking", currency="EUR", moves=moves), KEY, {})
    assert still(books) == {BILL: Decimal("30.00")}


def test_a_vendor_gives_back_what_they_were_paid_and_no_more(books: LedgerRoom) -> None:
    for amount in ("50.01", "80.00"):
        with pytest.raises(NotAllowed, match="more than was paid"):
            books.open().execute(bank("b1", "11-20", amount, paid("Landlord", (BILL, amount), vendor=True)), KEY, {})
    books.open().execute(bank("b1", "11-20", "50.00", paid("Landlord", (BILL, "50.00"), vendor=True)), KEY, {})
    assert still(books)[BILL] == Decimal("80.00")


def test_what_was_paid_and_credited_is_the_customers_until_it_went_back(books: LedgerRoom) -> None:
    books.write(MANUAL, INVOICES + CREDIT)
    assert read_figures(books.vault, books.state).receivables(day("11-07")).credits == {}
    owed = read_figures(books.vault, books.state).receivables(day("11-30"))
    assert [each.number for each in owed.documents] == [UNPAID]
    assert owed.credits == {OURS: Decimal("100.00")}
    with pytest.raises(NotAllowed, match="more than was paid"):
        goes(books, "-100.01", (PAID, "100.01"))
    goes(books, "-100.00", (PAID, "100.00"))
    assert read_figures(books.vault, books.state).receivables(day("11-30")).credits == {}


def test_it_is_added_to_what_stands_to_their_credit_otherwise(books: LedgerRoom) -> None:
    advance = '2026-11-09 * "Acme Ltd" "in advance"\n  Assets:Cash  10.00 EUR\n  Assets:AR:Acme-Ltd\n'
    twice = CREDIT.replace("CN-2026-0003", "CN-2026-0004").replace("-0001", "-0002").replace("100", "75")
    books.write(MANUAL, INVOICES + CREDIT + twice + advance)
    assert read_figures(books.vault, books.state).receivables(day("11-30")).credits == {OURS: Decimal("115.00")}


def test_what_the_owner_gave_back_without_a_word_is_nobodys_credit(books: LedgerRoom) -> None:
    back = '2026-11-09 * "Acme Ltd" "back"\n  Assets:AR:Acme-Ltd  100.00 EUR\n  Assets:Cash\n'
    books.write(MANUAL, INVOICES + CREDIT + back)
    assert read_figures(books.vault, books.state).receivables(day("11-30")).credits == {}
