"""Draws that depend on a seed and nothing else: the same on every machine and version of Python."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")


class Dice:
    """One stream of draws. Who draws has a stream of their own, so that one more draw here moves nothing there."""

    def __init__(self, seed: int, who: str) -> None:
        self._name = f"{seed}/{who}"
        self._drawn = 0

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        self._drawn += 1
        return int.from_bytes(hashlib.sha256(f"{self._name}/{self._drawn}".encode()).digest()[:8]) % limit

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, among: Sequence[T]) -> T:
        return among[self.below(len(among))]

    def weighted(self, weights: Mapping[T, int]) -> T:
        left = self.below(sum(weights.values()))
        for each, weight in weights.items():
            left -= weight
            if left < 0:
                return each
        raise AssertionError(weights)
