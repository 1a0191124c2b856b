"""What happens in the sample company before documents have numbers: who asks for what, and what moves. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from agents.connectors.book_orders import BillBook, Reason
    from agents.connectors.invoice_orders import InvoiceCreate
    from agents.connectors.sample.story import Oddity

MONTHS = 24  # whole months before the current one
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or a bill; `key` names it among the drafts. `credited`: the day on which it is taken back."""

    key: str
    day: date
    due: date
    order: InvoiceCreate | BillBook
    credited: date | None = None

    @property
    def reference(self) -> str:
        """What a vendor calls it; empty for an invoice, which gets its number later."""
        return "" if self.order.action == "invoice.create" else self.order.reference

    @property
    def total(self) -> Decimal:
        """What it asks for, VAT included."""
        return self.order.totals.gross


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of the bank: with its reason, or with the document that it pays (`pays`); neither: nobody knows it.

    `on_account`: it goes to a vendor for no document, since that is paid already. `iban`: another one than usual.
    """

    day: date
    amount: Decimal
    party: str
    text: str
    reason: Reason | None = None
    pays: str = ""
    on_account: bool = False
    iban: str = ""
    oddity: Oddity | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The time of a story: from the first day of a month up to `last`, the day before today."""

    today: date

    @property
    def last(self) -> date:
        """Yesterday."""
        return self.today - timedelta(days=1)

    def month(self, at: int) -> tuple[int, int]:
        """Year and month number `at`, counted from 0; MONTHS is the current one."""
        months = self.today.year * 12 + self.today.month - 1 - MONTHS + at
        return months // 12, months % 12 + 1

    def day(self, at: int, day: int) -> date:
        """This day of a month, or its last one."""
        year, month = self.month(at)
        return date(year, month, min(day, monthrange(year, month)[1]))

    @property
    def start(self) -> date:
        """The first day."""
        return self.day(0, 1)

    def has(self, day: date) -> bool:
        """Whether a day is over, and in the story."""
        return self.start <= day <= self.last

    def months(self) -> Iterator[int]:
        """All of them, the current one too."""
        return iter(range(MONTHS + 1))


def bank_day(day: date) -> date:
    """The day itself, or the Monday after: banks rest at weekends."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= SATURDAY else 0)
