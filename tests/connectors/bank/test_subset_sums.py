"""Which amounts add up: as brute force says, and with bounded work."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.bank.subset_sums import MOST_AMOUNTS, MOST_TOGETHER, chance_of_accident, subsets_of_sum

amounts = st.lists(st.integers(1, 30).map(lambda cents: Decimal(cents) / 10), max_size=9)


def brute(some: list[Decimal], target: Decimal, at_least: int) -> set[tuple[int, ...]]:
    places = range(len(some))
    sets = (chosen for size in range(at_least, MOST_TOGETHER + 1) for chosen in combinations(places, size))
    return {chosen for chosen in sets if sum(some[at] for at in chosen) == target}


@given(amounts, st.integers(1, 120).map(lambda cents: Decimal(cents) / 10), st.sampled_from([1, 2]))
def test_all_sets_are_found_and_no_other(some: list[Decimal], target: Decimal, at_least: int) -> None:
    found = subsets_of_sum(some, target, at_least=at_least, enough=10_000)
    assert found is not None
    assert len(found) == len(set(found))
    assert set(found) == brute(some, target, at_least)


@given(amounts, st.integers(1, 120).map(lambda cents: Decimal(cents) / 10))
def test_one_set_is_said_to_be_the_only_one_exactly_when_it_is(some: list[Decimal], target: Decimal) -> None:
    found = subsets_of_sum(some, target)
    assert found is not None
    assert (len(found) == 1) == (len(brute(some, target, 2)) == 1)


def test_too_many_are_not_tried() -> None:
    most = [Decimal(at) for at in range(1, MOST_AMOUNTS + 1)]
    assert subsets_of_sum(most, Decimal(3)) == ((0, 1),)
    assert subsets_of_sum([*most, Decimal(99)], Decimal(3)) is None


def test_round_amounts_add_up_by_accident_and_odd_ones_do_not() -> None:
    assert chance_of_accident([Decimal(each) for each in (100, 200, 300, 400)]) == 1
    assert chance_of_accident([Decimal(each) for each in ("1190.37", "310.50", "77.77", "512.01")]) < 0.001
    assert chance_of_accident([]) == 0
