"""Figures of the books: each says as of which day it holds, from which rows it comes, and how fresh they are.

Amounts are by currency and never added up across two. What is earned, owed to the owner, or on an account is more than
nothing; so are costs and what the owner owes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.book_export import BookLine
    from agents.connectors.book_statements import BalanceSheet, TaxReport
    from agents.connectors.credit_notes import Creditable

BUCKETS = (0, 30, 60, 90)  # days late, each up to and with; more than the last is a bucket of its own
NOTHING = Decimal("0.00")
PRIVATELY = "private, not of the business"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of the books behind a figure. `place` is 'file:line', or 'Odoo INV/2026/00011'."""

    day: date
    place: str
    said: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh the books are: `version` tells their bytes, `bank_to` up to when each account's movements are in."""

    version: str
    bank_to: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, by currency; a currency without an amount is left out."""

    name: str
    amounts: Mapping[str, Decimal]
    as_of: date
    rows: tuple[SourceRow, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class ProfitAndLoss:
    """What was earned and spent from `start` to `end`, both with; figures by account, largest first."""

    start: date
    end: date
    revenue: tuple[Figure, ...]
    costs: tuple[Figure, ...]
    result: Figure


@dataclass(frozen=True, slots=True)
class VatPosition:
    """The VAT of a time: charged to customers, paid to vendors, and the difference, which is due (or comes back)."""

    charged: Figure
    paid: Figure
    due: Figure


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """An invoice or bill of which something is owed. `late_days` is less than nothing before it is due.

    `reference` is the vendor's own number of a bill; `booked` what is open is worth in the books' currency, if another.
    """

    number: str
    party: str
    day: date
    due: date
    total: Decimal
    open: Decimal
    currency: str
    place: str
    late_days: int
    reference: str = ""
    booked: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OpenItems:
    """What is owed on a day, oldest due first; `credits` by party and currency, `unclear` in words."""

    as_of: date
    documents: tuple[OpenDocument, ...]
    credits: Mapping[tuple[str, str], Decimal]
    unclear: tuple[str, ...]
    freshness: Freshness

    def buckets(self, currency: str) -> tuple[Decimal, ...]:
        """What is open by how late it is: not due, up to 30 days, up to 60, up to 90, later."""
        found = [NOTHING] * (len(BUCKETS) + 1)
        for each in self.documents:
            if each.currency == currency:
                found[sum(each.late_days > limit for limit in BUCKETS)] += each.open
        return tuple(found)


@dataclass(frozen=True, slots=True)
class DocumentStanding:
    """One invoice or bill as the books have it on a day; `rows` are what was booked on it since.

    `open` is what is still owed, None while it is `unclear`, in words; `credited` what credit notes took back of
    `total`; `reference` is the vendor's own number.
    """

    number: str
    party: str
    day: date
    due: date
    total: Decimal
    currency: str
    place: str
    open: Decimal | None
    unclear: str
    rows: tuple[SourceRow, ...]
    as_of: date
    freshness: Freshness
    reference: str = ""
    paid_on: date | None = None
    credited: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class PastCost:
    """What one entry says that a payee was paid for: cost accounts ('Office'), or PRIVATELY.

    `is_billed`: it is owed or paid on a bill, so a movement to them is no purchase at once.
    """

    payee: str
    names: tuple[str, ...]
    is_billed: bool = False


@dataclass(frozen=True, slots=True)
class BareCost:
    """A movement of the bank that was one cost whole ('Office'), and of which no receipt is known."""

    row: SourceRow
    name: str


class BookReports(Protocol):
    """Figures of any books; each call raises NeedsOwner while the books have an error."""

    def profit_and_loss(self, start: date, end: date) -> ProfitAndLoss:
        """What was earned and spent between two days, both with, by the day of the document."""
        ...

    def accounts(self) -> Mapping[str, str]:
        """The owner's bank accounts by name, each with its IBAN, or empty where the books do not say it."""
        ...

    def booked_moves(self, account: str, since: date = date.min) -> Mapping[str, SourceRow]:
        """Every movement of an account that is booked, of the days since one, by its `bank_id`."""
        ...

    def ibans(self) -> Mapping[str, tuple[str, ...]]:
        """The accounts that each customer or vendor was paid from or to, by their name."""
        ...

    def cash(self, on: date, since: date = date.min) -> tuple[Figure, ...]:
        """What was on each of the owner's accounts at the end of a day; of the rows only those since a day."""
        ...

    def vat(self, start: date, end: date) -> VatPosition:
        """The VAT of a time, by the day of the document."""
        ...

    def tax_report(self, start: date, end: date) -> TaxReport:
        """Net amounts and VAT of a time by rate, by the day of the document."""
        ...

    def balance_sheet(self, on: date) -> BalanceSheet | None:
        """What was owned and owed at the end of a day; None where the books are not kept for one."""
        ...

    def receivables(self, on: date) -> OpenItems:
        """What customers owed on a day."""
        ...

    def payables(self, on: date) -> OpenItems:
        """What was owed to vendors on a day."""
        ...

    def party(self, name: str, on: date, *, vendor: bool = False) -> Figure:
        """Everything booked on what a customer owes, or a vendor is owed, up to a day; no rows: nobody knows them."""
        ...

    def document(self, number: str, on: date) -> DocumentStanding | None:
        """The invoice or bill of this number, as the books call it, as it stood on a day, or None."""
        ...

    def documents(self, on: date, *, vendor: bool = False, since: date = date.min) -> tuple[DocumentStanding, ...]:
        """Every invoice, or every bill, up to a day as it stood then, the oldest first.

        Left out is what was issued before `since` with nothing owed of it then nor booked on it after.
        """
        ...

    def customers_since(self) -> Mapping[str, date]:
        """The day of each customer's first invoice."""
        ...

    def unexplained(self, on: date) -> Figure:
        """Movements of the bank of which nobody has said what they were for."""
        ...

    def unexplained_moves(self, account: str) -> Mapping[str, SourceRow]:
        """The movements of an account, by `bank_id`, of which surely nobody has said what they were for."""
        ...

    def past_costs(self) -> tuple[PastCost, ...]:
        """What was paid to whom for what, the oldest first."""
        ...

    def cost_names(self) -> tuple[str, ...]:
        """Every cost account of the owner's chart, by the name that orders give it."""
        ...

    def direct_costs(self) -> frozenset[str]:
        """Those of them that hold what the work for customers itself costs."""
        ...

    def lines(self, start: date, end: date) -> tuple[BookLine, ...]:
        """Every line of every entry of a time, entry by entry."""
        ...

    def export(self, start: date, end: date) -> str:
        """The same for the tax adviser: CSV with a header, UTF-8, semicolons."""
        ...

    def creditable(self, number: str) -> Creditable:
        """What of an invoice can still be credited; raises NotAllowed where the books do not say it plainly."""
        ...

    def bare_costs(self, account: str, since: date = date.min) -> Mapping[str, BareCost]:
        """The movements of an account since a day, by `bank_id`, each one cost, without a receipt and without VAT."""
        ...

    def receipts(self) -> frozenset[str]:
        """Every receipt that an entry names, as it names it."""
        ...
