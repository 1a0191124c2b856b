"""How much of each item is still open on a day, while lines take their parts of it.

A part is taken from the day of its line on, and given back on the day its line is returned. So lines may be looked at
in any order, and still nothing is ever taken beyond what is open.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from agents.connectors.bank.matches import NOTHING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from decimal import Decimal

    from agents.connectors.bank.open_items import OpenItem

FOREVER = date.max
MOST_LOOKED_AT = 400  # items that one question looks at


class Period(NamedTuple):
    """From the day of a line to the day before its return, or for good."""

    start: date
    end: date = FOREVER

    def covers(self, day: date) -> bool:
        """Whether the part is taken on this day."""
        return self.start <= day and (day < self.end or self.end == FOREVER)


class Purse(NamedTuple):
    """What items of one party, one direction and one currency have in common."""

    party: str
    is_incoming: bool
    currency: str


class Allotment:
    """The open items, by place in the list that was given. An item that asks for nothing is never found."""

    def __init__(self, items: Sequence[OpenItem]) -> None:
        self.items = items
        self.purses = [purse_of(each) for each in items]
        self._taken: dict[int, list[tuple[Period, Decimal]]] = {}
        self._by_amount: dict[tuple[Purse, Decimal], dict[int, None]] = {}
        self._open: dict[Purse, dict[int, None]] = {}
        self._listed: dict[int, set[Decimal]] = {}
        for place in sorted(range(len(items)), key=lambda each: (items[each].issued, items[each].number)):
            if items[place].amount > 0:
                self._open.setdefault(self.purses[place], {})[place] = None
                self._list(place, items[place].amount)

    def available(self, place: int, period: Period) -> Decimal:
        """What may be taken in this period; never less than nothing."""
        amount = self.items[place].amount
        taken = self._taken.get(place)
        if not taken:
            return max(amount, NOTHING)
        if len(taken) == 1 and taken[0][0].start <= period.start and taken[0][0].end == FOREVER:
            return max(amount - taken[0][1], NOTHING)
        days = [period.start, *(each.start for each, _ in taken if period.start < each.start < period.end)]
        most = max(sum((part for each, part in taken if each.covers(day)), NOTHING) for day in days)
        return max(amount - most, NOTHING)

    def take(self, place: int, amount: Decimal, period: Period) -> None:
        """Take a part. What a return of an earlier line gives back is less than nothing."""
        before = self._taken.setdefault(place, [])
        before.append((period, amount))
        if len(before) == 1 and period.end == FOREVER and amount == self.items[place].amount:
            self._drop(place)
            return
        now_open = self.available(place, Period(period.start))
        is_gone = self.available(place, Period(FOREVER)) == 0
        if is_gone and all(each.end == FOREVER and part > 0 for each, part in self._taken[place]):
            self._drop(place)
        elif now_open > 0:
            self._list(place, now_open)

    def of_amount(self, purse: Purse, amount: Decimal, period: Period, last_issue: date) -> list[int]:
        """The items of which exactly this much may be taken, the oldest first; those issued later are left out."""
        listed = self._by_amount.get((purse, amount), {})
        return [place for place in self._issued(listed, last_issue) if self.available(place, period) == amount]

    def of_party(self, purse: Purse, period: Period, last_issue: date) -> list[int]:
        """The items of which something may be taken, the oldest first; those issued later are left out."""
        listed = self._open.get(purse, {})
        return [place for place in self._issued(listed, last_issue) if self.available(place, period) > 0]

    def _issued(self, listed: Collection[int], last_issue: date) -> list[int]:
        """None of them when they are too many: a few of many must not look like all there are."""
        if len(listed) > MOST_LOOKED_AT:
            return []
        return [place for place in listed if self.items[place].issued <= last_issue]

    def _drop(self, place: int) -> None:
        self._open[self.purses[place]].pop(place, None)
        for listed in self._listed.pop(place, ()):
            self._by_amount[self.purses[place], listed].pop(place, None)

    def _list(self, place: int, amount: Decimal) -> None:
        self._by_amount.setdefault((self.purses[place], amount), {})[place] = None
        self._listed.setdefault(place, set()).add(amount)


def purse_of(item: OpenItem) -> Purse:
    """Where an item belongs."""
    return Purse(item.party, item.is_incoming, item.currency)
