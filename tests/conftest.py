"""What every test stands on: a frozen clock, a disk in memory, an environment that is the same on every machine.

`--engine postgresql`: every test has a PostgreSQL database of its own for the engine (`AI_EMPLOYEE_ENGINE_URL`).
"""

from __future__ import annotations

import os
import tempfile
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from agents.security import proof_codes
from tests.clock import FrozenClock
from tests.faults.sweeping import add_sweep, pytest_terminal_summary
from tests.memory import place_in_memory
from tests.standins.certificates import make_certificate
from tests.standins.dovecot import Dovecot, is_installed, running_dovecot
from tests.standins.odoo.world import Odoo
from tests.standins.postgres_server import PostgresServer, programs, running_server
from tests.standins.radicale_server import RadicaleServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["pytest_terminal_summary"]


# the same examples everywhere: a gate must not fail by luck; a slow machine is no defect
settings.register_profile(
    "house", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


SLOW_FIRST = ("faults", "simulation", "obedience", "flows")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The rooms with the longest files begin, so that no worker is left alone with one of them at the end."""
    rooms = {name: at for at, name in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: rooms.get(item.nodeid.split("/")[1], len(rooms)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of this project."""
    add_sweep(parser)
    kinds = ["sqlite", "postgresql"]
    parser.addoption("--engine", choices=kinds, default=kinds[0], help="where the engine keeps its steps")


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
    if "TMPDIR" not in os.environ and (memory := place_in_memory()):
        os.environ["TMPDIR"] = str(memory)  # each transition waits for the disk several times, and tests make thousands
        tempfile.tempdir = None


@pytest.fixture(autouse=True)
def own_state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the developer's own state folder."""
    folder = tmp_path_factory.mktemp("state-home")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def quick_digests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of codes is digested in no time; how slow that is in truth is for the tests of the codes alone."""
    if request.module.__name__ != "tests.security.test_proof_codes":
        monkeypatch.setattr(proof_codes, "WORK", 2)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started when the first test asks for it."""
    if not programs():
        why = "PostgreSQL is not installed (Debian: postgresql)"
        pytest.fail(f"in CI this must run: {why}") if os.environ.get("CI") else pytest.skip(why)
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def dovecot_is_here() -> None:
    """Skips what needs that server where it is not installed; in CI that fails."""
    if not is_installed():
        why = "Dovecot is not installed (Debian: dovecot-imapd, dovecot-lmtpd)"
        pytest.fail(f"in CI this must run: {why}") if os.environ.get("CI") else pytest.skip(why)


@pytest.fixture
def dovecot(dovecot_is_here: None) -> Iterator[Dovecot]:  # noqa: ARG001 (it skips)
    """A server that keeps mails, for one test."""
    with running_dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    """A calendar server, started when the first test asks for it; each test makes a calendar of its own there."""
    folder = tmp_path_factory.mktemp("radicale")
    with RadicaleServer(folder, make_certificate(folder)) as server:
        yield server


@pytest.fixture(autouse=True)
def own_engine_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With `--engine postgresql`, a new database for what this test runs through the command line."""
    if request.config.getoption("--engine") == "sqlite":
        yield
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database()
    monkeypatch.setenv("AI_EMPLOYEE_ENGINE_URL", url.render_as_string(hide_password=False))
    yield
    server.drop(url)


@pytest.fixture
def clock() -> FrozenClock:
    """Monday 2026-11-23, 12:00 UTC, until the test moves it."""
    return FrozenClock()


@pytest.fixture
def odoo(clock: FrozenClock) -> Iterator[Odoo]:
    """A fresh Odoo 18 with the clock of the test; one with other taxes or other money is made by `Odoo(Setup())`."""
    with Odoo(clock=clock) as world:
        yield world
