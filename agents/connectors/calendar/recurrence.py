"""When something that repeats takes place: the rules of RFC 5545 section 3.3.10, as wall time. Pure.

A rule is computed period by period from near the time that is asked for, so an endless one costs no more than a short
one. Rules by hour, minute or second, by number of week or by day of the year are not followed (None): no meeting needs
them, and they are how a calendar is made to compute for ever.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_PERIODS = 20_000  # of a rule that counts its times, which must be walked from its beginning
MAX_INTERVAL = 10_000
LONGEST_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
SHORTEST_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
SLACK_DAYS = 400
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FOLLOWED = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "WKST"})
MONTHS = 12
MAX_PARTS = 400
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is followed. `days`: weekdays (0 = Monday) with which of them in its period (0 = each).

    `until` is the last wall time that counts; None = no end, or that of `times`.
    """

    frequency: str
    interval: int = 1
    times: int | None = None
    until: datetime | None = None
    days: tuple[tuple[int, int], ...] = ()
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    positions: tuple[int, ...] = ()
    week_start: int = 0

    def between(self, first: datetime, begin: datetime, end: datetime) -> Iterator[datetime]:
        """The wall times from `begin` to before `end`, of what takes place at `first` for the first time."""
        known = 0
        for moment in self._moments(first, first if self.times else max(first, begin), end):
            if moment < first:
                continue
            known += 1
            if moment >= end or (self.until and moment > self.until) or (self.times and known > self.times):
                return
            if moment >= begin:
                yield moment

    def _moments(self, first: datetime, start: datetime, end: datetime) -> Iterator[datetime]:
        for at in count(self._period_before(first.date(), start.date())):
            if at * self.interval * SHORTEST_DAYS[self.frequency] > (end - first).days + SLACK_DAYS:
                return  # also of a rule that no day ever meets
            days = self._days(first.date(), at) if at < MAX_PERIODS or not self.times else None
            if days is None:  # the years are over, or it counts too far
                return
            yield from (datetime.combine(each, first.time()) for each in days)

    def _period_before(self, first: date, start: date) -> int:
        """The number of a period that certainly begins before `start`; the first is 0."""
        passed = (start - first).days // LONGEST_DAYS[self.frequency]
        return max(0, passed // self.interval - 1)

    def _days(self, first: date, at: int) -> Sequence[date] | None:
        """The days of one period, rising; None after the last year there is."""
        step = at * self.interval
        try:
            if self.frequency == "DAILY":
                found = self._matching([first + timedelta(step)], first)
            elif self.frequency == "WEEKLY":
                monday = first - timedelta((first.weekday() - self.week_start) % 7) + timedelta(7 * step)
                found = self._matching([monday + timedelta(each) for each in range(7)], first)
            elif self.frequency == "MONTHLY":
                year, month = divmod(first.year * MONTHS + first.month - 1 + step, MONTHS)
                found = self._matching(_month(year, month + 1), first)
            else:
                found = self._of_year(first.year + step, first)
        except (OverflowError, ValueError, calendar.IllegalMonthError):
            return None
        return self._at_positions(found)

    def _of_year(self, year: int, first: date) -> list[date]:
        months = sorted(self.months) or ([*range(1, MONTHS + 1)] if self.days or self.month_days else [first.month])
        if self.days and not self.months and not self.month_days:
            return self._matching([day for month in months for day in _month(year, month)], first)
        return [day for month in months for day in self._matching(_month(year, month), first)]

    def _matching(self, days: list[date], first: date) -> list[date]:
        found = [day for day in days if not self.months or day.month in self.months]
        if self.month_days:
            found = [day for day in found if self.month_days & {day.day, day.day - _length(day) - 1}]
        if self.days:
            chosen = {day for weekday, which in self.days for day in _those(days, weekday, which)}
            return [day for day in found if day in chosen]
        if self.month_days or self.frequency == "DAILY":
            return found
        if self.frequency == "WEEKLY":
            return [day for day in found if day.weekday() == first.weekday()]
        return [day for day in found if day.day == first.day]

    def _at_positions(self, days: list[date]) -> list[date]:
        if not self.positions:
            return days
        places = {each - 1 if each > 0 else len(days) + each for each in self.positions}
        return [day for at, day in enumerate(days) if at in places]


def read_rule(parts: dict[str, list[str]], until: datetime | None) -> Rule | None:
    """The rule of these parts (names and values in capitals), or None: it is not followed. `until` is wall time."""
    if set(parts) - FOLLOWED or sum(map(len, parts.values())) > MAX_PARTS:
        return None
    frequency = "".join(parts.get("FREQ", []))
    days = [_DAY.fullmatch(each) for each in parts.get("BYDAY", [])]
    start = parts.get("WKST", ["MO"])[0]
    try:
        rule = Rule(
            frequency,
            interval=int(parts.get("INTERVAL", ["1"])[0]),
            times=int(parts["COUNT"][0]) if "COUNT" in parts else None,
            until=until,
            days=tuple((WEEKDAYS.index(each[2]), int(each[1] or 0)) for each in days if each),
            months=frozenset(map(int, parts.get("BYMONTH", []))),
            month_days=frozenset(map(int, parts.get("BYMONTHDAY", []))),
            positions=tuple(map(int, parts.get("BYSETPOS", []))),
            week_start=WEEKDAYS.index(start),
        )
    except ValueError:
        return None
    sound = frequency in LONGEST_DAYS and 0 < rule.interval <= MAX_INTERVAL and None not in days
    return rule if sound and rule.months <= {*range(1, MONTHS + 1)} and (rule.times is None or rule.times > 0) else None


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1)]


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _those(days: list[date], weekday: int, which: int) -> list[date]:
    """The weekdays among these days: each of them, or the first (1), the last (-1) ..."""
    found = [day for day in days if day.weekday() == weekday]
    if not which:
        return found
    at = which - 1 if which > 0 else len(found) + which
    return [found[at]] if 0 <= at < len(found) else []
