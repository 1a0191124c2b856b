"""The stand-in is what it says: the SDK reads its answers, and it keeps what it was asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.standins.messages_server import (
    KEY,
    Answer,
    Breaks,
    Fails,
    MessagesServer,
    Says,
    answer_from,
    call,
    text,
    thinks,
    uses,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY: dict[str, Any] = {"model": "claude-sonnet-5-5", "max_tokens": 10, "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def server() -> Iterator[MessagesServer]:
    with MessagesServer() as running:
        yield running


def asked(server: MessagesServer, body: bytes, path: str = "/v1/messages", key: str = KEY) -> bytes:
    request = Request(server.address + path, body, {"x-api-key": key, "content-type": "application/json"})  # noqa: S310
    with urlopen(request, timeout=10) as answer:  # noqa: S310 (this computer)
        content: bytes = answer.read()
    return content


def test_a_plain_answer_is_one_message_and_the_request_is_kept_byte_for_byte(server: MessagesServer) -> None:
    server.script.append(Says((*thinks("so"), *text("Hello"))))
    body = json.dumps(BODY).encode() + b"  "
    message = json.loads(asked(server, body))
    assert message["content"] == [*thinks("so"), *text("Hello")]
    assert (message["stop_reason"], message["usage"]["cache_read_input_tokens"]) == ("end_turn", 0)
    assert server.messages[0].body == body
    assert server.messages[0].headers["x-api-key"] == KEY


def test_a_stream_holds_the_same_message_in_pieces(server: MessagesServer) -> None:
    server.script.append(uses(text("Let me look."), call("look_up", {"words": "käse", "limit": 3})))
    lines = asked(server, json.dumps({**BODY, "stream": True}).encode()).decode().splitlines()
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert [line.removeprefix("event: ") for line in lines if line.startswith("event: ")] == [e["type"] for e in events]
    assert (events[0]["type"], events[-1]["type"]) == ("message_start", "message_stop")
    deltas = [each["delta"] for each in events if each["type"] == "content_block_delta"]
    written = "".join(each["partial_json"] for each in deltas if each["type"] == "input_json_delta")
    assert json.loads(written) == {"words": "käse", "limit": 3}
    assert events[-2]["delta"]["stop_reason"] == "tool_use"


def test_what_was_sent_before_is_read_from_the_cache(server: MessagesServer) -> None:
    server.otherwise = Says(text("ok"))
    usages = [json.loads(asked(server, json.dumps({**BODY, "system": "s" * 400}).encode()))["usage"] for _ in "12"]
    assert [each["cache_read_input_tokens"] > 0 for each in usages] == [False, True]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(Fails(529), "overloaded_error"), (Fails(402, code="x"), "billing_error"), (Fails(500), "api_error")],
)
def test_a_no_has_the_errors_shape(server: MessagesServer, answer: Answer, kind: str) -> None:
    server.script.append(answer)
    with pytest.raises(HTTPError) as caught:
        asked(server, json.dumps(BODY).encode())
    assert json.loads(caught.value.read())["error"]["type"] == kind


def test_another_key_is_refused_and_tokens_are_counted(server: MessagesServer) -> None:
    with pytest.raises(HTTPError, match="401"):
        asked(server, json.dumps(BODY).encode(), key="other")
    counted = json.loads(asked(server, json.dumps(BODY).encode(), "/v1/messages/count_tokens"))
    assert counted["input_tokens"] > 10
    assert len(server.messages) == 1


def test_a_script_is_read_from_json() -> None:
    assert answer_from({"text": "Hi"}) == Says(text("Hi"))
    assert answer_from({"calls": [{"name": "a", "input": {}}, {"name": "b", "input": {}}]}) == uses(
        call("a", {}), call("b", {}, 2)
    )
    assert answer_from({"status": 429, "headers": {"retry-after": "9"}}) == Fails(429, "no", {"retry-after": "9"})
    assert answer_from({"breaks": "cut", "text": "x"}) == Breaks("cut", text("x"))
