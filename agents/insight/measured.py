"""What a metric is, and what was measured: with its day, the rows behind it, and what is missing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from agents.connectors.book_figures import SourceRow

Unit = Literal["money", "percent", "days", "hours", "months", "number", "ratio"]
Better = Literal["more", "less", ""]


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured. `formula` and `source` are words for the owner; `better` says which way is good, if any.

    `key` names it for machines and in links (lower case, dots and underscores): 'revenue.month'.
    """

    key: str
    title: str
    unit: Unit
    formula: str
    source: str
    better: Better = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One amount in the metric's unit; `currency` for money only. `label` tells it from others of one metric.

    Such as a span of time ('week'), a bucket ('1-30 days'), an account ('Office') or a customer; empty where it is one.
    """

    amount: Decimal
    currency: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric on a day. `rows` are what it was reckoned from; money is never added up across currencies.

    `missing` says in a sentence why there are no values; `stale` why those that are there may be old.
    """

    metric: Metric
    as_of: date
    values: tuple[Value, ...] = ()
    rows: tuple[SourceRow, ...] = ()
    missing: str = ""
    stale: str = ""
