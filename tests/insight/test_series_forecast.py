"""What a series says next, with its range, on made series and on the real ones that were set aside to judge by."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agents.insight.series_forecast import LEAST_POINTS, SHARE, forecast
from agents.insight.series_methods import damped, growing_year, moving_seasons, seasonal_naive, theta, two_years
from benchmarks.common.forecast_scores import pooled, score
from benchmarks.common.real_series import LIST, are_here, real_series

YEAR = [10.0, 10, 12, 13, 12, 15, 18, 20, 15, 12, 11, 30]
AMOUNTS = st.floats(min_value=0.01, max_value=1e6)


def test_what_comes_every_year_comes_again() -> None:
    said = forecast(YEAR * 4, 12, 12)
    assert [round(each.middle, 2) for each in said.steps] == YEAR
    assert said.backtest
    assert said.backtest.error < 1e-6


def test_what_grew_goes_on_growing_but_less_than_it_did() -> None:
    points = [1000.0 * 1.01**at for at in range(48)]
    said = forecast(points, 12, 12)
    assert points[-1] < said.steps[-1].middle < 1000 * 1.01**60


def test_four_of_five_of_what_comes_by_chance_lies_within_the_range() -> None:
    """A hundred points that a fixed rule scatters between 50 and 150: seasons and growth are none."""
    points = [50.0 + at * at * 7919 % 101 for at in range(160)]
    hits = [
        step.low <= came <= step.high
        for end in range(60, 160, 4)
        for step, came in zip(forecast(points[:end], 1, 4).steps, points[end : end + 4], strict=True)
    ]
    assert 0.7 <= sum(hits) / len(hits) <= 0.95


@pytest.mark.parametrize("known", [1, LEAST_POINTS - 1])
def test_too_few_points_give_their_least_middle_and_most_and_say_why(known: int) -> None:
    points = [float(at) for at in range(1, known + 1)]
    said = forecast(points, 12, 2)
    assert [(each.low, each.middle, each.high) for each in said.steps] == [(1.0, (known + 1) / 2, float(known))] * 2
    assert said.method == "the naive range"
    assert f"only {known} point" in said.why
    assert said.backtest is None


def test_without_a_point_nothing_is_said() -> None:
    assert forecast([], 12, 3).steps == ()
    assert forecast([], 12, 3).why == "nothing is known yet"


def test_months_without_anything_and_losses_are_points_too() -> None:
    quiet = forecast([0.0, 5, 0, 9, 0, 3, 0, 4, 0, 0, 6, 1, 0, 2], 12, 4)
    assert all(0 <= each.low <= each.middle <= each.high for each in quiet.steps)
    losses = forecast([-5.0, 5] * 12, 12, 2)
    assert [round(each.middle) for each in losses.steps] == [-5, 5]


def test_seasons_are_told_after_two_years() -> None:
    assert "seasons show after two years" in forecast(YEAR * 1 + YEAR[:6], 12, 1).why
    assert "with seasons as far as they stand out" in forecast(YEAR * 2, 12, 1).why
    assert "without seasons" in forecast(YEAR * 2, 1, 1).why


@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(AMOUNTS, min_size=LEAST_POINTS, max_size=30), st.sampled_from([1, 4, 12]))
def test_a_range_holds_its_middle_whatever_came_before(points: list[float], season: int) -> None:
    said = forecast(points, season, 3)
    assert all(0 <= each.low <= each.middle <= each.high <= 1000 * max(points) * 1.001 for each in said.steps)
    assert said.backtest
    assert 0 <= said.backtest.inside <= 1


def test_the_unit_makes_no_difference_and_what_is_farther_ahead_is_less_sure() -> None:
    points = [each + at % 5 for at, each in enumerate(YEAR * 3)]
    said, in_cents = forecast(points, 12, 5), forecast([each * 100 for each in points], 12, 5)
    assert [each.middle * 100 for each in said.steps] == pytest.approx([each.middle for each in in_cents.steps])
    assert [each.high * 100 for each in said.steps] == pytest.approx([each.high for each in in_cents.steps])
    widths = [each.high / each.middle for each in said.steps]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_each_way_of_going_on_does_what_it_says() -> None:
    """Two quarters' years that differ by 4, without noise."""
    points = [10.0, 20, 30, 40, 14, 24, 34, 44]
    assert seasonal_naive(points, 4, 5) == [14, 24, 34, 44, 14]
    assert growing_year(points, 4, 5) == pytest.approx([16.4, 26.4, 36.4, 46.4, 18.8])  # 0.6 of the growth, each year
    assert two_years(points, 4, 1) == pytest.approx([(14 + 10 + 2.4) / 2 + 2.4])
    assert growing_year([1.0, 2, 3], 1, 1) == pytest.approx([3.2])  # 0.2 of the last growth
    assert growing_year(points[:5], 4, 2) == theta(points[:5], 4, 2)  # no two years
    assert two_years(points, 1, 2) == growing_year(points, 1, 2)
    assert moving_seasons(points, 1, 2) == damped(points, 1, 2)
    line = [float(at) for at in range(20)]
    assert 19 < damped(line, 1, 1)[0] < 20
    assert theta(line, 1, 2)[1] - theta(line, 1, 2)[0] == pytest.approx(0.4)  # 0.4 of the line's slope
    moved = moving_seasons([*YEAR * 4, *(each * 2 for each in YEAR)], 12, 12)
    assert moved[11] == max(moved)  # December stands out still


def test_the_list_of_real_series_is_as_it_was_before_anything_was_tuned() -> None:
    lines = LIST.read_text(encoding="utf-8").splitlines()[1:]
    assert [line.partition(",")[0] for line in lines] == ["judge", "tune"] * 48


def test_on_real_series_forecasts_are_better_than_the_year_before_and_their_ranges_hold() -> None:
    """The issue asks for 0.85 of the errors: no method we know comes there on this list (ADR 0076)."""
    if not are_here():
        (pytest.fail if os.environ.get("REAL_SERIES_ARE_HERE") else pytest.skip)("`make real-series` brings them")
    series = real_series("judge")
    start = time.process_time()
    said = [[forecast(known, each.season, len(came)).steps for known, came in each.cuts()] for each in series]
    spent_ms = 1000 * (time.process_time() - start) / sum(map(len, said))
    found = pooled(score(each, steps) for each, steps in zip(series, said, strict=True))
    assert len(series) >= 40
    assert found.ratio <= 0.94
    assert found.better >= 0.65
    assert SHARE - 0.05 <= found.covered <= SHARE + 0.12
    assert spent_ms <= 50
