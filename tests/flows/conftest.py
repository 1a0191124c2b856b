"""A fresh vault for each flow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from tests.flows.employee import Employee
from tests.flows.stages import walk_in_stages
from tests.flows.tampering import Intruder, keep, put_back, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import FrozenClock
    from tests.flows.stages import Stage
    from tests.standins.radicale_server import RadicaleServer


@pytest.fixture
def employee(tmp_path: Path) -> Employee:
    """An employee with an empty vault."""
    return Employee(tmp_path).init()


@pytest.fixture
def wall(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """The clock that every command looks at; Thursday, 2026-11-26, 09:00 UTC."""
    clock.set(datetime(2026, 11, 26, 9, 0, tzinfo=UTC))
    monkeypatch.setattr(SystemClock, "now", lambda _self: clock.now())
    return clock


@pytest.fixture
def work_calendar(radicale: RadicaleServer) -> Iterator[RadicaleServer]:
    """The calendar server with an empty calendar named work."""
    radicale.make_calendar("Work")
    yield radicale
    radicale.loses_answers_to.clear()
    radicale.refuses.clear()
    radicale.delete_calendar("work")


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Employee, Path]:
    """An employee whose walk is finished, and a copy of its vault and state folder."""
    employee = Employee(tmp_path_factory.mktemp("walked")).init()
    walk(employee)
    kept = tmp_path_factory.mktemp("kept")
    keep(employee, kept)
    return employee, kept


@pytest.fixture
def intruder(walked: tuple[Employee, Path]) -> Intruder:
    """The finished walk, as if nobody had touched it yet."""
    employee, kept = walked
    put_back(employee, kept)
    return Intruder(employee)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stage]:
    """One walk, kept at each of its stages."""
    return walk_in_stages(Employee(tmp_path_factory.mktemp("walk")).init(), tmp_path_factory.mktemp("stages"))
