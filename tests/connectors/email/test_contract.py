"""Outbox and SMTP keep what every connector promises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import Found
from agents.connectors.email.account import PASSWORD as PASSWORD_NAME
from agents.connectors.email.manifest import MANIFEST
from agents.errors import OutcomeUnknown
from tests.connectors.contract import KEY, ConnectorContract, MemorySecrets
from tests.connectors.email.mail_room import SEALED, connect, context_in, invoice_mail
from tests.standins.certificates import make_certificate
from tests.standins.dovecot import PASSWORD, SENT_FOLDER, USER
from tests.standins.smtp_server import Behaviour, SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.connectors.contract import Action, Attachments, Connector, ConnectorContext
    from tests.clock import FrozenClock
    from tests.standins.dovecot import Dovecot


@dataclass(slots=True)
class MailService:
    """A vault with or without a mail server."""

    context: ConnectorContext
    server: SmtpServer | None = None
    attachments: Attachments = field(default_factory=lambda: dict(SEALED))

    @property
    def vault(self) -> Path:
        return self.context.vault

    @property
    def action(self) -> Action:
        return invoice_mail(body="the private word is xylophone")

    @property
    def secrets(self) -> tuple[str, ...]:
        return ("xylophone", self.context.secrets.get(PASSWORD_NAME) or "xylophone")

    def open(self) -> Connector:
        return MANIFEST.open(self.context)

    def effects(self) -> int:
        return len(self.server.received if self.server else list(self.vault.rglob("*.eml")))

    def lose_the_next_answer(self) -> bool:
        if self.server:
            self.server.behaviour = Behaviour(hangs_up_at="content")
        return self.server is not None


class TestOutbox(ConnectorContract):
    """Without an account."""

    @pytest.fixture
    def service(self, tmp_path: Path, clock: FrozenClock) -> MailService:
        return MailService(context_in(tmp_path, clock))


class TestSmtpWithSentFolder(ConnectorContract):
    """With an account that keeps what it sent: a lost answer is found there."""

    @pytest.fixture
    def service(self, tmp_path: Path, clock: FrozenClock, dovecot: Dovecot) -> Iterator[MailService]:
        with SmtpServer(dovecot.certificate, user=USER, password=PASSWORD) as server:
            server.keeps = lambda content: dovecot.put(f"kept-{len(server.received)}", content, folder=SENT_FOLDER)
            context = context_in(tmp_path, clock, MemorySecrets())
            connect(context, server, dovecot)
            yield MailService(context, server)

    def test_a_lost_answer_is_found_among_what_was_sent(self, service: MailService) -> None:
        service.lose_the_next_answer()
        with pytest.raises(OutcomeUnknown):
            service.open().execute(service.action, KEY, service.attachments)
        assert isinstance(found := service.open().find(KEY, service.action), Found)
        assert service.open().execute(service.action, KEY, service.attachments) == found.receipt
        assert service.effects() == 1


class TestSmtp(ConnectorContract):
    """With an account."""

    @pytest.fixture
    def service(self, tmp_path: Path, clock: FrozenClock) -> Iterator[MailService]:
        with SmtpServer(make_certificate(tmp_path), password="correct horse") as server:
            context = context_in(tmp_path, clock, MemorySecrets())
            connect(context, server)
            yield MailService(context, server)
