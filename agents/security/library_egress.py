"""Web requests of a library that brings httpx2, through the one door (`agents/security/egress.py`). Import it on use.

Each request is checked before a socket opens; there is no proxy and no redirect is followed. An answer has a deadline
of its own, whatever trickles in meanwhile, and a largest size. What goes wrong is already one of our errors.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2

from agents.errors import Transient
from agents.security.egress import Destination, Egress, tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.clock import Clock

CONNECT_S = 10.0
SILENCE_S = 90.0  # a service that thinks sends pings meanwhile
MAX_ANSWER_BYTES = 20_000_000
LATER = "It is tried again later."


class Unreached(Transient):
    """Certainly nothing was sent."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer may take as a whole, from now on."""

    clock: Clock
    total_s: float


def open_client(egress: Egress, patience: Patience, ca_file: Path | None = None) -> httpx2.Client:
    """A client for one request or a few; close it. `ca_file` is trusted instead of the system's certificates.

    What it raises is ours, perhaps as the cause of a library's own error: NotAllowed (no host of the list, or no
    encryption), Unreached, Transient.
    """
    transport = _Door(egress, patience, ca_file)
    silence_s = min(SILENCE_S, patience.total_s)
    timeout = httpx2.Timeout(silence_s, connect=min(CONNECT_S, patience.total_s))
    return httpx2.Client(transport=transport, timeout=timeout, trust_env=False, follow_redirects=False)


class _Door(httpx2.BaseTransport):
    def __init__(self, egress: Egress, patience: Patience, ca_file: Path | None) -> None:
        self._egress = egress
        self._clock = patience.clock
        self._end_s = patience.clock.monotonic_s() + patience.total_s
        self._inner = httpx2.HTTPTransport(verify=tls(ca_file), trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        to = Destination(request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80))
        self._egress.check(to, encrypted=request.url.scheme == "https")
        with _told(to):
            answer = self._inner.handle_request(request)
        stream = _Watched(answer, to, self._clock, self._end_s)
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=stream, extensions=answer.extensions)

    def close(self) -> None:
        self._inner.close()


class _Watched(httpx2.SyncByteStream):
    """The bytes of an answer, until the deadline or the largest size."""

    def __init__(self, answer: httpx2.Response, to: Destination, clock: Clock, end_s: float) -> None:
        self._answer, self._to, self._clock, self._end_s = answer, to, clock, end_s

    def __iter__(self) -> Iterator[bytes]:
        got = 0
        with _told(self._to):
            for chunk in self._answer.iter_raw():
                got += len(chunk)
                if self._clock.monotonic_s() > self._end_s:
                    raise Transient(f"{self._to} did not end its answer in time", hint=LATER)
                if got > MAX_ANSWER_BYTES:
                    raise Transient(f"the answer of {self._to} does not end", hint=LATER)
                yield chunk

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _told(to: Destination) -> Iterator[None]:
    """The library's errors, once, as ours."""
    try:
        yield
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as err:
        raise Unreached(f"{to} cannot be reached: {err}", hint="Look at the address and your connection.") from err
    except httpx2.TimeoutException as err:
        raise Transient(f"{to} does not answer", hint=LATER) from err
    except httpx2.TransportError as err:
        raise Transient(f"the line to {to} broke", hint=LATER) from err
