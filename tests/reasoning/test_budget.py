"""What a request costs, at most and really, and which limit it would exceed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.durability.spend_rows import Spent
from agents.reasoning.budget import BYTES_PER_TOKEN, Limits, Prices, forecast
from agents.reasoning.model_answer import Usage

PRICES = Prices(Decimal(2), Decimal(10))
LIMITS = Limits(Decimal(5), Decimal(6), Decimal(20))
COUNTS = st.integers(min_value=0, max_value=10**6)


def test_the_cache_is_dearer_to_write_and_cheaper_to_read() -> None:
    million = 1_000_000
    assert PRICES.cost(Usage(input_tokens=million)) == 2
    assert PRICES.cost(Usage(cache_creation_input_tokens=million)) == Decimal("2.5")
    assert PRICES.cost(Usage(cache_read_input_tokens=million)) == Decimal("0.2")
    assert PRICES.cost(Usage(output_tokens=million)) == 10


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_nothing_costs_more_than_was_said_before(fresh: int, written: int, read: int, out: int) -> None:
    usage = Usage(
        input_tokens=fresh, cache_creation_input_tokens=written, cache_read_input_tokens=read, output_tokens=out
    )
    body_bytes = int((fresh + written + read) * BYTES_PER_TOKEN)
    assert PRICES.cost(usage) <= PRICES.highest(body_bytes, out)


@pytest.mark.parametrize(
    ("task", "day", "month", "words"),
    [("0", "0", "0", ""), ("4.5", "0", "0", "this task"), ("0", "5.5", "0", "today"), ("9", "9", "19.5", "this month")],
)
def test_a_limit_holds_for_what_was_spent_and_what_it_may_cost_more(
    task: str, day: str, month: str, words: str
) -> None:
    spent = Spent(Decimal(task), Decimal(day), Decimal(month))
    assert words in LIMITS.reached(spent, Decimal("0.6"))
    assert bool(words) == bool(LIMITS.reached(spent, Decimal("0.6")))
    assert LIMITS.reached(spent, Decimal("0.1")) == "" or not words or task == "9"


def test_the_forecast_goes_on_as_the_month_did() -> None:
    assert forecast(Decimal(10), date(2026, 11, 15)) == 20
    assert forecast(Decimal(10), date(2026, 11, 30)) == 10
    assert forecast(Decimal(0), date(2026, 2, 1)) == 0
