"""The days on which euros move, held against another computation of Easter and against the calendar of 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.easter import easter as other_easter  # type: ignore[import-untyped]

from agents.connectors.payment.target_days import easter, target_day

CLOSED_2026 = {date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)}


def test_easter_is_where_another_computation_has_it() -> None:
    assert [easter(year) for year in range(1900, 2200)] == [other_easter(year) for year in range(1900, 2200)]


def test_the_closed_days_of_a_year_are_weekends_and_holidays() -> None:
    days = [date(2026, 1, 1) + timedelta(days=each) for each in range(365)]
    closed = {each for each in days if target_day(each) != each}
    assert {each for each in closed if each.weekday() < 5} == CLOSED_2026
    assert {each for each in days if each.weekday() >= 5} <= closed


@pytest.mark.parametrize(
    ("day", "open_day"), [("2026-04-03", "2026-04-07"), ("2026-12-25", "2026-12-28"), ("2027-12-31", "2027-12-31")]
)
def test_the_next_day_of_banks_is_taken(day: str, open_day: str) -> None:
    assert target_day(date.fromisoformat(day)) == date.fromisoformat(open_day)
