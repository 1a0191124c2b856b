"""Outbox and CalDAV keep what every connector promises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from agents.connectors.calendar.account import PASSWORD
from agents.connectors.calendar.manifest import MANIFEST
from tests.connectors.calendar.calendar_room import connect, context_in, meeting
from tests.connectors.contract import ConnectorContract

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import Action, Attachments, Connector, ConnectorContext
    from tests.clock import FrozenClock
    from tests.standins.radicale_server import RadicaleServer


@dataclass(slots=True)
class CalendarService:
    """A vault with or without a calendar server."""

    context: ConnectorContext
    server: RadicaleServer | None = None
    calendar: str = ""
    attachments: Attachments = field(default_factory=dict)

    @property
    def vault(self) -> Path:
        return self.context.vault

    @property
    def action(self) -> Action:
        return meeting(description="the private word is xylophone")

    @property
    def secrets(self) -> tuple[str, ...]:
        return ("xylophone", self.context.secrets.get(PASSWORD) or "xylophone")

    def open(self) -> Connector:
        return MANIFEST.open(self.context)

    def effects(self) -> int:
        return len(self.server.events(self.calendar) if self.server else list(self.vault.rglob("*.ics")))

    def lose_the_next_answer(self) -> bool:
        if self.server:
            self.server.loses_answers_to.add("PUT")
        return self.server is not None


class TestOutbox(ConnectorContract):
    """Without a calendar."""

    @pytest.fixture
    def service(self, tmp_path: Path, clock: FrozenClock) -> CalendarService:
        return CalendarService(context_in(tmp_path, clock))


class TestCalDav(ConnectorContract):
    """With one, of a real server."""

    @pytest.fixture
    def service(self, tmp_path: Path, clock: FrozenClock, server: RadicaleServer, work: str) -> CalendarService:
        context = context_in(tmp_path, clock)
        connect(context, server, work)
        return CalendarService(context, server, work)
