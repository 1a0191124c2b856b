"""What is paid in another currency than it is owed in, and what is owed on an account that the owner named by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import BankBook, CreditApply, Part
from agents.connectors.ledger.figure_reader import read_figures
from agents.errors import NotAllowed
from tests.connectors.books_story import bank, day, paid
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import MANUAL, LedgerRoom

if TYPE_CHECKING:
    from agents.connectors.book_orders import Payment

# Two bills in dollars, one with the rate it was booked at and one without; their account and numbers are the owner's
BILLS = """2026-11-01 open Liabilities:AP:Cloud
2026-11-02 * "Cloud Inc" "bill-2026-0001 C-77" #bill ^bill-2026-0001
  number: "bill-2026-0001"
  reference: "C-77"
  due: 2026-12-02
  rate: "0.90"
  Expenses:Software       9000.00 EUR
  Liabilities:AP:Cloud  -10000.00 USD @@ 9000.00 EUR
2026-11-03 * "Cloud Inc" "BILL-2026-0002 C-78" #bill ^bill-2026-0002
  number: "BILL-2026-0002"
  due: 2026-12-03
  Expenses:Software        300.00 USD
  Liabilities:AP:Cloud    -300.00 USD
"""
RATED, UNRATED = "BILL-2026-0001", "BILL-2026-0002"
POUNDS = "2000-01-01 open Assets:Bank:Pounds\n"


@pytest.fixture
def owing(room: LedgerRoom) -> LedgerRoom:
    """10,000 dollars, booked at 9,000 euros, and 300 dollars are owed."""
    room.write(MANUAL, BILLS)
    return room


def pay(room: LedgerRoom, amount: str, reason: Payment, account: str = "Checking", currency: str = "EUR") -> None:
    order = bank("b1", "11-20", amount, reason, account)
    room.open().execute(BankBook.model_validate(order.model_dump() | {"currency": currency}), KEY, {})


def legs(room: LedgerRoom) -> list[tuple[str, Decimal, str]]:
    """What the payment is in the books, without the bank's own leg; stock beancount finds no error in it."""
    entries, errors = room.stock()
    assert errors == []
    (found,) = [each for each in entries if "bank_id" in each.meta]
    return [(leg.account, leg.units.number, leg.units.currency) for leg in found.postings[1:]]


def cloud(*parts: tuple[str, str], fee: str = "0.00") -> Payment:
    return paid("Cloud Inc", *parts, fee=fee, vendor=True)


@pytest.mark.parametrize(
    ("amount", "fee"),
    [
        ("-1.00", "0.00"),
        ("-7199.99", "0.00"),
        ("-10800.01", "0.00"),
        ("-7204.99", "5.00"),  # what a fee took did not reach the vendor
        ("-10805.01", "5.00"),
    ],
)
def test_what_is_far_from_what_it_was_booked_at_does_not_pay_it(owing: LedgerRoom, amount: str, fee: str) -> None:
    with pytest.raises(NotAllowed, match=r"far from the 9,000\.00 EUR"):
        pay(owing, amount, cloud((RATED, "10000.00"), fee=fee))
    assert not read_figures(owing.vault, owing.state).booked_moves("Checking")


@pytest.mark.parametrize(
    ("amount", "fee", "exchange"),
    [
        ("-7200.00", "0.00", "-1800.00"),
        ("-10800.00", "0.00", "1800.00"),
        ("-7205.00", "5.00", "-1800.00"),
        ("-10805.00", "5.00", "1800.00"),
    ],
)
def test_what_is_near_it_pays_it_and_the_exchange_takes_the_rest(
    owing: LedgerRoom, amount: str, fee: str, exchange: str
) -> None:
    pay(owing, amount, cloud((RATED, "10000.00"), fee=fee))
    assert legs(owing)[-2:] == [
        ("Liabilities:AP:Cloud", Decimal("10000.00"), "USD"),
        ("Income:Exchange", Decimal(exchange), "EUR"),
    ]
    assert [each.number for each in read_figures(owing.vault, owing.state).payables(day("11-30")).documents] == [
        UNRATED
    ]


def test_a_part_is_compared_with_its_part_of_the_rate(owing: LedgerRoom) -> None:
    with pytest.raises(NotAllowed, match=r"far from the 900\.00 EUR"):
        pay(owing, "-9000.00", cloud((RATED, "1000.00")))
    pay(owing, "-910.00", cloud((RATED, "1000.00")))
    owed = read_figures(owing.vault, owing.state).payables(day("11-30")).documents[0]
    assert (owed.number, owed.open, owed.booked, owed.reference) == (RATED, Decimal(9000), Decimal("8100.00"), "C-77")


def test_what_has_no_rate_is_worth_what_was_paid_for_it_less_the_fee(owing: LedgerRoom) -> None:
    pay(owing, "-281.00", cloud((UNRATED, "300.00"), fee="5.00"))
    assert legs(owing) == [
        ("Expenses:Bank-Fees", Decimal("5.00"), "EUR"),
        ("Liabilities:AP:Cloud", Decimal("300.00"), "USD"),
    ]


@pytest.mark.parametrize(("amount", "fee"), [("-5.00", "5.00"), ("-4.00", "5.00"), ("-300.00", "301.00")])
@pytest.mark.parametrize("number", [RATED, UNRATED])
def test_a_fee_that_leaves_nothing_pays_nothing(owing: LedgerRoom, amount: str, fee: str, number: str) -> None:
    with pytest.raises(NotAllowed, match="leaves nothing"):
        pay(owing, amount, cloud((number, "1.00"), fee=fee))


