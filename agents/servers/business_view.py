"""What another assistant gets to see of how the business goes: metrics, forecasts, findings, the briefing. Pure.

Names of customers and vendors, and whatever the books say, may have been written by others: they stand under
`from_outside`. Numbers are texts, so that nothing is rounded twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.servers.books_view import BookRow, book_rows
from agents.servers.waiting_view import MAX_SHOWN, NOTICE, Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from agents.durability.finding_rows import FindingRow
    from agents.insight.cash_forecast import Owed
    from agents.insight.measured import Measured, Value
    from agents.insight.pay_dates import PayDate
    from agents.insight.predictive_analytics import BusinessForecast, MoneyForecast

    Words = Callable[[str], str]  # a text as it may be shown


class ValueName(Shown):
    """Of what a value is: a span of time, a bucket, an account or a customer; empty where the metric is one value."""

    label: str


class MetricValue(Shown):
    """One value in the unit of its metric; `currency` for money only."""

    amount: str
    currency: str
    from_outside: ValueName


class MetricSaid(Shown):
    """One metric on a day. `missing` says why there is no value, `stale` why those that are there may be old.

    `better`: which way is good, 'more', 'less' or neither.
    """

    key: str
    title: str
    unit: str
    better: str
    formula: str
    source: str
    as_of: str
    values: tuple[MetricValue, ...]
    missing: str
    stale: str
    rows_behind: int


class MetricsAnswer(Shown):
    """How the business stands."""

    notice: str = NOTICE
    metrics: tuple[MetricSaid, ...]


class MetricRows(Shown):
    """One metric with the rows it was reckoned from, the newest first."""

    notice: str = NOTICE
    metric: MetricSaid
    rows: tuple[BookRow, ...]
    rows_left_out: int


class Range(Shown):
    """What is likely at a day or in a month: four of five chances lie between `low` and `high`."""

    when: str
    low: str
    middle: str
    high: str


class Customer(Shown):
    """Who owes it."""

    customer: str


class ExpectedPayment(Shown):
    """An open invoice: when it is due and likely to be paid (empty: too little is known), and the chance it is late."""

    amount: str
    due: str
    likely: str
    earliest: str
    latest: str
    late_percent: str
    from_outside: Customer


class MoneyAhead(Shown):
    """Revenue or costs of months to come; `how` says by which method, or why only a plain range can be told."""

    months: tuple[Range, ...]
    how: str


class ForecastAnswer(Shown):
    """What is likely to come, in the currency of the books; `low_point`: one chance of ten is below it."""

    notice: str = NOTICE
    as_of: str
    currency: str
    cash_today: str
    below_zero_percent: str
    low_point: str
    weeks: tuple[Range, ...]
    revenue: MoneyAhead
    costs: MoneyAhead
    open_invoices: tuple[ExpectedPayment, ...]
    invoices_left_out: int
    assumptions: tuple[str, ...]


class FindingWords(Shown):
    """What was found."""

    words: str


class FindingSaid(Shown):
    """One thing the last audit found. `rank`: 3 and more is urgent; `found_times`: by audits that were ignored too."""

    rank: int
    first_seen: str
    last_seen: str
    found_times: int
    what_a_tick_asks_for: str
    from_outside: FindingWords


class FindingsAnswer(Shown):
    """What somebody should look at, what matters most first."""

    notice: str = NOTICE
    findings: tuple[FindingSaid, ...]
    left_out: int


def metrics_answer(found: Iterable[Measured], words: Words) -> MetricsAnswer:
    """These metrics, without their rows."""
    return MetricsAnswer(metrics=tuple(_metric(each, words) for each in found))


def metric_rows(found: Measured, words: Words, skip: int) -> MetricRows:
    """One metric with its rows, the newest first, from the one after `skip` on."""
    rows = sorted(found.rows, key=lambda row: (row.day, row.place), reverse=True)[skip : skip + MAX_SHOWN]
    left = max(len(found.rows) - skip - len(rows), 0)
    return MetricRows(metric=_metric(found, words), rows=book_rows(rows, words), rows_left_out=left)


def forecast_answer(found: BusinessForecast, words: Words) -> ForecastAnswer:
    """Everything that is likely."""
    owed = sorted(enumerate(found.known.owed), key=lambda each: (-each[1].amount, each[1].due))
    pay = found.pay or (None,) * len(owed)
    shown = [_expected(each, pay[at], words) for at, each in owed[:MAX_SHOWN]]
    return ForecastAnswer(
        as_of=f"{found.known.as_of}",
        currency=found.known.currency,
        cash_today=f"{found.known.cash:.2f}",
        below_zero_percent=f"{found.cash.below_zero * 100:.1f}",
        low_point=f"{found.cash.low_point:.2f}",
        weeks=tuple(
            Range(when=f"{each.end}", low=f"{each.low:.2f}", middle=f"{each.middle:.2f}", high=f"{each.high:.2f}")
            for each in found.cash.weeks
        ),
        revenue=_months(found.revenue),
        costs=_months(found.costs),
        open_invoices=tuple(shown),
        invoices_left_out=len(owed) - len(shown),
        assumptions=found.assumptions,
    )


def findings_answer(rows: Sequence[FindingRow], words: Words, skip: int) -> FindingsAnswer:
    """Open findings in their order, from the one after `skip` on."""
    shown = tuple(_finding(each, words) for each in rows[skip : skip + MAX_SHOWN])
    return FindingsAnswer(findings=shown, left_out=max(len(rows) - skip - len(shown), 0))


def _metric(found: Measured, words: Words) -> MetricSaid:
    metric = found.metric
    return MetricSaid(
        key=metric.key,
        title=metric.title,
        unit=metric.unit,
        better=metric.better,
        formula=metric.formula,
        source=metric.source,
        as_of=f"{found.as_of}",
        values=tuple(_value(each, words) for each in found.values[:MAX_SHOWN]),
        missing=found.missing,
        stale=found.stale,
        rows_behind=len(found.rows),
    )


def _value(value: Value, words: Words) -> MetricValue:
    name = ValueName(label=words(value.label) if value.label else "")
    return MetricValue(amount=f"{value.amount}", currency=value.currency, from_outside=name)


def _months(found: MoneyForecast) -> MoneyAhead:
    months = (
        Range(when=f"{each.day:%Y-%m}", low=f"{each.low:.2f}", middle=f"{each.middle:.2f}", high=f"{each.high:.2f}")
        for each in found.months
    )
    return MoneyAhead(months=tuple(months), how=found.why or found.method)


def _expected(owed: Owed, pay: PayDate | None, words: Words) -> ExpectedPayment:
    return ExpectedPayment(
        amount=f"{owed.amount:.2f}",
        due=f"{owed.due}",
        likely=_day(pay.middle if pay else None),
        earliest=_day(pay.low if pay else None),
        latest=_day(pay.high if pay else None),
        late_percent=f"{pay.late * 100:.0f}" if pay else "",
        from_outside=Customer(customer=words(owed.customer)),
    )


def _day(day: date | None) -> str:
    return f"{day or ''}"


def _finding(row: FindingRow, words: Words) -> FindingSaid:
    return FindingSaid(
        rank=row.gravity + row.seen - 1,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        found_times=row.seen,
        what_a_tick_asks_for=row.ask,
        from_outside=FindingWords(words=words(row.words)),
    )
