"""What is odd about payments and subscriptions, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.sample.dice import Dice
from agents.insight.anomalies import anomalies
from agents.insight.anomaly_facts import Facts, Kind
from agents.insight.robust import is_odd, robust_z
from tests.insight import hidden_worlds as hidden
from tests.insight.hidden_worlds import INJECTED, Chances, World
from tests.insight.look_alikes import LOOK_ALIKES

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 11, 27)
SOMEBODY = "Firm aaaa"
ALONE = [(case, kind) for case, kind in INJECTED if not case.__name__.startswith("the_company")]


def world(seed: int = 1) -> World:
    """Somebody has been paid since long, so that others can be new."""
    made = World(TODAY, Chances(Dice(seed)))
    made.pay("An Old Friend", 700, Decimal(5))
    return made


def kinds(made: World) -> list[Kind]:
    return [each.kind for each in anomalies(made.facts())]


@pytest.mark.parametrize(("case", "kind"), ALONE, ids=lambda each: getattr(each, "__name__", ""))
def test_what_is_odd_is_found_once_with_its_rows_and_words(case: Callable[..., object], kind: Kind) -> None:
    made = world()
    case(made, SOMEBODY)
    (found,) = anomalies(made.facts())
    assert (found.kind, found.payee, found.currency) == (kind, SOMEBODY, "EUR")
    assert SOMEBODY in found.words
    assert found.amount > 0
    assert bool(found.rows) == (kind != Kind.TRIAL_ENDS)
    assert all(row in [each.row for each in made.moves] for row in found.rows)


@pytest.mark.parametrize(("case", "kind"), ALONE, ids=lambda each: getattr(each, "__name__", ""))
def test_a_finding_keeps_its_key_the_next_day(case: Callable[..., object], kind: Kind) -> None:
    made = world()
    case(made, SOMEBODY)
    (today,) = anomalies(made.facts())
    made.today += timedelta(days=1)
    tomorrow = anomalies(made.facts())
    assert [each.key for each in tomorrow] in ([today.key], [])
    assert tomorrow or kind == Kind.TRIAL_ENDS


@pytest.mark.parametrize("case", LOOK_ALIKES, ids=lambda each: str(each.__name__))
@pytest.mark.parametrize("seed", range(3))
def test_what_only_looks_odd_is_passed_over(case: Callable[..., object], seed: int) -> None:
    made = world(seed)
    case(made, SOMEBODY)
    assert kinds(made) == []


def test_the_gravest_stands_first_and_then_the_greatest_sum() -> None:
    made = world()
    for case in (hidden.trial_ends_soon, hidden.large_to_somebody_new, hidden.large_to_somebody_new):
        case(made, made.payee())
    hidden.another_account(made, made.payee())
    found = anomalies(made.facts())
    assert [each.kind for each in found] == [Kind.CHANGED_IBAN, Kind.NEW_PAYEE, Kind.NEW_PAYEE, Kind.TRIAL_ENDS]
    assert found[1].amount > found[2].amount


def test_a_weekend_is_a_sign_beside_something_odd_and_nothing_alone() -> None:
    made = world()
    days = next(days for days in range(1, 8) if made.ago(days).weekday() == 6)
    made.pay(SOMEBODY, days, Decimal("1234.50"))
    (found,) = anomalies(made.facts())
    assert (found.kind, found.signs) == (Kind.NEW_PAYEE, ("it is of a Sunday",))
    made.bill(SOMEBODY, "4711", Decimal("1234.50"), 20)
    assert kinds(made) == []


def test_nobody_is_new_before_there_is_a_history() -> None:
    made = World(TODAY, Chances(Dice(1)))
    made.pay("An Old Friend", 60, Decimal(5))
    made.pay(SOMEBODY, 5, Decimal(5000))
    assert kinds(made) == []


def test_what_happened_long_ago_is_only_compared_with() -> None:
    made = world()
    hidden.sum_paid_twice(made, SOMEBODY)
    later = made.facts()
    assert anomalies(replace(later, today=TODAY + timedelta(days=120))) == ()


def test_a_bill_that_is_paid_in_parts_is_paid_twice_once_the_parts_are_too_much() -> None:
    made = world()
    made.bill(SOMEBODY, "B-1", Decimal(300), 60)
    made.pay(SOMEBODY, 50, Decimal(150), reference="B-1")
    made.pay(SOMEBODY, 20, Decimal(151), reference="B-1")
    assert kinds(made) == [Kind.DUPLICATE_PAYMENT]


def test_a_bill_nobody_knows_is_paid_twice_by_equal_sums_only() -> None:
    made = world()
    made.pay(SOMEBODY, 50, Decimal(150), reference="B-1")
    made.pay(SOMEBODY, 20, Decimal(90), reference="B-1")
    assert kinds(made) == []
    made.pay(SOMEBODY, 5, Decimal(90), reference="B-1")
    assert kinds(made) == [Kind.DUPLICATE_PAYMENT]


def test_a_double_wage_in_spring_is_odd() -> None:
    made = world()
    made.today = date(2026, 4, 27)
    made.monthly(SOMEBODY, Decimal(1500), last=33, category="Salaries")
    made.pay(SOMEBODY, 3, Decimal(3000), category="Salaries")
    assert kinds(made) == [Kind.AMOUNT]


def test_a_sum_that_was_announced_is_not_odd() -> None:
    made = world()
    for number in range(1, 9):
        made.pay(SOMEBODY, 20 + number * 37, Decimal(50))
    made.pay(SOMEBODY, 12, Decimal(200))
    assert kinds(made) == [Kind.AMOUNT]
    made.announced[SOMEBODY.upper()] = Decimal(200)
    assert kinds(made) == []


def test_a_rise_above_what_was_announced_is_told() -> None:
    made = world()
    hidden.dearer(made, SOMEBODY)
    made.announced[SOMEBODY] = made.moves[1].paid * Decimal("1.06")
    assert kinds(made) == [Kind.PRICE_RISE]


def test_a_price_that_was_paid_for_something_else_is_no_rise() -> None:
    made = world()
    hidden.dearer(made, SOMEBODY)
    known = made.facts()
    assert [each.kind for each in anomalies(known)] == [Kind.PRICE_RISE]
    other = made.pay(SOMEBODY, 300, made.moves[-1].paid)
    assert other in known.moves
    assert anomalies(replace(known)) == ()


def test_a_charge_that_came_under_another_price_is_not_missing() -> None:
    made = world()
    hidden.did_not_come(made, SOMEBODY)
    made.pay(SOMEBODY, 8, made.moves[-1].paid * 2)
    assert Kind.MISSING_BILL not in kinds(made)


def test_nothing_known_is_nothing_odd() -> None:
    assert anomalies(Facts(TODAY, ())) == ()


def test_the_distance_is_that_of_the_source() -> None:
    """Median 10, median deviation 1: 1.4826 of it is the unit."""
    others = [Decimal(each) for each in (8, 9, 10, 11, 12)]
    assert robust_z(Decimal(13), others, 0.0) == pytest.approx(3 / 1.4826)
    assert robust_z(Decimal(13), [Decimal(10)] * 5, 0.1) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("amount", "others", "odd"),
    [
        ("100", ["10"] * 4, False),  # too few
        ("100", ["10"] * 5, True),
        ("1", ["10"] * 5, True),
        ("12", ["10"] * 5, False),  # within a fifth
        ("100", ["10", "10", "10", "10", "90"], False),  # was there before, and they are few
        ("100", ["10"] * 8 + ["90"], True),  # one of many is left out
        ("60", ["5", "8", "10", "20", "35", "30", "15", "9"], False),  # so much varies what is bought there
    ],
)
def test_an_amount_is_odd_beside_others(amount: str, others: list[str], *, odd: bool) -> None:
    assert is_odd(Decimal(amount), [Decimal(each) for each in others], 0.05) is odd
