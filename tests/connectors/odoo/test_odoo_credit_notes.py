"""A whole invoice is taken back once, by a credit note that turns its own lines round."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agents.connectors.contract import Absent, Found
from agents.connectors.invoice_orders import InvoiceCredit
from agents.errors import NotAllowed
from tests.connectors.books_hand import key_of, perform
from tests.connectors.books_story import bank, day, invoice, paid
from tests.connectors.odoo.odoo_room import OdooRoom

FIRST = "INV-2026-0001"
CREDIT = InvoiceCredit(number=FIRST, reason="cancelled", customer="Initech", total=Decimal("571.00"), currency="EUR")


@pytest.fixture
def room() -> OdooRoom:
    """571.00 are owed for two lines of two rates."""
    books = OdooRoom()
    perform(books, [("01-07", invoice("Initech", ("200.00", "7"), ("300.00", "19")))])
    return books


def refunds(room: OdooRoom) -> list[int]:
    return room.odoo.find("account.move", ["move_type", "=", "out_refund"])


def test_an_open_invoice_and_its_credit_note_close_each_other(room: OdooRoom) -> None:
    (receipt,) = perform(room, [("01-12", CREDIT)], 5)
    assert receipt.details == {
        "number": "RINV/2026/00001",
        "total": "571.00 EUR",
        "credits": "INV/2026/00001",
    }
    (refund,) = refunds(room)
    names = ("amount_untaxed", "amount_tax", "amount_residual", "invoice_date", "ref")
    row = room.odoo.row("account.move", refund, *names)
    assert [row[name] for name in names] == [500.0, 71.0, 0.0, "2026-01-12", "INV/2026/00001 cancelled"]
    (owed,) = room.odoo.find("account.move", ["move_type", "=", "out_invoice"])
    assert room.odoo.row("account.move", owed, "payment_state")["payment_state"] == "reversed"
    found = room.reports().document("INV/2026/00001", day("01-31"))
    assert found
    assert (found.open, found.paid_on) == (Decimal("0.00"), day("01-12"))
    assert room.reports().vat(day("01-01"), day("01-31")).charged.amounts == {}


def test_the_same_again_is_the_receipt_of_the_first_time(room: OdooRoom) -> None:
    (receipt,) = perform(room, [("01-12", CREDIT)], 5)
    assert perform(room, [("01-13", CREDIT)], 5) == [receipt]
    assert room.books.find(key_of(5)) == Found(receipt)
    assert isinstance(room.books.find(key_of(6)), Absent)
    with pytest.raises(NotAllowed, match="credited already"):
        perform(room, [("01-13", CREDIT)], 6)
    assert len(refunds(room)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"customer": "Globex"}, "no single invoice"),
        ({"number": "INV-2026-0099"}, "no single invoice"),
        ({"total": Decimal("570.99")}, "not over 570.99"),
        ({"currency": "USD"}, "not over 571.00 USD"),
    ],
)
def test_what_is_not_as_the_order_says_is_refused(room: OdooRoom, change: dict[str, object], said: str) -> None:
    before = room.calls.written
    with pytest.raises(NotAllowed, match=said):
        perform(room, [("01-12", CREDIT.model_copy(update=change))], 5)
    assert room.calls.written == before


def test_a_credit_note_of_a_locked_time_is_refused(room: OdooRoom) -> None:
    room.odoo.lock("2026-01-31")
    room.read_chart()
    with pytest.raises(NotAllowed, match="locked up to"):
        perform(room, [("01-12", CREDIT)], 5)
    assert refunds(room) == []


def test_a_tax_that_was_changed_since_is_never_posted_otherwise(room: OdooRoom) -> None:
    room.odoo.call("account.tax", "write", [room.odoo.tax()], {"amount": 20})
    with pytest.raises(NotAllowed, match="was approved"):
        perform(room, [("01-12", CREDIT)], 5)
    assert refunds(room) == []


def test_what_was_paid_before_is_owed_back(room: OdooRoom) -> None:
    perform(room, [("01-10", bank("b1", "01-10", "571.00", paid("Initech", (FIRST, "571.00"))))], 4)
    perform(room, [("01-12", CREDIT)], 5)
    owed = room.reports().receivables(day("01-31"))
    assert (owed.documents, owed.credits) == ((), {("Initech", "EUR"): Decimal("571.00")})
    assert room.reports().receivables(day("01-11")).credits == {}
