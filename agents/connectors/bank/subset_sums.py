"""Which of several amounts add up to one: a customer who pays many invoices at once. Pure, its work bounded."""

from __future__ import annotations

from decimal import Decimal
from math import comb, gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_TOGETHER = 6
MOST_AMOUNTS = 24  # two halves of 12 have 2,510 subsets of up to six each
_CENTS = 100
Subset = tuple[int, ...]


def subsets_of_sum(
    amounts: Sequence[Decimal], target: Decimal, *, at_least: int = 2, enough: int = 2
) -> tuple[Subset, ...] | None:
    """Up to `enough` different sets of places whose amounts (each more than nothing) add up to the target.

    A set has from `at_least` to six members. None: too many amounts to be sure, so nothing is said.
    """
    if len(amounts) > MOST_AMOUNTS:
        return None
    middle = len(amounts) // 2
    left: dict[Decimal, list[Subset]] = {}
    for total, chosen in _sums(amounts, 0, middle, target):
        left.setdefault(total, []).append(chosen)
    found: list[Subset] = []
    for total, chosen in _sums(amounts, middle, len(amounts), target):
        for other in left.get(target - total, ()):
            if at_least <= len(other) + len(chosen) <= MOST_TOGETHER:
                found.append(other + chosen)
                if len(found) == enough:
                    return tuple(found)
    return tuple(found)


def _sums(amounts: Sequence[Decimal], start: int, stop: int, most: Decimal) -> Iterator[tuple[Decimal, Subset]]:
    """Every set of up to six places from start to stop with its sum, as far as that is not too much."""
    reached: list[tuple[Decimal, Subset]] = [(Decimal(0), ())]
    for place in range(start, stop):
        reached += [
            (total + amounts[place], (*chosen, place))
            for total, chosen in reached
            if len(chosen) < MOST_TOGETHER and total + amounts[place] <= most
        ]
    return iter(reached)


def chance_of_accident(amounts: Sequence[Decimal]) -> float:
    """About how likely it is that some set of these amounts hits a given sum by accident, from 0 to 1.

    The number of sets of two to six, over the sums that are possible: all multiples of what divides every amount.
    Round amounts hit each other often, odd cents hardly ever.
    """
    cents = [int(each * _CENTS) for each in amounts]
    sets = sum(comb(len(cents), size) for size in range(2, MOST_TOGETHER + 1))
    return min(1.0, sets * max(1, gcd(*cents)) / max(1, sum(cents)))
