"""The port of the owner's books, and how money and texts on invoices are computed and written: once, here.

The embedded ledger is the first to implement it; a bookkeeping service implements the same port later.
Amounts are `Decimal` in the currency's main unit with two places, rounded half up per line; VAT is rounded per rate.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from agents.connectors.book_orders import BookOrder
    from agents.connectors.contract import Lookup, Money, Receipt
    from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit

CENT = Decimal("0.01")
STILL_USED = timedelta(days=60)  # an account that is silent for longer than the others is not waited for


class Books(Protocol):
    """Where invoices are issued, bills taken in, and movements of the bank booked.

    Effects are found again by key (64 hex digits).
    """

    def find(self, key: str) -> Lookup:
        """Look up whether an invoice or credit note with this key was booked."""
        ...

    def issue(self, order: InvoiceCreate, key: str) -> Receipt:
        """Book an invoice once; raises as `Connector.execute`."""
        ...

    def credit(self, order: InvoiceCredit, key: str) -> Receipt:
        """Book the credit note of an invoice or a part of it once; raises as `Connector.execute`."""
        ...

    def find_record(self, order: BookOrder, key: str) -> Lookup:
        """Look up whether all of an order is in the books."""
        ...

    def record(self, order: BookOrder, key: str) -> Receipt:
        """Write a bill, movements of the bank or what they were for, once; raises as `Connector.execute`."""
        ...


@dataclass(frozen=True, slots=True)
class InvoiceStanding:
    """How an invoice stands in the books on a day.

    `total` is what it asked for, VAT included. `open` is what is still owed, in the currency of `total`: less than
    nothing when too much was paid. `credited` is the part of `total` that credit notes took back. `paid_on` is the day
    since when nothing is owed, None while something is. `bank_to`: up to when the bank's movements are in the books, on
    the account that is most behind; None = the books take in none.
    """

    number: str
    total: Money
    open: Decimal
    due: date
    credited: Decimal = Decimal("0.00")
    paid_on: date | None = None
    bank_to: date | None = None

    @property
    def is_paid(self) -> bool:
        """Whether nothing is owed any more, by payments or by credit notes."""
        return self.paid_on is not None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why the books do not say whether an invoice is paid: neither yes nor no. `why` names the place."""

    number: str
    why: str


Standing = InvoiceStanding | Unclear


@dataclass(frozen=True, slots=True)
class BookMistake:
    """What makes the books unreadable or wrong: where, in whose words, and what would mend it, in ours.

    `key` tells it from others, also when lines above it come and go. `line` is from 1, 0 = the whole file.
    """

    key: str
    file: str
    line: int
    message: str
    fix: str


class Checked(Protocol):
    """Whether the books are in order; nothing here writes."""

    def fingerprint(self) -> object:
        """Something that differs from the last one when the books may say something new; cheap."""
        ...

    def mistakes(self) -> tuple[BookMistake, ...] | None:
        """Everything that is wrong with the books now; None when nobody can tell, since they change all the time."""
        ...


class Receivables(Checked, Protocol):
    """What customers owe, read from the books; nothing here writes."""

    def customers(self) -> dict[str, str]:
        """The customer of every invoice, by its number, in the order of the books; empty when they cannot be read."""
        ...

    def bank_to(self) -> date | None:
        """Up to when the bank's movements are in, as `InvoiceStanding.bank_to`."""
        ...

    def standings(self, numbers: Iterable[str]) -> dict[str, Standing]:
        """How the invoices of these numbers stand today; costs little when nothing was written since the last look."""
        ...


@dataclass(frozen=True, slots=True)
class RateTotal:
    """What is due at one VAT rate: `rate` in percent, `net` and `vat` in the invoice's currency."""

    rate: Decimal
    net: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an invoice, by rate in rising order."""

    rates: tuple[RateTotal, ...]

    @property
    def net(self) -> Decimal:
        """Without VAT."""
        return sum((each.net for each in self.rates), Decimal("0.00"))

    @property
    def vat(self) -> Decimal:
        """The VAT of all rates."""
        return sum((each.vat for each in self.rates), Decimal("0.00"))

    @property
    def gross(self) -> Decimal:
        """What the customer owes."""
        return self.net + self.vat


def cents(amount: Decimal) -> Decimal:
    """The amount with two places, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def totals(lines: Iterable[tuple[Decimal, Decimal]]) -> Totals:
    """The sums of lines given as (net amount in cents precision, VAT rate in percent)."""
    nets: dict[Decimal, Decimal] = {}
    for net, rate in lines:
        nets[rate] = nets.get(rate, Decimal("0.00")) + net
    return Totals(tuple(RateTotal(rate, nets[rate], cents(nets[rate] * rate / 100)) for rate in sorted(nets)))


def most_behind(days: Collection[date]) -> date | None:
    """The account that is most behind, of those that are still used, by the last day of each; None without any."""
    return min((day for day in days if max(days) - day <= STILL_USED), default=None)


def amount_text(amount: Decimal, currency: str = "") -> str:
    """'1,130.50' or '1,130.50 EUR': at least two places, more only when they say something (unit prices)."""
    places = max(2, -int(shortest(amount).as_tuple().exponent))
    return f"{amount:,.{places}f} {currency}".rstrip()


def shortest(number: Decimal) -> Decimal:
    """The same finite number without trailing zeros and without exponent: 10.50 -> 10.5, 1E+1 -> 10."""
    return Decimal(format(number.normalize(), "f")) if number else Decimal(0)


def plain_line(text: str) -> str:
    """One line of visible text for a printed document: NFC, blanks collapsed, invisible characters left out."""
    shown = (_shown(character) for character in unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFC", " ".join("".join(shown).split()))


def _shown(character: str) -> str:
    if character.isspace() or unicodedata.category(character) in {"Cc", "Zl", "Zp"}:
        return " "
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return "" if is_selector or unicodedata.category(character).startswith("C") else character
