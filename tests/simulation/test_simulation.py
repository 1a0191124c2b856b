"""Worlds drawn from seeds: whatever clock, disk, services and owner do, nothing is lost, doubled or unapproved."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.simulation import SeedFailed, Simulation, simulate
from tests.simulation.witness import PromiseBroken

SEEDS = range(1, 21)  # `make simulate SEEDS=1000` runs more
ROOT = Path(__file__).parents[2]
TRACED = "import sys; from tests.simulation.simulation import simulate; print('\\n'.join(simulate(int(sys.argv[1]))))"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_promise_is_kept_in_the_world_of_this_seed(seed: int) -> None:
    simulate(seed)


def test_a_seed_is_the_same_world_in_every_process() -> None:
    """With other hashes, another vault id and other keys."""
    traces = []
    for hashes in ("1", "2"):
        line = [sys.executable, "-c", TRACED, "5"]
        environment = {**os.environ, "PYTHONHASHSEED": hashes}
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        traces.append(done.stdout.splitlines())
    assert len(traces[0]) > 50
    assert traces[0] == traces[1]


class Broken(Simulation):
    """A world in which a promise does not hold."""

    def run(self) -> None:
        self.world.tell("the last step")
        raise PromiseBroken("I2: it happened twice")


def test_a_broken_promise_prints_its_seed_the_last_steps_and_how_to_run_it_again() -> None:
    with pytest.raises(SeedFailed) as failed:
        simulate(7, Broken)
    assert str(failed.value) == (
        "the last step\nseed 7 failed: PromiseBroken: I2: it happened twice\nagain: make simulate FROM=7 SEEDS=1"
    )
