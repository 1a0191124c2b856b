"""A provider's address for access tokens (RFC 6749 section 6), on this computer with TLS."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from types import TracebackType

    from tests.standins.certificates import Certificate

REFRESH = "1//a-refresh-token"
CLIENT, CLIENT_SECRET = "studio.apps.example", "a-client-secret"


@dataclass(slots=True)
class TokenServer:
    """Use as a context manager. `token` is what it gives to whoever shows the credential; `asked` counts.

    `says`: with this status and text it answers instead, whoever asks.
    """

    certificate: Certificate
    token: str
    asked: int = 0
    says: tuple[int, str] | None = None
    port: int = 0
    _server: ThreadingHTTPServer = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        context = self.certificate.server_context()
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="token-server")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def credential(self, **changed: str) -> str:
        """What the provider's tool would write, in one line."""
        own = {"client_id": CLIENT, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH}
        return json.dumps(
            own | {"token_uri": f"https://localhost:{self.port}/token", "type": "authorized_user"} | changed
        )

    def _answer(self, form: dict[str, list[str]]) -> tuple[int, str]:
        self.asked += 1
        right = {
            "grant_type": ["refresh_token"],
            "client_id": [CLIENT],
            "client_secret": [CLIENT_SECRET],
            "refresh_token": [REFRESH],
        }
        if self.says:
            return self.says
        if form != right:
            return 400, json.dumps({"error": "invalid_grant"})
        return 200, json.dumps({"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                status, text = outer._answer(form) if self.path == "/token" else (404, "")
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        return Handler
