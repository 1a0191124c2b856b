"""`python -m tests.simulation SEEDS FROM`: so many seeds one after the other, until one fails."""

from __future__ import annotations

import sys

from tests.conftest import pytest_configure
from tests.simulation.simulation import SeedFailed, simulate


def main(seeds: int, first: int) -> int:
    """The exit code: 0 = every promise held in every world."""
    pytest_configure()
    for seed in range(first, first + seeds):
        try:
            steps = len(simulate(seed))
        except SeedFailed as err:
            sys.stdout.write(f"{err}\n")
            return 1
        sys.stdout.write(f"seed {seed}: all promises kept, {steps} lines of trace\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
