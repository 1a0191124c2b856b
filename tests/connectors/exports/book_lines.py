"""Lines of books, written short."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_export import BookLine
from tests.connectors.books_story import day

if TYPE_CHECKING:
    from agents.connectors.book_export import Vat

Short = tuple[str, str] | tuple[str, str, str]


def entry(
    of: str, place: str, *legs: Short, party: str = "Acme", text: str = "work", number: str = ""
) -> list[BookLine]:
    """An entry in euros of legs (account, amount, VAT rate)."""
    made = []
    for account, amount, *rate in legs:
        vat: Vat = "charged" if account.endswith("Output") else "paid" if account.endswith("Input") else ""
        worth = Decimal(amount)
        words = (day(of), number, party, text, account, worth, "EUR", "".join(rate), "", place)
        made.append(BookLine(*words, worth, "EUR", vat))
    return made
