"""What is on the accounts in the weeks to come, and how likely it falls below nothing. Pure, and no clock, no chance.

Two thousand courses are drawn from one fixed seed (the same plan gives the same bytes): each open invoice is paid on a
day drawn from how its customer pays, what is yet to be sold and spent moves as a whole within its forecast. Bills,
charges that come again, taxes and what the owner thinks of doing are on their days in every course. See ADR 0076.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from statistics import NormalDist
from typing import TYPE_CHECKING

from agents.insight.draws import Draws

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agents.insight.pay_dates import PayHabits
    from agents.insight.waiting import Waiting

WEEKS = 13
COURSES = 2_000
SEED = "cash"
CENTS = 100
PARTS_OF_MONTH = (4, 11, 18, 25)  # days on which a quarter each of a month's sales and costs is booked
UNKNOWN_DAYS = 30  # while nobody knows how customers pay: up to so many days after due, or after today
_EDGE = NormalDist().inv_cdf(0.9)
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Owed:
    """What a customer owes."""

    customer: str
    amount: Decimal
    due: date


@dataclass(frozen=True, slots=True)
class Dated:
    """What comes in (more than nothing) or goes out on a day; of before, on the next one."""

    name: str
    amount: Decimal
    day: date


@dataclass(frozen=True, slots=True)
class Month:
    """What a month to come brings as a whole; `day` is its first. Of one that began: what is left of it."""

    day: date
    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class CashPlan:
    """All that is known on a day, in one currency.

    `sales` are invoiced in the course of their month and paid `terms_days` later or after; `costs` are paid at once.
    `habits`: None while too few invoices were paid.
    """

    as_of: date
    currency: str
    opening: Decimal
    owed: tuple[Owed, ...] = ()
    dated: tuple[Dated, ...] = ()
    sales: tuple[Month, ...] = ()
    costs: tuple[Month, ...] = ()
    terms_days: int = 14
    habits: PayHabits | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """What is on the accounts at the end of a week: one course of ten is below `low`, one above `high`."""

    end: date
    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class CashForecast:
    """The weeks; `below_zero`: the share of courses that fall below nothing on any day.

    `low_point`: the lowest that is on the accounts on any day; one course of ten goes lower (the metric '13-week low
    point'). `low_week`: the end of the week in which `low` is lowest.
    """

    weeks: tuple[Week, ...]
    below_zero: float
    low_point: Decimal
    low_week: date


def cash_forecast(plan: CashPlan, weeks: int = WEEKS) -> CashForecast:
    """Every course of the weeks to come, at least one."""
    days = weeks * 7
    sure = _sure(plan, days)
    unsure = _Unsure(
        owed=_owed(plan),
        sales=list(_parts(plan.sales, plan.as_of, days)),
        costs=list(_parts(plan.costs, plan.as_of, days)),
        terms_days=plan.terms_days,
        anybody=plan.habits.curve("", plan.as_of) if plan.habits else None,
    )
    draws = Draws(SEED)
    courses = [_course(sure, unsure, draws) for _ in range(COURSES)]
    lowest = sorted(min(each) for each in courses)
    ends = [sorted(each[day] for each in courses) for day in range(7, days + 1, 7)]
    found = tuple(
        Week(plan.as_of + timedelta(days=7 * at), *(_money(_share_of(some, share)) for share in (0.1, 0.5, 0.9)))
        for at, some in enumerate(ends, start=1)
    )
    return CashForecast(
        weeks=found,
        below_zero=sum(each < 0 for each in lowest) / COURSES,
        low_point=_money(_share_of(lowest, 0.1)),
        low_week=min(found, key=lambda each: (each.low, each.end)).end,
    )


def with_change(plan: CashPlan, name: str, amounts: Iterable[tuple[date, Decimal]]) -> CashPlan:
    """The same with what the owner thinks of doing: what it brings or costs (less than nothing) on each day."""
    return replace(plan, dated=(*plan.dated, *(Dated(name, amount, day) for day, amount in amounts)))


@dataclass(frozen=True, slots=True)
class _Payment:
    """An amount that comes on a day that is not known: `due` in days from today, `curve` in days after due."""

    cents: int
    due: int
    curve: Waiting | None
    already: int

    def day(self, draws: Draws) -> int | None:
        """In how many days it comes; None: nobody can say."""
        if self.curve is None:
            return max(self.due, 0) + int(draws.between(1, UNKNOWN_DAYS + 1))
        days = self.curve.within(draws.share(), self.already)
        return None if days is None else self.due + days


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a month's sales or costs, `day`s from today, in cents."""

    day: int
    low: float
    middle: float
    high: float

    def cents(self, luck: float) -> int:
        """What it is where the whole lies so many spreads above its middle; never less than nothing."""
        reach = self.high - self.middle if luck > 0 else self.middle - self.low
        return max(0, round(self.middle + luck / _EDGE * reach))


def _sure(plan: CashPlan, days: int) -> list[int]:
    """What comes and goes on each day in every course, in cents; the first is what is there today."""
    flows = [int(plan.opening * CENTS), *[0] * days]
    for each in plan.dated:
        at = max((each.day - plan.as_of).days, 1)
        if at <= days:
            flows[at] += int(each.amount * CENTS)
    return flows


def _owed(plan: CashPlan) -> list[_Payment]:
    return [
        _Payment(
            int(each.amount * CENTS),
            (each.due - plan.as_of).days,
            plan.habits.curve(each.customer, each.due) if plan.habits else None,
            plan.habits.already(each.due) if plan.habits else 0,
        )
        for each in plan.owed
    ]


def _parts(months: Iterable[Month], as_of: date, days: int) -> Iterator[_Part]:
    """The parts that are yet to come; of a month that began, what is left falls on the days that are left."""
    for month in months:
        last = month.day.replace(day=monthrange(month.day.year, month.day.month)[1])
        planned = [(month.day.replace(day=each) - as_of).days for each in PARTS_OF_MONTH]
        ahead = [at for at in planned if at > 0] or [max((last - as_of).days, 1)]
        shares = [float(each) * CENTS / len(ahead) for each in (month.low, month.middle, month.high)]
        yield from (_Part(at, *shares) for at in ahead if at <= days)


@dataclass(frozen=True, slots=True)
class _Unsure:
    """What differs from course to course."""

    owed: list[_Payment]
    sales: list[_Part]
    costs: list[_Part]
    terms_days: int
    anybody: Waiting | None  # how a customer pays of whom nothing is known


def _course(sure: list[int], unsure: _Unsure, draws: Draws) -> list[int]:
    """What is on the accounts at the end of each day, in cents."""
    flows = list(sure)
    for each in unsure.owed:
        _add(flows, each.day(draws), each.cents)
    luck = _NORMAL.inv_cdf(draws.share())
    for part in unsure.sales:
        due = part.day + unsure.terms_days
        payment = _Payment(part.cents(luck), due, unsure.anybody, -unsure.terms_days - 1)
        _add(flows, payment.day(draws), payment.cents)
    luck = _NORMAL.inv_cdf(draws.share())
    for part in unsure.costs:
        _add(flows, part.day, -part.cents(luck))
    return list(accumulate(flows))


def _add(flows: list[int], day: int | None, cents: int) -> None:
    if day is not None and day < len(flows):
        flows[max(day, 1)] += cents


def _share_of(ordered: list[int], share: float) -> int:
    """The value below which so large a share lies."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _money(cents: int) -> Decimal:
    return (Decimal(cents) / CENTS).quantize(Decimal("0.01"))
