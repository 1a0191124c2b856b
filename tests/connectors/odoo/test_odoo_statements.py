"""VAT by rate and the balance sheet out of Odoo: the same as all books tell, in order, and by few calls."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_statements import ASSETS, EQUITY, LIABILITIES, WITHOUT
from agents.connectors.odoo.odoo_statements import NEWEST, RESULT
from agents.errors import NeedsOwner
from tests.connectors.books_hand import perform
from tests.connectors.books_story import bank, day, invoice, paid
from tests.connectors.books_taxes import TaxesContract
from tests.connectors.odoo.odoo_room import OdooRoom
from tests.connectors.odoo.test_odoo_figures import fill

if TYPE_CHECKING:
    from agents.connectors.book_statements import BalanceSheet

FIRST = "INV-2026-0001"
ONE = ("01-05", invoice("Northwind", ("1000.00", "19")))
START, END = day("01-01"), day("01-31")


class TestTaxes(TaxesContract):
    """The suite on Odoo."""

    @pytest.fixture
    def books(self) -> OdooRoom:
        return OdooRoom()


def amounts(sheet: BalanceSheet, section: str) -> dict[str, str]:
    return {each.kind: f"{each.amount}" for each in sheet.of(section)}


def test_the_balance_sheet_is_told_by_kind_of_account_and_adds_up_on_any_day() -> None:
    room = OdooRoom()
    perform(room, [ONE, ("01-20", bank("b1", "01-20", "190.00", paid("Northwind", (FIRST, "190.00"))))])
    before, after = room.reports().balance_sheet(day("01-10")), room.reports().balance_sheet(END)
    assert amounts(before, ASSETS) == {"owed by customers": "1190.00"}
    assert amounts(after, ASSETS) == {"bank and cash": "190.00", "owed by customers": "1000.00"}
    for each in (before, after):
        assert amounts(each, LIABILITIES) == {"current liabilities": "190.00"}
        assert amounts(each, EQUITY) == {RESULT: "1000.00"}
        assert (each.total(ASSETS), each.difference) == (Decimal("1190.00"), Decimal("0.00"))
    (money,) = (each for each in after.lines if each.kind == "bank and cash")
    assert [(row.day, row.amount, row.place.startswith("Odoo ")) for row in money.rows] == [
        (day("01-20"), Decimal("190.00"), True)
    ]
    assert (money.entries, after.currency, after.as_of) == (1, "EUR", END)
    assert after.freshness == room.reports().cash(END)[0].freshness


def test_what_was_paid_for_francs_with_another_worth_adds_up_in_the_currency_of_the_books() -> None:
    room = OdooRoom()
    francs = bank("b1", "01-20", "430.00", paid("Initech", (FIRST, "400.00")))
    perform(room, [("01-05", invoice("Initech", ("400.00", "0"), currency="CHF")), ("01-20", francs)])
    sheet = room.reports().balance_sheet(END)
    assert (amounts(sheet, ASSETS), amounts(sheet, EQUITY)) == ({"bank and cash": "430.00"}, {RESULT: "430.00"})
    (sales,) = room.reports().tax_report(START, END).lines
    assert (sales.base, sales.name) == (Decimal("420.00"), WITHOUT)  # what the exchange made of it is no sale


def test_a_sheet_that_does_not_add_up_is_not_told() -> None:
    room = OdooRoom()
    perform(room, [ONE])
    (line,) = room.odoo.find("account.move.line", ["account_type", "=", "income"])
    room.odoo.service.seed(lambda env: env["account.move.line"].set(line, balance=Decimal("-999.00")))
    with pytest.raises(NeedsOwner, match="off by 1"):
        room.reports().balance_sheet(END)


def test_a_tax_that_is_not_used_any_more_still_has_its_rate() -> None:
    room = OdooRoom()
    perform(room, [ONE])
    room.odoo.call("account.tax", "write", [room.odoo.tax()], {"active": False})
    (line,) = room.reports().tax_report(START, END).lines
    assert (line.name, line.rate, line.tax) == ("19%", Decimal(19), Decimal("190.00"))


def test_the_calls_do_not_grow_with_the_lines_and_the_rows_are_bounded() -> None:
    room = OdooRoom()
    perform(room, [ONE])
    counts = []
    for more, least in ((3, 10), (270, 1000)):
        fill(room, more)
        assert len(room.odoo.find("account.move.line")) >= least
        before = room.calls.counted
        report, between = room.reports().tax_report(START, END), room.calls.counted
        sheet = room.reports().balance_sheet(END)
        counts.append((between - before, room.calls.counted - between))
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 9
    assert sum(len(each.rows) for each in sheet.lines) <= NEWEST
    (sales,) = report.lines
    assert (sales.entries, len(sales.rows)) == (2 * (1 + 3 + 270), NEWEST)
