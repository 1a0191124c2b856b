"""Promises about forecasts in a briefing: they are those of the business, each of a day on which it can be scored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from agents.insight.briefing_forecasts import forecasts_of, outlook_of
from agents.insight.ceo_briefing_generator import generate
from agents.insight.predictive_analytics import KnownBusiness, business_forecast
from tests.insight.briefing_story import story

SUNDAY = date(2026, 11, 22)
YEARS = tuple(Decimal(1000 + 10 * month + 100 * (month % 12)) for month in range(30))
BUSINESS = KnownBusiness(SUNDAY, "EUR", Decimal("5000.00"), YEARS, tuple(each / 2 for each in YEARS))


def test_cash_is_told_for_the_ends_of_weeks_and_revenue_for_the_ends_of_months() -> None:
    found = business_forecast(BUSINESS, 13)
    cash, revenue = forecasts_of(found)
    assert [point.day for point in cash.points] == [SUNDAY + timedelta(weeks=week) for week in range(1, 14)]
    assert [point.median for point in cash.points] == [each.middle for each in found.cash.weeks]
    assert [str(point.day) for point in revenue.points] == ["2026-11-30", "2026-12-31", "2027-01-31"]
    assert (cash.key, cash.label, revenue.key, revenue.label) == ("cash", "", "revenue", "month to date")
    assert revenue.backtest.startswith("Tried ")
    text = generate(replace(story(), forecasts=(cash, revenue))).text
    assert f"| 2026-11-29 | {found.cash.weeks[0].low:,.2f} |" in text


def test_a_business_too_young_to_be_tried_says_why() -> None:
    young = replace(BUSINESS, revenue=YEARS[:3], costs=YEARS[:3])
    found = business_forecast(young, 13)
    (revenue,) = (each for each in forecasts_of(found) if each.key == "revenue")
    assert revenue.backtest == found.revenue.why


def test_the_lowest_point_of_the_money_is_that_of_the_courses_with_the_weeks_behind_it() -> None:
    found = business_forecast(BUSINESS, 13)
    outlook = outlook_of(found)
    assert [(each.amount, each.currency) for each in outlook.low_point] == [(found.cash.low_point, "EUR")]
    assert [(row.day, row.amount) for row in outlook.rows] == [(week.end, week.low) for week in found.cash.weeks]


def test_what_cannot_be_forecast_is_left_out() -> None:
    nothing = business_forecast(replace(BUSINESS, revenue=(), costs=()), 13)
    assert [each.key for each in forecasts_of(nothing)] == ["cash"]
