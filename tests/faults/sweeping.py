"""How many of all the points a sweep visits: some in a plain run, all with `--sweep all`; and the sum of it at the end.

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
    """Chooses points, and has them counted in the closing lines."""

    everything: bool
    tell: Callable[[str, object], None]

    def of(self, kind: str, points: int, few: int) -> list[int]:
        """All points, or `few` of them evenly spread with both ends."""
        last = points - 1
        few = max(2, few)
        chosen = [*range(points)] if self.everything else sorted({round(at * last / (few - 1)) for at in range(few)})
        self.tell(SWEPT, (kind, len(chosen), points))
        return chosen


def need(why_not: str) -> None:
    """Skip where this machine lacks something; in CI, where all of it was to be installed, fail."""
    if why_not and os.environ.get("CI") and not os.geteuid():
        pytest.fail(f"in CI this must run: {why_not}")
    if why_not:
        pytest.skip(why_not)


def add_sweep(parser: pytest.Parser) -> None:
    """`--sweep all`: every point of every sweep."""
    parser.addoption("--sweep", choices=["some", "all"], default="some", help="points of the fault sweeps")


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
