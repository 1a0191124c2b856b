"""Books into which others were moved: a movement that the others hold already is never booked again.

A statement of the bank may go back behind the day of the move, and what it tells from before is in the balances that
were carried. Movements that wait to be explained were carried one by one, so they are the new books' own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from agents.connectors.book_figures import NOTHING, VatPosition
from agents.connectors.book_orders import BankBook
from agents.connectors.book_statements import TaxReport, in_order
from agents.connectors.contract import Found, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from decimal import Decimal

    from agents.connectors.book_figures import BookReports, Figure, SourceRow
    from agents.connectors.book_orders import BookOrder
    from agents.connectors.book_statements import TaxLine
    from agents.connectors.books import Books
    from agents.connectors.contract import Lookup
    from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit


@dataclass(frozen=True, slots=True)
class Earlier:
    """The books that were moved. `since`: the first day of the new ones; `before` reads the old ones when asked."""

    since: date
    before: Callable[[], BookReports]

    def moves(self, account: str) -> dict[str, SourceRow]:
        """What they have booked of an account and explained, by bank id."""
        figures = self.before()
        waiting = figures.unexplained_moves(account)
        return {bank_id: row for bank_id, row in figures.booked_moves(account).items() if bank_id not in waiting}

    def vat(self, start: date, end: date, own: Callable[[date, date], VatPosition]) -> VatPosition:
        """The VAT of a time, that of before the move from the old books; `own`: how the new ones tell theirs.

        What was moved is one balance, which says neither what was charged nor what was paid.
        """
        if start >= self.since:
            return own(start, end)
        old = self.before().vat(start, min(end, self._last))
        if end < self.since:
            return old
        new = own(self.since, end)
        return VatPosition(joined(old.charged, new.charged), joined(old.paid, new.paid), joined(old.due, new.due))

    def tax_report(self, start: date, end: date, own: Callable[[date, date], TaxReport]) -> TaxReport:
        """The VAT by rate of a time; as `vat`."""
        if start >= self.since:
            return own(start, end)
        old = self.before().tax_report(start, min(end, self._last))
        if end < self.since:
            return old
        new = own(self.since, end)
        return TaxReport(start, end, in_order(_by_rate([*old.lines, *new.lines])), new.freshness)

    @property
    def _last(self) -> date:
        return self.since - timedelta(days=1)


def joined(old: Figure, new: Figure) -> Figure:
    """One figure of two times that follow each other, as of the later one."""
    sums = dict(old.amounts)
    for currency, amount in new.amounts.items():
        sums[currency] = sums.get(currency, NOTHING) + amount
    amounts = {currency: amount for currency, amount in sums.items() if amount}
    return replace(new, amounts=amounts, rows=(*old.rows, *new.rows))


def _by_rate(lines: Iterable[TaxLine]) -> Iterable[TaxLine]:
    """One line for each rate: the two books may call it by different names, and the later name stays."""
    found: dict[tuple[bool, Decimal | str, str], TaxLine] = {}
    for each in lines:
        key = (each.is_sale, each.name if each.rate is None else each.rate, each.currency)
        old = found.get(key)
        found[key] = (
            each
            if old is None
            else replace(
                each,
                base=old.base + each.base,
                tax=old.tax + each.tax,
                entries=old.entries + each.entries,
                rows=(*old.rows, *each.rows),
            )
        )
    return found.values()


class BooksAfterMove:
    """Books that leave out of a statement what those before them hold."""

    def __init__(self, books: Books, earlier: Earlier) -> None:
        self._books = books
        self._earlier = earlier

    def find(self, key: str) -> Lookup:
        """As the books."""
        return self._books.find(key)

    def issue(self, order: InvoiceCreate, key: str) -> Receipt:
        """As the books."""
        return self._books.issue(order, key)

    def credit(self, order: InvoiceCredit, key: str) -> Receipt:
        """As the books."""
        return self._books.credit(order, key)

    def find_record(self, order: BookOrder, key: str) -> Lookup:
        """As the books; an order of which nothing is left for them is done."""
        if not isinstance(order, BankBook):
            return self._books.find_record(order, key)
        left = self._left(order)
        return self._books.find_record(left, key) if left else Found(_nothing_left(order))

    def record(self, order: BookOrder, key: str) -> Receipt:
        """As the books, without what those before them hold."""
        if not isinstance(order, BankBook):
            return self._books.record(order, key)
        left = self._left(order)
        return self._books.record(left, key) if left else _nothing_left(order)

    def _left(self, order: BankBook) -> BankBook | None:
        """What the books before do not hold, without a balance from their time; None when nothing is left."""
        known = self._earlier.moves(order.account)
        moves = tuple(each for each in order.moves if each.bank_id not in known)
        if order.closed_on is None or order.closed_on < self._earlier.since - timedelta(days=1):
            if not moves:
                return None
            return order.model_copy(update={"moves": moves, "closing": None, "closed_on": None})
        return order.model_copy(update={"moves": moves})


def _nothing_left(order: BankBook) -> Receipt:
    """The receipt of an order that the books before hold whole."""
    days = [each.day for each in order.moves] + ([order.closed_on] if order.closed_on else [])
    at = datetime.combine(max(days), time(), UTC)
    summary = f"{order.account} · in the books before"
    return Receipt(provider="books", provider_id=order.account, at=at, summary=summary, details={"entries": "0"})
