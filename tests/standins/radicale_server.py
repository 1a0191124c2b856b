"""A real calendar server (Radicale) on this computer with TLS and passwords, and a door before it that fails on demand.

Its data lies in a folder of the test's own, so what it holds is seen on the disk, whoever put it there.
"""

from __future__ import annotations

import http.client
import importlib.util
import os
import socket
import ssl
import subprocess
import sys
import threading
from base64 import b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from tests.standins.certificates import Certificate

USER = "owner@studio.example"
PASSWORD = "correct horse"
PATIENCE_S = 60.0
TRIES = 20
SETTINGS = """[server]
hosts = 127.0.0.1:{port}
ssl = True
certificate = {certificate}
key = {key}
[auth]
type = htpasswd
htpasswd_filename = {passwords}
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {data}
[logging]
level = info
"""


@dataclass(slots=True)
class RadicaleServer:
    """Use as a context manager. `loses_answers_to`: methods that are carried out and never answered; `refuses` the
    methods after which the door hangs up without passing them on; `asked`: methods that came, in their order."""  # noqa: D205, D209

    folder: Path
    certificate: Certificate
    loses_answers_to: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    port: int = 0
    _process: subprocess.Popen[str] = field(init=False, repr=False)
    _own_port: int = field(init=False, repr=False)
    _door: ThreadingHTTPServer = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __enter__(self) -> Self:
        if importlib.util.find_spec("radicale") is None:
            assert not os.environ.get("CI"), "Radicale is not installed"
            pytest.skip("Radicale is not installed")
        passwords, settings = self.folder / "passwords", self.folder / "radicale.conf"
        passwords.write_text(f"{USER}:{PASSWORD}\n", encoding="ascii")
        told = {"certificate": self.certificate.certificate_file, "key": self.certificate.key_file}
        told |= {"passwords": passwords, "data": self.folder / "data"}
        for _ in range(TRIES):  # it takes no port of the system's choice, and another may take a free one first
            self._own_port = _free_port()
            settings.write_text(SETTINGS.format(port=self._own_port, **told), encoding="utf-8")
            if self._starts(settings):
                break
        else:
            raise AssertionError("Radicale does not start")
        self._door = _Quiet(("127.0.0.1", 0), self._handler())
        self.port = self._door.server_address[1]
        self._door.socket = self.certificate.server_context().wrap_socket(
            self._door.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._door.serve_forever, args=(0.01,), name="radicale-door")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.shutdown()
        self._door.server_close()
        self._thread.join()
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE_S)

    @property
    def url(self) -> str:
        """What the owner answers to `connect calendar`."""
        return f"https://localhost:{self.port}/"

    def answers(self) -> dict[str, str]:
        """All answers of the owner, in the order of the questions."""
        own = {"url": self.url, "user": USER, "password": PASSWORD, "calendars": "", "own": ""}
        return own | {"ca_file": str(self.certificate.certificate_file)}

    def make_calendar(self, name: str) -> None:
        """A new calendar of the owner."""
        body = (
            '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            f"<D:displayname>{name}</D:displayname></D:prop></D:set></C:mkcalendar>"
        )
        assert self.send("MKCALENDAR", f"/{USER}/{name.lower()}/", body.encode()) == http.HTTPStatus.CREATED

    def delete_calendar(self, name: str) -> None:
        """Somebody takes a whole calendar out."""
        assert self.send("DELETE", f"/{USER}/{name}/") in {200, 204, 404}

    def put(self, calendar: str, name: str, ics: str | bytes) -> None:
        """Somebody puts an event in, or writes over it."""
        content = ics.encode() if isinstance(ics, str) else ics
        assert self.send("PUT", f"/{USER}/{calendar}/{name}.ics", content, "text/calendar") in {201, 204}

    def delete(self, calendar: str, name: str) -> None:
        """Somebody takes an event out."""
        assert self.send("DELETE", f"/{USER}/{calendar}/{name}.ics") in {200, 204}

    def events(self, calendar: str) -> list[str]:
        """The texts of the events a calendar holds, as they lie on the disk."""
        folder = self.folder / "data" / "collection-root" / USER / calendar
        return [each.read_text(encoding="utf-8") for each in sorted(folder.glob("*.ics"))]

    def send(self, method: str, path: str, body: bytes = b"", media_type: str = "application/xml") -> int:
        """A request past the door; the status of its answer."""
        login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": media_type}
        status, _, _ = self._pass_on(method, path, headers, body)
        return status

    def _starts(self, settings: Path) -> bool:
        words = [sys.executable, "-m", "radicale", "--config", str(settings)]
        self._process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr
        if any("Listening on" in line for line in self._process.stderr):
            threading.Thread(target=self._process.stderr.read, daemon=True).start()  # so that it is never blocked
            return True
        self._process.communicate(timeout=PATIENCE_S)
        return False

    def _pass_on(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        trusted = ssl.create_default_context(cafile=self.certificate.certificate_file)
        line = http.client.HTTPSConnection("localhost", self._own_port, timeout=PATIENCE_S, context=trusted)
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            line.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                method = self.command
                outer.asked.append(method)
                length = int(self.headers.get("Content-Length", "0"))
                body = self.rfile.read(length)
                if method in outer.refuses or len(body) < length:  # half a request goes nowhere
                    return
                kept = {
                    name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}
                }
                status, headers, content = outer._pass_on(method, self.path, kept, body)
                if method in outer.loses_answers_to:
                    outer.loses_answers_to.discard(method)
                    return
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in {"content-length", "transfer-encoding", "date", "server", "connection"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = _any  # noqa: N815 - the library's own names

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is its own affair."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
