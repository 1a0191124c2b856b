"""A Messages API on this computer: it answers by a script, streaming or plain, and keeps every request byte for byte.

The shapes are those of the real service (SDK 2.14): events, deltas, usage with its cache fields, errors. What a model
would say is the test's to write. `python -m tests.standins.messages_server SCRIPT.json [PORT]` serves a script alone:
a list of answers as `answer_from` reads them; it prints its address and ends with its standard input.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.standins.messages_wire import Blocks, events_of, message_of, plain_usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

KEY = "sk-ant-test-0123456789"
MODELS = ("claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5")
PATIENCE_S = 30.0
BYTES_PER_TOKEN = 4
STATUS_NAMES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came. `headers` are by lower-case name."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body, read."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(frozen=True, slots=True)
class Says:
    """The model answers. `stop` is one of the seven reasons; `details` are those of a refusal; `usage` overrides."""

    blocks: Blocks
    stop: str = "end_turn"
    details: Mapping[str, Any] | None = None
    usage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fails:
    """An answer that says no. `code` is the error's own (`details.error_code`)."""

    status: int
    message: str = "no"
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True, slots=True)
class Breaks:
    """An answer that goes wrong half way.

    `how`: 'cut' (the stream ends in the middle and nothing says so), 'hangs up' (the line breaks), 'garbage' (bytes
    that are no JSON), 'no stream' (200 and a page), 'error' (an error event within the stream), 'pings' (nothing but
    pings until it is let go), 'silent' (nothing at all until it is let go).
    """

    how: str
    blocks: Blocks = ()


Answer = Says | Fails | Breaks
Script = list[Answer | Callable[[Asked], Answer]]


def text(words: str) -> Blocks:
    """Words, as one block."""
    return ({"type": "text", "text": words},)


def thinks(words: str) -> Blocks:
    """A thinking block with its signature."""
    return ({"type": "thinking", "thinking": words, "signature": "c2lnbmVk"},)


def call(name: str, arguments: Mapping[str, Any], number: int = 1) -> Blocks:
    """One call of a tool; `number` makes its id."""
    return ({"type": "tool_use", "id": f"toolu_{number:04d}", "name": name, "input": dict(arguments)},)


def uses(*blocks: Blocks) -> Says:
    """The model calls tools."""
    return Says(tuple(each for group in blocks for each in group), "tool_use")


def answer_from(row: Mapping[str, Any]) -> Answer:
    """An answer as a JSON script writes it.

    `{"text": ..., "calls": [{"name":, "input":}], "stop":}`, `{"status": 529}` or `{"breaks": "cut"}`.
    """
    if "status" in row:
        return Fails(row["status"], row.get("message", "no"), row.get("headers", {}), row.get("code", ""))
    blocks = text(row["text"]) if row.get("text") else ()
    for number, each in enumerate(row.get("calls", ()), 1):
        blocks += call(each["name"], each["input"], each.get("number", number))
    if "breaks" in row:
        return Breaks(row["breaks"], blocks)
    return Says(blocks, row.get("stop", "tool_use" if row.get("calls") else "end_turn"), row.get("details"))


