"""Through a whole statement: nothing is booked as a payment that the books are not sure of, and the owner is told."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.bank_tasks import MAX_TOLD
from agents.connectors.book_orders import Payment, Transfer, Unexplained
from tests.autonomy.bank_desk import PAPER, STRANGER, booked, decided, moved, ordered, still_open
from tests.autonomy.test_bank_tasks import proposed, reports
from tests.connectors.bank.bank_room import OTHER, Export, camt053
from tests.connectors.books_hand import perform, sums
from tests.connectors.books_story import bank, bill, cost, day, invoice, paid

if TYPE_CHECKING:
    from tests.connectors.bank.bank_room import Move
    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

CHANGED = "an account that is not known for them; it is not matched"


def statement(*moves: Move, opening: str = "0.00") -> bytes:
    return camt053(Export(moves, Decimal(opening)))


def two_bills(books: EmbeddedLedger) -> None:
    """One is paid from a statement, so that the vendor's account is known."""
    for number, reference in enumerate(("P-100", "P-101")):
        order = bill("Paper & Co", reference, "11-02", "12-01", cost("Office", "100.00"))
        perform(books, [("11-02", order)], first=number)
    booked(books, statement(moved("11-10", "-100.00", "P-100", "Paper & Co", PAPER), opening="500.00"))
    assert still_open(reports(books).payables(day("11-30"))) == {"BILL-2026-0002": Decimal("100.00")}


@pytest.mark.parametrize("text", ["P-101", "BILL-2026-0002", ""])
def test_a_vendors_account_that_changed_is_told_and_the_payment_is_not_explained(
    books: EmbeddedLedger, text: str
) -> None:
    two_bills(books)
    assert reports(books).ibans() == {"Paper & Co": (PAPER,)}
    content = statement(moved("11-20", "-100.00", text, "Paper & Co", STRANGER), opening="400.00")
    order, told = proposed(decided(books, content))
    assert [each.reason for each in order.moves] == [Unexplained()]
    assert [each for each in told if CHANGED in each] == [f"⚠ 2026-11-20 Paper & Co: {CHANGED}"]
    booked(books, content)
    assert still_open(reports(books).payables(day("11-30"))) == {"BILL-2026-0002": Decimal("100.00")}
    assert reports(books).unexplained(day("11-30")).amounts == {"EUR": Decimal("-100.00")}
    assert reports(books).ibans() == {"Paper & Co": (PAPER,)}  # what was not believed is not learned


def test_a_vendors_known_account_is_paid(books: EmbeddedLedger) -> None:
    two_bills(books)
    content = statement(moved("11-20", "-100.00", "P-101", "Paper & Co", PAPER), opening="400.00")
    order, told = proposed(decided(books, content))
    assert [type(each.reason) for each in order.moves] == [Payment]
    assert not [each for each in told if CHANGED in each]


def test_what_is_likely_only_stays_unexplained_and_is_told(books: EmbeddedLedger) -> None:
    for number, customer in enumerate(("Northwind", "Globex")):
        perform(books, [("11-02", invoice(customer, ("100.00", "0")))], first=number)
    content = statement(moved("11-20", "100.00", "Invoice INV-2026-0001", "Globex"))  # a number that is not theirs
    order, told = proposed(decided(books, content))
    assert [each.reason for each in order.moves] == [Unexplained()]
    assert any(each.startswith("2026-11-20, 100.00: perhaps ") and "somebody else" in each for each in told)
    booked(books, content)
    assert set(still_open(reports(books).receivables(day("11-30"))).values()) == {Decimal("100.00")}
    assert reports(books).unexplained(day("11-30")).amounts == {"EUR": Decimal("100.00")}


def test_paid_taken_back_and_paid_again_is_paid_once(books: EmbeddedLedger) -> None:
    perform(books, [("11-02", invoice("Northwind", ("100.00", "0")))])
    text = "Invoice INV-2026-0001"
    content = statement(
        moved("11-10", "100.00", text, "Northwind", PAPER),
        moved("11-12", "-100.00", f"Chargeback {text}", "Northwind", PAPER),
        moved("11-20", "100.00", f"{text} again", "Northwind", PAPER),
    )
    order = booked(books, content)
    assert [type(each.reason) for each in order.moves] == [Payment] * 3
    for on, there in (("11-11", {}), ("11-12", {"INV-2026-0001": Decimal("100.00")}), ("11-30", {})):
        assert still_open(reports(books).receivables(day(on))) == there
    assert reports(books).receivables(day("11-30")).credits == {}
    assert reports(books).unexplained(day("11-30")).amounts == {}


