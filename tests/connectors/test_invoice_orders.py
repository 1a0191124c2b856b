"""Invoice orders: what is sealed, what the owner reads, and what is no order at all."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents.connectors.books import amount_text
from agents.connectors.contract import Money, Stakes
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit, InvoiceLine
from tests.connectors.ledger.ledger_room import invoice

LINES = st.builds(
    InvoiceLine,
    text=st.just("work"),
    quantity=st.decimals("0.0001", 99_999, places=4),
    unit=st.sampled_from(["h", "", "day"]),
    price=st.decimals(0, 9_999_999, places=4),
    tax=st.sampled_from([Decimal(0), Decimal(7), Decimal(19)]),
)
PAYLOAD = """{"action": "invoice.create", "customer": " Acme\\u200b  Ltd ", "currency": "EUR", "due_days": 14,
 "lines": [{"text": "consulting", "quantity": "10.0", "unit": "h", "price": "95", "tax": "19.00"}]}"""


@given(st.lists(LINES, min_size=1, max_size=30))
def test_what_is_sealed_reads_back_as_the_same_order_with_the_same_bytes(lines: list[InvoiceLine]) -> None:
    assume(sum(line.net for line in lines) > 0)
    order = InvoiceCreate(customer="Acme Ltd", lines=tuple(lines), currency="EUR", due_days=14)
    again = InvoiceCreate.model_validate_json(order.canonical())
    assert again == order
    assert again.canonical() == order.canonical()
    assert order.totals.net == sum((line.net for line in lines), Decimal(0))


def test_the_same_order_in_other_words_has_the_same_bytes() -> None:
    order = InvoiceCreate.model_validate_json(PAYLOAD)
    assert order.canonical() == invoice().model_copy(update={"email": ""}).canonical()
    assert json.loads(order.canonical())["lines"] == [
        {"text": "consulting", "quantity": "10", "unit": "h", "price": "95.00", "tax": "19"}
    ]


def test_the_owner_reads_customer_lines_sums_and_terms() -> None:
    order = invoice()
    assert order.title() == "Create an invoice over 1,130.50 EUR (950.00 net) for Acme Ltd?"
    assert [(row.what, row.value) for row in order.rows()] == [
        ("customer", "Acme Ltd"),
        ("customer's mail", "billing@client.example"),
        ("line 1", "10 h consulting x 95.00 EUR = 950.00 EUR"),
        ("net", "950.00 EUR"),
        ("VAT", "19 % = 180.50 EUR"),
        ("total", "1,130.50 EUR"),
        ("to be paid within", "14 days"),
    ]
    assert order.money == Money(Decimal("1130.50"), "EUR")
    assert (order.stakes, order.recipient(), order.recipient_argument) == (
        Stakes.MONEY_ASKED,
        "Acme Ltd",
        "customer",
    )
    assert "credit note" in order.undo()


def test_without_vat_the_question_names_one_amount_only() -> None:
    assert invoice(tax="0").title() == "Create an invoice over 950.00 EUR for Acme Ltd?"


def test_cents_are_rounded_half_up_in_each_line() -> None:
    assert invoice(quantity="0.5", price="0.01", tax="0").totals.gross == Decimal("0.01")
    assert invoice(quantity="0.1", price="0.05", tax="0").totals.net == Decimal("0.01")


@pytest.mark.parametrize(
    "change",
    [
        {"customer": " \u200b "},
        {"currency": "eur"},
        {"currency": "EURO"},
        {"lines": []},
        {"due_days": -1},
        {"due_days": 400},
        {"lines": [{"text": "a", "quantity": "0", "price": "1", "tax": "0"}]},
        {"lines": [{"text": "a", "quantity": "1", "price": "0", "tax": "0"}]},
        {"lines": [{"text": "a", "quantity": "1", "price": "-1", "tax": "0"}]},
        {"lines": [{"text": "a", "quantity": "1", "price": "95,00", "tax": "0"}]},
        {"lines": [{"text": "a", "quantity": "1", "price": "NaN", "tax": "0"}]},
        {"lines": [{"text": "a", "quantity": "1", "price": "0.00001", "tax": "0"}]},
        {"lines": [{"text": "a", "quantity": "1", "price": "1", "tax": "101"}]},
        {"lines": [{"text": "", "quantity": "1", "price": "1", "tax": "0"}]},
        {"note": "a field nobody knows"},
    ],
)
def test_what_is_no_sensible_invoice_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        InvoiceCreate.model_validate(json.loads(PAYLOAD) | change)


def test_a_discount_lowers_the_sum_but_never_turns_a_rate_negative() -> None:
    discount = {"text": "discount", "quantity": "1", "price": "-50", "tax": "19"}
    payload = json.loads(PAYLOAD)
    payload["lines"].append(discount)
    assert InvoiceCreate.model_validate(payload).totals.net == Decimal("900.00")
    payload["lines"][-1] = discount | {"tax": "7"}
    with pytest.raises(ValidationError, match="no negative sum"):
        InvoiceCreate.model_validate(payload)


def test_a_credit_says_whose_invoice_how_much_and_why() -> None:
    credit = InvoiceCredit(
        number="INV-2026-0001", reason="", customer="Acme Ltd", total=Decimal("1130.5"), currency="EUR"
    )
    assert credit.title() == "Credit invoice INV-2026-0001 over 1,130.50 EUR to Acme Ltd?"
    assert credit.rows()[-1].value == "none given"
    assert credit.money == Money(Decimal("1130.50"), "EUR")
    assert (credit.stakes, credit.recipient(), credit.recipient_argument) == (
        Stakes.MONEY_FORGIVEN,
        "Acme Ltd",
        "customer",
    )
    assert credit.undo().startswith("no")
    assert InvoiceCredit.model_validate_json(credit.canonical()).canonical() == credit.canonical()


@pytest.mark.parametrize("number", ["INV-2026-0001", "INV/2026/00011", "RE.2026.7"])
def test_an_invoice_is_called_as_its_books_call_it(number: str) -> None:
    credit = InvoiceCredit(number=number, customer="A", total=Decimal(1), currency="EUR")
    assert credit.rows()[0].value == number


@pytest.mark.parametrize(
    "number", ["INV 2026 1", "../INV-2026-0001", "INV-2026-0001\n", "INV//2026/0001", "INV/", "1" * 36]
)
def test_only_an_invoice_number_can_be_credited(number: str) -> None:
    with pytest.raises(ValidationError):
        InvoiceCredit(number=number, customer="A", total=Decimal(1), currency="EUR")


def test_amounts_in_rows_are_never_written_with_an_exponent() -> None:
    assert amount_text(invoice(price="1E+3").totals.net) == "10,000.00"
