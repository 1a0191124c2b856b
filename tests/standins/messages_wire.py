"""How the Messages API writes an answer: one message, or the events that make it up in a stream. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Blocks = tuple["Mapping[str, Any]", ...]
Event = tuple[str, object]
PIECE_CHARS = 7  # small, so that every text and every argument comes in several deltas


class Spoken(Protocol):
    """What a model says, as `messages_server.Says` has it."""

    @property
    def blocks(self) -> Blocks: ...
    @property
    def stop(self) -> str: ...
    @property
    def details(self) -> Mapping[str, Any] | None: ...
    @property
    def usage(self) -> Mapping[str, int]: ...


def plain_usage(fresh: int, constant: int, *, cached: bool) -> dict[str, int]:
    """Token counts of a request whose constant part was, or was not, sent before."""
    written, read = (0, constant) if cached else (constant, 0)
    return {"input_tokens": fresh, "cache_creation_input_tokens": written, "cache_read_input_tokens": read}


def message_of(asked: Mapping[str, Any], said: Spoken, usage: Mapping[str, int], number: int) -> dict[str, Any]:
    """The whole message."""
    words = sum(len(json.dumps(each)) for each in said.blocks)
    tokens = {**usage, "output_tokens": max(1, words // 4), **said.usage}
    written = tokens["cache_creation_input_tokens"]
    return {
        "id": f"msg_{number:04d}",
        "type": "message",
        "role": "assistant",
        "model": asked.get("model", ""),
        "content": [dict(each) for each in said.blocks],
        "stop_reason": said.stop,
        "stop_sequence": None,
        "stop_details": {"type": "refusal", **said.details} if said.details else None,
        "usage": {
            **tokens,
            "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
            "service_tier": "standard",
        },
    }


def events_of(message: Mapping[str, Any]) -> list[Event]:
    """The same as events, in the order in which the service sends them."""
    return [*_events(message)]


def _events(message: Mapping[str, Any]) -> Iterator[Event]:
    blank = {**message, "content": [], "stop_reason": None, "stop_details": None}
    begun = {**blank, "usage": {**message["usage"], "output_tokens": 1}}
    yield "message_start", {"type": "message_start", "message": begun}
    yield "ping", {"type": "ping"}
    for index, block in enumerate(message["content"]):
        yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": _empty(block)}
        for delta in _deltas(block):
            yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}
        yield "content_block_stop", {"type": "content_block_stop", "index": index}
    names = ("stop_reason", "stop_sequence", "stop_details")
    ended = {"type": "message_delta", "delta": {each: message[each] for each in names}, "usage": message["usage"]}
    yield "message_delta", ended
    yield "message_stop", {"type": "message_stop"}


def _empty(block: Mapping[str, Any]) -> dict[str, Any]:
    blanks = {"text": "", "thinking": "", "signature": "", "input": {}}
    return {name: blanks.get(name, value) for name, value in block.items()}


def _deltas(block: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    match block["type"]:
        case "text":
            yield from ({"type": "text_delta", "text": each} for each in _pieces(block["text"]))
        case "thinking":
            yield from ({"type": "thinking_delta", "thinking": each} for each in _pieces(block["thinking"]))
            yield {"type": "signature_delta", "signature": block["signature"]}
        case "tool_use":
            written = json.dumps(block["input"], ensure_ascii=False)
            yield from ({"type": "input_json_delta", "partial_json": each} for each in ("", *_pieces(written)))


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + PIECE_CHARS] for at in range(0, len(text), PIECE_CHARS))
