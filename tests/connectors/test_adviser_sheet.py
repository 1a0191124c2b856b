"""The sheet for the tax adviser: every figure of the books on it, from whoever keeps them, and the same bytes again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.adviser_sheet import MAX_OPEN, adviser_figures, adviser_pdf
from tests.connectors.books_hand import perform
from tests.connectors.books_story import day
from tests.connectors.books_taxes import ORDERS
from tests.connectors.ledger.ledger_room import pdf_text
from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.adviser_sheet import AdviserFigures
    from tests.connectors.books_room import Ledger

START, END = day("01-01"), day("01-31")


def figures_of(books: Ledger) -> AdviserFigures:
    perform(books, ORDERS)
    return adviser_figures(books.reports(), START, END)


@pytest.fixture(scope="module")
def figures() -> AdviserFigures:
    """Those of an Odoo, read once."""
    return figures_of(OdooRoom())


def text_of(figures: AdviserFigures) -> str:
    return "\n".join(pdf_text(adviser_pdf(figures, "Studio Lindqvist")))


def test_every_figure_an_adviser_asks_for_stands_on_it(figures: AdviserFigures) -> None:
    text = text_of(figures)
    for words in (
        *("Studio Lindqvist", "2026-01-01 to 2026-01-31", "For the tax adviser", "Page 1 of "),
        *("1,500.00 EUR", "Rent", "800.00 EUR", "Result", "590.00 EUR"),  # 1,500 - 800 - 100 - 10
        *("19%", "1,000.00 EUR", "190.00 EUR", "without VAT", "300.00 EUR", "184.30 EUR"),  # 204.00 - 19.70 is due
        *("Balance sheet of 2026-01-31", "owed by customers", "1,704.00 EUR", "Equity together"),
        *("Northwind", "Initech", "Paper & Co (P-1)", "Open together", "919.00 EUR"),
    ):
        assert words in text
    assert figures.profit.result.freshness.version in text


def test_books_without_a_balance_sheet_tell_the_rest(tmp_path: Path) -> None:
    text = text_of(figures_of(EmbeddedLedger(tmp_path)))
    assert "Balance sheet" not in text
    for words in ("590.00 EUR", "184.30 EUR", "919.00 EUR", "Landlord (R-01)"):
        assert words in text


def test_the_same_figures_are_the_same_bytes(figures: AdviserFigures) -> None:
    assert adviser_pdf(figures, "Studio") == adviser_pdf(figures, "Studio")


def test_many_documents_go_on_over_pages_and_what_is_not_listed_is_in_the_sum(figures: AdviserFigures) -> None:
    one = replace(figures.owed_to.documents[0], open=Decimal("1.00"))
    many = replace(figures.owed_to, documents=(one,) * (MAX_OPEN + 3), unclear=("INV-7: who knows",))
    many = replace(many, credits={("Globex", "EUR"): Decimal("12.00")})
    pages = pdf_text(adviser_pdf(replace(figures, owed_to=many), "Studio"))
    assert len(pages) > 5
    assert all("For the tax adviser" in each for each in pages)
    text = "\n".join(pages)
    for words in (
        "203.00 EUR",
        "3 more documents are in the sum",
        "Not clear: INV-7",
        "To the credit of Globex: 12.00",
    ):
        assert words in text


def test_a_name_that_cannot_be_printed_hides_no_figure(figures: AdviserFigures) -> None:
    strange = replace(figures.owed_to.documents[0], party="東京 \N{RIGHT-TO-LEFT OVERRIDE}Ltd")
    text = text_of(replace(figures, owed_to=replace(figures.owed_to, documents=(strange,))))
    assert "?? " in text
    assert "Ltd" in text


def test_a_time_without_anything_says_so() -> None:
    text = text_of(adviser_figures(OdooRoom().reports(), START, END))
    assert "nothing" in text
    assert "the bank: nothing yet" in text
