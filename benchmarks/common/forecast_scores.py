"""How well a forecast did on real series: beside the seasonal naive one, and how much its range covered. Pure.

MASE: Hyndman and Koehler 2006; errors as parts of what one year to the next differs in what was known.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agents.insight.series_forecast import Step
    from benchmarks.common.real_series import RealSeries


@dataclass(frozen=True, slots=True)
class Score:
    """One series over its ends: MASE of the forecast and of the seasonal naive one, and which points lay within."""

    name: str
    season: int
    error: float
    naive_error: float
    inside: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Pooled:
    """All series: errors as parts of the naive ones, the share of series that are better, the share within."""

    ratio: float
    better: float
    covered: float
    losses: tuple[Score, ...]  # the worst first


def score(series: RealSeries, said: Sequence[Sequence[Step]]) -> Score:
    """The score of a series; `said`: the steps at each of its cuts."""
    errors, naive, inside = [], [], []
    for (known, came), steps in zip(series.cuts(), said, strict=True):
        unit = fmean(abs(now - before) for before, now in zip(known, known[series.season :], strict=False))
        year = [known[len(known) - series.season + at % series.season] for at in range(len(came))]
        errors.append(fmean(abs(step.middle - value) for step, value in zip(steps, came, strict=True)) / unit)
        naive.append(fmean(abs(before - value) for before, value in zip(year, came, strict=True)) / unit)
        inside += [step.low <= value <= step.high for step, value in zip(steps, came, strict=True)]
    return Score(series.name, series.season, fmean(errors), fmean(naive), tuple(inside))


def pooled(scores: Iterable[Score]) -> Pooled:
    """All of them together."""
    found = list(scores)
    losses = sorted(
        (each for each in found if each.error >= each.naive_error), key=lambda each: each.naive_error - each.error
    )
    return Pooled(
        ratio=sum(each.error for each in found) / sum(each.naive_error for each in found),
        better=1 - len(losses) / len(found),
        covered=fmean(hit for each in found for hit in each.inside),
        losses=tuple(losses),
    )