@dataclass(slots=True)
class MessagesServer:
    """Use as a context manager, also again: it keeps its port.

    `script` is answered in order; when it is empty, `otherwise`. `key` "" = any key will do. `let_go` frees what hangs;
    `before_answer` is called when a request is in and before anything is said.
    """

    script: Script = field(default_factory=list)
    otherwise: Answer = field(default_factory=lambda: Fails(500, "the script is over"))
    key: str = KEY
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)
    before_answer: Callable[[], None] | None = None
    _seen: set[str] = field(default_factory=set, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _server: _Quiet = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __enter__(self) -> Self:
        self._server = _Quiet(("127.0.0.1", self.port), self._handler())
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="messages-server")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Asked]:
        """The requests for a message, without those that counted tokens or listed models."""
        return [each for each in self.asked if each.path.partition("?")[0] == "/v1/messages"]

    def next_answer(self, asked: Asked) -> Answer:
        """What the script says to this request."""
        with self._lock:
            found = self.script.pop(0) if self.script else self.otherwise
        return found(asked) if callable(found) else found

    def usage(self, asked: Asked) -> dict[str, int]:
        """Tokens by bytes; the constant part is read from the cache when it was sent before."""
        body = asked.json
        constant = json.dumps([body.get("tools"), body.get("system")])
        task = json.dumps(body.get("messages"))
        with self._lock:
            known = constant in self._seen
            self._seen.add(constant)
        return plain_usage(len(task) // BYTES_PER_TOKEN, len(constant) // BYTES_PER_TOKEN, cached=known)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(_Handler):
            server_of = outer

        return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: MessagesServer

    def do_GET(self) -> None:
        asked = self._asked()
        if self._refused(asked):
            return
        rows = [
            {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"} for name in MODELS
        ]
        self._json(200, {"data": rows, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]})

    def do_POST(self) -> None:
        asked = self._asked()
        if self.server_of.before_answer:
            self.server_of.before_answer()
        if self._refused(asked):
            return
        path = asked.path.partition("?")[0]
        if path == "/v1/messages/count_tokens":
            self._json(200, {"input_tokens": max(1, len(asked.body) // BYTES_PER_TOKEN)})
        elif path == "/v1/messages":
            self._answer(asked)
        else:
            self._fail(Fails(404, f"no {path} here"))

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def _asked(self) -> Asked:
        length = int(self.headers.get("content-length", 0))
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, self.rfile.read(length))
        self.server_of.asked.append(asked)
        return asked

    def _refused(self, asked: Asked) -> bool:
        key = self.server_of.key
        given = (asked.headers.get("x-api-key"), asked.headers.get("authorization", "").removeprefix("Bearer "))
        if not key or key in given:
            return False
        self._fail(Fails(401, "invalid x-api-key"))
        return True

    def _answer(self, asked: Asked) -> None:
        answer = self.server_of.next_answer(asked)
        if isinstance(answer, Fails):
            self._fail(answer)
        elif isinstance(answer, Breaks):
            self._break(asked, answer)
        else:
            message = message_of(asked.json, answer, self.server_of.usage(asked), len(self.server_of.asked))
            if asked.json.get("stream"):
                self._stream(events_of(message))
            else:
                self._json(200, message)

    def _fail(self, answer: Fails) -> None:
        kind = STATUS_NAMES.get(answer.status, "api_error")
        error: dict[str, Any] = {"type": kind, "message": answer.message}
        if answer.code:
            error["details"] = {"error_code": answer.code}
        self._json(answer.status, {"type": "error", "error": error, "request_id": "req_0001"}, answer.headers)

    def _json(self, status: int, value: object, headers: Mapping[str, str] | None = None) -> None:
        self._whole(status, "application/json", json.dumps(value).encode(), headers or {})

    def _whole(self, status: int, kind: str, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        told = {"Content-Type": kind, "Content-Length": str(len(content)), "request-id": "req_0001", **headers}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, events: Sequence[tuple[str, object]], ends: bytes = b"") -> None:
        """Events as they come; the line is closed behind them."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("request-id", "req_0001")
        self.send_header("Connection", "close")
        self.end_headers()
        for name, value in events:
            self.wfile.write(f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n".encode())
            self.wfile.flush()
        self.wfile.write(ends)

    def _break(self, asked: Asked, answer: Breaks) -> None:
        says = Says(answer.blocks or text("I was about to"), "end_turn")
        whole = events_of(message_of(asked.json, says, self.server_of.usage(asked), len(self.server_of.asked)))
        started = whole[: max(3, len(whole) // 2)]
        match answer.how:
            case "cut":
                self._stream(started)
            case "hangs up":
                self.close_connection = True
            case "garbage":
                self._stream(started, b"event: content_block_delta\ndata: {this is no JSON\n\n")
            case "no stream":
                self._whole(200, "text/html", b"<html>welcome</html>", {})
            case "error":
                error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
                self._stream([*started, ("error", error)])
            case "pings":
                self._hang(started)
            case _:
                self.server_of.let_go.wait(PATIENCE_S)
                self.close_connection = True

    def _hang(self, started: Sequence[tuple[str, object]]) -> None:
        self._stream(started)
        pings = int(PATIENCE_S / 0.02)
        try:
            for _ in range(pings):
                if self.server_of.let_go.wait(0.02):
                    return
                self.wfile.write(b'event: ping\ndata: {"type": "ping"}\n\n')
                self.wfile.flush()
        except OSError:
            return  # the client gave up


class _Quiet(ThreadingHTTPServer):
    """Says nothing when a client hangs up."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        del request, client_address


def served(rows: Sequence[Mapping[str, Any]], port: int = 0) -> MessagesServer:
    """A server for the answers of a JSON script; any key will do."""
    return MessagesServer(script=[answer_from(each) for each in rows], key="", port=port)


def main(path: str, port: str = "0") -> None:
    """Serve a script until standard input ends."""
    with served(json.loads(Path(path).read_text(encoding="utf-8")), int(port)) as server:
        sys.stdout.write(f"{server.address}\n")
        sys.stdout.flush()
        for _ in _lines():
            pass


def _lines() -> Iterator[str]:
    yield from sys.stdin


if __name__ == "__main__":
    main(*sys.argv[1:])
