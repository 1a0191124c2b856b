"""What is known of a company: plain values out of the books, the owner's goals and the journal. Pure.

Whoever reads books and journal hands them in; nothing here reads. Rows may be of later days than the one that is
measured: each metric looks only at what was there on its day, so that one reading answers for earlier days too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from agents.connectors.books import most_behind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from agents.connectors.bank.statement import BankLine
    from agents.connectors.book_figures import DocumentStanding, SourceRow
    from agents.insight.goals import Goals
    from agents.insight.measured import Value

SATURDAY = 5
FRESH_WORKING_DAYS = 2  # as for reminders: a bank file older than that says nothing about today
NOT_FORECAST = "No forecast was made for this day."
TILL = "Cash"


@dataclass(frozen=True, slots=True)
class Booked:
    """One row of the books on an account; the account without what the books set before it: 'Services'."""

    account: str
    row: SourceRow


@dataclass(frozen=True, slots=True)
class Books:
    """What the books hold, as far as metrics need it.

    `since`: the first day from which all that was earned, spent, charged as VAT and moved is here; `money_before`: what
    stood on each of the owner's accounts when it began, by account and currency. `earned` is without what the exchange
    of money made, which is in `exchanged`. `direct` are the accounts of direct costs. `invoices` and `bills` are those
    of that time and those that were open in it; `customers_since` has the day of each customer's first. `charges`:
    movements of the bank over three years, for what comes again. `bank_to`: up to when each account's movements are in.
    `cut`: what of the books was too much to read, in a sentence. `currency` is that of most rows, in which nothing is
    told as nothing; empty while nothing is booked.
    """

    since: date
    earned: tuple[Booked, ...] = ()
    exchanged: tuple[Booked, ...] = ()
    spent: tuple[Booked, ...] = ()
    direct: frozenset[str] = frozenset()
    money: tuple[Booked, ...] = ()
    money_before: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    vat_charged: tuple[SourceRow, ...] = ()
    vat_paid: tuple[SourceRow, ...] = ()
    invoices: tuple[DocumentStanding, ...] = ()
    customers_since: Mapping[str, date] = field(default_factory=dict)
    bills: tuple[DocumentStanding, ...] = ()
    charges: tuple[BankLine, ...] = ()
    unexplained: tuple[SourceRow, ...] = ()
    bare: tuple[SourceRow, ...] = ()
    bank_to: Mapping[str, date] = field(default_factory=dict)
    version: str = ""
    cut: str = ""
    currency: str = field(init=False, default="")

    def __post_init__(self) -> None:
        rows = Counter(each.row.currency for part in (self.money, self.earned, self.spent) for each in part)
        rows.update(each.currency for part in (self.invoices, self.bills) for each in part)
        rows.update(currency for _, currency in self.money_before)
        most = min(rows, key=lambda each: (-rows[each], each), default="")
        object.__setattr__(self, "currency", most)

    def bank_known_to(self) -> date | None:
        """The day of the bank's account that is most behind; None while no movement of a bank is in."""
        return most_behind([day for name, day in self.bank_to.items() if name.rpartition(":")[2] != TILL])


@dataclass(frozen=True, slots=True)
class TaskSpan:
    """A task: when it came, when it was last thought about, and when it was over (None: it is not).

    Times are aware, in the owner's zone. `is_mail`: somebody wrote, and may wait for an answer.
    """

    id: str
    category: str
    opened: datetime
    moved: datetime
    closed: datetime | None = None
    is_mail: bool = False


@dataclass(frozen=True, slots=True)
class ProposalSpan:
    """A proposal: when it was made, decided (or expired), and carried out; times as of tasks, None: not yet."""

    id: str
    task: str
    action: str
    made: datetime
    decided: datetime | None = None
    done: datetime | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What the journal knows: tasks, proposals, and what models cost in US dollars by local day."""

    tasks: tuple[TaskSpan, ...] = ()
    proposals: tuple[ProposalSpan, ...] = ()
    models_usd: Mapping[date, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a forecast says: the lowest point of the money in the coming 13 weeks, or in a sentence why it does not."""

    low_point: tuple[Value, ...] = ()
    rows: tuple[SourceRow, ...] = ()
    missing: str = NOT_FORECAST


@dataclass(frozen=True, slots=True)
class Company:
    """What is known on the day `on`. `no_books`: why there are none, in a sentence."""

    on: date
    goals: Goals
    books: Books | None = None
    no_books: str = ""
    work: Work | None = None
    outlook: Outlook = field(default_factory=Outlook)

    def back_to(self, day: date) -> Company:
        """The same, to be measured as of an earlier day; of a forecast nobody knows what it said then."""
        return replace(self, on=day, outlook=Outlook())

    def days_ago(self, days: int) -> date:
        """The day so many days before."""
        return self.on - timedelta(days=days)

    def stale(self) -> str:
        """Why what the books say about this day may be old, in a sentence; empty when it is not."""
        if self.books is None:
            return ""
        known_to = self.books.bank_known_to()
        if known_to is None:
            return "No movement of a bank is in the books yet."
        if working_days(known_to + timedelta(days=1), self.on) > FRESH_WORKING_DAYS:
            return f"The bank's movements are in the books up to {known_to} only."
        return self.books.cut


def working_days(first: date, last: date) -> int:
    """Mondays to Fridays between two days, both with; holidays are not known."""
    days = (first + timedelta(days=each) for each in range((last - first).days + 1))
    return sum(day.weekday() < SATURDAY for day in days)
