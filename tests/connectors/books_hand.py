"""Some books in the hands of their suite: orders on their days, and figures as they are compared."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.contract import sha256_hex
from tests.connectors.books_room import called
from tests.connectors.books_story import Order, day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agents.connectors.book_figures import Figure, OpenItems
    from agents.connectors.contract import Receipt
    from tests.connectors.books_room import Ledger


def key_of(number: int) -> str:
    """The key of one order."""
    return sha256_hex(f"order {number}".encode())


def perform(books: Ledger, orders: Iterable[tuple[str, Order]], first: int = 0) -> list[Receipt]:
    """Each order on its day, by a process of its own."""
    receipts = []
    for number, (of, order) in enumerate(orders, first):
        books.set_day(day(of))
        receipts.append(books.open().execute(called(books, order), key_of(number), {}))
    return receipts


def sums(figures: Iterable[Figure]) -> dict[str, Mapping[str, Decimal]]:
    """The amounts by the last part of each name."""
    return {each.name.rpartition(":")[2]: each.amounts for each in figures}


def eur(amount: str) -> dict[str, Decimal]:
    """An amount in euros only."""
    return {"EUR": Decimal(amount)}


def open_of(items: OpenItems) -> list[tuple[str, Decimal, str, int]]:
    """Number, what is open, currency and days late of each document."""
    return [(each.number, each.open, each.currency, each.late_days) for each in items.documents]
