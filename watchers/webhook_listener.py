"""Listens for signed messages while a run watches: on this computer alone, unless the owner's settings say otherwise.

A message is on the disk before it is answered with 'accepted'. Of what is refused nothing is kept but a count.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET, AF_INET6
from typing import TYPE_CHECKING, Any, cast

from agents.connectors.webhook.reader import (
    MAX_BODY_BYTES,
    SECRET,
    Delivery,
    Refusals,
    Signed,
    Spool,
    is_signed,
    read_settings,
)
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message
    from pathlib import Path

    from agents.clock import Clock
    from agents.connectors.webhook.reader import WebhookSettings

MAX_THREADS = 8
MAX_PER_MINUTE = 120
SILENCE_S, TOTAL_S = 10.0, 30.0  # between two words of a message, and for its whole
CHUNK_BYTES = 16_384
MEDIA_TYPES = ("application/json", "text/plain")
ACCEPTED, BAD, UNSIGNED, UNKNOWN, NO_LENGTH, TOO_LARGE, NO_TYPE, TOO_MANY, FULL = (
    *(202, 400, 401, 404, 411, 413, 415),
    *(429, 503),
)


@dataclass(slots=True)
class Counter:
    """What one listener may use: its settings and secret, the spool, the counts, and how often it was called lately."""

    settings: WebhookSettings
    secret: str
    spool: Spool
    refusals: Refusals
    clock: Clock
    wake: threading.Event
    threads: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MAX_THREADS))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _minute: int = 0
    _calls: int = 0

    def may_come(self) -> bool:
        """Whether another message may come in this minute."""
        with self._lock:
            minute = int(self.clock.monotonic_s() // 60)
            self._calls = self._calls + 1 if minute == self._minute else 1
            self._minute = minute
            return self._calls <= MAX_PER_MINUTE

    def refuse(self, status: int) -> int:
        """Count it; the status again."""
        with self._lock, suppress(OSError):
            self.refusals.count({UNSIGNED: "wrong signature", BAD: "not readable"}.get(status, f"status {status}"))
        return status

    def take(self, name: str, media_type: str, signed: Signed, body: bytes) -> int:
        """The status with which a message is answered; accepted only when it is on the disk."""
        now = self.clock.machine_now()
        if not is_signed(self.secret, signed, body, now):
            return self.refuse(UNSIGNED)
        try:
            text = body.decode()
            if media_type == MEDIA_TYPES[0]:
                json.loads(text)
        except (ValueError, RecursionError):
            return self.refuse(BAD)
        delivery = Delivery(name=name, id=signed.id, received=now, media_type=media_type, body=text)
        with self._lock:
            try:
                kept = self.spool.add(delivery)
            except OSError:
                kept = False
        if not kept:
            return FULL
        self.wake.set()
        return ACCEPTED


@contextmanager
def listening(state: Path, secret: Callable[[str], str | None], clock: Clock, wake: threading.Event) -> Iterator[str]:
    """Listen while the block runs, where the owner connected a webhook; what to tell, or empty: nothing listens."""
    try:
        settings = read_settings(state)
        key = secret(SECRET) if settings else None
    except NeedsOwner as err:
        yield f"The webhook does not listen: {err}. {err.hint}"
        return
    if settings is None or not key:
        yield "The webhook does not listen: its secret is gone." if settings else ""
        return
    counter = Counter(settings, key, Spool(state), Refusals(state), clock, wake)
    try:
        server = _HookServer((settings.address, settings.port), _Handler)
    except OSError as err:
        yield f"The webhook cannot listen on {settings.host}:{settings.port}: {err.strerror}."
        return
    server.counter = counter
    thread = threading.Thread(target=server.serve_forever, args=(0.2,), name="webhook", daemon=True)
    thread.start()
    try:
        yield f"The webhook listens on {settings.host}:{server.server_address[1]}."
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _HookServer(ThreadingHTTPServer):
    daemon_threads = True
    counter: Counter

    def __init__(self, place: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = AF_INET6 if ip_address(place[0]).version == 6 else AF_INET  # noqa: PLR2004
        super().__init__(place, handler)

    def server_bind(self) -> None:
        """Without asking anybody for the name of this computer, as the library does."""
        super(HTTPServer, self).server_bind()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the library has it
        """In a thread of its own, while there are any left."""
        if not self.counter.threads.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """One message, start to end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.counter.threads.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Whoever hangs up, or says nonsense, is their own affair: nothing of it is kept or shown."""


class _Handler(BaseHTTPRequestHandler):
    timeout = SILENCE_S
    server_version, sys_version = "webhook", ""

    @property
    def _counter(self) -> Counter:
        return cast("_HookServer", self.server).counter

    def do_POST(self) -> None:
        """Answer with a status and nothing else."""
        counter = self._counter
        status = TOO_MANY
        if counter.may_come():
            status = _reason_not_to_read(self.path, self.headers, counter.settings)
            status = counter.refuse(status) if status else self._taken()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _taken(self) -> int:
        body = self._body(int(self.headers["Content-Length"]))
        if body is None:
            return self._counter.refuse(BAD)
        said = (self.headers.get(f"webhook-{each}", "") for each in ("id", "timestamp", "signature"))
        name = self.path.rpartition("/")[2]
        return self._counter.take(name, self.headers.get_content_type(), Signed(*said), body)

    def _body(self, length: int) -> bytes | None:
        """The whole of it; None: it did not come whole, or not in time."""
        clock = self._counter.clock
        end_s = clock.monotonic_s() + TOTAL_S
        read = bytearray()
        while len(read) < length and clock.monotonic_s() <= end_s:
            chunk = self.rfile.read1(min(CHUNK_BYTES, length - len(read)))
            if not chunk:
                return None
            read += chunk
        return bytes(read) if len(read) == length else None

    def log_message(self, *_words: object) -> None:
        """Nothing of a message is shown or logged."""


def _reason_not_to_read(path: str, headers: Message, settings: WebhookSettings) -> int:
    """The status of what is refused unread; 0: it is read."""
    folder, _, name = path.rpartition("/")
    length = headers.get("Content-Length", "")
    if folder != "/hooks" or name not in settings.names:
        return UNKNOWN
    if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in headers:
        return NO_LENGTH
    if len(length) > len(str(MAX_BODY_BYTES)) or int(length) > MAX_BODY_BYTES:
        return TOO_LARGE
    return 0 if headers.get_content_type() in MEDIA_TYPES else NO_TYPE
