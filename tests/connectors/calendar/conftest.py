"""One calendar server for the tests of a module; each test has a calendar of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.connectors.calendar.calendar_room import fresh_calendar
from tests.standins.certificates import make_certificate
from tests.standins.radicale_server import RadicaleServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    folder = tmp_path_factory.mktemp("radicale")
    with RadicaleServer(folder, make_certificate(folder)) as server:
        yield server


@pytest.fixture
def server(running: RadicaleServer) -> Iterator[RadicaleServer]:
    """The server, failing at nothing."""
    running.asked.clear()
    yield running
    running.loses_answers_to.clear()
    running.refuses.clear()


@pytest.fixture
def work(server: RadicaleServer) -> str:
    """A calendar that no other test has."""
    return fresh_calendar(server)
