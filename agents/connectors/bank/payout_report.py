"""What a payment service tells of its payouts, whichever service it is: charges that were paid, less its fee. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.book_figures import NOTHING
from agents.connectors.books import amount_text

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """What one customer paid, before the fee; less than nothing when it went back, or the bank of a card took it back.

    `amount` is in the payout's currency; `foreign` is what the customer paid, with its currency, where that is another.
    `of` is the service's name of the payment that it is, or that it takes back; empty where nobody says it. `said` is
    what was paid, in words; `text` whatever the row says.
    """

    id: str
    line: int
    name: str
    amount: Decimal
    of: str = ""
    said: str = ""
    text: str = ""
    foreign: tuple[Decimal, str] | None = None


@dataclass(frozen=True, slots=True)
class PaidOut:
    """One payout: `amount` is what came, or will come, to the bank, in `currency`; `fee` all that the service kept.

    `days` are those it may be of: more than one where day and month cannot be told apart. `fault` says why it is not to
    be booked, empty when it adds up.
    """

    id: str
    days: tuple[date, ...]
    amount: Decimal
    currency: str
    charges: tuple[Charge, ...]
    fee: Decimal = NOTHING
    fault: str = ""

    @property
    def line(self) -> str:
        """'2026-11-20, 487.50 EUR'."""
        return f"{self.days[0]}, {amount_text(self.amount, self.currency)}"


@dataclass(frozen=True, slots=True)
class Report:
    """One file of a service ('Stripe')."""

    service: str
    payouts: tuple[PaidOut, ...]


def added_up(payout: PaidOut) -> str:
    """Why the parts of a payout are not its amount; empty when they are."""
    held = sum((each.amount for each in payout.charges), -payout.fee)
    if held == payout.amount:
        return ""
    there, told = amount_text(held, payout.currency), amount_text(payout.amount, payout.currency)
    return f"what the report lists comes to {there}, and {told} were paid out"
