"""The web server in front of it, on this computer: one thread for each request, no keep-alive."""

from __future__ import annotations

import select
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.standins.odoo.faults import PATIENCE_S, Fault

if TYPE_CHECKING:
    from tests.standins.odoo.doors import Doors
    from tests.standins.odoo.wire import Answer

LOST = {Fault.LOST_BEFORE, Fault.LOST_AFTER}
LOOK_S = 0.05


@dataclass(slots=True)
class Server:
    """Listens on a port of the system's choice until `close`; `refuse` closes the door and `listen` opens it again."""

    doors: Doors
    port: int = 0
    crashes: list[Exception] = field(default_factory=list)
    _running: int = 0
    _ended: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _reserved: socket.socket = field(init=False, repr=False)
    _server: _Quiet | None = field(default=None, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._reserved = _reserving(0)  # bound and never listening, so that nobody else gets the port meanwhile
        self.port = self._reserved.getsockname()[1]
        self.listen()

    def listen(self) -> None:
        self._server = _Quiet(("127.0.0.1", self.port), self._handler(), bind_and_activate=False)
        self._server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._server.server_bind()
        self._server.server_activate()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="odoo")
        self._thread.start()

    def refuse(self) -> None:
        """Connections are refused from now on; requests that run are finished first."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def close(self) -> None:
        self.doors.service.stopped.set()
        self.refuse()
        self._reserved.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.respond(self)

            def do_POST(self) -> None:
                outer.respond(self)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        return Handler

    def wait_until_idle(self) -> None:
        """Until no request runs any more; a client may have given up on one long before."""
        with self._ended:
            assert self._ended.wait_for(lambda: not self._running, PATIENCE_S), "a request never ended"

    def respond(self, to: BaseHTTPRequestHandler) -> None:
        with self._ended:
            self._running += 1
        try:
            self._respond(to)
        finally:
            with self._ended:
                self._running -= 1
                self._ended.notify_all()

    def _respond(self, to: BaseHTTPRequestHandler) -> None:
        """Read one request and answer it, or not."""
        body = to.rfile.read(int(to.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in to.headers.items()}
        try:
            answer, met = self.doors.answer(to.command, to.path, headers, body)
        except Exception as err:
            self.crashes.append(err)
            raise
        if met is Fault.LATE:
            self._until_gone(to.connection)
        elif met not in LOST:
            _send(to, answer, answer.body[: len(answer.body) // 2] if met is Fault.HALF else answer.body)

    def _until_gone(self, client: socket.socket) -> None:
        """Wait until the client hangs up, or everything ends."""
        for _ in range(int(PATIENCE_S / LOOK_S)):
            ready, _, _ = select.select([client], [], [], LOOK_S)
            if self.doors.service.stopped.is_set() or (ready and not client.recv(1024)):
                return


def _send(to: BaseHTTPRequestHandler, answer: Answer, body: bytes) -> None:
    """The length is that of the whole answer, so that half of one is seen to be cut."""
    to.send_response(answer.status)
    to.send_header("Content-Type", answer.media_type)
    to.send_header("Content-Length", str(len(answer.body)))
    if answer.file_name:
        to.send_header("Content-Disposition", f'attachment; filename="{answer.file_name}"')
    to.end_headers()
    to.wfile.write(body)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is its own affair."""


def _reserving(port: int) -> socket.socket:
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    found.bind(("127.0.0.1", port))
    return found
