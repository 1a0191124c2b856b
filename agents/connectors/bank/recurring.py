"""Charges that come again and again: subscriptions, rents, what they cost, and when the next one is due. Pure.

A series is three charges or more of one payee whose gaps are regular (coefficient of variation below 0.25, around
one of the usual periods) and whose amounts are alike (below 0.15). Where all charges of a payee are none, those of one
price may be. Known flaw: three purchases in one shop of about one price and at a regular distance look like a series.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from statistics import fmean, median, pstdev
from typing import TYPE_CHECKING

from agents.connectors.bank.party_names import name_key
from agents.connectors.bank.statement import BankLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from agents.connectors.book_figures import SourceRow

LEAST_CHARGES = 3
GAP_VARIATION = 0.25
AMOUNT_VARIATION = 0.15
PRICE_RISE = Decimal("1.05")
UNUSED_DAYS = 60
PERIODS = {7: 0, 14: 0, 30: 1, 91: 3, 365: 12}  # days, and months where the calendar decides
_PERIOD_SLACK = 0.2
_NEXT_PRICE = Decimal("1.05")  # times the one before: further apart are two things
_STILL_ACTIVE = 1.5  # periods since the last charge


class Concern(StrEnum):
    """Why somebody should look at a series."""

    PRICE_RISE = "price_rise"  # the last charge is over 5 % above what was usual
    DUPLICATE = "duplicate"  # two series of one payee with one period, or two payees of one category
    UNUSED = "unused"  # nothing mentioned it for 60 days


@dataclass(frozen=True, slots=True)
class Series:
    """One recurring charge. `amount` is the last one, more than nothing; `payee` is how the last line names it."""

    payee: str
    currency: str
    period_days: int
    amount: Decimal
    usual_amount: Decimal
    charges: tuple[str, ...]  # bank ids, the oldest first
    last_day: date
    next_day: date
    is_active: bool
    first_day: date
    concerns: tuple[Concern, ...] = ()
    mentioned: date | None = None  # of one that is UNUSED: the last day on which it was, or since when nothing did

    @property
    def key(self) -> str:
        """The payee as it is compared."""
        return payee_key(self.payee)


def recurring_charges(
    lines: Iterable[BankLine],
    today: date,
    categories: Mapping[str, str] | None = None,
) -> tuple[Series, ...]:
    """The series among outgoing lines, by payee, the greatest first. `categories`: by payee, in any spelling."""
    by_payee: dict[tuple[str, str], list[BankLine]] = {}
    for line in lines:
        if line.amount < 0 and not line.is_return and (key := payee_key(line.party or line.text)):
            by_payee.setdefault((key, line.currency), []).append(line)
    found = [each for some in by_payee.values() for each in _series_of(some, today)]
    categories = {payee_key(name): category for name, category in (categories or {}).items()}
    doubled = _doubled(found, categories)
    told = [_with_concerns(each, is_double=at in doubled) for at, each in enumerate(found)]
    return tuple(sorted(told, key=lambda each: (-each.amount, each.key, each.charges)))


def with_unused(found: Iterable[Series], mentions: Mapping[str, date], today: date) -> tuple[Series, ...]:
    """The same, with those that go on called unused that nothing mentioned for 60 days.

    `mentions`: by `payee`, the last day on which it was, or the first one of which anything is known; a payee that is
    not among them is not called unused. What came later than that counts from its first charge on.
    """
    return tuple(_looked_for(each, mentions[each.payee], today) if each.payee in mentions else each for each in found)


def lines_of(rows: Mapping[str, SourceRow]) -> Iterator[BankLine]:
    """Booked movements by their `bank_id` as lines of the bank; whom a movement was with is what stands first."""
    for bank_id, row in rows.items():
        yield BankLine(bank_id, row.day, row.amount, row.currency, row.said.partition(" · ")[0])


def payee_key(name: str) -> str:
    """A payee as it is compared: without numbers, which change from charge to charge."""
    words = name_key(name).words
    return " ".join(word for word in words[0] if not any(each.isdigit() for each in word)) if words else ""


def _series_of(lines: Sequence[BankLine], today: date) -> Iterator[Series]:
    """All charges as one series; else those of one price; else every second of them, for what is there twice."""
    ordered = sorted(lines, key=lambda line: (line.day, line.bank_id))
    if whole := _as_series(ordered, today):
        yield whole
        return
    for alike in _of_like_amounts(ordered):
        if one := _as_series(alike, today):
            yield one
        elif _is_regular(alike):  # one thing, in a rhythm of its own
            continue
        elif (first := _as_series(alike[::2], today)) and (second := _as_series(alike[1::2], today)):
            yield from (first, second)


def _of_like_amounts(lines: Sequence[BankLine]) -> list[list[BankLine]]:
    clusters: list[list[BankLine]] = []
    for line in sorted(lines, key=lambda line: (-line.amount, line.day, line.bank_id)):
        if clusters and line.amount >= clusters[-1][-1].amount * _NEXT_PRICE:
            clusters[-1].append(line)
        else:
            clusters.append([line])
    return [sorted(each, key=lambda line: (line.day, line.bank_id)) for each in clusters]


def _as_series(lines: Sequence[BankLine], today: date) -> Series | None:
    if len(lines) < LEAST_CHARGES:
        return None
    gaps = _gaps(lines)
    amounts = [-line.amount for line in lines]
    period = next((each for each in PERIODS if abs(fmean(gaps) - each) <= each * _PERIOD_SLACK), 0)
    if not period or not _is_regular(lines) or _variation(amounts) >= AMOUNT_VARIATION:
        return None
    last = lines[-1]
    return Series(
        payee=last.party or last.text,
        currency=last.currency,
        period_days=period,
        amount=amounts[-1],
        usual_amount=median(amounts[:-1]),
        charges=tuple(line.bank_id for line in lines),
        last_day=last.day,
        next_day=next_charge_day(last.day, period),
        is_active=(today - last.day).days <= period * _STILL_ACTIVE,
        first_day=lines[0].day,
    )


def _gaps(lines: Sequence[BankLine]) -> list[int]:
    return [(after.day - before.day).days for before, after in pairwise(lines)]


def _is_regular(lines: Sequence[BankLine]) -> bool:
    """Whether charges come at a distance that varies little, whatever it is."""
    gaps = _gaps(lines)
    return bool(gaps) and sum(gaps) > 0 and _variation(gaps) < GAP_VARIATION


def _variation(values: Sequence[int] | Sequence[Decimal]) -> float:
    numbers = [float(each) for each in values]
    return pstdev(numbers) / fmean(numbers)


def next_charge_day(day: date, period: int) -> date:
    """The day of the charge after one on `day`; `period` is one of `PERIODS`."""
    if not PERIODS[period]:
        return day + timedelta(days=period)
    months = day.year * 12 + day.month - 1 + PERIODS[period]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _doubled(found: Sequence[Series], categories: Mapping[str, str]) -> set[int]:
    """The places of active series that are there twice."""
    alike: dict[tuple[str, str], list[int]] = {}
    for at, each in enumerate(found):
        if each.is_active:
            alike.setdefault((f"payee, every {each.period_days} days", each.key), []).append(at)
            if each.key in categories:
                alike.setdefault(("category", categories[each.key]), []).append(at)
    return {at for places in alike.values() if len(places) > 1 for at in places}


def _with_concerns(each: Series, *, is_double: bool) -> Series:
    concerns = [Concern.PRICE_RISE] if each.amount > each.usual_amount * PRICE_RISE else []
    return replace(each, concerns=(*concerns, *([Concern.DUPLICATE] if is_double else [])))


def _looked_for(each: Series, mentioned: date, today: date) -> Series:
    since = max(mentioned, each.first_day)
    if not each.is_active or (today - since).days <= UNUSED_DAYS:
        return each
    return replace(each, concerns=(*each.concerns, Concern.UNUSED), mentioned=since)
