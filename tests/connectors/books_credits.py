"""What all books promise of credit notes over a part of an invoice; the figures are worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.errors import NotAllowed
from tests.connectors.books_hand import eur, key_of, open_of, perform, sums
from tests.connectors.books_story import bank, day, invoice, paid, taken

if TYPE_CHECKING:
    from tests.connectors.books_room import Ledger


class CreditsContract:
    """A part of the suite of all books."""

    def test_parts_of_an_invoice_are_credited_to_the_cent_and_never_more_than_is_left(self, books: Ledger) -> None:
        """200.00 at 7 % (14.00) and 100.05 at 19 % (19.01) are asked for, 333.06 in all; parts of it are taken back."""
        perform(books, [("01-05", invoice("Initech", ("200.00", "7"), ("100.05", "19")))])
        number = books.number("INV-2026-0001")
        parts = (
            # net, rate, with VAT, what the invoice comes to then
            ("33.35", "19", "39.69", "293.37"),  # VAT 6.3365
            ("33.35", "19", "39.69", "253.68"),
            ("33.35", "19", "39.68", "214.00"),  # the rest of the rate has the rest of its VAT, 19.01 - 6.34 - 6.34
            ("50.00", "7", "53.50", "160.50"),
        )
        for at, (net, rate, total, left) in enumerate(parts, 1):
            order = books.reports().creditable(number).order([taken(net, rate)], "as agreed")
            assert (order.total, order.left) == (Decimal(total), Decimal(left))
            (receipt,) = perform(books, [("01-10", order)], first=at)
            assert receipt.provider_id == books.number(f"CN-2026-000{at + 1}")  # no gap after the invoice
            assert receipt.details["total"] == f"{total} EUR"
            assert books.open().execute(order, key_of(at), {}) == receipt
        for net, rate in (("0.01", "19"), ("150.01", "7"), ("1.00", "0")):
            with pytest.raises(NotAllowed, match="has left at"):
                books.reports().creditable(number).order([taken(net, rate)])
        reports = books.reports()
        assert open_of(reports.receivables(day("01-31"))) == [(number, Decimal("160.50"), "EUR", 12)]
        quarter, vat = reports.profit_and_loss(day("01-01"), day("01-31")), reports.vat(day("01-01"), day("01-31"))
        assert sums(quarter.revenue) == {"Services": eur("150.00")}  # 300.05 - 100.05 - 50.00
        assert vat.charged.amounts == eur("10.50")  # 14.00 + 19.01 - 19.01 - 3.50
        assert reports.creditable(number).credited == Decimal("172.56")
        perform(books, [("01-11", reports.creditable(number).order()), ("01-12", invoice("Initech", ("1.00", "0")))], 8)
        told = books.reports().receivables(day("01-31"))
        assert [each.number for each in told.documents] == [books.number("INV-2026-0007")]
        assert sums(books.reports().profit_and_loss(day("01-01"), day("01-11")).revenue) == {"Services": {}}
        with pytest.raises(NotAllowed, match="credited already"):
            books.reports().creditable(number).order()

    def test_a_part_is_credited_only_as_the_books_are_when_it_happens(self, books: Ledger) -> None:
        perform(books, [("01-05", invoice("Initech", ("300.00", "19")))])
        number = books.number("INV-2026-0001")
        first, second = (books.reports().creditable(number).order([taken(net, "19")]) for net in ("200.00", "50.00"))
        more = second.model_copy(update={"lines": (taken("200.01", "19"),), "total": Decimal("238.01")})
        others = [second.model_copy(update=change) for change in ({"customer": "Eve"}, {"currency": "CHF"})]
        perform(books, [("01-06", first)], first=1)
        for order in (second, more, *others):  # the owner was told that 297.50 would be left of it
            with pytest.raises(NotAllowed) as refused:
                perform(books, [("01-07", order)], first=2)
            assert refused.value.hint
        assert open_of(books.reports().receivables(day("01-31"))) == [(number, Decimal("119.00"), "EUR", 12)]

    def test_a_part_that_is_credited_after_the_payment_is_the_customers(self, books: Ledger) -> None:
        came = bank("b1", "01-19", "1190.00", paid("Northwind", ("INV-2026-0001", "1190.00")))
        perform(books, [("01-05", invoice("Northwind", ("1000.00", "19"))), ("01-19", came)])
        number = books.number("INV-2026-0001")
        perform(books, [("01-20", books.reports().creditable(number).order([taken("100.00", "19")]))], first=2)
        owed = books.reports().receivables(day("01-31"))
        assert (owed.documents, owed.credits) == ((), {("Northwind", "EUR"): Decimal("119.00")})
        perform(books, [("01-21", bank("b2", "01-21", "-119.00", paid("Northwind", (number, "119.00"))))], first=3)
        assert books.reports().receivables(day("01-31")).credits == {}

    def test_the_last_part_of_a_rate_has_the_cent_that_rounding_kept_back(self, books: Ledger) -> None:
        """0.06 at 19 % have 0.01 of VAT; of two parts of 0.02 it is 0.00 each, so the third has all of it."""
        perform(books, [("01-05", invoice("Initech", ("0.06", "19")))])
        totals = []
        for at in range(3):
            order = books.reports().creditable(books.number("INV-2026-0001")).order([taken("0.02", "19")])
            perform(books, [("01-06", order)], first=1 + at)
            totals.append(order.total)
        assert totals == [Decimal("0.02"), Decimal("0.02"), Decimal("0.03")]
        assert books.reports().vat(day("01-01"), day("01-31")).charged.amounts == {}
