"""Forecasts as they are kept, so that a later briefing can say how they came: JSON there and back. Pure."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import cast, get_args

from agents.insight.briefing_known import Forecast
from agents.insight.chart_svg import FanPoint
from agents.insight.measured import Unit

_WORDS = ("name", "key", "method", "backtest", "label", "currency")


def to_json(forecasts: tuple[Forecast, ...]) -> str:
    """What was promised, with every number as text."""
    return json.dumps([_fields(each) for each in forecasts], ensure_ascii=False, sort_keys=True)


def _fields(each: Forecast) -> dict[str, object]:
    points = [[str(point.day), str(point.low), str(point.median), str(point.high)] for point in each.points]
    return {**{name: getattr(each, name) for name in _WORDS}, "unit": each.unit, "points": points}


def from_json(text: str) -> tuple[Forecast, ...]:
    """What was promised; nothing where nothing was.

    Raises:
        ValueError: these are no forecasts.
    """
    if not text:
        return ()
    try:
        return tuple(_forecast(each) for each in json.loads(text))
    except (KeyError, TypeError, InvalidOperation) as err:
        raise ValueError(f"these are no forecasts: {err}") from err


def _forecast(fields: dict[str, object]) -> Forecast:
    unit, points = str(fields["unit"]), fields["points"]
    if unit not in get_args(Unit) or not isinstance(points, list):
        raise TypeError(unit)
    words = {name: str(fields[name]) for name in _WORDS}
    return Forecast(**words, unit=cast("Unit", unit), points=tuple(_point(*each) for each in points))


def _point(day: str, low: str, median: str, high: str) -> FanPoint:
    return FanPoint(date.fromisoformat(day), Decimal(low), Decimal(median), Decimal(high))
