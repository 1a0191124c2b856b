"""Figures from Odoo: how many calls they take, what makes them unclear, and what the owner wrote there themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_figures import PRIVATELY
from agents.connectors.odoo.odoo_figures import OdooFigures
from agents.connectors.odoo.records import Records
from agents.errors import Transient
from tests.connectors.books_hand import eur, perform, sums
from tests.connectors.books_story import bank, bill, bought, cost, day, invoice, named, paid, to
from tests.connectors.odoo.odoo_room import OdooRoom, ShortWay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic import JsonValue

    from tests.connectors.books_story import Order

FIRST = "INV-2026-0001"
ONE = ("01-05", invoice("Northwind", ("1000.00", "19")))
START, END = day("01-01"), day("01-31")
QUESTIONS: dict[str, Callable[[OdooFigures], object]] = {
    "profit and loss": lambda reports: reports.profit_and_loss(START, END),
    "cash": lambda reports: reports.cash(END),
    "vat": lambda reports: reports.vat(START, END),
    "receivables": lambda reports: reports.receivables(END),
    "payables": lambda reports: reports.payables(END),
    "invoices": lambda reports: reports.documents(END),
    "bills": lambda reports: reports.documents(END, vendor=True),
    "party": lambda reports: reports.party("Northwind", END),
    "unexplained": lambda reports: reports.unexplained(END),
    "moves": lambda reports: (reports.booked_moves("Checking"), reports.unexplained_moves("Checking")),
    "ibans": lambda reports: reports.ibans(),
    "past costs": lambda reports: reports.past_costs(),
    "export": lambda reports: reports.export(START, END),
}


def move_lines(room: OdooRoom) -> int:
    return len(room.odoo.find("account.move.line"))


def fill(room: OdooRoom, invoices: int) -> None:
    """So many invoices of three lines each, past the doors, half of them paid by one payment each."""
    (partner,) = room.odoo.find("res.partner", ["name", "=", "Northwind"])
    income, receivable, bank_ = (room.odoo.account(code) for code in ("400000", "121000", "101403"))
    for at in range(invoices):
        vals = {"name": "work", "price_unit": 10, "account_id": income, "tax_ids": [(6, 0, [room.odoo.tax()])]}
        move = {"move_type": "out_invoice", "partner_id": partner, "invoice_date": "2026-01-05"}
        made = room.odoo.call("account.move", "create", move | {"invoice_line_ids": [(0, 0, vals)]})
        room.odoo.call("account.move", "action_post", [made])
        if at % 2:
            legs = [(receivable, -11.9), (bank_, 11.9)]
            rows = [(0, 0, {"account_id": each, "balance": amount, "partner_id": partner}) for each, amount in legs]
            entry = room.odoo.call("account.move", "create", {"date": "2026-01-06", "line_ids": rows})
            room.odoo.call("account.move", "action_post", [entry])
            domain = (["move_id", "in", [made, entry]], ["account_id", "=", receivable])
            room.odoo.call("account.move.line", "reconcile", room.odoo.find("account.move.line", *domain))


def test_the_calls_do_not_grow_with_the_books() -> None:
    room = OdooRoom()
    perform(room, [ONE, ("01-06", bank("b1", "01-06", "190.00", paid("Northwind", (FIRST, "190.00"))))])
    counts = []
    for more, least in ((1, 10), (75, 300)):
        fill(room, more)
        assert move_lines(room) >= least
        took = {}
        for name, ask in QUESTIONS.items():
            before = room.calls.counted
            ask(room.reports())
            took[name] = room.calls.counted - before
        counts.append(took)
    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= 10


def test_every_question_is_answered_by_an_empty_book() -> None:
    reports = OdooRoom().reports()
    result = reports.profit_and_loss(START, END)
    assert (result.revenue, result.costs, result.result.amounts) == ((), (), {})
    assert (reports.cash(END), reports.unexplained(END).rows) == ((), ())
    assert (reports.receivables(END).documents, reports.receivables(END).credits) == ((), {})
    assert (reports.ibans(), reports.past_costs(), reports.booked_moves("Checking")) == ({}, (), {})
    assert reports.document("INV/2026/00001", END) is None
    assert reports.accounts() == {"Checking": "", "Savings": ""}


def test_a_payment_that_booked_nothing_makes_what_is_owed_unclear() -> None:
    room = OdooRoom()
    for each in room.odoo.find("account.payment.method.line"):
        room.odoo.call("account.payment.method.line", "write", [each], {"payment_account_id": False})
    perform(room, [ONE])
    pay(room)
    owed = room.reports().receivables(END)
    assert [each.open for each in owed.documents] == [Decimal("1190.00")]
    assert len(owed.unclear) == 1
    assert "1,190.00 EUR of Northwind booked nothing" in owed.unclear[0]
    found = room.reports().document(room.number(FIRST), END)
    assert found
    assert (found.open, found.paid_on) == (None, None)
    assert "booked nothing" in found.unclear


def test_a_payment_that_is_put_to_no_invoice_is_told() -> None:
    room = OdooRoom()
    perform(room, [ONE])
    pay(room, for_invoice=False)
    owed = room.reports().receivables(END)
    assert owed.credits == {("Northwind", "EUR"): Decimal("1190.00")}
    assert ["put to no document" in each for each in owed.unclear] == [True]


def pay(room: OdooRoom, *, for_invoice: bool = True) -> None:
    """As the owner registers a payment in Odoo: for the invoice, or only of the customer."""
    (move,) = room.odoo.find("account.move", ["move_type", "=", "out_invoice"])
    (partner,) = room.odoo.find("res.partner", ["name", "=", "Northwind"])
    vals = {"payment_type": "inbound", "partner_type": "customer", "partner_id": partner, "amount": 1190}
    about = {"journal_id": room.odoo.journal("BNK1"), "date": "2026-01-10"}
    linked = {"invoice_ids": [(6, 0, [move])]} if for_invoice else {}
    made = room.odoo.call("account.payment", "create", vals | about | linked)
    room.odoo.call("account.payment", "action_post", [made])


class Meddled(ShortWay):
    """Somebody posts an invoice between the sums and the rows."""

    def call(
        self, model: str, method: str, ids: Sequence[int] | None = None, kwargs: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        if (model, method) == ("account.move.line", "search_read"):
            (move,) = self.odoo.find("account.move", ["state", "=", "draft"])
            self.odoo.call("account.move", "action_post", [move])
        return super().call(model, method, ids, kwargs)


def test_what_is_written_between_two_looks_is_asked_again() -> None:
    room = OdooRoom()
    perform(room, [ONE])
    (partner,) = room.odoo.find("res.partner", ["name", "=", "Northwind"])
    line = (0, 0, {"name": "more", "price_unit": 10, "tax_ids": [(6, 0, [])]})
    draft = {"move_type": "out_invoice", "partner_id": partner, "invoice_date": "2026-01-06"}
    room.odoo.call("account.move", "create", draft | {"invoice_line_ids": [line]})
    with pytest.raises(Transient, match="while they were read"):
        OdooFigures(Records(Meddled(room.odoo)), room.chart).party("Northwind", END)


def test_what_was_spent_privately_and_on_bills_is_told_by_payee() -> None:
    room = OdooRoom()
    rent = bill("Landlord", "R-01", "01-07", "01-31", cost("Rent", "800.00"))
    both = bought(cost("Office", "4.00", "19"), cost("Other", "4.74"))
    orders: list[tuple[str, Order]] = [
        ("01-05", named("Shop", bank("b1", "01-05", "-9.50", both))),
        ("01-06", named("Maja", bank("b2", "01-06", "-50.00", to("Private")))),
        ("01-06", named("Maja", bank("b3", "01-06", "50.00", to("Private")))),  # what comes in is no cost
        ("01-06", bank("b4", "01-06", "-5.00", bought(cost("Office", "5.00")))),  # nobody knows whom
        ("01-07", rent),
    ]
    perform(room, orders)
    told = [(each.payee, each.names, each.is_billed) for each in room.reports().past_costs()]
    assert told == [("Shop", ("Office", "Other"), False), ("Maja", (PRIVATELY,), False), ("Landlord", (), True)]


def test_what_was_earned_in_another_currency_counts_in_it_and_the_exchange_in_ours() -> None:
    room = OdooRoom()
    francs = bank("b1", "01-20", "430.00", paid("Initech", (FIRST, "400.00")))
    perform(room, [("01-05", invoice("Initech", ("400.00", "0"), currency="CHF")), ("01-20", francs)])
    result = room.reports().profit_and_loss(START, END)
    assert sums(result.revenue) == {"Services": {"CHF": Decimal("400.00")}, "Exchange": eur("10.00")}
    assert room.reports().receivables(END).documents == ()


def test_what_odoo_calls_cost_of_revenue_is_a_direct_cost() -> None:
    assert OdooRoom().reports().direct_costs() == {"Cost-Of-Goods-Sold"}


def test_movements_since_a_day_are_told_without_those_before() -> None:
    room = OdooRoom()
    perform(
        room, [(f"01-{of}", bank(f"b{of}", f"01-{of}", "-5.00", bought(cost("Office", "5.00")))) for of in ("06", "09")]
    )
    reports = room.reports()
    assert reports.booked_moves("Checking", day("01-07")).keys() == {"b09"}
    assert reports.bare_costs("Checking", day("01-07")).keys() == {"b09"}
    assert reports.bare_costs("Checking").keys() == {"b06", "b09"}
    assert reports.documents(day("01-31"), vendor=True) == ()  # what was paid at once is no bill
