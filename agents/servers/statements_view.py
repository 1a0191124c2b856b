"""What another assistant gets to see of VAT by rate and of a balance sheet. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_statements import SECTIONS
from agents.servers.books_view import BookRow, BooksState, FigureName, book_rows, books_state
from agents.servers.waiting_view import MAX_SHOWN, NOTICE, Shown

if TYPE_CHECKING:
    from agents.connectors.book_statements import BalanceSheet, TaxReport
    from agents.servers.books_view import Words

ROWS_OF_EACH = 3  # behind each line


class TaxShown(Shown):
    """Net amounts and VAT at one rate; `side` is 'sales' or 'purchases', `rate` in percent, empty = not said."""

    side: str
    rate: str
    base: str
    tax: str
    currency: str
    rows: tuple[BookRow, ...]
    rows_left_out: int
    from_outside: FigureName


class TaxAnswer(Shown):
    """VAT by rate between two days, both with."""

    notice: str = NOTICE
    first_day: str
    last_day: str
    lines: tuple[TaxShown, ...]
    books: BooksState


class BalanceShown(Shown):
    """What stood on one account; `section` is 'assets', 'liabilities' or 'equity'."""

    section: str
    kind: str
    amount: str
    rows: tuple[BookRow, ...]
    rows_left_out: int
    from_outside: FigureName


class BalanceAnswer(Shown):
    """What was owned and owed at the end of a day: `assets` are `liabilities` and `equity` together."""

    notice: str = NOTICE
    as_of: str
    currency: str
    assets: str
    liabilities: str
    equity: str
    lines: tuple[BalanceShown, ...]
    left_out: int
    books: BooksState


def tax_answer(told: TaxReport, words: Words) -> TaxAnswer:
    """VAT by rate."""
    lines = (
        TaxShown(
            side="sales" if each.is_sale else "purchases",
            rate="" if each.rate is None else f"{each.rate:f}",
            base=f"{each.base:.2f}",
            tax=f"{each.tax:.2f}",
            currency=each.currency,
            rows=book_rows(each.rows[:ROWS_OF_EACH], words),
            rows_left_out=each.entries - len(each.rows[:ROWS_OF_EACH]),
            from_outside=FigureName(name=words(each.name)),
        )
        for each in told.lines
    )
    books = books_state(told.freshness)
    return TaxAnswer(first_day=f"{told.start}", last_day=f"{told.end}", lines=tuple(lines), books=books)


def balance_answer(told: BalanceSheet, words: Words, skip: int) -> BalanceAnswer:
    """The balance sheet, the accounts from the one after `skip` on."""
    lines = told.lines[skip : skip + MAX_SHOWN]
    shown = (
        BalanceShown(
            section=each.section,
            kind=each.kind,
            amount=f"{each.amount:.2f}",
            rows=book_rows(each.rows[:ROWS_OF_EACH], words),
            rows_left_out=each.entries - len(each.rows[:ROWS_OF_EACH]),
            from_outside=FigureName(name=words(each.account)),
        )
        for each in lines
    )
    return BalanceAnswer(
        as_of=f"{told.as_of}",
        currency=told.currency,
        **{section: f"{told.total(section):.2f}" for section in SECTIONS},
        lines=tuple(shown),
        left_out=len(told.lines) - len(lines),
        books=books_state(told.freshness),
    )
