"""A question to the model: asked again when the service is busy, within one deadline, each request counted once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from agents.durability.consent_rows import revoke_consent
from agents.reasoning.claude_asking import Reply
from tests.clock import NOON
from tests.reasoning.claude_room import ClaudeRoom, claude_room
from tests.standins.messages_server import Breaks, Fails, Says, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_CACHE = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
SAYS = Says(text("ok"), usage={"input_tokens": 1000, "output_tokens": 100, **NO_CACHE})


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ClaudeRoom]:
    with claude_room(tmp_path) as opened:
        yield opened


def highest(room: ClaudeRoom) -> Decimal:
    return room.prices.highest(len(room.prepared().body), 1000)


def test_an_answer_costs_what_the_service_counted(room: ClaudeRoom) -> None:
    room.server.script.append(SAYS)
    reply = room.reply()
    assert reply.cost_usd == Decimal("0.003")
    assert room.month() == Decimal("0.003")
    assert Reply.from_json(reply.to_json()) == reply


@pytest.mark.parametrize("fails", [Fails(529), Fails(500), Fails(429, headers={"retry-after": "0"})])
def test_a_busy_service_is_asked_again_and_costs_nothing_until_it_answers(room: ClaudeRoom, fails: Fails) -> None:
    room.server.script += [fails, fails, SAYS]
    assert room.reply().answer
    assert len(room.server.messages) == 3
    assert room.month() == Decimal("0.003")


def test_a_service_that_stays_busy_is_given_up_after_three_tries(room: ClaudeRoom) -> None:
    room.server.otherwise = Fails(529)
    reply = room.reply()
    assert reply.answer is None
    assert (reply.cost_usd, len(room.server.messages)) == (Decimal(0), 3)
    assert "busy" in reply.trouble
    assert room.month() == 0


def test_a_long_retry_after_is_not_waited_for(room: ClaudeRoom) -> None:
    """The library would sleep for as long as the service says."""
    room.clock = SystemClock()
    room.server.otherwise = Fails(429, headers={"retry-after": "3600"})
    assert "busy" in room.reply().trouble
    assert len(room.server.messages) == 1


def test_an_answer_that_broke_off_counts_with_the_most_it_may_have_cost(room: ClaudeRoom) -> None:
    room.server.script += [Breaks("cut"), SAYS]
    reply = room.reply()
    assert reply.answer
    assert reply.cost_usd == room.month() == highest(room) + Decimal("0.003")


def test_while_a_request_is_under_way_its_highest_price_counts(room: ClaudeRoom) -> None:
    seen: list[Decimal] = []
    room.server.before_answer = lambda: seen.append(room.month())
    room.server.script.append(SAYS)
    room.reply()
    assert seen == [highest(room)]


@pytest.mark.parametrize(("limit", "words"), [("task", "this task"), ("day", "today"), ("month", "this month")])
def test_over_a_limit_nothing_is_sent(room: ClaudeRoom, limit: str, words: str) -> None:
    room.limits = replace(room.limits, **{limit: Decimal("0.014")})
    room.server.script += [replace(SAYS, usage={"output_tokens": 900}), SAYS]
    assert room.reply().answer
    reply = room.reply()
    assert f"USD for {words} is reached" in reply.trouble
    assert len(room.server.messages) == 1


def test_without_a_key_or_a_consent_nothing_is_sent_and_nothing_counts(room: ClaudeRoom) -> None:
    room.key = None
    assert "no key" in room.reply().trouble
    room.key = "any"
    with room.journal.begin() as sql:
        revoke_consent(sql, NOON)
    assert "not accepted" in room.reply().trouble
    assert room.server.asked == []
    assert room.month() == 0


def test_consent_taken_back_between_two_tries_is_heeded(room: ClaudeRoom) -> None:
    def revoked() -> None:
        with room.journal.begin() as sql:
            revoke_consent(sql, NOON)

    room.server.before_answer = revoked
    room.server.script += [Fails(529), SAYS]
    assert "not accepted" in room.reply().trouble
    assert len(room.server.messages) == 1


def test_a_request_that_is_too_large_is_told_apart(room: ClaudeRoom) -> None:
    room.server.script.append(Fails(413))
    reply = room.reply()
    assert reply.is_too_large
    assert room.month() == 0


def test_a_run_that_ends_does_not_wait_for_the_model_and_its_money_counts(room: ClaudeRoom) -> None:
    room.server.before_answer = room.stopping.set
    room.server.script.append(Breaks("silent"))
    assert "the run ends" in room.reply().trouble
    assert len(room.server.messages) == 1
    assert room.month() == highest(room)
