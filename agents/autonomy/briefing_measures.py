"""The figures of a briefing, as the books have them at the end of a day."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.insight.measured import Measured, Metric, Value

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from agents.connectors.book_figures import BookReports, Figure

CASH = Metric("cash", "Cash", "money", "what is on all accounts", "the books", "more")
WEEK = Metric("revenue", "Revenue", "money", "invoices less credit notes", "the books", "more")
MONTH = Metric("revenue.month", "Revenue of the month", "money", "invoices less credit notes", "the books", "more")
AGING = Metric("receivables.aging", "Owed to you", "money", "what is open of invoices", "the books", "less")
BUCKETS = ("not due", "1-30 days late", "31-60 days late", "61-90 days late", "later")


def measured_on(reports: BookReports, day: date) -> tuple[Measured, ...]:
    """Cash, revenue and what is owed at the end of a day.

    Raises:
        NeedsOwner: the books have an error.
    """
    owed = reports.receivables(day)
    currencies = sorted({each.currency for each in owed.documents})
    aging = [
        Value(amount, currency, label)
        for currency in currencies
        for label, amount in zip(BUCKETS, owed.buckets(currency), strict=True)
    ]
    return (
        _money(CASH, day, reports.cash(day)),
        _money(WEEK, day, reports.profit_and_loss(day - timedelta(days=6), day).revenue),
        _money(MONTH, day, reports.profit_and_loss(day.replace(day=1), day).revenue),
        Measured(AGING, day, tuple(aging), missing="" if aging else "Nobody owes you anything."),
    )


def _money(metric: Metric, day: date, figures: Iterable[Figure]) -> Measured:
    sums: dict[str, Decimal] = {}
    for each in figures:
        for currency, amount in each.amounts.items():
            sums[currency] = sums.get(currency, Decimal(0)) + amount
    values = tuple(Value(amount, currency) for currency, amount in sorted(sums.items()))
    return Measured(metric, day, values, missing="" if values else "The books hold nothing of it.")
