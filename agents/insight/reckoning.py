"""What metrics are reckoned with: rows of a span of days, sums by currency, and how a figure is made of them. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_figures import SourceRow
from agents.connectors.books import cents
from agents.insight.measured import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from agents.connectors.book_figures import DocumentStanding
    from agents.insight.company import Booked, Books, Company

    Told = tuple[Sequence[Value], Sequence[SourceRow]] | str  # values and the rows behind them, or why there are none
    Reckon = Callable[[Company, Books], Told]

NOTHING = Decimal("0.00")
QUARTER_DAYS, YEAR_DAYS = 90, 365
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Days:
    """A span of days, both with, and how it is called."""

    first: date
    last: date
    label: str = ""

    def has(self, day: date) -> bool:
        """Whether a day is in it."""
        return self.first <= day <= self.last


def last_days(on: date, days: int, label: str = "") -> Days:
    """So many days, the last of them `on`."""
    return Days(on - timedelta(days=days - 1), on, label)


def month_to_date(on: date) -> Days:
    """From the first of the month."""
    return Days(on.replace(day=1), on, "month to date")


def year_to_date(on: date) -> Days:
    """From the first of January."""
    return Days(on.replace(month=1, day=1), on, "year to date")


def quarter_to_date(on: date) -> Days:
    """From the first day of the calendar quarter."""
    return Days(on.replace(month=(on.month - 1) // 3 * 3 + 1, day=1), on, "quarter to date")


def quarter_before(on: date) -> Days:
    """The calendar quarter before."""
    last = quarter_to_date(on).first - timedelta(days=1)
    return Days(quarter_to_date(last).first, last, "last quarter")


def of(booked: Iterable[Booked], days: Days) -> list[SourceRow]:
    """The rows of these days."""
    return [each.row for each in booked if days.has(each.row.day)]


def turned(rows: Iterable[SourceRow]) -> list[SourceRow]:
    """The rows as what takes away."""
    return [replace(row, amount=-row.amount) for row in rows]


def sums(rows: Iterable[SourceRow]) -> dict[str, Decimal]:
    """What rows come to, by currency."""
    found: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for row in rows:
        found[row.currency] += row.amount
    return dict(found)


def added(*parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Several sums by currency as one."""
    found: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for part in parts:
        for currency, amount in part.items():
            found[currency] += amount
    return dict(found)


def less(one: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """One sum by currency less another."""
    return added(one, {currency: -amount for currency, amount in other.items()})


def money(amounts: Mapping[str, Decimal], books: Books, label: str = "") -> list[Value]:
    """One value for each currency, in order; nothing at all is nothing in the currency of the books."""
    told = {currency: amount for currency, amount in amounts.items() if amount} or {books.currency: NOTHING}
    return [Value(cents(told[currency]), currency, label) for currency in sorted(told)]


def shares(parts: Mapping[str, Decimal], label: str = "") -> list[Value]:
    """One value without a currency for each currency; it is named only where there are several."""
    names = {each: " ".join(filter(None, (label, each if len(parts) > 1 else ""))) for each in parts}
    return [Value(tenth(parts[currency]), "", names[currency]) for currency in sorted(parts)]


def over(one: Mapping[str, Decimal], other: Mapping[str, Decimal], times: int = 1) -> dict[str, Decimal]:
    """One by the other, by currency, times a number; only where there is something to divide by."""
    return {each: one.get(each, NOTHING) / amount * times for each, amount in other.items() if amount > 0}


def tenth(number: Decimal) -> Decimal:
    """With one place, half up."""
    return number.quantize(_TENTH, rounding=ROUND_HALF_UP)


def middle(numbers: Sequence[Decimal]) -> Decimal:
    """The median."""
    return quantile(numbers, Decimal("0.5"))


def quantile(numbers: Sequence[Decimal], share: Decimal) -> Decimal:
    """The number below which a share lies, straight between neighbours (type 7 of Hyndman and Fan)."""
    ordered = sorted(numbers)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def open_on(document: DocumentStanding, day: date) -> Decimal:
    """What of a document was owed at the end of a day; nothing before it was issued, or when too much was paid."""
    if document.day > day or document.unclear:
        return NOTHING
    rest = document.total + sum((row.amount for row in document.rows if row.day <= day), NOTHING)
    return max(rest, NOTHING)


def all_open(documents: Iterable[DocumentStanding], day: date) -> dict[str, Decimal]:
    """What of documents was owed at the end of a day, by currency."""
    return added(*({each.currency: open_on(each, day)} for each in documents))


def open_rows(documents: Iterable[DocumentStanding], on: date) -> list[SourceRow]:
    """The open documents; those that are not clear say so, and are not counted."""
    found = []
    for each in documents:
        if each.unclear and each.day <= on:
            found.append(SourceRow(each.day, each.place, f"not counted: {each.unclear}", NOTHING, each.currency))
        elif rest := open_on(each, on):
            found.append(SourceRow(each.day, each.place, f"{each.number} {each.party}", rest, each.currency))
    return found


def settled_on(document: DocumentStanding, day: date) -> date | None:
    """Since when nothing is owed, as it was known on a day; None while something was."""
    since, rest = None, document.total
    for row in sorted((row for row in document.rows if row.day <= day), key=lambda row: row.day):
        rest += row.amount
        since = (since or row.day) if rest <= 0 else None
    return since
