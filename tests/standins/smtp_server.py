"""A real mail server in a thread: authenticated, TLS, and able to refuse or to hang up where a test says so."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from aiosmtpd.smtp import Envelope, Session

    from tests.standins.certificates import Certificate

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the server's own log shows what clients say, passwords too


@dataclass(frozen=True, slots=True)
class Received:
    """A message the server took: envelope and bytes as they came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(slots=True)
class Behaviour:
    """What the server does besides working. Replies such as '550 no such user'; empty = it accepts."""

    reply_to_starttls: str = ""
    reply_to_login: str = ""
    reply_to_recipient: str = ""
    reply_to_data: str = ""
    reply_to_content: str = ""
    reply_to_noop: str = ""
    hangs_up_at: Literal["", "login", "noop", "recipient", "content"] = ""
    before_taking: Callable[[], None] | None = None


@dataclass(slots=True)
class SmtpServer:
    """Use as a context manager, also again: it keeps its port.

    `security` 'plain' offers no encryption and takes any login. `keeps`: what a provider does with each mail it took.
    """

    certificate: Certificate
    security: Literal["starttls", "tls", "plain"] = "starttls"
    user: str = "owner"
    password: str = "correct horse"
    behaviour: Behaviour = field(default_factory=Behaviour)
    received: list[Received] = field(default_factory=list)
    logins: int = 0
    port: int = 0
    offers_login: bool = True
    keeps: Callable[[bytes], object] | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        context = self.certificate.server_context() if self.security == "tls" else None
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._session, sock=listening, ssl=context)
        )
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp-server")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    _loop: asyncio.AbstractEventLoop = field(init=False, repr=False)
    _server: asyncio.Server = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)
    _taken: threading.Event | None = field(default=None, init=False, repr=False)

    @contextmanager
    def silent(self) -> Iterator[threading.Event]:
        """Meanwhile it takes mails and never answers; the event is set once it has taken one."""
        self._taken = threading.Event()
        try:
            yield self._taken
        finally:
            self._taken = None

    async def _close(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def is_silent(self) -> bool:
        """Whether it has taken a mail and is not to answer."""
        if self._taken is None:
            return False
        self._taken.set()
        return True

    def _session(self) -> SMTP:
        return _Session(
            _Handler(self),
            self.behaviour,
            hostname="localhost",
            tls_context=self.certificate.server_context() if self.security == "starttls" else None,
            require_starttls=self.security == "starttls",
            auth_require_tls=self.security == "starttls",
            auth_exclude_mechanism=() if self.offers_login else ("LOGIN", "PLAIN"),
            authenticator=self._authenticate,
            loop=self._loop,
        )

    def _authenticate(
        self, server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        if self.behaviour.hangs_up_at == "login":
            _hang_up(server)
        self.logins += 1
        if self.behaviour.reply_to_login:
            return AuthResult(success=False, handled=False, message=self.behaviour.reply_to_login)
        known = LoginPassword(self.user.encode(), self.password.encode())
        return AuthResult(success=given == known, handled=False)


class _Session(SMTP):
    """One client's session, with answers where aiosmtpd has no hook."""

    def __init__(self, handler: _Handler, behaviour: Behaviour, **told: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(handler, **told)
        self._behaviour = behaviour

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's own name
        if self._behaviour.reply_to_starttls:
            await self.push(self._behaviour.reply_to_starttls)
        else:
            await super().smtp_STARTTLS(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's own name
        if self._behaviour.reply_to_data:
            await self.push(self._behaviour.reply_to_data)
        else:
            await super().smtp_DATA(arg)


class _Handler:
    """The hooks aiosmtpd calls, by their names."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's own name
        """The password is the token; a wrong one is answered with a challenge, which wants an empty line."""
        self._server.logins += 1
        wanted = f"user={self._server.user}\1auth=Bearer {self._server.password}\1\1".encode()
        if b64decode(args[1]) == wanted:
            return AuthResult(success=True)
        answer = await server.challenge_auth(b'{"status":"401"}', encode_to_b64=True)
        assert answer == b""
        return AuthResult(success=False, handled=False)

    async def handle_NOOP(self, server: SMTP, _session: Session, _envelope: Envelope, _argument: str) -> str:
        if self._server.behaviour.hangs_up_at == "noop":
            _hang_up(server)
        return self._server.behaviour.reply_to_noop or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._server.behaviour.hangs_up_at == "recipient":
            _hang_up(server)
        if self._server.behaviour.reply_to_recipient:
            return self._server.behaviour.reply_to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self._server.behaviour.reply_to_content:
            return self._server.behaviour.reply_to_content
        if self._server.behaviour.before_taking:
            self._server.behaviour.before_taking()
        assert envelope.mail_from is not None
        assert isinstance(envelope.content, bytes)
        self._server.received.append(Received(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        if self._server.keeps:
            self._server.keeps(envelope.content)
        if self._server.is_silent():
            await asyncio.Event().wait()  # until the client is gone
        if self._server.behaviour.hangs_up_at == "content":
            _hang_up(server)
        return "250 OK queued as 1"


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
