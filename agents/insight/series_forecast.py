"""What a series says next, with a range that would have held before, and how wrong it was until now. Pure.

The middle is a mean of six ways (`series_methods`), each weighed by how little it was wrong when it was tried on the
series itself, cut off at earlier points. The range is split-conformal: its width is the quantile of those errors. See
ADR 0076.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, inf, log, sqrt
from statistics import fmean, median
from typing import TYPE_CHECKING

from agents.insight.series_methods import damped, growing_year, moving_seasons, seasonal_naive, theta, two_years

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_POINTS = 12
SHARE = 0.8  # of what comes shall lie within the range
METHODS = (seasonal_naive, growing_year, two_years, theta, damped, moving_seasons)
TRIES = 14  # at most
SHORTEST = 8  # points that a try knows at least
WIDENING = 0.1  # how the variance of an error grows with each step, as a part of that of the first
OVERLAP = 1.1  # tries share points: there are fewer of them than it looks
FARTHEST = 1_000  # times the greatest point: no forecast goes there
METHOD = (
    "the mean of six ways (the year before, the same with its growth, the last two years, a line, a trend that fades, "
    "seasons that move), each weighed by how well it did before"
)
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """One point to come: as many chances lie below `low` as above `high`, four of five between them."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """How it did on the series itself, cut off at `tries` earlier points.

    Errors are on the points' own scale, as parts of what one year to the next differs (MASE); `inside`: the share of
    points within the range that the other tries would have given.
    """

    tries: int
    error: float
    naive_error: float
    inside: float


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """The points to come. `method` and `why` are words for the owner; no `backtest` where too little is known."""

    steps: tuple[Step, ...]
    method: str
    why: str
    backtest: Backtest | None = None


@dataclass(frozen=True, slots=True)
class _Scale:
    """The scale on which errors are alike, and the way back from it, kept between `least` and `most`."""

    in_logs: bool
    least: float
    most: float

    def there(self, value: float) -> float:
        return log(value) if self.in_logs else value

    def back(self, value: float) -> float:
        if self.in_logs:
            return exp(min(value, log(self.most)))
        return max(self.least, value)


@dataclass(frozen=True, slots=True)
class _Yardstick:
    """Errors on the points' own scale, as parts of what they differ from year to year."""

    scale: _Scale
    yearly_step: float

    def wrong(self, said: Sequence[float], came: Sequence[float]) -> float:
        apart = fmean(abs(self.scale.back(a) - self.scale.back(b)) for a, b in zip(said, came, strict=True))
        return apart / self.yearly_step if self.yearly_step > 0 else apart


@dataclass(frozen=True, slots=True)
class _Try:
    came: Sequence[float]
    said: tuple[list[float], ...]  # by method


def forecast(points: Sequence[float], season: int, ahead: int) -> SeriesForecast:
    """What comes next. `points`: the oldest first, evenly apart; `season`: how many make a year, 1 without seasons."""
    if len(points) < LEAST_POINTS:
        return _naive_range(points, ahead)
    scale = _scale_of(points)
    known = [scale.there(each) for each in points]
    tries = _tries(known, season, ahead)
    weights = _weights(tries)
    errors = [_errors(each, weights) for each in tries]
    width = _width([error for each in errors for error in each])
    middles = _mixed(tuple(each(known, season, ahead) for each in METHODS), weights)
    steps = tuple(
        Step(*(scale.back(middle + side * width * _growth(at)) for side in (-1, 0, 1)))
        for at, middle in enumerate(middles)
    )
    backtest = _backtest(tries, weights, errors, _Yardstick(scale, _yearly_step(points, season)))
    return SeriesForecast(steps, METHOD, _seasons_told(len(points), season), backtest)


def _scale_of(points: Sequence[float]) -> _Scale:
    least = min(points)
    if least > 0:
        return _Scale(in_logs=True, least=0.0, most=max(points) * FARTHEST)
    return _Scale(in_logs=False, least=0.0 if least == 0 else -inf, most=inf)


def _yearly_step(points: Sequence[float], season: int) -> float:
    """By how much points differ from those a year before, on average; from the last one without a year."""
    back = season if len(points) > season else 1
    return fmean(abs(points[at] - points[at - back]) for at in range(back, len(points)))


def _naive_range(points: Sequence[float], ahead: int) -> SeriesForecast:
    if not points:
        return SeriesForecast((), "none", "nothing is known yet")
    step = Step(min(points), median(points), max(points))
    why = (
        f"only {len(points)} points are known, and a method needs {LEAST_POINTS} to be tried on what came before: "
        "this is the least, the middle and the most of them"
    )
    return SeriesForecast((step,) * ahead, "the naive range", why)


def _seasons_told(count: int, season: int) -> str:
    if season == 1:
        return f"from {count} points, without seasons"
    if count < 2 * season:
        return f"from {count} points; seasons show after two years"
    return f"from {count} points, with seasons as far as they stand out"


def _tries(known: list[float], season: int, ahead: int) -> list[_Try]:
    """The series cut off at earlier points, the last one first."""
    shortest = max(min(2 * season + 1, len(known) // 2), SHORTEST)
    apart = max(1, min(season // 4, (len(known) - shortest) // TRIES))
    ends = list(range(len(known) - apart, shortest - 1, -apart))[:TRIES]
    return [_tried(known, end, season, ahead) for end in ends]


def _tried(known: list[float], end: int, season: int, ahead: int) -> _Try:
    came = known[end : end + ahead]
    return _Try(came, tuple(each(known[:end], season, len(came)) for each in METHODS))


def _weights(tries: list[_Try]) -> list[float]:
    """By method, inverse to how wrong it was."""
    wrong = [
        sum(fmean(abs(said - came) for said, came in zip(each.said[at], each.came, strict=True)) for each in tries)
        for at in range(len(METHODS))
    ]
    shares = [1 / (each + _TINY) for each in wrong]
    return [each / sum(shares) for each in shares]


def _mixed(said: tuple[list[float], ...], weights: list[float]) -> list[float]:
    return [
        sum(weight * value for weight, value in zip(weights, values, strict=True)) for values in zip(*said, strict=True)
    ]


def _errors(each: _Try, weights: list[float]) -> list[float]:
    """How wrong the mean was, each step as if it were the first."""
    mixed = _mixed(each.said, weights)
    return [abs(said - came) / _growth(at) for at, (said, came) in enumerate(zip(mixed, each.came, strict=True))]


def _growth(at: int) -> float:
    return sqrt(1 + WIDENING * at)


def _width(errors: list[float]) -> float:
    """Half of the range of the first step. Source: Lei and others 2018, split conformal prediction."""
    ordered = sorted(errors)
    return ordered[min(len(ordered), ceil(SHARE * (len(ordered) + 1))) - 1] * OVERLAP


def _backtest(tries: list[_Try], weights: list[float], errors: list[list[float]], yardstick: _Yardstick) -> Backtest:
    inside = []
    for at, own in enumerate(errors):
        width = _width([error for other, each in enumerate(errors) if other != at for error in each])
        inside += [error <= width for error in own]
    naive = METHODS.index(seasonal_naive)
    return Backtest(
        tries=len(tries),
        error=fmean(yardstick.wrong(_mixed(each.said, weights), each.came) for each in tries),
        naive_error=fmean(yardstick.wrong(each.said[naive], each.came) for each in tries),
        inside=fmean(inside),
    )
