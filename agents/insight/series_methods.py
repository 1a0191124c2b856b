"""Ways to carry a series forward: each takes known points and says what comes next. Pure.

Points are on the scale on which errors are alike (logarithms where all are more than nothing), the oldest first;
`season` is how many make a year (1: no seasons), `ahead` how many to say. At least two points.
Sources: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 5.2 (naive), 8.2 and 8.3
(smoothing); Assimakopoulos and Nikolopoulos 2000 (theta); Miller and Williams 2003 (seasons shrunk by their noise).
The constants lie on a plateau; ADR 0076 says on what they were chosen.
"""

from __future__ import annotations

from itertools import product
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Method = Callable[[Sequence[float], int, int], list[float]]

GAINS = (0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9)  # how much of a surprise moves the level
TREND_GAINS = (0.05, 0.2)  # how much of that moves the trend
FADES = (0.8, 0.9)  # what is left of a trend one point later
KEPT_GROWTH = 0.6  # of what grew so far within a year: growth seldom lasts
KEPT_LINE, KEPT_LAST = 0.4, 0.2  # the same from year to year: of the line through the points, of the last growth
SEASON_GAINS = (0.1, 0.3, 0.6)  # how much of a surprise moves the level, and how much of what is left the season
WARM = 3
FIRST_TREND = 8
LOOK_BACK = 20  # points that tell a slope, or four years of them


def seasonal_naive(points: Sequence[float], season: int, ahead: int) -> list[float]:
    """What was a year before; without a year, or without seasons, the last point."""
    back = season if len(points) >= season else 1
    return [points[len(points) - back + step % back] for step in range(ahead)]


