"""Draws that depend on a seed and nothing else: the same on every machine and version of Python.

Source: SplitMix64 (Steele, Lea and Flood 2014). For simulations only: nothing secret may come from here.
"""

from __future__ import annotations

from hashlib import sha256
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

_T = TypeVar("_T")
_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_PARTS = 1 << 53
_NORMAL = NormalDist()


class Draws:
    """One line of draws; another `seed`, another line."""

    def __init__(self, seed: str) -> None:
        self._state = int.from_bytes(sha256(seed.encode()).digest()[:8])

    def share(self) -> float:
        """More than 0 and less than 1, each part as likely as another."""
        self._state = (self._state + _STEP) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * _FIRST) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * _SECOND) & _MASK
        return (((mixed ^ (mixed >> 31)) >> 11) + 0.5) / _PARTS

    def between(self, low: float, high: float) -> float:
        """Somewhere between the two."""
        return low + (high - low) * self.share()

    def around(self, middle: float, spread: float) -> float:
        """By the normal distribution."""
        return middle + spread * _NORMAL.inv_cdf(self.share())

    def one_of(self, some: Sequence[_T]) -> _T:
        """One of them, each as likely as another."""
        return some[int(self.share() * len(some))]
