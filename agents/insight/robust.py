"""How far an amount is from what is usual, in a way that a few odd amounts do not bend. Pure."""

from __future__ import annotations

import math
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ODD = 4.0
LEAST_POINTS, MANY_POINTS = 5, 8
NEAR = Decimal("1.2")  # times another amount is still like it
_SIGMA = 1.4826  # times the median deviation is the deviation of a normal distribution


def robust_z(amount: Decimal, others: Sequence[Decimal], floor: float) -> float:
    """(amount - median) / (1.4826 x MAD) of the others; their spread counts as `floor` of the median at least.

    Source: facts on finance, 4.4 (Iglewicz and Hoaglin). The others are one or more, all more than nothing.
    """
    return _z(float(amount), [*map(float, others)], floor)


def is_odd(amount: Decimal, others: Sequence[Decimal], floor: float) -> bool:
    """Whether an amount is odd beside at least five others: as it is, and by its size too.

    What is bought now and then varies by shares, not by sums: so both the amounts and their logarithms must say it. The
    spread of a few is told badly: so it must also be well above, or below, all that were before, one of many left out.
    """
    if len(others) < LEAST_POINTS or abs(robust_z(amount, others, floor)) <= ODD or _is_near(amount, others):
        return False
    middle, logs = float(median(others)), [math.log(float(each)) for each in others]
    spread = max(_SIGMA * _deviation(logs), math.log1p(floor))
    return abs(math.log(float(amount)) - math.log(middle)) > ODD * spread


def _is_near(amount: Decimal, others: Sequence[Decimal]) -> bool:
    left_out = len(others) >= MANY_POINTS
    ordered = sorted(others)[left_out : len(others) - left_out]
    return ordered[0] <= amount * NEAR and amount <= ordered[-1] * NEAR


def _z(amount: float, others: Sequence[float], floor: float) -> float:
    middle = median(others)
    return (amount - middle) / max(_SIGMA * _deviation(others), floor * middle)


def _deviation(numbers: Sequence[float]) -> float:
    middle = median(numbers)
    return median(abs(each - middle) for each in numbers)
