"""What all books promise of the payouts of payment services; the figures are worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import Unexplained
from agents.connectors.contract import Absent, Found
from agents.errors import NotAllowed
from tests.connectors.books_hand import eur, key_of, open_of, perform, sums
from tests.connectors.books_room import called
from tests.connectors.books_story import Order, bank, day, explains, invoice, paid_out

if TYPE_CHECKING:
    from agents.connectors.book_orders import Payout
    from tests.connectors.books_room import Ledger

INVOICES: tuple[tuple[str, Order], ...] = (
    ("01-05", invoice("Northwind", ("1000.00", "19"))),  # INV-2026-0001 1,190.00
    ("01-06", invoice("Globex", ("100.00", "19"))),  # 0002 119.00
    ("01-07", invoice("Initech", ("50.00", "0"))),  # 0003 50.00
    ("01-08", invoice("Hooli", ("400.00", "0"), currency="CHF")),  # 0004
)
FIRST = paid_out(
    ("Northwind", "INV-2026-0001", "1190.00"),
    ("Globex", "INV-2026-0002", "119.00"),
    ("Initech", "INV-2026-0003", "20.00"),
    fee="10.00",
)  # 1,329.00 - 10.00
SECOND = paid_out(
    ("Globex", "INV-2026-0002", "-19.00"),  # a refund
    ("Initech", "INV-2026-0003", "30.00"),
    ("Globex", "", "25.00"),  # for no invoice yet
    fee="1.00",
)
TAKEN_BACK = paid_out(("Northwind", "INV-2026-0001", "-1190.00"), fee="15.00")  # a chargeback and what it costs


def francs(worth: str | None, amount: str = "400.00", number: str = "INV-2026-0004", fee: str = "12.00") -> Payout:
    """A payout of one invoice that is, or is not, in francs."""
    of = paid_out(("Hooli" if number.endswith("4") else "Initech", number, amount), fee=fee)
    share = of.shares[0].model_copy(update={"worth": None if worth is None else Decimal(worth)})
    return of.model_copy(update={"shares": (share,)})


REFUSED: tuple[Order, ...] = (
    bank("n1", "01-20", "1318.99", FIRST),  # 1,319.00
    bank("n2", "01-20", "10.00", paid_out(("Globex", "INV-2026-0099", "10.00"))),  # no such invoice
    bank("n3", "01-20", "10.00", paid_out(("Globex", "INV-2026-0003", "10.00"))),  # another customer's
    bank("n4", "01-20", "50.01", paid_out(("Initech", "INV-2026-0003", "50.01"))),  # 50.00 are open
    bank(
        "n5", "01-20", "60.00", paid_out(("Initech", "INV-2026-0003", "30.00"), ("Initech", "INV-2026-0003", "30.00"))
    ),  # together too much
    bank("n6", "01-20", "-1.00", paid_out(("Initech", "INV-2026-0003", "-1.00"))),  # nothing was paid
    bank("n7", "01-20", "400.00", francs(None, fee="0.00")),  # francs are no euros
    bank("n8", "01-20", "50.00", francs("50.00", "50.00", "INV-2026-0003", fee="0.00")),  # and euros no francs
)


class PayoutsContract:
    """A suite of its own."""

    def test_a_payout_pays_many_invoices_less_its_fee_and_gives_back_what_went_back(self, books: Ledger) -> None:
        orders = (
            ("01-20", bank("p1", "01-20", "1319.00", FIRST)),
            ("01-27", bank("p2", "01-27", "35.00", SECOND)),
            ("01-28", bank("p3", "01-28", "408.00", francs("420.00"))),
        )
        perform(books, INVOICES)
        first = perform(books, orders[:1], first=10)
        at_first = books.reports().receivables(day("01-20"))
        assert [row[:3] for row in open_of(at_first)] == [
            (books.number("INV-2026-0003"), Decimal("30.00"), "EUR"),
            (books.number("INV-2026-0004"), Decimal("400.00"), "CHF"),
        ]
        first += perform(books, orders[1:], first=11)
        reports = books.reports()
        january = reports.profit_and_loss(day("01-01"), day("01-31"))
        services = {"EUR": Decimal("1150.00"), "CHF": Decimal("400.00")}
        assert sums(january.revenue)["Services"] == services  # what was invoiced, and no fee taken off it
        assert sums(january.costs) == {"Bank-Fees": eur("23.00")}  # 10 + 1 + 12
        assert sums(reports.cash(day("01-31"))) == {"Checking": eur("1762.00")}  # 1,319 + 35 + 408
        owed = reports.receivables(day("01-31"))
        assert open_of(owed) == [(books.number("INV-2026-0002"), Decimal("19.00"), "EUR", 11)]
        assert (owed.credits, owed.unclear) == ({("Globex", "EUR"): Decimal("25.00")}, ())
        assert reports.party("Globex", day("01-31")).amounts == eur("-6.00")  # 119 - 119 + 19 - 25
        assert reports.unexplained(day("01-31")).amounts == {}

        again = [called(books, order) for _, order in orders]
        assert [books.open().execute(order, key_of(10 + at), {}) for at, order in enumerate(again)] == first
        for at, order in enumerate(again):  # under another approval
            books.open().execute(order, key_of(50 + at), {})
        assert sums(books.reports().cash(day("01-31"))) == {"Checking": eur("1762.00")}

    def test_a_payout_that_waits_unexplained_is_explained_once(self, books: Ledger) -> None:
        perform(books, INVOICES)
        perform(books, [("01-20", bank("p1", "01-20", "1319.00", Unexplained()))], first=10)
        explain = explains("p1", "01-20", "1319.00", FIRST)
        perform(books, [("01-22", explain)], first=11)
        assert isinstance(books.open().find(key_of(11), called(books, explain)), Found)
        with pytest.raises(NotAllowed, match="waits to be explained"):
            perform(books, [("01-22", explain)], first=12)
        reports = books.reports()
        assert reports.unexplained(day("01-31")).amounts == {}
        assert [row[:2] for row in open_of(reports.receivables(day("01-31")))] == [
            (books.number("INV-2026-0003"), Decimal("30.00")),
            (books.number("INV-2026-0004"), Decimal("400.00")),
        ]

    def test_a_chargeback_opens_its_invoice_again(self, books: Ledger) -> None:
        perform(books, [*INVOICES[:3], ("01-20", bank("p1", "01-20", "1319.00", FIRST))])
        perform(books, [("01-29", bank("p2", "01-29", "-1205.00", TAKEN_BACK))], first=20)
        reports = books.reports()
        assert open_of(reports.receivables(day("01-31"))) == [
            (books.number("INV-2026-0001"), Decimal("1190.00"), "EUR", 12),
            (books.number("INV-2026-0003"), Decimal("30.00"), "EUR", 10),
        ]
        assert sums(reports.profit_and_loss(day("01-01"), day("01-31")).costs) == {"Bank-Fees": eur("25.00")}
        assert sums(reports.cash(day("01-31"))) == {"Checking": eur("114.00")}

    def test_what_a_payout_cannot_be_is_refused_and_nothing_changes(self, books: Ledger) -> None:
        perform(books, INVOICES)
        before = books.reports().export(day("01-01"), day("12-31"))
        for at, order in enumerate(REFUSED):
            with pytest.raises(NotAllowed) as refused:
                perform(books, [("01-20", order)], first=500 + at)
            assert refused.value.hint
            assert isinstance(books.open().find(key_of(500 + at), called(books, order)), Absent)
        assert books.reports().export(day("01-01"), day("12-31")) == before
