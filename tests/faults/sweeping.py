"""How many of all the points a sweep visits: some in a plain run, all with `--sweep all`, a share with `--sweep 3/8`.

The sum of it is told at the end.

Taken up by `tests/conftest.py`.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SWEPT = "swept"


@dataclass(frozen=True)
class Sweep:
    """Chooses points, and has them counted in the closing lines. `share`: which of how many; None = only some."""

    share: tuple[int, int] | None
    tell: Callable[[str, object], None]

    def of(self, kind: str, points: int, few: int) -> list[int]:
        """Every point of the share, or `few` of them evenly spread with both ends."""
        last = points - 1
        few = max(2, few)
        if self.share:
            which, parts = self.share
            chosen = [*range(which - 1, points, parts)]
        else:
            chosen = sorted({round(at * last / (few - 1)) for at in range(few)})
        self.tell(SWEPT, (kind, len(chosen), points))
        return chosen


def need(why_not: str) -> None:
    """Skip where this machine lacks something; in CI, where all of it was to be installed, fail."""
    if why_not and os.environ.get("CI") and not os.geteuid():
        pytest.fail(f"in CI this must run: {why_not}")
    if why_not:
        pytest.skip(why_not)


def add_sweep(parser: pytest.Parser) -> None:
    """`--sweep all`: every point of every sweep; `--sweep 3/8`: the third of eight shares of them."""
    told = "points of the fault sweeps: some, all, or a share such as 3/8"
    parser.addoption("--sweep", type=share_of, default="some", help=told)


def share_of(words: str) -> tuple[int, int] | None:
    """Which of how many shares these words ask for; None = only some points.

    Raises:
        ValueError: they ask for none there is.
    """
    if words == "some":
        return None
    which, _, parts = ("1/1" if words == "all" else words).partition("/")
    share = int(which), int(parts)
    if not 1 <= share[0] <= share[1]:
        raise ValueError(f"no share: {words}")
    return share


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many points were visited, and of how many."""
    visited, there = Counter[str](), Counter[str]()
    for report in terminalreporter.getreports("passed"):
        for name, told in report.user_properties:
            if name == SWEPT:
                kind, chosen, points = told
                visited[kind] += chosen
                there[kind] += points
    for kind in sorted(there):
        terminalreporter.write_line(f"{kind}: {visited[kind]} of {there[kind]} points")
