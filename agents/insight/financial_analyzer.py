"""All metrics of a company on a day, each with the rows behind it, or why there is none. Pure.

Thirty metrics: those of revenue, money, what is owed, customers, costs and books, and those of the work. Four of them
are told by two or three figures, each with a key and a unit of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.insight.cost_metrics import COST_METRICS
from agents.insight.customer_metrics import CUSTOMER_METRICS
from agents.insight.measured import Measured, Metric
from agents.insight.money_metrics import MONEY_METRICS
from agents.insight.owed_metrics import OWED_METRICS
from agents.insight.work_metrics import WORK_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.insight.company import Company
    from agents.insight.measured import Value
    from agents.insight.reckoning import Told

NOTHING_BOOKED = "Nothing is booked yet."
NO_BOOKS, NO_JOURNAL = "The books were not read.", "The journal was not read."
LOW_POINT = Metric(
    "cash.low_point",
    "Lowest point of the money in 13 weeks",
    "money",
    "the money that nine of ten simulated courses do not fall below",
    "the forecast",
    "more",
)
BOOK_METRICS = {**MONEY_METRICS, **OWED_METRICS, **CUSTOMER_METRICS, **COST_METRICS}
METRICS: tuple[Metric, ...] = (*BOOK_METRICS, LOW_POINT, *WORK_METRICS)


@dataclass(frozen=True, slots=True)
class Moved:
    """A value that is another one than before; None = it was not there, or is not any more."""

    metric: Metric
    label: str
    currency: str
    before: Value | None
    after: Value | None


def measure(company: Company) -> tuple[Measured, ...]:
    """Every metric, in the order of `METRICS`."""
    return tuple(measure_one(company, metric) for metric in METRICS)


def measure_one(company: Company, metric: Metric) -> Measured:
    """One metric; raises KeyError for one that is none of `METRICS`."""
    if metric == LOW_POINT:
        outlook = company.outlook
        return _as_told(company, metric, (outlook.low_point, outlook.rows) if outlook.low_point else outlook.missing)
    if metric in WORK_METRICS:
        told = WORK_METRICS[metric](company, company.work) if company.work is not None else NO_JOURNAL
        return _as_told(company, metric, told)
    books = company.books
    if books is None:
        return _as_told(company, metric, company.no_books or NO_BOOKS)
    told = BOOK_METRICS[metric](company, books) if books.currency else NOTHING_BOOKED
    return _as_told(company, metric, told, company.stale())


def what_moved(before: Iterable[Measured], after: Iterable[Measured]) -> tuple[Moved, ...]:
    """Every value that differs between two measurements, in their order."""
    old, new = _by_place(before), _by_place(after)
    places = dict.fromkeys([*new, *old])
    return tuple(Moved(*place, old.get(place), new.get(place)) for place in places if old.get(place) != new.get(place))


def _by_place(measured: Iterable[Measured]) -> dict[tuple[Metric, str, str], Value]:
    return {(each.metric, value.label, value.currency): value for each in measured for value in each.values}


def _as_told(company: Company, metric: Metric, told: Told, stale: str = "") -> Measured:
    if isinstance(told, str):
        return Measured(metric, company.on, missing=told)
    values, rows = told
    return Measured(metric, company.on, tuple(values), tuple(rows), stale=stale)
