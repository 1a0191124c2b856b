"""A stage for the drills of one file, and the sweep as it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.stage import Stage, set_up
from tests.faults.sweeping import Sweep
from tests.flows.employee import Employee

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The vaults before each part of the walk."""
    with set_up() as stage:
        yield stage


@pytest.fixture
def sweep(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Sweep:
    """Some points, a share of them, or all."""
    return Sweep(request.config.getoption("--sweep"), record_property)


@pytest.fixture
def employee(tmp_path: Path) -> Employee:
    """An employee with an empty vault."""
    return Employee(tmp_path).init()
