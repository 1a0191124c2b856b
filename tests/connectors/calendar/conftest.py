"""The calendar server; each test has a calendar of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.connectors.calendar.calendar_room import fresh_calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standins.radicale_server import RadicaleServer


@pytest.fixture
def server(radicale: RadicaleServer) -> Iterator[RadicaleServer]:
    """The server, failing at nothing."""
    radicale.asked.clear()
    yield radicale
    radicale.loses_answers_to.clear()
    radicale.refuses.clear()


@pytest.fixture
def work(server: RadicaleServer) -> str:
    """A calendar that no other test has."""
    return fresh_calendar(server)
