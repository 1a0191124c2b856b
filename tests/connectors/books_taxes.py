"""What all books promise of VAT by rate; the figures are worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.connectors.books_hand import perform
from tests.connectors.books_story import bank, bill, bought, cost, day, invoice, named

if TYPE_CHECKING:
    from agents.connectors.book_statements import TaxLine
    from tests.connectors.books_room import Ledger
    from tests.connectors.books_story import Order


ORDERS: list[tuple[str, Order]] = [
    ("01-05", invoice("Northwind", ("1000.00", "19"), ("200.00", "7"))),
    ("01-06", invoice("Initech", ("300.00", "0"))),
    ("01-07", bill("Landlord", "R-01", "01-07", "01-31", cost("Rent", "800.00"))),
    ("01-08", bill("Paper & Co", "P-1", "01-08", "01-31", cost("Office", "100.00", "19"))),
    ("01-09", named("Shop", bank("b1", "01-09", "-10.70", bought(cost("Office", "10.00", "7"))))),
    ("02-01", invoice("Northwind", ("50.00", "19"))),
]


class TaxesContract:
    """A suite of its own."""

    def test_vat_is_told_by_rate_and_comes_to_the_vat_of_the_time(self, books: Ledger) -> None:
        perform(books, ORDERS)
        start, end = day("01-01"), day("01-31")
        reports = books.reports()
        told = reports.tax_report(start, end)
        assert (told.start, told.end, told.freshness) == (start, end, reports.cash(end)[0].freshness)
        assert list(map(_said, told.of(sales=True))) == [
            ("19", "1000.00", "190.00"),
            ("7", "200.00", "14.00"),
            ("0", "300.00", "0.00"),
        ]
        assert list(map(_said, told.of(sales=False))) == [
            ("19", "100.00", "19.00"),
            ("7", "10.00", "0.70"),
            ("0", "800.00", "0.00"),
        ]
        vat = reports.vat(start, end)
        for figure, sales in ((vat.charged, True), (vat.paid, False)):
            assert figure.amounts == {"EUR": sum((each.tax for each in told.of(sales=sales)), Decimal(0))}
        assert {each.currency for each in told.lines} == {"EUR"}
        (shop,) = (each for each in told.of(sales=False) if each.rate == Decimal(7))
        assert (shop.entries, {row.day for row in shop.rows}) == (2, {day("01-09")})
        assert sum(row.amount for row in shop.rows) == shop.base + shop.tax

    def test_of_a_time_without_entries_no_rate_is_told(self, books: Ledger) -> None:
        assert books.reports().tax_report(day("01-01"), day("01-31")).lines == ()


def _said(line: TaxLine) -> tuple[str, str, str]:
    return (f"{line.rate:f}", f"{line.base}", f"{line.tax}")
