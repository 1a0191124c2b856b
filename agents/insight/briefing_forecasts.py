"""The forecasts of a business as a briefing tells and scores them, and what the metrics take from them. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agents.connectors.book_figures import SourceRow
from agents.insight.briefing_figures import TO_DATE
from agents.insight.briefing_known import Forecast
from agents.insight.chart_svg import FanPoint
from agents.insight.company import Outlook
from agents.insight.measured import Value
from agents.insight.predictive_analytics import months_on

if TYPE_CHECKING:
    from agents.insight.predictive_analytics import BusinessForecast
    from agents.insight.series_forecast import Backtest

COURSES = "many courses of the weeks to come, drawn from open invoices, bills, taxes and what comes again"
LOW_END = "What nine of ten courses do not fall below at the end of the week"
MONTHS = 3  # months of revenue that are told


def forecasts_of(found: BusinessForecast) -> tuple[Forecast, ...]:
    """Cash week by week, and revenue of whole months; what came is told by the metrics of the same keys.

    Each is of the end of its last day, as those metrics are measured.
    """
    currency = found.known.currency
    weeks = tuple(FanPoint(each.end, each.low, each.middle, each.high) for each in found.cash.weeks)
    chance = f"The chance that it falls below zero is {found.cash.below_zero:.0%}"
    cash = Forecast("Cash", "cash", "money", weeks, COURSES, f"{chance}.", currency=currency)
    revenue = found.revenue
    months = tuple(
        FanPoint(months_on(each.day, 1) - timedelta(days=1), each.low, each.middle, each.high)
        for each in revenue.months[:MONTHS]
    )
    how = (revenue.method, _backtest(revenue.backtest) or revenue.why)
    label = f"month {TO_DATE}"
    told = Forecast("Revenue of the month", "revenue", "money", months, *how, label=label, currency=currency)
    return tuple(each for each in (cash, told) if each.points)


def outlook_of(found: BusinessForecast) -> Outlook:
    """The lowest point of the money in the weeks to come; its rows are the low ends of the weeks."""
    currency = found.known.currency
    rows = (SourceRow(each.end, "forecast", LOW_END, each.low, currency) for each in found.cash.weeks)
    return Outlook((Value(found.cash.low_point, currency),), tuple(rows))


def _backtest(found: Backtest | None) -> str:
    """How it did on the past, in a sentence; empty where it could not be tried."""
    if found is None:
        return ""
    return (
        f"Tried {found.tries} times on what came before, it was wrong by {found.error:.2f} of what one year differs "
        f"from the next, the year before alone by {found.naive_error:.2f}; {found.inside:.0%} of what came lay "
        "in the range."
    )
