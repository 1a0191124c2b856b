"""What is likely to come: revenue and costs by month, work by week, when customers pay, and the cash of weeks ahead.

Each forecast says its range, by which method, and how that did until now. All is reckoned from `KnownBusiness`, plain
values that `forecast_reading` reads out of any books. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import next_charge_day, payee_key
from agents.insight.cash_forecast import CashForecast, CashPlan, Dated, Month, Owed, cash_forecast, with_change
from agents.insight.pay_dates import PastInvoice, PayDate, PayHabits, habits_of
from agents.insight.series_forecast import Backtest, SeriesForecast, forecast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MONTHS_OF_YEAR = 12
BY_MONTH = 30
A_MONTH = {7: Decimal(52) / 12, 14: Decimal(26) / 12, 30: Decimal(1), 91: Decimal(1) / 3, 365: Decimal(1) / 12}
WEEKS_SHOWN = 4
CENT = Decimal("0.01")
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Repeating:
    """A charge that comes again, more than nothing; `period_days` as in `bank.recurring`."""

    name: str
    amount: Decimal
    next_day: date
    period_days: int


@dataclass(frozen=True, slots=True)
class Change:
    """What the owner thinks of doing: it costs `amount` at the end of each month (30), week (7), quarter or year."""

    amount: Decimal
    period_days: int
    start: date


@dataclass(frozen=True, slots=True)
class KnownBusiness:
    """What is known on a day, in one currency. `revenue` and `costs`: whole months, the last one just before `as_of`.

    `revenue_so_far`, `costs_so_far`: of the month that goes on. `work`: tasks begun in whole weeks, the oldest first.
    `left_out`: what is not in it, in sentences.
    """

    as_of: date
    currency: str
    cash: Decimal
    revenue: tuple[Decimal, ...] = ()
    costs: tuple[Decimal, ...] = ()
    revenue_so_far: Decimal = NOTHING
    costs_so_far: Decimal = NOTHING
    invoices: tuple[PastInvoice, ...] = ()
    terms_days: int = 14
    owed: tuple[Owed, ...] = ()
    bills: tuple[Dated, ...] = ()
    taxes: tuple[Dated, ...] = ()
    repeating: tuple[Repeating, ...] = ()
    work: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MoneyForecast:
    """Months to come, the one that goes on first and as a whole; `method`, `why` and `backtest` as `SeriesForecast`."""

    months: tuple[Month, ...]
    method: str
    why: str
    backtest: Backtest | None


@dataclass(frozen=True, slots=True)
class BusinessForecast:
    """All forecasts of a day. `pay`: for each open invoice, in the order of `known.owed`; None: too little is known.

    `changed`: the cash with what the owner thinks of doing; `assumptions`: in sentences.
    """

    known: KnownBusiness
    revenue: MoneyForecast
    costs: MoneyForecast
    work: SeriesForecast
    pay: tuple[PayDate, ...] | None
    cash: CashForecast
    changed: CashForecast | None
    assumptions: tuple[str, ...]


def business_forecast(known: KnownBusiness, weeks: int, change: Change | None = None) -> BusinessForecast:
    """Everything, with the cash of so many weeks."""
    months = (weeks * 7) // 28 + 2
    revenue = money_forecast(known.revenue, known.as_of, months)
    costs = money_forecast(known.costs, known.as_of, months)
    habits = habits_of(known.invoices, known.as_of)
    plan = cash_plan(known, revenue, costs, habits, weeks)
    return BusinessForecast(
        known=known,
        revenue=revenue,
        costs=costs,
        work=forecast(known.work, 1, WEEKS_SHOWN),
        pay=tuple(habits.predict(each.customer, each.due) for each in known.owed) if habits else None,
        cash=cash_forecast(plan, weeks),
        changed=cash_forecast(with_change(plan, "what if", change_days(change, plan.as_of, weeks)), weeks)
        if change
        else None,
        assumptions=tuple(_assumptions(known, habits)),
    )


def money_forecast(amounts: Sequence[Decimal], as_of: date, months: int) -> MoneyForecast:
    """So many months from the one of `as_of` on; `amounts`: of each whole month before."""
    found = forecast([float(each) for each in amounts], MONTHS_OF_YEAR, months)
    first = as_of.replace(day=1)
    return MoneyForecast(
        tuple(
            Month(months_on(first, at), *(Decimal(each).quantize(CENT) for each in (step.low, step.middle, step.high)))
            for at, step in enumerate(found.steps)
        ),
        found.method,
        found.why,
        found.backtest,
    )


def cash_plan(
    known: KnownBusiness, revenue: MoneyForecast, costs: MoneyForecast, habits: PayHabits | None, weeks: int
) -> CashPlan:
    """What comes in and goes out. What comes again is on its days, and so no part of the costs that are yet to come."""
    end = known.as_of + timedelta(weeks=weeks)
    billed = {payee_key(each.name) for each in known.bills}
    charges = tuple(
        charge
        for each in known.repeating
        for charge in _charges(each, known.as_of, end, is_billed=payee_key(each.name) in billed)
    )
    this = known.as_of.replace(day=1)
    still = -sum((each.amount for each in charges if each.day.replace(day=1) == this), NOTHING)
    a_month = sum((each.amount * A_MONTH[each.period_days] for each in known.repeating), NOTHING)
    return CashPlan(
        as_of=known.as_of,
        currency=known.currency,
        opening=known.cash,
        owed=known.owed,
        dated=(*known.bills, *known.taxes, *charges),
        sales=_rest(revenue.months, known.revenue_so_far, NOTHING),
        costs=_rest(costs.months, known.costs_so_far + still, a_month),
        terms_days=known.terms_days,
        habits=habits,
    )


def change_days(change: Change, as_of: date, weeks: int) -> tuple[tuple[date, Decimal], ...]:
    """When it is paid until the end of so many weeks; what is paid by the month, on its last day."""
    end, found = as_of + timedelta(weeks=weeks), []
    day = _month_end(change.start) if change.period_days == BY_MONTH else change.start
    while day <= end:
        found.append((day, -change.amount))
        by_month = change.period_days == BY_MONTH
        day = _month_end(months_on(day, 1)) if by_month else next_charge_day(day, change.period_days)
    return tuple(each for each in found if each[0] > as_of)


def _charges(each: Repeating, as_of: date, end: date, *, is_billed: bool) -> Iterator[Dated]:
    """What it costs on each day to come; one that is missing since is expected tomorrow, one that is billed is not."""
    day = next_charge_day(each.next_day, each.period_days) if is_billed else each.next_day
    while day <= end:
        yield Dated(each.name, -each.amount, max(day, as_of + timedelta(days=1)))
        day = next_charge_day(day, each.period_days)


def _rest(months: Sequence[Month], first_has: Decimal, each_has: Decimal) -> tuple[Month, ...]:
    """What is left of the months where so much of the first, and of each other one, is known otherwise."""
    taken = (first_has if at == 0 else each_has for at in range(len(months)))
    return tuple(
        Month(each.day, *(max(NOTHING, amount - known) for amount in (each.low, each.middle, each.high)))
        for each, known in zip(months, taken, strict=True)
    )


def _assumptions(known: KnownBusiness, habits: PayHabits | None) -> Iterator[str]:
    if habits is None:
        yield "Nobody can say yet when customers pay: open invoices are taken as paid within 30 days of being due."
    else:
        yield "Open invoices are paid as each customer paid so far; what is long overdue perhaps not at all."
    yield "Bills are paid when due, charges that come again (rent, wages, subscriptions) when they are next expected."
    if known.taxes:
        days = " and ".join(f"{each.day}" for each in known.taxes)
        yield f"The VAT of a quarter so far is paid on {days}; VAT of what is yet to be sold and bought is left out."
    if known.revenue or known.costs:
        yield "What is yet to be sold and spent is as forecast, without VAT; customers pay it as they do."
    yield from known.left_out


def months_on(day: date, months: int) -> date:
    """The first day of the month so many months on."""
    year, month = divmod(day.year * MONTHS_OF_YEAR + day.month - 1 + months, MONTHS_OF_YEAR)
    return date(year, month + 1, 1)


def _month_end(day: date) -> date:
    return months_on(day, 1) - timedelta(days=1)
