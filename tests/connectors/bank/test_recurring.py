"""Charges that come again: found by payee, rhythm and amount, and what is odd about them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.bank.recurring import Concern, Series, payee_key, recurring_charges, with_unused
from agents.connectors.bank.statement import BankLine
from tests.connectors.bank.small_business import year_of

TODAY = date(2026, 7, 1)
MONTHLY = [date(2026, month, 5) for month in range(1, 7)]


def charges(days: list[date], amounts: list[str] | str = "20.00", party: str = "Figma Inc.") -> list[BankLine]:
    told = [amounts] * len(days) if isinstance(amounts, str) else amounts
    return [
        BankLine(f"{party}-{day}-{at}", day, -Decimal(amount), "EUR", party, "card 4711")
        for at, (day, amount) in enumerate(zip(days, told, strict=True))
    ]


def only(lines: list[BankLine]) -> Series:
    (found,) = recurring_charges(lines, TODAY)
    return found


@pytest.mark.parametrize(
    ("gap", "period", "following"),
    [
        (7, 7, timedelta(days=7)),
        (14, 14, timedelta(days=14)),
        (30, 30, timedelta(days=30)),
        (91, 91, timedelta(days=92)),
        (365, 365, timedelta(days=365)),
    ],
)
def test_a_rhythm_is_found_with_its_next_day(gap: int, period: int, following: timedelta) -> None:
    last = date(2026, 6, 24)
    found = only(charges([last - timedelta(days=gap * back) for back in (3, 2, 1, 0)]))
    assert (found.period_days, found.last_day, found.next_day) == (period, last, last + following)
    assert (found.amount, found.is_active, found.concerns) == (Decimal("20.00"), True, ())


def test_the_end_of_a_month_stays_one() -> None:
    found = only(charges([date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]))
    assert found.next_day == date(2026, 4, 30)


@pytest.mark.parametrize(
    "lines",
    [
        charges(MONTHLY[:2]),
        charges([date(2026, 1, 5), date(2026, 1, 9), date(2026, 4, 1), date(2026, 6, 1)]),
        charges(MONTHLY, ["20", "90", "45", "10", "300", "77"]),
        charges([date(2026, 1, day) for day in range(1, 6)]),
        [BankLine("in", day, Decimal(20), "EUR", "Figma") for day in MONTHLY],
        [BankLine("back", day, Decimal(-20), "EUR", "Figma", is_return=True) for day in MONTHLY],
        [BankLine("cash", day, Decimal(-20), "EUR", "", "4711 0815") for day in MONTHLY],
        [BankLine("silent", day, Decimal(-20), "EUR") for day in MONTHLY],
    ],
)
def test_what_is_no_series(lines: list[BankLine]) -> None:
    assert recurring_charges(lines, TODAY) == ()


def test_spellings_of_one_payee_are_one_series() -> None:
    names = ["ZOOM.US 888-799", "Zoom.us 888-801", "ZOOM.US", "zoom us 12"]
    lines = [charges([day], party=name)[0] for day, name in zip(MONTHLY, names, strict=False)]
    assert len(only(lines).charges) == 4


def test_a_rise_of_more_than_five_percent_shows() -> None:
    assert only(charges(MONTHLY, ["20"] * 5 + ["21.00"])).concerns == ()
    assert only(charges(MONTHLY, ["20"] * 5 + ["21.01"])).concerns == (Concern.PRICE_RISE,)
    assert only(charges(MONTHLY, ["20"] * 4 + ["22", "22"])).concerns == (Concern.PRICE_RISE,)
    assert only(charges(MONTHLY, ["22"] * 5 + ["20"])).concerns == ()


def test_two_plans_of_one_payee_are_two_series_and_a_duplicate() -> None:
    found = recurring_charges(charges(MONTHLY) + charges([day + timedelta(days=3) for day in MONTHLY], "75.00"), TODAY)
    assert [(each.amount, each.concerns) for each in found] == [
        (Decimal("75.00"), (Concern.DUPLICATE,)),
        (Decimal("20.00"), (Concern.DUPLICATE,)),
    ]


def test_the_same_plan_twice_is_two_series() -> None:
    found = recurring_charges(charges(MONTHLY) + charges([day + timedelta(days=2) for day in MONTHLY]), TODAY)
    assert [each.concerns for each in found] == [(Concern.DUPLICATE,)] * 2
    assert len({each.charges for each in found}) == 2


def test_two_payees_of_one_category_are_a_duplicate_while_both_are_active() -> None:
    categories = {"FIGMA": "design", "Sketch B.V.": "design", "Notion": "notes"}
    both = charges(MONTHLY) + charges(MONTHLY, "9.00", "Sketch BV") + charges(MONTHLY, "8.00", "Notion")
    assert [each.concerns for each in recurring_charges(both, TODAY, categories)] == [
        (Concern.DUPLICATE,),
        (Concern.DUPLICATE,),
        (),
    ]
    ended = charges(MONTHLY) + charges([day - timedelta(days=90) for day in MONTHLY], "9.00", "Sketch BV")
    assert [(each.is_active, each.concerns) for each in recurring_charges(ended, TODAY, categories)] == [
        (True, ()),
        (False, ()),
    ]


@pytest.mark.parametrize(
    ("mentions", "concerns"),
    [
        ({}, ()),
        ({"Figma Inc.": TODAY - timedelta(days=60)}, ()),
        ({"Figma Inc.": TODAY - timedelta(days=61)}, (Concern.UNUSED,)),
        ({"figma": date(2020, 1, 1)}, ()),  # a name is told as the last line has it
    ],
)
def test_what_nothing_mentions_is_unused(mentions: dict[str, date], concerns: tuple[Concern, ...]) -> None:
    (found,) = with_unused(recurring_charges(charges(MONTHLY), TODAY), mentions, TODAY)
    assert found.concerns == concerns
    assert found.mentioned == (mentions["Figma Inc."] if concerns else None)


def test_what_is_new_or_over_is_not_unused() -> None:
    long_ago = {"Figma Inc.": date(2020, 1, 1)}
    found = recurring_charges(charges(MONTHLY), TODAY)
    assert with_unused(found, long_ago, TODAY)[0].mentioned == MONTHLY[0]  # nothing could mention it before
    weekly = recurring_charges(charges([TODAY - timedelta(days=7 * back) for back in range(5)]), TODAY)
    assert with_unused(weekly, long_ago, TODAY) == weekly
    later = TODAY + timedelta(days=200)
    ended = recurring_charges(charges(MONTHLY), later)
    assert with_unused(ended, long_ago, later) == ended


def test_the_subscriptions_of_a_year_are_found_and_its_shopping_is_not() -> None:
    year = year_of(11)
    found = recurring_charges(year.statements[0].lines, date(2026, 12, 31))
    names = {each.key for each in found}
    assert {payee_key(name) for name in ("GITHUB INC", "Notion Labs", "Figma", "Immo Hafen KG")} <= names
    assert not names & {payee_key(name) for name in ("REWE SAGT DANKE", "Uber BV", "AMZN MKTP DE")}


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 9_999), st.sampled_from(["A B", "B A Ltd", ""]))))
def test_a_line_is_in_one_series_at_most(drawn: list[tuple[int, int, str]]) -> None:
    lines = [
        BankLine(str(at), date(2026, 1, 1) + timedelta(days=day), -Decimal(cents) / 100, "EUR", party)
        for at, (day, cents, party) in enumerate(drawn)
    ]
    found = recurring_charges(lines, TODAY)
    counted = [each for series in found for each in series.charges]
    assert len(counted) == len(set(counted))
    assert found == recurring_charges(reversed(lines), TODAY)


def test_a_yearly_fee_beside_a_monthly_one_is_no_duplicate() -> None:
    monthly = charges([date(year, month, 5) for year in (2024, 2025, 2026) for month in range(1, 7)], "10.00")
    yearly = charges([date(year, 5, 20) for year in (2024, 2025, 2026)], "90.00")
    assert [each.concerns for each in recurring_charges([*monthly[-6:], *yearly], TODAY)] == [(), ()]


def test_one_charge_in_a_rhythm_of_its_own_is_not_two() -> None:
    days = [date(2025, 8, 1) + timedelta(days=40 * number) for number in range(8)]
    assert recurring_charges(charges(days), TODAY) == ()