def test_a_rate_into_the_books_currency_says_nothing_about_an_account_in_a_third(owing: LedgerRoom) -> None:
    owing.write(MANUAL, BILLS + POUNDS)
    pay(owing, "-5000.00", cloud((RATED, "10000.00")), "Pounds", "GBP")  # more than 20 % from 9,000
    assert legs(owing) == [("Liabilities:AP:Cloud", Decimal("10000.00"), "USD")]
    assert read_figures(owing.vault, owing.state).cash(day("11-30"))[0].amounts == {"GBP": Decimal("-5000.00")}


def test_two_parts_in_a_third_currency_share_what_was_paid(owing: LedgerRoom) -> None:
    owing.write(MANUAL, BILLS + POUNDS)
    pay(owing, "-50.00", cloud((RATED, "50.00"), (UNRATED, "100.00")), "Pounds", "GBP")
    assert legs(owing) == [
        ("Liabilities:AP:Cloud", Decimal("50.00"), "USD"),
        ("Liabilities:AP:Cloud", Decimal("100.00"), "USD"),
    ]  # 16.67 + 33.33


def test_an_account_in_the_currency_of_the_document_needs_no_rate(owing: LedgerRoom) -> None:
    owing.write(MANUAL, f"{BILLS}2000-01-01 open Assets:Bank:Dollars\n")
    pay(owing, "-10005.00", cloud((RATED, "10000.00"), fee="5.00"), "Dollars", "USD")
    assert legs(owing)[1:] == [("Liabilities:AP:Cloud", Decimal("10000.00"), "USD")]


@pytest.mark.parametrize("rate", ["about 0.9", "NaN", "Infinity", "0", "-1"])
def test_a_rate_that_cannot_be_reckoned_with_makes_the_bill_unclear(owing: LedgerRoom, rate: str) -> None:
    owing.write(MANUAL, BILLS.replace('"0.90"', f'"{rate}"'))
    owed = read_figures(owing.vault, owing.state).payables(day("11-30"))
    assert [each.number for each in owed.documents] == [UNRATED]
    assert "does not say any more" in owed.unclear[0]
    with pytest.raises(NotAllowed, match="unclear"):
        pay(owing, "-9000.00", cloud((RATED, "10000.00")))


EUROS = """2026-11-01 open Assets:AR:Acme
2026-11-02 * "Acme Ltd" "inv-2026-0001 work" #invoice ^inv-2026-0001
  number: "inv-2026-0001"
  due: 2026-11-16
  Assets:AR:Acme        100.00 EUR
  Income:Services      -100.00 EUR
2026-11-03 * "Acme Ltd" "inv-2026-0002 work" #invoice ^inv-2026-0002
  number: "inv-2026-0002"
  due: 2026-11-17
  Assets:AR:Acme         50.00 EUR
  Income:Services       -50.00 EUR
"""
FIRST, SECOND = "INV-2026-0001", "INV-2026-0002"


def apply(amount: str) -> CreditApply:
    return CreditApply(party="Acme Ltd", day=day("11-21"), parts=(Part(number=SECOND, amount=Decimal(amount)),))


def test_a_document_is_paid_on_its_own_account_and_what_is_too_much_stays_there(room: LedgerRoom) -> None:
    room.write(MANUAL, EUROS)
    pay(room, "130.00", paid("Acme Ltd", (FIRST, "100.00")))
    assert legs(room) == [
        ("Assets:AR:Acme", Decimal("-100.00"), "EUR"),
        ("Assets:AR:Acme", Decimal("-30.00"), "EUR"),
    ]
    with pytest.raises(NotAllowed, match=r"no 30\.01 to their credit"):
        room.open().execute(apply("30.01"), OTHER_KEY, {})
    room.open().execute(apply("30.00"), OTHER_KEY, {})
    owed = read_figures(room.vault, room.state).receivables(day("11-30"))
    assert [(each.number, each.open) for each in owed.documents] == [(SECOND, Decimal("20.00"))]
    assert owed.credits == {}
    assert owed.unclear == ()


def test_a_prepayment_on_the_partys_account_is_not_taken_from_a_documents_own(room: LedgerRoom) -> None:
    room.write(MANUAL, EUROS)
    pay(room, "30.00", paid("Acme Ltd"))
    assert legs(room) == [("Assets:AR:Acme-Ltd", Decimal("-30.00"), "EUR")]
    with pytest.raises(NotAllowed, match="to their credit"):
        room.open().execute(apply("30.00"), OTHER_KEY, {})


def test_who_pays_is_compared_by_name_and_not_by_account(room: LedgerRoom) -> None:
    room.write(MANUAL, EUROS)
    with pytest.raises(NotAllowed, match=r"no INV-2026-0001 of Acme\."):
        pay(room, "100.00", paid("Acme", (FIRST, "100.00")))  # whose account would be Assets:AR:Acme


def test_one_movement_does_not_pay_with_a_rate_and_without_one(owing: LedgerRoom) -> None:
    with pytest.raises(NotAllowed, match="with a rate and without one"):
        pay(owing, "-20.00", cloud((RATED, "100.00"), (UNRATED, "100.00")))
    assert not read_figures(owing.vault, owing.state).booked_moves("Checking")
