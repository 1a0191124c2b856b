"""What the Dashboard says about asking a model, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agents.autonomy.dashboard import render_dashboard
from agents.autonomy.model_spending import Spending, spending_section
from agents.durability.spend_rows import Spent
from agents.reasoning.budget import Limits
from tests.console.test_screens import NOTHING

SOME = Spending(
    date(2026, 11, 15),
    Spent(Decimal(0), Decimal("0.25"), Decimal("1.5")),
    Limits(Decimal(5), Decimal(2), Decimal(20)),
    "claude-sonnet-5-5",
    "",
)


def test_spent_so_far_and_the_forecast_stand_on_the_dashboard() -> None:
    page = render_dashboard(NOTHING, (), spending_section(SOME))
    for line in ("| today | 0.25 USD | 2 USD |", "| this month | 1.50 USD | 20 USD |", "goes on so | 3.00 USD |"):
        assert line in page
    assert "[!warning]" not in page


def test_whoever_never_connected_a_model_reads_nothing_about_one() -> None:
    assert spending_section(replace(SOME, obstacle=None, spent=Spent(Decimal(0), Decimal(0), Decimal(0)))) == ""
    assert "1.50 USD" in spending_section(replace(SOME, obstacle=None))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (replace(SOME, obstacle="there is no key"), "there is no key"),
        (replace(SOME, spent=replace(SOME.spent, day=Decimal(2))), "your limit of 2 USD for today is reached"),
        (replace(SOME, spent=replace(SOME.spent, month=Decimal(21))), "your limit of 20 USD for this month is reached"),
    ],
)
def test_when_the_rules_decide_alone_it_says_so_and_why(changed: Spending, why: str) -> None:
    assert f"The rules decide alone: {why}." in spending_section(changed)


def test_requests_that_never_came_back_are_named() -> None:
    assert "2 of the requests never came back" in spending_section(replace(SOME, spent=replace(SOME.spent, open=2)))
