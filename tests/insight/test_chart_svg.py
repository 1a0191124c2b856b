"""Promises about drawings of our own: whole, quiet, the same bytes, and no name from outside acts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring

from agents.insight.chart_svg import BLUE, GREEN, HEIGHT, RED, WIDTH, FanPoint, fan, runway

DAY = date(2026, 11, 22)
SVG = "{http://www.w3.org/2000/svg}"
POINTS = [
    FanPoint(DAY + timedelta(weeks=at), Decimal(900 - 600 * at), Decimal(1000), Decimal(1100 + 300 * at))
    for at in range(1, 4)
]
PAST = [(DAY - timedelta(weeks=1), Decimal(800)), (DAY, Decimal(1000))]


def places(points: str) -> list[tuple[Decimal, Decimal]]:
    pairs = (each.split(",") for each in points.split())
    return [(Decimal(x), Decimal(y)) for x, y in pairs]


def test_a_fan_is_a_band_around_the_middle_that_begins_where_the_past_ends() -> None:
    drawn = fromstring(fan("Cash", POINTS, PAST))
    (band,) = drawn.iter(f"{SVG}polygon")
    past, middle = (places(each.get("points", "")) for each in drawn.iter(f"{SVG}polyline"))
    assert band.get("fill") == BLUE
    corners = places(band.get("points", ""))
    assert corners[0] == corners[-1] == past[-1] == middle[0]
    highs, lows = corners[:4], corners[:3:-1]
    assert [x for x, _ in highs] == [x for x, _ in lows] == [x for x, _ in middle]
    assert all(up[1] < mid[1] < down[1] for up, mid, down in zip(highs[1:], middle[1:], lows[1:], strict=True))
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in corners)
    assert all(left[0] < right[0] for left, right in pairwise(middle))


def test_zero_is_a_red_line_where_the_cash_may_end() -> None:
    def red_lines(points: list[FanPoint]) -> list[str | None]:
        return [
            each.get("y1") for each in fromstring(fan("Cash", points)).iter(f"{SVG}line") if each.get("stroke") == RED
        ]

    assert len(red_lines(POINTS)) == 1
    assert red_lines([POINTS[0], FanPoint(DAY + timedelta(weeks=9), Decimal(1), Decimal(2), Decimal(3))]) == []


def test_a_drawing_says_what_it_shows_to_who_cannot_see() -> None:
    drawn = fromstring(fan("Cash <b>&", POINTS))
    assert drawn.get("role") == "img"
    assert drawn.findtext(f"{SVG}title") == "Cash <b>&"
    said = "2026-11-29 to 2026-12-13; at the end 1,000, in 8 of 10 cases -900 to 2,000"
    assert drawn.findtext(f"{SVG}desc") == said
    assert [each.text for each in drawn.iter(f"{SVG}text")][-4:] == ["Nov 29", "Dec 3", "Dec 8", "Dec 13"]


def test_a_fan_of_one_point_is_none() -> None:
    with pytest.raises(ValueError, match="two points"):
        fan("Cash", POINTS[:1])


def test_nothing_that_changes_is_still_drawn() -> None:
    flat = [FanPoint(DAY, Decimal(0), Decimal(0), Decimal(0))] * 2
    assert "<polygon" in fan("Cash", flat)


@pytest.mark.parametrize(("months", "colour"), [("2.9", RED), ("3", GREEN), ("17.2", GREEN), ("-1", RED)])
def test_a_runway_is_red_when_it_is_short(months: str, colour: str) -> None:
    drawn = fromstring(runway("Runway", Decimal(months)))
    (bar,) = drawn.iter(f"{SVG}rect")
    assert bar.get("fill") == colour
    assert 0 <= Decimal(bar.get("width", "")) < WIDTH
    assert drawn.findtext(f"{SVG}desc") == f"{Decimal(months):.1f} months"


def test_a_runway_shows_how_sure_it_is() -> None:
    drawn = fromstring(runway("Runway", Decimal("5.4"), Decimal("4.1"), Decimal("7.9")))
    assert drawn.findtext(f"{SVG}desc") == "5.4 months; in 8 of 10 cases 4.1 to 7.9"
    (bracket,) = drawn.iter(f"{SVG}path")
    (bar,) = drawn.iter(f"{SVG}rect")
    start, end = bracket.get("d", "").removeprefix("M").split("v10H")
    right = 16 + Decimal(bar.get("width", ""))
    assert Decimal(start.split()[0]) < right < Decimal(end.removesuffix("v-10"))