def test_what_is_taken_back_with_a_fee_is_not_explained_nor_is_its_payment(books: EmbeddedLedger) -> None:
    perform(books, [("11-02", invoice("Northwind", ("100.00", "0")))])
    content = statement(
        moved("11-10", "99.00", "Invoice INV-2026-0001", "Northwind", PAPER),  # a fee of 1.00 was kept
        moved("11-12", "-99.00", "Chargeback INV-2026-0001", "Northwind", PAPER),
    )
    assert [each.reason for each in ordered(books, content).moves] == [Unexplained(), Unexplained()]
    kept = statement(moved("11-10", "99.00", "Invoice INV-2026-0001", "Northwind", PAPER))
    (move,) = ordered(books, kept).moves
    assert isinstance(move.reason, Payment)
    assert move.reason.fee == Decimal("1.00")


def test_a_bill_is_told_by_the_vendors_own_number(books: EmbeddedLedger) -> None:
    for number, reference in enumerate(("P-100", "P-101")):
        order = bill("Paper & Co", reference, "11-02", "12-01", cost("Office", "100.00"))
        perform(books, [("11-02", order)], first=number)
    (move,) = ordered(books, statement(moved("11-20", "-100.00", "P-101", "Paper & Co", PAPER))).moves
    assert isinstance(move.reason, Payment)
    assert [each.number for each in move.reason.parts] == ["BILL-2026-0002"]


def test_a_bill_in_dollars_is_paid_by_euros_near_what_it_is_booked_at(books: EmbeddedLedger) -> None:
    perform(
        books, [("11-02", bill("Cloud Inc", "CL-2026-077", "11-02", "12-01", cost("Software", "100.00"), usd="0.90"))]
    )
    content = statement(moved("11-20", "-91.20", "CL-2026-077 100.00 USD", "Cloud Inc", PAPER))
    order = booked(books, content)
    assert [type(each.reason) for each in order.moves] == [Payment]
    assert still_open(reports(books).payables(day("11-30"))) == {}
    far = statement(moved("11-21", "-60.00", "CL-2026-078 100.00 USD", "Cloud Inc", PAPER), opening="-91.20")
    perform(
        books,
        [("11-21", bill("Cloud Inc", "CL-2026-078", "11-02", "12-01", cost("Software", "100.00"), usd="0.90"))],
        7,
    )
    assert [each.reason for each in ordered(books, far).moves] == [Unexplained()]


def test_what_our_own_bank_keeps_of_a_payment_is_a_cost(books: EmbeddedLedger) -> None:
    perform(books, [("11-02", bill("Paper & Co", "P-100", "11-02", "12-01", cost("Office", "100.00")))])
    order = booked(books, statement(moved("11-20", "-101.00", "BILL-2026-0001", "Paper & Co", PAPER)))
    assert [each.reason.fee for each in order.moves if isinstance(each.reason, Payment)] == [Decimal("1.00")]
    assert still_open(reports(books).payables(day("11-30"))) == {}
    costs = sums(reports(books).profit_and_loss(day("11-01"), day("11-30")).costs)
    assert costs == {"Office": {"EUR": Decimal("100.00")}, "Bank-Fees": {"EUR": Decimal("1.00")}}


def test_what_was_paid_since_is_not_paid_again_by_an_older_statement(books: EmbeddedLedger) -> None:
    perform(books, [("11-02", invoice("Northwind", ("100.00", "0")))])
    content = statement(moved("11-10", "100.00", "Invoice INV-2026-0001", "Northwind", PAPER))
    assert isinstance(ordered(books, content).moves[0].reason, Payment)
    since = bank("s1", "11-25", "100.00", paid("Northwind", ("INV-2026-0001", "100.00")), account="Savings")
    perform(books, [("11-25", since)], first=5)
    assert [each.reason for each in ordered(books, content).moves] == [Unexplained()]


def test_money_to_an_own_account_is_a_transfer(books: EmbeddedLedger) -> None:
    content = statement(moved("11-20", "-200.00", "to savings", "Maja Lindqvist", OTHER))
    assert [each.reason for each in ordered(books, content).moves] == [Transfer(account="Savings")]


def test_however_much_is_to_be_told_the_page_stays_short(books: EmbeddedLedger) -> None:
    two_bills(books)
    many = [moved(f"11-{at:02}", "-1.00", f"P-101 {at}", "Paper & Co", STRANGER) for at in range(1, MAX_TOLD + 8)]
    _, told = proposed(decided(books, statement(*many, opening="400.00")))
    assert len(told) == MAX_TOLD
