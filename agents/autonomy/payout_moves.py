"""Which movement of the bank a payout is: the same amount, and a day that fits. Nothing else is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.payout_report import PaidOut
from agents.connectors.books import amount_text, most_behind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.connectors.book_figures import BookReports, SourceRow

BEFORE_DAYS, AFTER_DAYS = 1, 7  # services tell the day they mean it to arrive, or the day they sent it
TILL = "Cash"


@dataclass(frozen=True, slots=True)
class Came:
    """A movement that came, or went: on which account, under which `bank_id`; `waits`: it is unexplained."""

    account: str
    bank_id: str
    row: SourceRow
    waits: bool

    @property
    def key(self) -> tuple[str, str]:
        """What names it among those of all accounts."""
        return self.account, self.bank_id

    def days_off(self, payout: PaidOut) -> int:
        """How far its day is from that of the payout."""
        return min(abs((self.row.day - each).days) for each in payout.days)


def near(reports: BookReports, payout: PaidOut) -> Iterator[Came]:
    """Every movement in the currency of a payout on a day that fits; raises NeedsOwner as every figure does."""
    for account in reports.accounts():
        still = reports.unexplained_moves(account)
        for name, row in reports.booked_moves(account).items():
            if row.currency == payout.currency and _fits(payout, row.day):
                yield Came(account, name, row, name in still)


def is_over(reports: BookReports, payout: PaidOut, today: date) -> bool:
    """Whether the bank's movements are in for so long that a payout does not come any more."""
    told = reports.unexplained(today).freshness.bank_to.items()
    to = most_behind([day for name, day in told if name.rpartition(":")[2] != TILL])
    return to is not None and (to - max(payout.days)).days > AFTER_DAYS


def about(payout: PaidOut) -> str:
    """What a task waits for, in words that `is_here` reads: '487.50 EUR 2026-11-20'."""
    return " ".join([str(payout.amount), payout.currency, *map(str, payout.days)])


def is_here(reports: BookReports, words: str, today: date) -> bool:
    """Whether a payout has come, or will not."""
    amount, currency, *days = words.split(" ")
    payout = PaidOut("", tuple(map(date.fromisoformat, days)), Decimal(amount), currency, ())
    return any(each.row.amount == payout.amount for each in near(reports, payout)) or is_over(reports, payout, today)


def came_line(came: Came) -> str:
    """'Checking, 2026-11-21, 487.50 EUR, Stripe · PAYOUT'."""
    row = came.row
    return ", ".join((came.account, str(row.day), amount_text(row.amount, row.currency), row.said))


def _fits(payout: PaidOut, day: date) -> bool:
    return any(-BEFORE_DAYS <= (day - each).days <= AFTER_DAYS for each in payout.days)
