"""What every test stands on: a frozen clock and an environment that is the same on every machine."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.clock import FrozenClock
from tests.faults.sweeping import pytest_addoption, pytest_terminal_summary

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["pytest_addoption", "pytest_terminal_summary"]

# the same examples everywhere: a gate must not fail by luck; a slow machine is no defect
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure() -> None:
    """Shut out the developer's git, keyring, settings and time zone; programs the tests start inherit this."""
    for name in [each for each in os.environ if each.startswith(("GIT_", "AI_EMPLOYEE_"))]:
        del os.environ[name]
    os.environ |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "NO_COLOR": "1",
        "TZ": "UTC",
    }
    time.tzset()


@pytest.fixture(autouse=True)
def own_state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the developer's own state folder."""
    folder = tmp_path_factory.mktemp("state-home")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture
def clock() -> FrozenClock:
    """Monday 2026-11-23, 12:00 UTC, until the test moves it."""
    return FrozenClock()
