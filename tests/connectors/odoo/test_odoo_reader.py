"""How invoices stand in Odoo, as reminders read it: what may be paid is never called unpaid."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import Unexplained
from agents.connectors.books import InvoiceStanding, Unclear
from agents.connectors.invoice_orders import InvoiceCredit
from agents.connectors.odoo.reader import OdooReader
from tests.connectors.books_hand import perform
from tests.connectors.books_story import bank, day, invoice, paid, used
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from agents.connectors.books import Standing

FIRST, SECOND = "INV/2026/00001", "INV/2026/00002"


@pytest.fixture
def room() -> OdooRoom:
    """Northwind owes 1,190.00, due on 19 January, and Globex 119.00."""
    books = OdooRoom()
    orders = (("01-05", invoice("Northwind", ("1000.00", "19"))), ("01-06", invoice("Globex", ("100.00", "19"))))
    perform(books, orders)
    return books


def reader(room: OdooRoom) -> OdooReader:
    return OdooReader(room.records, lambda: room.chart, room.odoo.clock)


def standing(room: OdooRoom, number: str = FIRST) -> Standing:
    return reader(room).standings([number])[number]


def unclear(room: OdooRoom, number: str = FIRST) -> str:
    found = standing(room, number)
    assert isinstance(found, Unclear), found
    return found.why


def pays(room: OdooRoom, amount: str, of: str = "01-20", bank_id: str = "b1", at: int = 5) -> None:
    perform(room, [(of, bank(bank_id, of, amount, paid("Northwind", ("INV-2026-0001", amount))))], at)


def test_an_invoice_is_open_until_it_is_paid(room: OdooRoom) -> None:
    found = standing(room)
    assert isinstance(found, InvoiceStanding)
    assert (found.total.amount, found.total.currency, found.due) == (Decimal("1190.00"), "EUR", day("01-19"))
    assert (found.open, found.paid_on, found.bank_to) == (Decimal("1190.00"), None, None)
    pays(room, "190.00")
    found = standing(room)
    assert isinstance(found, InvoiceStanding)
    assert (found.open, found.paid_on, found.bank_to) == (Decimal("1000.00"), None, day("01-20"))
    pays(room, "1000.00", "01-25", "b2", 6)
    found = standing(room)
    assert isinstance(found, InvoiceStanding)
    assert (found.open, found.paid_on, found.credited) == (Decimal("0.00"), day("01-25"), Decimal("0.00"))


def test_a_credited_invoice_is_owed_no_more(room: OdooRoom) -> None:
    credit = InvoiceCredit(number="INV-2026-0001", customer="Northwind", total=Decimal("1190.00"), currency="EUR")
    perform(room, [("01-12", credit)], 5)
    found = standing(room)
    assert isinstance(found, InvoiceStanding)
    assert (found.open, found.paid_on, found.credited) == (Decimal("0.00"), day("01-12"), Decimal("1190.00"))


def test_customers_are_told_in_the_order_of_the_books(room: OdooRoom) -> None:
    assert reader(room).customers() == {FIRST: "Northwind", SECOND: "Globex"}
    assert list(reader(room).customers()) == [FIRST, SECOND]
    assert reader(room).mistakes() == ()


def test_money_of_the_customer_that_is_put_to_no_invoice_makes_it_unclear(room: OdooRoom) -> None:
    perform(room, [("01-20", bank("b1", "01-20", "50.00", paid("Northwind")))], 5)
    assert "50.00 EUR of Northwind for no invoice" in unclear(room)
    assert isinstance(standing(room, SECOND), InvoiceStanding)
    perform(room, [("01-21", used("Northwind", "01-21", "INV-2026-0001", "50.00"))], 6)
    assert isinstance(standing(room), InvoiceStanding)


def test_money_that_names_it_and_is_not_explained_makes_it_unclear(room: OdooRoom) -> None:
    order = bank("b1", "01-20", "1190.00", Unexplained())
    moves = (order.moves[0].model_copy(update={"text": "Rg. inv 2026-00001 Danke"}),)
    perform(room, [("01-20", order.model_copy(update={"moves": moves}))], 5)
    assert "names INV/2026/00001 and is not explained" in unclear(room)
    assert isinstance(standing(room, SECOND), InvoiceStanding)


def test_a_payment_that_booked_nothing_makes_it_unclear(room: OdooRoom) -> None:
    for each in room.odoo.find("account.payment.method.line"):
        room.odoo.call("account.payment.method.line", "write", [each], {"payment_account_id": False})
    (partner,) = room.odoo.find("res.partner", ["name", "=", "Northwind"])
    vals = {"payment_type": "inbound", "partner_type": "customer", "partner_id": partner, "amount": 1190}
    linked = {"journal_id": room.odoo.journal("BNK1"), "invoice_ids": [(6, 0, [invoice_of(room)])]}
    made = room.odoo.call("account.payment", "create", vals | linked)
    room.odoo.call("account.payment", "action_post", [made])
    assert "registered for it that booked nothing" in unclear(room)
    made = room.odoo.call("account.payment", "create", vals | {"journal_id": room.odoo.journal("BNK1")})
    room.odoo.call("account.payment", "action_post", [made])
    assert "booked nothing" in unclear(room)


def invoice_of(room: OdooRoom, name: str = FIRST) -> int:
    return room.odoo.find("account.move", ["name", "=", name])[0]


def test_an_unknown_number_is_unclear(room: OdooRoom) -> None:
    assert unclear(room, "INV/2026/00099") == "Odoo holds no invoice INV/2026/00099."
    assert reader(room).standings([]) == {}


def test_what_did_not_change_is_looked_at_with_two_calls_only(room: OdooRoom) -> None:
    looks = reader(room)
    first, before = looks.standings([FIRST, SECOND]), room.calls.counted
    assert looks.standings([SECOND, FIRST]) == first
    assert room.calls.counted - before == 2
    fingerprint = looks.fingerprint()
    pays(room, "190.00")
    assert looks.fingerprint() != fingerprint
    found = looks.standings([FIRST])[FIRST]
    assert isinstance(found, InvoiceStanding)
    assert found.open == Decimal("1000.00")
    room.set_day(day("01-21"))
    before = room.calls.counted
    looks.standings([FIRST])
    assert room.calls.counted - before > 2  # another day


def test_while_odoo_does_not_answer_nothing_is_clear(room: OdooRoom) -> None:
    silent = reader(room)
    room.calls.is_silent = True
    assert silent.standings([FIRST])[FIRST] == Unclear(FIRST, "Odoo cannot be read: nobody answers")
    assert (silent.customers(), silent.bank_to(), silent.fingerprint()) == ({}, None, "")
