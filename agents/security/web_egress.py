"""Web requests through the one door (`agents/security/egress.py`): https, or http to this computer, and nothing else.

Each request and each redirect is checked before a socket opens; a redirect never leaves its host; there is no proxy. Of
the standard library: nothing we depend on brings a web client yet. A connector whose library brings its own calls
`Egress.check` for every request, redirects included, and opens its lines with `egress.tls()`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast
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

from agents.errors import NotAllowed
from agents.security.egress import Destination, tls
from agents.vault.neutralize import visible

if TYPE_CHECKING:
    from http.client import HTTPMessage, HTTPResponse
    from pathlib import Path
    from typing import IO

    from agents.security.egress import Egress

# as strict as the client below reads it: no user, no blank, nothing that two readers could take for two hosts
_PLACE = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_PORTS = {"https": 443, "http": 80}
_MAX_SHOWN_CHARS = 100


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
    found = _PLACE.fullmatch(request.host or "")
    if found is None:
        words = visible(request.host or "")[:_MAX_SHOWN_CHARS]
        raise NotAllowed(f"{words!r} names no host", hint="Write the address as https://host/...")
    return Destination(found[1], int(found[2] or _PORTS.get(request.type, 0)))
