"""Books into which others were moved: a movement that the others hold already is never booked again.

A statement of the bank may go back behind the day of the move, and what it tells from before is in the balances that
were carried. Movements that wait to be explained were carried one by one, so they are the new books' own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from agents.connectors.book_orders import BankBook
from agents.connectors.contract import Found, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from agents.connectors.book_figures import BookReports, SourceRow
    from agents.connectors.book_orders import BookOrder
    from agents.connectors.books import Books
    from agents.connectors.contract import Lookup
    from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit


@dataclass(frozen=True, slots=True)
class Earlier:
    """The books that were moved. `since`: the first day of the new ones; `moves`: what an account holds, by bank id."""

    since: date
    moves: Callable[[str], Mapping[str, SourceRow]]


def earlier_books(since: date, before: Callable[[], BookReports]) -> Earlier:
    """What the books of before have booked of an account and explained: `before` reads them when it is asked."""

    def moves(account: str) -> dict[str, SourceRow]:
        figures = before()
        waiting = figures.unexplained_moves(account)
        return {bank_id: row for bank_id, row in figures.booked_moves(account).items() if bank_id not in waiting}

    return Earlier(since, moves)


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
