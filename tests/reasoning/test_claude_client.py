"""Asking the model over the wire: exactly our bytes leave, and each way to fail is one of our errors."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from agents.errors import EmployeeError, NeedsOwner, NotAllowed, Transient
from agents.reasoning.claude_client import ask, models_at
from agents.reasoning.model_answer import Declined, TooLarge, answer_of
from agents.reasoning.outgoing import release
from agents.security.library_egress import Patience, Unreached
from tests.reasoning.claude_room import ClaudeRoom, claude_room
from tests.standins.messages_server import KEY, MODELS, Breaks, Fails, Says, call, text, thinks, uses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.reasoning.model_answer import Answer


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ClaudeRoom]:
    with claude_room(tmp_path) as opened:
        yield opened


def asked(room: ClaudeRoom, timeout_s: float = 20.0, key: str = KEY) -> Answer:
    with room.journal.begin() as sql:
        outgoing = release(sql, room.prepared())
    return ask(outgoing, key, Patience(SystemClock(), timeout_s))


def test_exactly_the_prepared_bytes_leave_and_the_blocks_come_back_as_they_were_sent(room: ClaudeRoom) -> None:
    blocks = (*thinks("hm"), *text("Let me see."), *call("look", {"words": "Müller, 5 €"}))
    room.server.script.append(Says(blocks, "tool_use"))
    answer = asked(room)
    assert room.server.messages[0].body == room.prepared().body
    assert answer.content == blocks
    assert (answer.stop, answer.words(), answer.calls()[0].input) == (
        "tool_use",
        "Let me see.",
        {"words": "Müller, 5 €"},
    )
    assert answer.usage.output_tokens > 0
    headers = room.server.messages[0].headers
    assert headers["anthropic-version"] >= "2023-06-01"
    assert headers["authorization"] == f"Bearer {KEY}"


def test_nothing_of_this_machine_changes_where_it_goes(room: ClaudeRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads variables of its own; the address and the key are ours."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-other")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    room.server.script.append(Says(text("ok")))
    assert asked(room).words() == "ok"


@pytest.mark.parametrize(
    "stop",
    ["end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded"],
)
def test_each_reason_to_stop_comes_through(room: ClaudeRoom, stop: str) -> None:
    details = {"category": "cyber", "explanation": "no"} if stop == "refusal" else None
    room.server.script.append(Says(text("so"), stop, details))
    answer = asked(room)
    assert (answer.stop, answer.refusal) == (stop, "cyber" if details else "")


@pytest.mark.parametrize(
    ("fails", "kind", "words"),
    [
        (Fails(400, "bad `field`"), NotAllowed, "does not take"),
        (Fails(401), NeedsOwner, "refuses the key"),
        (Fails(403), NeedsOwner, "refuses the key"),
        (Fails(404), NeedsOwner, "answered with 404"),
        (Fails(302, headers={"location": "http://127.0.0.1:9/"}), NeedsOwner, "answered with 302"),
        (Fails(402), NeedsOwner, "wants to be paid"),
        (Fails(429, code="enforced_spend_limit_reached"), NeedsOwner, "your limit there is reached"),
        (Fails(400, code="linked_organization_billing_unavailable"), NeedsOwner, "wants to be paid"),
        (Fails(413), TooLarge, "too large"),
        (Fails(429), Declined, "busy"),
        (Fails(500), Declined, "busy"),
        (Fails(529), Declined, "busy"),
    ],
)
def test_an_answer_that_says_no_is_one_of_our_errors(
    room: ClaudeRoom, fails: Fails, kind: type[EmployeeError], words: str
) -> None:
    room.server.script.append(fails)
    with pytest.raises(kind, match=words) as caught:
        asked(room)
    assert type(caught.value) is kind
    assert caught.value.hint
    assert KEY not in str(caught.value)
    assert len(room.server.messages) == 1


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("9999999999", 86_400.0), ("-1", 0.0), ("soon", None)])
def test_when_the_service_wants_to_be_asked_again_is_known(
    room: ClaudeRoom, header: str, seconds: float | None
) -> None:
    room.server.script.append(Fails(429, headers={"retry-after": header}))
    with pytest.raises(Declined) as caught:
        asked(room)
    assert caught.value.again_s == seconds


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("cut", "broke off"),
        ("error", "broke off"),
        ("garbage", "cannot be read"),
        ("no stream", "not as a model does"),
        ("hangs up", "the line to"),
        ("silent", "does not answer"),
        ("pings", "did not end its answer in time"),
    ],
)
def test_an_answer_that_breaks_may_have_been_paid_and_is_tried_later(room: ClaudeRoom, how: str, words: str) -> None:
    room.server.script.append(Breaks(how))
    with pytest.raises(Transient, match=words) as caught:
        asked(room, 0.4 if how in {"silent", "pings"} else 20.0)
    assert type(caught.value) is Transient


def test_a_service_that_is_not_there_was_not_reached(room: ClaudeRoom) -> None:
    with room.journal.begin() as sql:
        outgoing = release(sql, room.prepared())
    room.server.__exit__(None, None, None)
    with pytest.raises(Unreached):
        ask(outgoing, KEY, Patience(SystemClock(), 5))
    room.server.__enter__()


def test_a_stream_without_its_end_is_never_taken_for_an_answer() -> None:
    with pytest.raises(ValueError, match="stop"):
        answer_of({"content": [], "stop_reason": None, "usage": {}})


def test_the_models_of_a_service_are_listed_with_nothing_but_the_key(room: ClaudeRoom) -> None:
    assert models_at(room.server.address, KEY, Patience(SystemClock(), 5)) == MODELS
    assert room.server.asked[0].body == b""
    with pytest.raises(NeedsOwner, match="refuses the key"):
        models_at(room.server.address, "wrong", Patience(SystemClock(), 5))


def test_words_of_thinking_are_not_what_it_says(room: ClaudeRoom) -> None:
    room.server.script.append(replace(uses(thinks("secret plan"), call("look", {})), stop="tool_use"))
    assert asked(room).words() == ""


def test_without_the_library_the_owner_is_told_what_to_install(
    room: ClaudeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(NeedsOwner, match="not installed") as caught:
        asked(room)
    assert "requirements-claude.txt" in caught.value.hint
    assert room.server.asked == []
