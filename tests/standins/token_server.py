"""A provider's address for access tokens (RFC 6749 section 6), on this computer with TLS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

from tests.standins.web_server import WebServer

REFRESH = "1//a-refresh-token"
CLIENT, CLIENT_SECRET = "studio.apps.example", "a-client-secret"


@dataclass(slots=True)
class TokenServer(WebServer):
    """Use as a context manager. `token` is what it gives to whoever shows the credential; `times` counts.

    `says`: with this status and text it answers instead, whoever asks. `rotates`: each answer brings another refresh
    token, and the one before is worth nothing from then on.
    """

    token: str = ""
    times: int = 0
    rotates: bool = False
    refresh: str = REFRESH
    says: tuple[int, str] | None = None

    def credential(self, **changed: str) -> str:
        """What the provider's tool would write, in one line."""
        own = {"client_id": CLIENT, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH}
        return json.dumps(own | {"token_uri": self.address("/token"), "type": "authorized_user"} | changed)

    def _answer(self, form: dict[str, list[str]]) -> tuple[int, str]:
        self.times += 1
        right = {
            "grant_type": ["refresh_token"],
            "client_id": [CLIENT],
            "client_secret": [CLIENT_SECRET],
            "refresh_token": [self.refresh],
        }
        if self.says:
            return self.says
        if form != right:
            return 400, json.dumps({"error": "invalid_grant"})
        answer = {"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"}
        if self.rotates:
            self.refresh = f"{REFRESH}-{self.times}"
            answer["refresh_token"] = self.refresh
        return 200, json.dumps(answer)

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
