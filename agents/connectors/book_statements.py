"""What a tax adviser asks the books for besides the figures: VAT by rate, and the balance sheet of a day. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.book_figures import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from agents.connectors.book_figures import Freshness, SourceRow

ASSETS, LIABILITIES, EQUITY = "assets", "liabilities", "equity"
SECTIONS = (ASSETS, LIABILITIES, EQUITY)
WITHOUT = "without VAT"


@dataclass(frozen=True, slots=True)
class TaxLine:
    """Net amounts and VAT at one rate (percent; 0 = without VAT, None: the books do not say), on sales or on purchases.

    `name` is what the books call it, `entries` how many lines there are behind it, `rows` the newest of them.
    """

    is_sale: bool
    rate: Decimal | None
    name: str
    base: Decimal
    tax: Decimal
    currency: str
    entries: int
    rows: tuple[SourceRow, ...] = ()


@dataclass(frozen=True, slots=True)
class TaxReport:
    """VAT by rate from `start` to `end`, both with; sales first, the highest rate first."""

    start: date
    end: date
    lines: tuple[TaxLine, ...]
    freshness: Freshness

    def of(self, *, sales: bool) -> tuple[TaxLine, ...]:
        """The lines of one side."""
        return tuple(each for each in self.lines if each.is_sale is sales)


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """What stood on one account: more than nothing for what is owned, owed to others, or the owner's own.

    `section` is one of `SECTIONS`, `kind` what sort of account it is, in words; `entries` and `rows` as of a `TaxLine`.
    """

    section: str
    kind: str
    account: str
    amount: Decimal
    entries: int
    rows: tuple[SourceRow, ...] = ()


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """What was owned and owed at the end of a day, in the currency of the books; equity has the result in it."""

    as_of: date
    currency: str
    lines: tuple[BalanceLine, ...]
    freshness: Freshness

    def of(self, section: str) -> tuple[BalanceLine, ...]:
        """The lines of one section."""
        return tuple(each for each in self.lines if each.section == section)

    def total(self, section: str) -> Decimal:
        """The sum of one section."""
        return sum((each.amount for each in self.of(section)), NOTHING)

    @property
    def difference(self) -> Decimal:
        """What is owned, less what is owed, less what is the owner's own: nothing, in books that are in order."""
        return self.total(ASSETS) - self.total(LIABILITIES) - self.total(EQUITY)


def in_order(lines: Iterable[TaxLine]) -> tuple[TaxLine, ...]:
    """Sales first, then the highest rate first; what does not say its rate comes last."""

    def rank(line: TaxLine) -> tuple[bool, bool, Decimal, str, str]:
        return (not line.is_sale, line.rate is None, -(line.rate or NOTHING), line.currency, line.name)

    return tuple(sorted(lines, key=rank))
