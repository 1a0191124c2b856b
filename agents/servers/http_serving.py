"""A door over streamable HTTP, for assistants on this computer alone: it listens on the loopback and asks for a token.

Who may come in is decided before anything of a request is read: the name it was sent to (a page of another site can
make a browser call us under its own name), where it comes from, and the token. No session is kept between two calls.
Nothing is logged of a request: neither its address nor its headers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents.errors import NeedsOwner, NotAllowed
from agents.servers.serving import build_server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping

    from agents.servers.door import Door

    Message = MutableMapping[str, Any]  # as ASGI has it
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Message, Receive, Send], Awaitable[None]]

LOOPBACK = "127.0.0.1"
NAMES = (LOOPBACK, "localhost")
PATH = "/mcp"
MAX_BODY_BYTES = 1_000_000
MAX_AT_ONCE = 32
HIGHEST_PORT = 65_535
FAREWELL_S = 2
LOCAL_ONLY = (
    "Give the port alone, such as `--http 8765`; from another machine, come through a tunnel of yours "
    "(`ssh -L 8765:127.0.0.1:8765 THIS-COMPUTER`)."
)
REFUSALS = {421: b"Misdirected Request", 403: b"Forbidden", 401: b"Unauthorized"}


def port_of(text: str) -> int:
    """The port of '8765' or '127.0.0.1:8765'; 0 = a free one.

    Raises:
        NotAllowed: it is no port, or another address than this computer's own.
    """
    host, _, port = text.rpartition(":")
    if host and host not in NAMES:
        raise NotAllowed(f"{host} can be reached from other machines, and nobody else is to come in.", hint=LOCAL_ONLY)
    if not (port.isascii() and port.isdigit() and int(port) <= HIGHEST_PORT):
        raise NotAllowed(f"{port[:20]!r} is no port.", hint=LOCAL_ONLY)
    return int(port)


class Guard:
    """Lets in what was sent to this computer's own names and `port`, from no other site, with the right token."""

    def __init__(self, app: App, is_token: Callable[[str], bool]) -> None:
        self._app = app
        self._is_token = is_token
        self.port = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        refused = self._refusal(scope["headers"]) if scope["type"] != "lifespan" else 0
        if not refused:
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain")]
        if refused == 401:  # noqa: PLR2004 - as in REFUSALS
            headers.append((b"www-authenticate", b"Bearer"))
        await send({"type": "http.response.start", "status": refused, "headers": headers})
        await send({"type": "http.response.body", "body": REFUSALS[refused]})

    def _refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> int:
        """The status with which a request is refused; 0 = it may come in."""
        here = {f"{name}:{self.port}".encode() for name in NAMES}
        of: dict[bytes, list[bytes]] = {}
        for name, value in headers:
            of.setdefault(name.lower(), []).append(value)
        hosts, origins, given = (of.get(name, []) for name in (b"host", b"origin", b"authorization"))
        if len(hosts) != 1 or hosts[0].lower() not in here:
            return 421
        if any(each not in {b"http://" + name for name in here} for each in origins):
            return 403
        scheme, _, token = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
        known = scheme.lower() == b"bearer" and self._is_token(token.decode("latin-1"))
        return 0 if known else 401


def serve_http(door: Door, port: int, is_token: Callable[[str], bool], told: Callable[[str], None]) -> None:
    """Serve one vault over HTTP until Ctrl-C. `told` hears where, once it can be reached.

    Raises:
        NeedsOwner: a package is not installed, or the port is taken.
    """
    mcp = build_server(door)
    import uvicorn  # noqa: PLC0415 - heavy, used here alone

    inner = mcp.streamable_http_app(
        streamable_http_path=PATH, stateless_http=True, max_request_body_size=MAX_BODY_BYTES, host=LOOPBACK
    )
    guard = Guard(inner, is_token)
    config = uvicorn.Config(
        guard,
        host=LOOPBACK,
        port=port,
        log_level="critical",
        access_log=False,
        server_header=False,
        limit_concurrency=MAX_AT_ONCE,
        timeout_graceful_shutdown=FAREWELL_S,
    )
    try:
        listening = config.bind_socket()
    except SystemExit as err:  # how uvicorn says that it cannot
        hint = "End what listens there, or choose another port."
        raise NeedsOwner(f"Port {port} of this computer is taken.", hint=hint) from err
    listening.listen(MAX_AT_ONCE)  # who hears the address may call at once
    guard.port = int(listening.getsockname()[1])
    told(f"http://{LOOPBACK}:{guard.port}{PATH}")
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
