"""A forecast on one screen, and for machines."""

from __future__ import annotations

from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING

from agents.connectors.books import amount_text
from agents.insight.predictive_analytics import BY_MONTH
from agents.vault.neutralize import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from agents.insight.cash_forecast import CashForecast, Owed
    from agents.insight.pay_dates import PayDate
    from agents.insight.predictive_analytics import BusinessForecast, Change, MoneyForecast
    from agents.insight.series_forecast import Backtest

MONTHS_SHOWN = 3
WEEKS_SHOWN = 7
INVOICES_SHOWN = 8
NAME, WIDTH, LINE = 26, 16, 110
PERIODS = {7: "week", BY_MONTH: "month", 91: "quarter", 365: "year"}


def machine_view(found: BusinessForecast, change: Change | None) -> dict[str, object]:
    """All of it, for machines; amounts in `currency`, chances from 0 to 1."""
    known = found.known
    return {
        "as_of": known.as_of,
        "currency": known.currency,
        "cash": known.cash,
        "cash_forecast": asdict(found.cash),
        "what_if": asdict(change) | {"cash_forecast": asdict(found.changed)} if change and found.changed else None,
        "revenue": asdict(found.revenue),
        "costs": asdict(found.costs),
        "tasks_a_week": asdict(found.work),
        "open_invoices": [
            asdict(owed) | ({"paid": asdict(found.pay[at])} if found.pay else {"paid": None})
            for at, owed in enumerate(known.owed)
        ],
        "assumptions": found.assumptions,
    }


def shown(found: BusinessForecast, change: Change | None) -> Iterator[str]:
    """The same for people."""
    known, money = found.known, _Money(found.known.currency)
    yield f"What is likely to come, as of {known.as_of}. In a range lie four of five chances."
    yield f"\nCash today: {money(known.cash)}"
    yield from _cash(found.cash, money)
    if change and found.changed:
        cost = f"{money(change.amount)} a {PERIODS[change.period_days]} from {change.start}"
        yield f"  With {cost}{', paid on the last day of each' if change.period_days == BY_MONTH else ''}:"
        yield from (f"  {line}" for line in _sure(found.changed, money))
    yield from _months("Revenue", found.revenue, money)
    yield from _months("Costs", found.costs, money)
    yield from _invoices(found, money)
    if found.work.steps:
        first = found.work.steps[0]
        yield f"\nNew tasks next week: about {first.middle:.0f} ({first.low:.0f} to {first.high:.0f})"
        yield from _how(found.work.method, found.work.why, found.work.backtest)
    yield "\nThis rests on"
    tried = [each.method for each in (found.revenue, found.costs, found.work) if each.backtest]
    for words in (*(f"A forecast is {each}." for each in tried[:1]), *found.assumptions):
        yield from wrap(on_one_line(words), LINE, initial_indent="  ", subsequent_indent="    ")


class _Money:
    """Amounts of one currency, as they are shown."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def __call__(self, amount: Decimal) -> str:
        return amount_text(amount, self._currency)


def _cash(cash: CashForecast, money: _Money) -> Iterator[str]:
    yield from _sure(cash, money)
    yield f"  {'at the end of':<{NAME}}{'low':>{WIDTH}}{'likely':>{WIDTH}}{'high':>{WIDTH}}"
    apart = -(-len(cash.weeks) // WEEKS_SHOWN)
    for week in cash.weeks[::-1][::apart][::-1]:
        yield f"  {f'{week.end}':<{NAME}}" + "".join(
            f"{money(each):>{WIDTH}}" for each in (week.low, week.middle, week.high)
        )


def _sure(cash: CashForecast, money: _Money) -> Iterator[str]:
    chance = f"{cash.below_zero:.0%}" if 0 < cash.below_zero < 1 else ("none seen", "certain")[int(cash.below_zero)]
    yield f"  Chance to fall below zero within {len(cash.weeks)} weeks: {chance}"
    yield f"  Low point: {money(cash.low_point)}, with one chance of ten to go lower; lowest about {cash.low_week}"


def _months(title: str, found: MoneyForecast, money: _Money) -> Iterator[str]:
    yield f"\n{title}"
    for month in found.months[:MONTHS_SHOWN]:
        amounts = "".join(f"{money(each):>{WIDTH}}" for each in (month.low, month.middle, month.high))
        yield f"  {f'{month.day:%Y-%m}':<{NAME}}{amounts}"
    yield from _how(found.method, found.why, found.backtest)


def _how(method: str, why: str, backtest: Backtest | None) -> Iterator[str]:
    """Why it is so, and how it did; the method of those that could be tried is told once for all."""
    words = f"{method}: {why}"
    if backtest:
        words = (
            f"{why}. Tried {backtest.tries} times on what came before: it was wrong by {backtest.error:.2f} of what "
            f"one year differs from the next, the year before alone by {backtest.naive_error:.2f}; "
            f"{backtest.inside:.0%} of what came lay in the range"
        )
    yield from wrap(words[:1].upper() + words[1:] + ".", LINE, initial_indent="  ", subsequent_indent="  ")


def _invoices(found: BusinessForecast, money: _Money) -> Iterator[str]:
    if not found.known.owed:
        return
    yield "\nOpen invoices: when they are due, the chance that they are late, and when they are likely to be paid"
    if found.pay is None:
        yield "  Nobody can say yet: fewer than five invoices were paid so far."
        return
    pairs = sorted(zip(found.known.owed, found.pay, strict=True), key=lambda each: (-each[0].amount, each[0].due))
    for owed, pay in pairs[:INVOICES_SHOWN]:
        name, when = on_one_line(owed.customer)[:NAME], _when(owed, pay, found.known.as_of)
        yield f"  {name:<{NAME}}{money(owed.amount):>{WIDTH}}  {when}"
    if len(pairs) > INVOICES_SHOWN:
        yield f"  and {len(pairs) - INVOICES_SHOWN} smaller ones (--json tells all)"


def _when(owed: Owed, pay: PayDate, today: date) -> str:
    late = "overdue" if owed.due < today else f"{pay.late:.0%} late"
    if pay.middle is None:
        return f"due {owed.due}, {late}: longer open than any that was paid; ask"
    return f"due {owed.due}, {late}; likely {pay.middle} ({_day(pay.low)} to {_day(pay.high)})"


def _day(day: date | None) -> str:
    return f"{day}" if day else "nobody knows"