def growing_year(points: Sequence[float], season: int, ahead: int) -> list[float]:
    """What was a year before and a part of what a year grew; without seasons, the last point and of the last growth.

    Without two years as `theta`.
    """
    if len(points) < 2 * season:
        return theta(points, season, ahead)
    if season == 1:
        back = min(FIRST_TREND + 2, len(points) - 1)
        growth = (points[-1] - points[-1 - back]) / back * KEPT_LAST
    else:
        growth = _grown(points, season) * KEPT_GROWTH
    before = seasonal_naive(points, season, ahead)
    return [value + growth * (1 + step // season) for step, value in enumerate(before)]


def two_years(points: Sequence[float], season: int, ahead: int) -> list[float]:
    """The mean of what was one and two years before, each with a part of what grew since; else as `growing_year`."""
    if season == 1 or len(points) < 2 * season:
        return growing_year(points, season, ahead)
    growth = _grown(points, season) * KEPT_GROWTH
    last, before = points[-season:], points[-2 * season : -season]
    return [
        (last[step % season] + before[step % season] + growth) / 2 + growth * (1 + step // season)
        for step in range(ahead)
    ]


def _grown(points: Sequence[float], season: int) -> float:
    return fmean(points[-season:]) - fmean(points[-2 * season : -season])


def theta(points: Sequence[float], season: int, ahead: int) -> list[float]:
    """The smoothed level and a part of the line through the last points, with seasons."""
    rest, seasons = without_seasons(points, season)
    level = min(_level(rest, gain) for gain in GAINS)[1]
    drift = _slope(rest[-max(4 * season, LOOK_BACK) :]) * (KEPT_LINE if season == 1 else KEPT_GROWTH)
    return _with_seasons([level + drift * (step + 1) for step in range(ahead)], seasons, len(points))


def damped(points: Sequence[float], season: int, ahead: int) -> list[float]:
    """A smoothed level and a smoothed trend that fades, with seasons."""
    rest, seasons = without_seasons(points, season)
    tried = (_level_and_trend(rest, *each) for each in product(GAINS[1::2], TREND_GAINS, FADES))
    _, level, trend, fade = min(tried)
    said: list[float] = []
    for _ in range(ahead):
        trend *= fade
        level += trend
        said.append(level)
    return _with_seasons(said, seasons, len(points))


def moving_seasons(points: Sequence[float], season: int, ahead: int) -> list[float]:
    """Level, fading trend and seasons that may change, all smoothed (Holt and Winters); without seasons as `damped`."""
    if season == 1 or len(points) < 2 * season:
        return damped(points, season, ahead)
    _, first = without_seasons(points[: 3 * season], season)
    tried = (_level_and_seasons(points, first, *each) for each in product(SEASON_GAINS, SEASON_GAINS))
    _, level, trend, seasons = min(tried)
    said: list[float] = []
    for step in range(ahead):
        trend *= FADES[-1]
        level += trend
        said.append(level + seasons[(len(points) + step) % season])
    return said


def without_seasons(points: Sequence[float], season: int) -> tuple[list[float], list[float]]:
    """The points without their seasons, and these; the less they stand out of the noise, the nearer to nothing."""
    if season == 1 or len(points) < 2 * season:
        return list(points), [0.0]
    offsets = _offsets(points, season)
    means = [fmean(each) for each in offsets]
    means = [each - fmean(means) for each in means]
    noise = sum((value - mean) ** 2 for each, mean in zip(offsets, means, strict=True) for value in each)
    freedom = max(1, sum(map(len, offsets)) - season)
    by_chance = noise / freedom * sum(1 / len(each) for each in offsets)
    spread = sum(each**2 for each in means)
    kept = max(0.0, 1 - by_chance / spread) if spread > 0 else 0.0
    seasons = [each * kept for each in means]
    return [value - seasons[at % season] for at, value in enumerate(points)], seasons


def _offsets(points: Sequence[float], season: int) -> list[list[float]]:
    """By place in the year, how far points lie from the mean of the year around them."""
    half = season // 2
    offsets: list[list[float]] = [[] for _ in range(season)]
    for at in range(half, len(points) - half):
        window = points[at - half : at + half + 1]
        ends = (window[0] + window[-1]) / 2 if season % 2 == 0 else 0.0
        offsets[at % season].append(points[at] - (sum(window) - ends) / season)
    return offsets


def _with_seasons(said: list[float], seasons: list[float], start: int) -> list[float]:
    return [value + seasons[(start + step) % len(seasons)] for step, value in enumerate(said)]


def _level(points: Sequence[float], gain: float) -> tuple[float, float]:
    """How wrong smoothing with this gain was, squared, and its last level."""
    level, wrong = fmean(points[:WARM]), 0.0
    for value in points:
        error = value - level
        wrong += error * error
        level += gain * error
    return wrong, level


def _level_and_trend(
    points: Sequence[float], gain: float, trend_gain: float, fade: float
) -> tuple[float, float, float, float]:
    """How wrong it was, squared, its last level and trend, and the fade."""
    first = min(FIRST_TREND, len(points) // 2)
    trend = (points[first] - points[0]) / first
    level, wrong = points[0] - trend, 0.0
    for value in points:
        trend *= fade
        error = value - level - trend
        wrong += error * error
        level += trend + gain * error
        trend += gain * trend_gain * error
    return wrong, level, trend, fade


def _level_and_seasons(
    points: Sequence[float], first: list[float], gain: float, season_gain: float
) -> tuple[float, float, float, list[float]]:
    """How wrong it was after the first year, squared, its last level, trend and seasons."""
    seasons, season, fade = list(first), len(first), FADES[-1]
    level, trend, wrong = fmean(points[:season]), 0.0, 0.0
    for at, value in enumerate(points):
        trend *= fade
        error = value - level - trend - seasons[at % season]
        wrong += error * error if at >= season else 0.0
        level += trend + gain * error
        trend += gain * TREND_GAINS[0] * error
        seasons[at % season] += season_gain * (1 - gain) * error
    return wrong, level, trend, seasons


def _slope(points: Sequence[float]) -> float:
    """Of the straight line with the least squares."""
    middle = (len(points) - 1) / 2
    over = sum((at - middle) ** 2 for at in range(len(points)))
    return sum((at - middle) * value for at, value in enumerate(points)) / over
