"""How long something takes, from what was seen to end and from what still goes on: Kaplan and Meier 1958. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import groupby
from operator import neg
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Seen:
    """One that ended after `days` (`ended`), or that was still going on then. `weight`: how much it counts."""

    days: int
    ended: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """The share that goes on for longer than each of `days` (ascending); before the first of them all do."""

    days: tuple[int, ...]
    left: tuple[float, ...]

    def longer_than(self, days: int) -> float:
        """The share that takes longer."""
        at = bisect_right(self.days, days)
        return self.left[at - 1] if at else 1.0

    def within(self, chance: float, already: int) -> int | None:
        """The day by which this share of those ends that are still going on after `already`; None: not foreseeable."""
        going_on = self.longer_than(already)
        first = bisect_right(self.days, already)
        at = bisect_left(self.left, -going_on * (1 - chance), lo=first, key=neg)
        return self.days[at] if at < len(self.days) else None


def waiting(seen: Iterable[Seen]) -> Waiting:
    """From all that was seen, in any order. What ends on a day ends before what is no longer seen on it."""
    ordered = sorted(seen, key=lambda each: each.days)
    at_risk, share = sum(each.weight for each in ordered), 1.0
    days, left = [], []
    for day, some in groupby(ordered, key=lambda each: each.days):
        group = list(some)
        if ended := sum(each.weight for each in group if each.ended):
            share *= max(0.0, 1 - ended / at_risk)
            days.append(day)
            left.append(share)
        at_risk -= sum(each.weight for each in group)
    return Waiting(tuple(days), tuple(left))
