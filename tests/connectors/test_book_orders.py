"""What is asked of the owner before something is written into the books, and what is no order at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from agents.connectors.book_orders import (
    SHOWN_MOVES,
    BankBook,
    BankExplain,
    BillBook,
    Move,
    Share,
    Spending,
    Transfer,
    Unexplained,
)
from agents.connectors.contract import Action, Stakes
from tests.connectors.books_story import bank, bill, bought, closing, cost, explains, paid, paid_out, used

BILL = bill("Paper & Co", "P-101", "03-05", "04-04", cost("Office", "60.00", "19"), cost("Other", "40.00", "7"))
OFFICE = explains("b2", "01-10", "-23.80", bought(cost("Office", "20.00", "19")))
TWO = BankExplain(
    account="Checking",
    currency="EUR",
    moves=(*OFFICE.moves, *explains("b3", "01-11", "-5.00", bought(cost("Travel", "5.00"))).moves),
)
KEPT = Spending(costs=(cost("Travel", "5.00"),), receipt="r.pdf")
TWINS = tuple(move for name in ("b3", "b4") for move in explains(name, "01-11", "-5.00", KEPT).moves)
MOVED = bank("b1", "01-19", "887.50", paid("Northwind", ("INV-2026-0005", "595.00"), fee="5.00"))


@pytest.mark.parametrize(
    ("order", "title", "recipient"),
    [
        (BILL, "Book the bill P-101 of Paper & Co over 114.20 EUR?", "Paper & Co"),
        (MOVED, "Book 1 movement of Checking?", "Checking"),
        (closing("01-31", "12.00"), "Book 0 movements of Checking?", "Checking"),
        (
            explains("b21", "02-26", "333.00", paid("Hooli")),
            "Book what 1 movement of Checking was for?",
            "Checking",
        ),
        (
            TWO,
            "Book what 2 movements of Checking were for?",
            "Checking",
        ),
        (used("Globex", "02-20", "INV-2026-0008", "1000.00"), "Use the credit of Globex for INV-2026-0008?", "Globex"),
    ],
)
def test_each_order_is_a_question_that_moves_no_money(order: Action, title: str, recipient: str) -> None:
    assert (order.title(), order.recipient(), order.stakes) == (title, recipient, Stakes.FILING)
    assert order.undo().startswith("yes, by")
    assert type(order).model_validate_json(order.canonical()) == order


def said(order: Action) -> list[str]:
    """The rows of the proposal."""
    return [f"{row.what}: {row.value}" for row in order.rows()]


def test_a_bill_is_shown_whole() -> None:
    assert said(BILL) == [
        "vendor: Paper & Co",
        "their number: P-101",
        "of: 2026-03-05",
        "due: 2026-04-04",
        "cost 1: Office: 60.00 EUR + 19 % VAT",
        "cost 2: Other: 40.00 EUR + 7 % VAT",
        "total: 114.20 EUR",
    ]
    assert BILL.money is not None
    assert BILL.money.amount == Decimal("114.20")


def test_every_movement_is_shown_with_what_it_was_for_and_the_balance() -> None:
    order = MOVED.model_copy(update={"closing": Decimal("887.50"), "closed_on": date(2026, 1, 31)})
    assert said(order) == [
        "account: Checking",
        "2026-01-19: 887.50 EUR · b1 · payment of Northwind: INV-2026-0005 595.00, fee 5.00",
        "balance: 887.50 EUR on 2026-01-31",
    ]
    reasons = (Transfer(account="Savings"), Unexplained(), bought(cost("Office", "887.50")))
    shown = [said(bank("b1", "01-19", "887.50", each))[1].rpartition(" · ")[2] for each in reasons]
    assert shown == ["transfer, Savings", "not explained yet", "Office 887.50 + 0 % VAT"]


def test_of_many_movements_the_first_are_shown_and_the_others_counted() -> None:
    moves = tuple(Move(bank_id=f"b{at}", day=date(2026, 1, 1), amount=Decimal(1)) for at in range(SHOWN_MOVES + 7))
    order = BankBook(account="Checking", currency="EUR", moves=moves)
    assert said(order)[-1] == "and: 7 more"
    assert len(order.rows()) == SHOWN_MOVES + 2


def test_a_credit_and_an_explanation_are_shown() -> None:
    assert said(used("Globex", "02-20", "INV-2026-0008", "1000.00")) == [
        "party: Globex",
        "INV-2026-0008: 1,000.00",
    ]
    assert said(TWO) == [
        "account: Checking",
        "2026-01-10: -23.80 EUR · b2 · Office 20.00 + 19 % VAT",
        "2026-01-11: -5.00 EUR · b3 · Travel 5.00 + 0 % VAT",
    ]


def test_what_has_neither_a_receipt_nor_vat_is_counted() -> None:
    assert [each for each in TWO.cautions() if "known for 1 of these" in each]
    kept = explains("b3", "01-11", "-5.00", KEPT)
    assert kept.cautions() == ()
    assert said(kept)[1].endswith("Travel 5.00 + 0 % VAT, receipt r.pdf")
    assert explains("b3", "01-11", "-5.00", Transfer(account="Private")).cautions() == ()


@pytest.mark.parametrize(
    "moves", [(), (*TWO.moves, *TWO.moves), (bank("b4", "01-12", "1.00", Unexplained()).moves[0],), TWINS]
)
def test_what_explains_nothing_or_twice_is_no_order(moves: tuple[Move, ...]) -> None:
    with pytest.raises(ValidationError):
        BankExplain(account="Checking", currency="EUR", moves=moves)


@pytest.mark.parametrize(
    "given",
    [
        {"moves": []},
        {"moves": [], "closing": "1.00"},
        {"moves": [], "closed_on": "2026-01-31"},
        {"moves": [{"bank_id": "a", "day": "2026-01-01", "amount": "0.00"}]},
        {"moves": [{"bank_id": "a", "day": "2026-01-01", "amount": "1.001"}]},
        {"moves": [{"bank_id": "a b", "day": "2026-01-01", "amount": "1.00"}]},
        {"moves": [{"bank_id": "a", "day": "2026-01-01", "amount": "1.00"}] * 2},
        {"moves": [{"bank_id": "a", "day": "2026-01-01", "amount": "1.00", "reason": {"kind": "gift"}}]},
        {"account": "Checking\nopen", "closing": "1.00", "closed_on": "2026-01-31"},
        {"moves": TWINS},
        {"currency": "euro", "closing": "1.00", "closed_on": "2026-01-31"},
    ],
)
def test_what_is_no_statement_is_no_order(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BankBook.model_validate({"account": "Checking", "currency": "EUR"} | given)


def test_costs_that_are_no_costs_are_none() -> None:
    for change in ({"costs": ()}, {"vendor": ""}, {"reference": ""}, {"rate": Decimal(0)}):
        with pytest.raises(ValidationError):
            BillBook.model_validate(BILL.model_dump() | change)
    with pytest.raises(ValidationError):
        Spending.model_validate({"costs": [{"category": "open Assets:Cash", "net": "1.00"}]})


@pytest.mark.parametrize(
    ("number", "amount", "worth"),
    [
        (None, "-5.00", None),  # back to nobody knows which invoice
        (None, "5.00", "6.00"),
        ("INV-2026-0001", "0.00", None),
        ("INV-2026-0001", "5.00", "-6.00"),
        ("INV-2026-0001", "5.00", "0.00"),
    ],
)
def test_no_share_is_nothing_or_of_two_minds(number: str | None, amount: str, worth: str | None) -> None:
    with pytest.raises(ValidationError):
        Share(party="A", number=number, amount=Decimal(amount), worth=None if worth is None else Decimal(worth))


def test_a_payout_is_shown_with_every_payment_it_holds_up_to_a_page() -> None:
    many = [("Northwind", f"INV-2026-{at:04}", "10.00") for at in range(1, SHOWN_MOVES + 3)]
    payout = paid_out(("Globex", "INV-2026-0099", "-4.00"), *many, ("Initech", "", "5.00"), fee="1.00")
    francs = payout.shares[1].model_copy(update={"worth": Decimal("10.50")})
    payout = payout.model_copy(update={"shares": (payout.shares[0], francs, *payout.shares[2:])})
    rows = explains("p1", "01-20", "420.50", payout).rows()
    told = [row.value for row in rows]
    assert told[1] == "420.50 EUR · p1 · payout of Stripe: 44 payments, fee 1.00 (Bank-Fees)"
    assert told[2] == "INV-2026-0001 10.00 (another currency, 10.50 EUR) · Northwind"
    assert told[3] == "INV-2026-0002 10.00 EUR · Northwind"
    assert (len(rows), told[-1]) == (2 + SHOWN_MOVES + 1, "4 more")
    few = explains("p1", "01-20", "1.00", paid_out(("Globex", "INV-2026-0099", "-4.00"), ("Initech", "", "5.00")))
    assert [row.value for row in few.rows()][2:] == [
        "on account 5.00 EUR · Initech",
        "INV-2026-0099 -4.00 EUR · Globex, paid back",
    ]
