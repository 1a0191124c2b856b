"""Chance that is no chance: each number follows from a seed and from what it is drawn for. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dice:
    """Numbers of one seed; the same question has the same answer, whatever else was asked before."""

    seed: int

    def between(self, least: int, most: int, *about: object) -> int:
        """A whole number from `least` to `most`, both with, each as likely; `about` is what it is drawn for."""
        words = "|".join(map(str, (self.seed, *about)))
        drawn = int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big")
        return least + drawn % (most - least + 1)

    def happens(self, percent: float, *about: object) -> bool:
        """Whether something of this likelihood happens."""
        return self.between(0, 99_999, *about) < percent * 1000


def sample_iban(name: str) -> str:
    """An account that is nobody's, with right check digits (ISO 13616), always the same for a name."""
    digits = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % 10**10
    account = f"00000000{digits:010}"
    return f"DE{98 - int(f'{account}131400') % 97:02}{account}"
