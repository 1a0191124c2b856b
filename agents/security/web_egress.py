"""Web requests through the one door (`agents/security/egress.py`): https, or http to this computer, and nothing else.

Each request and each redirect is checked before a socket opens; a redirect never leaves its host; there is no proxy. Of
the standard library: nothing we depend on brings a web client yet. A connector whose library brings its own calls
`Egress.check` for every request, redirects included, and opens its lines with `egress.tls()`.
"""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from socket import gaierror
from typing import TYPE_CHECKING, cast
from urllib.error import HTTPError, URLError
from urllib.request import (
    BaseHandler,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    UnknownHandler,
)

from agents.errors import NeedsOwner, NotAllowed, Transient
from agents.security.egress import HOST_AND_PORT, PORTS, Destination, tls
from agents.vault.neutralize import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.client import HTTPMessage, HTTPResponse
    from pathlib import Path
    from typing import IO

    from agents.clock import Clock
    from agents.security.egress import Egress

LATER = "It is tried again later."
_CHUNK_BYTES = 65_536
_MAX_SHOWN_CHARS = 100


class NothingSent(Transient):
    """Nobody answered the call: certainly nothing was sent."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request of a connector: the method, the address, headers, and what is sent along (empty: nothing)."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, also when it says no; the names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long each word of an answer may take (`silence_s`), the whole of it (`total_s`), and how long it may be."""

    clock: Clock
    silence_s: float = 30.0
    total_s: float = 120.0
    max_bytes: int = 20_000_000


class Web:
    """A web client for one connector. `ca_file` is trusted instead of the system's certificates."""

    def __init__(self, egress: Egress, ca_file: Path | None = None) -> None:
        self._opener = OpenerDirector()
        for handler in (
            _Gate(egress),
            HTTPHandler(),
            HTTPSHandler(context=tls(ca_file)),
            _SameHost(),
            HTTPDefaultErrorHandler(),
            HTTPErrorProcessor(),
            UnknownHandler(),
        ):
            self._opener.add_handler(handler)

    def open(self, request: Request, timeout_s: float) -> HTTPResponse:
        """Ask, following redirects within the host; the caller closes the answer and caps what it reads.

        Raises:
            NotAllowed: the host is not on the list, a line would not be encrypted, or a redirect leads elsewhere.
            urllib.error.HTTPError: an answer that says no.
            OSError: no answer; a certificate that is not to be trusted is the `reason` of a `URLError`.
        """
        return cast("HTTPResponse", self._opener.open(request, timeout=timeout_s))

    def ask(self, asking: Asking, bounds: Bounds) -> Answer:
        """Ask with any method and read the answer whole. Only what GET asks for follows redirects.

        Raises:
            NotAllowed: as `open`, or it is no web address.
            NeedsOwner: the certificate is not to be trusted.
            NothingSent: nobody is there.
            Transient: no whole answer, too long a one, or too late: what was asked may have been done.
        """
        end_s = bounds.clock.monotonic_s() + bounds.total_s
        # the door itself looks at the scheme of every address, and no handler opens anything but http
        try:
            request = Request(asking.url, asking.body or None, dict(asking.headers), method=asking.method)  # noqa: S310
        except ValueError as err:
            words = visible(asking.url)[:_MAX_SHOWN_CHARS]
            raise NotAllowed(f"{words!r} is no web address", hint="Write the address as https://host/...") from err
        with _told(_destination(request)):
            try:
                answer = self.open(request, bounds.silence_s)
            except HTTPError as err:
                answer = cast("HTTPResponse", err)
            with answer:
                read = b"".join(_chunks(answer, bounds, end_s))
                return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, read)


class _Gate(BaseHandler):
    """Looks at every request before any other part does."""

    handler_order = 0

    def __init__(self, egress: Egress) -> None:
        self._egress = egress

    def http_request(self, request: Request) -> Request:
        self._egress.check(_destination(request), encrypted=request.type == "https")
        return request

    https_request = http_request


class _SameHost(HTTPRedirectHandler):
    """Follows a redirect within the host, never from an encrypted line to a plain one."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request:
        # what may not be followed is an error of its own there, never None
        follow = cast("Request", super().redirect_request(req, fp, code, msg, headers, newurl))
        here, there = _destination(req), _destination(follow)
        if here.host.casefold() != there.host.casefold() or follow.type not in {"https", req.type}:
            raise NotAllowed(
                f"{here} sends us on to {there}, over {follow.type}",
                hint="Connect the service with the host that it answers from.",
            )
        return follow


def _destination(request: Request) -> Destination:
    found = HOST_AND_PORT.fullmatch(request.host or "")
    if found is None:
        words = visible(request.host or "")[:_MAX_SHOWN_CHARS]
        raise NotAllowed(f"{words!r} names no host", hint="Write the address as https://host/...")
    return Destination(found[1], int(found[2] or PORTS.get(request.type, 0)))


def _chunks(answer: HTTPResponse, bounds: Bounds, end_s: float) -> Iterator[bytes]:
    """The bytes of an answer until its end, its largest size or its deadline."""
    left = bounds.max_bytes
    while chunk := answer.read1(_CHUNK_BYTES):
        left -= len(chunk)
        if left < 0:
            raise Transient("an answer from the network does not end", hint=LATER)
        if bounds.clock.monotonic_s() > end_s:
            raise Transient("an answer from the network did not end in time", hint=LATER)
        yield chunk
    if answer.length:  # `read1` takes a line that was cut for the end
        raise Transient("an answer from the network was cut", hint=LATER)


@contextmanager
def _told(to: Destination) -> Iterator[None]:
    """The library's errors as ours."""
    try:
        yield
    except URLError as err:
        if isinstance(err.reason, ssl.SSLCertVerificationError):
            said = err.reason.verify_message
            hint = "Connect the service again; a server of your own needs its certificate file."
            raise NeedsOwner(f"the certificate of {to} is not to be trusted: {said}", hint=hint) from err
        hint = "Look at the address and your connection."
        if isinstance(err.reason, ConnectionRefusedError | gaierror | ssl.SSLError):
            raise NothingSent(f"{to} cannot be reached", hint=hint) from err
        raise Transient(f"{to} cannot be reached", hint=hint) from err
    except (OSError, HTTPException) as err:
        raise Transient(f"{to} gave no whole answer", hint=LATER) from err
    except UnicodeError as err:  # only what is about to be sent is put into bytes
        raise NotAllowed(f"{to} cannot be asked in these letters", hint="Look at the address.") from err
    except ValueError as err:
        raise Transient(f"what is asked of {to}, or its answer, is none", hint=LATER) from err
