"""Promises about charts: they read on any ground, a table and words say the same, and no name from outside acts."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.insight.charts import GREY, MAX_LABEL, PALETTE, Bar, axis, bars, label_text, pie, round_step


def bar(label: str, amount: str) -> Bar:
    return Bar(label, Decimal(amount), amount, f"{Decimal(amount):,.2f} EUR")


WEEKS = [bar("Nov 15", "1000.00"), bar("Nov 22", "250.50")]


def colours_of(drawing: str) -> dict[str, object]:
    found = re.search(r"%%\{init: (\{.*\})\}%%", drawing)
    assert found
    theme: dict[str, object] = json.loads(found[1])["themeVariables"]
    return theme


def test_bars_say_their_colours_and_begin_at_zero() -> None:
    drawing = bars("Cash", WEEKS, "EUR").drawing
    assert colours_of(drawing)["xyChart"] == {
        "backgroundColor": "transparent",
        "plotColorPalette": PALETTE[0],
        **{f"{axis}{part}Color": GREY for axis in ("xAxis", "yAxis") for part in ("Label", "Title", "Tick", "Line")},
    }
    assert drawing.splitlines()[2:-1] == [
        "xychart-beta",
        '    x-axis ["Nov 15", "Nov 22"]',
        "    y-axis 0 --> 1000",
        "    bar [1000.00, 250.50]",
    ]


def test_a_chart_is_a_table_and_a_line_of_words_too() -> None:
    chart = bars("Cash", WEEKS, "EUR")
    assert chart.table == "| | EUR |\n| --- | ---: |\n| Nov 15 | 1,000.00 EUR |\n| Nov 22 | 250.50 EUR |"
    assert chart.words == (
        "*In words: Cash: 1,000.00 EUR (Nov 15) at first, 250.50 EUR (Nov 22) now; "
        "least 250.50 EUR (Nov 22), most 1,000.00 EUR (Nov 15).*"
    )
    assert chart.text == f"{chart.drawing}\n\n{chart.words}\n\n{chart.table}"


def test_a_pie_draws_what_is_more_than_nothing_and_tells_the_rest_in_the_table() -> None:
    chart = pie("Owed", [bar("not due", "1.00"), bar("late", "3.00"), bar("later", "0.00")], "EUR")
    assert chart.drawing.splitlines()[2:-1] == ["pie", '    "not due" : 1.00', '    "late" : 3.00']
    assert colours_of(chart.drawing)["pie1"] == PALETTE[0]
    assert "| later | 0.00 EUR |" in chart.table
    assert chart.words == "*In words: Owed: late 3.00 EUR, not due 1.00 EUR.*"


@pytest.mark.parametrize("some", [[], [bar("a", "0.00")], [bar(str(at), "1.00") for at in range(7)]])
def test_a_pie_of_nothing_or_of_more_parts_than_colours_is_none(some: list[Bar]) -> None:
    with pytest.raises(ValueError, match="a pie has 1 to 6 parts"):
        pie("Owed", some, "EUR")


def test_no_bars_are_no_chart() -> None:
    with pytest.raises(ValueError, match="needs a bar"):
        bars("Cash", [], "EUR")


@given(st.text(max_size=60))
def test_no_name_leaves_its_place_in_a_drawing(name: str) -> None:
    shown = label_text(name)
    assert 0 < len(shown) <= MAX_LABEL
    assert not set(shown) & set('"`#;<>[]{}|%\n\\*$~^')
    assert len(bars("t", [bar(name, "1.00")], "EUR").drawing.splitlines()) == 7


def test_a_name_that_holds_nothing_to_show_is_unnamed() -> None:
    assert label_text('";`') == "unnamed"
    assert label_text("Müller & Söhne 24") == "Müller & Söhne 24"
    assert label_text("x" * 30) == "x" * 23 + "…"


@given(st.lists(st.decimals("-1e9", "1e9", places=2), min_size=1, max_size=9))
def test_an_axis_holds_zero_and_every_amount_in_few_steps(amounts: list[Decimal]) -> None:
    low, high, step = axis(amounts)
    assert low <= min(Decimal(0), *amounts)
    assert high >= max(Decimal(0), *amounts)
    assert low % step == high % step == 0
    assert 1 <= (high - low) / step <= 6


@pytest.mark.parametrize(("rough", "step"), [("0", "1"), ("0.3", "0.5"), ("21", "25"), ("26", "50"), ("700", "1000")])
def test_steps_are_round(rough: str, step: str) -> None:
    assert round_step(Decimal(rough)) == Decimal(step)
