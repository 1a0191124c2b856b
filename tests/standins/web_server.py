"""A web server on this computer, with TLS or without, that says hello and redirects where it is told to."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from tests.standins.certificates import Certificate

HELLO = b"hello"


@dataclass(slots=True)
class WebServer:
    """Use as a context manager. `redirects`: path -> where it leads; `asked`: the paths that were asked for."""

    certificate: Certificate | None = None
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0
    _server: _Quiet = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __enter__(self) -> Self:
        self._server = _Quiet(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        if self.certificate:
            context = self.certificate.server_context()
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="web-server")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def address(self, path: str = "/", host: str = "localhost") -> str:
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                to = outer.redirects.get(self.path)
                self.send_response(302 if to else 200)
                if to:
                    self.send_header("Location", to)
                self.send_header("Content-Length", str(0 if to else len(HELLO)))
                self.end_headers()
                if not to:
                    self.wfile.write(HELLO)

            do_DELETE = do_PROPFIND = do_GET  # noqa: N815 - the library's own names

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        return Handler


class _Quiet(ThreadingHTTPServer):
    """Says nothing when a client refuses the certificate."""

    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        del request, client_address
