"""Whatever the sync does with two machines on one vault: one yes is at most one effect, and nothing is lost."""

from __future__ import annotations

import hashlib
import os
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.autonomy.machines import RUNNER, Machines, settle, two_machines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.standins.sync_folder import Style

WHATS = ("run", "run", "take over", "mail", "yes", "yes", "deliver", "deliver", "deliver", "sync", "time", "note gone")
STYLES: tuple[Style, ...] = ("syncthing", "dropbox", "obsidian")
AHEAD_S = (0.0, -3600.0, 86400.0)  # how far the laptop's clock is from the studio's
SEEDS = int(os.environ.get("SYNC_SEEDS", "8"))  # more on request
STEPS = 25


def draws(seed: int) -> Iterator[int]:
    """Numbers that look random and are the same for the same seed everywhere."""
    for at in count():
        yield from hashlib.sha256(f"{seed} {at}".encode()).digest()


def step(machines: Machines, what: str, side: int, detail: int) -> None:
    if what in {"run", "take over"}:
        machines.run(side, take_over=what == "take over", stays=detail % 2 == 1)
    elif what == "mail":
        machines.comes_in(side)
    elif what == "yes":
        machines.says_yes(side, detail)
    elif what == "deliver":
        machines.sync.look()
        machines.sync.deliver(side, detail)
    elif what == "sync":
        machines.synced()
    elif what == "time":
        machines.houses[side].clock.advance(60.0 * detail)
    else:
        (machines.houses[side].vault / RUNNER).unlink(missing_ok=True)
    assert machines.done_by_yes()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_the_sync_does_one_yes_is_at_most_one_effect_and_nothing_is_lost(tmp_path: Path, seed: int) -> None:
    drawn = draws(seed)
    machines = two_machines(tmp_path, STYLES[next(drawn) % 3], AHEAD_S[next(drawn) % 3])
    try:
        for _ in range(STEPS):
            step(machines, WHATS[next(drawn) % len(WHATS)], next(drawn) % 2, next(drawn) % 40)
        settle(machines)
    finally:
        machines.close()
