"""Proof codes: enrolled once, used once, six wrong ones lock; never a way around them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.approval.credentials import LOST_WAIT, Enrolled, enrol, revoke
from agents.approval.proof import (
    LOCK,
    MAX_WRONG,
    NOTE,
    Attempt,
    Outcome,
    few_left,
    is_proved,
    proof_of,
    prove,
    standing,
)
from agents.security.proof_codes import CODES
from tests.approval.proofs import listed

if TYPE_CHECKING:
    from datetime import datetime

    from tests.durability.room import Room

P = "2026-11-23-safe-empty-0123456789"
WRONG = "10000000"


@pytest.fixture
def now(room: Room) -> datetime:
    return room.clock.now()


@pytest.fixture
def codes(room: Room, now: datetime) -> tuple[str, ...]:
    return listed(room.journal, now)


def tried(room: Room, code: str, now: datetime, proposal: str = P, by: str = NOTE) -> Attempt:
    with room.journal.begin() as sql:
        return prove(sql, code, proposal, by, now)


def test_without_a_list_nothing_is_proved(room: Room, now: datetime) -> None:
    attempt = tried(room, WRONG, now)
    assert (attempt.outcome, "proof enrol" in attempt.words) == (Outcome.NONE, True)
    with room.journal.begin() as sql:
        assert standing(sql, now) == (False, "no list of codes: what is of high risk cannot be approved")
        assert few_left(sql) == ""


def test_each_code_counts_once_in_any_order(room: Room, now: datetime, codes: tuple[str, ...]) -> None:
    assert tried(room, codes[6], now) == Attempt(Outcome.PROVED, "code 7 of list 1")
    assert tried(room, codes[6], now).outcome is Outcome.WRONG
    assert tried(room, codes[6], now, "another").outcome is Outcome.WRONG
    assert tried(room, f"{codes[0][:4]} {codes[0][4:]}", now, "another") == Attempt(Outcome.PROVED, "code 1 of list 1")
    with room.journal.begin() as sql:
        assert standing(sql, now) == (True, f"{CODES - 2} unused codes on list 1")


def test_a_proof_belongs_to_its_proposal_and_its_place(room: Room, now: datetime, codes: tuple[str, ...]) -> None:
    tried(room, codes[0], now, P, "request 3")
    with room.journal.begin() as sql:
        assert is_proved(sql, P)
        assert not is_proved(sql, "another")
        assert proof_of(sql, P, "request 3") == "code 1 of list 1"
        assert proof_of(sql, P, "request 4") == ""


def test_no_code_is_no_attempt(room: Room, now: datetime, codes: tuple[str, ...]) -> None:
    assert {tried(room, " ", now).words for _ in range(MAX_WRONG + 1)} == {"no code was given"}
    assert tried(room, codes[0], now).outcome is Outcome.PROVED


def test_six_wrong_codes_lock_even_the_right_one_for_an_hour(room: Room, now: datetime, codes: tuple[str, ...]) -> None:
    said = [tried(room, code, now).words for code in (WRONG, "abc", "4821", WRONG, WRONG, WRONG)]
    assert "5 more wrong ones" in said[0]
    assert "locked until" in said[-1]
    locked = tried(room, codes[0], now + LOCK - timedelta(seconds=1))
    assert (locked.outcome, "no code is looked at until" in locked.words) == (Outcome.LOCKED, True)
    with room.journal.begin() as sql:
        assert "locked until" in standing(sql, now)[1]
    assert tried(room, codes[0], now + LOCK).outcome is Outcome.PROVED, "and nothing was used up meanwhile"


def test_after_a_lock_six_more_are_needed_and_a_right_code_begins_anew(
    room: Room, now: datetime, codes: tuple[str, ...]
) -> None:
    for _ in range(MAX_WRONG):
        tried(room, WRONG, now)
    later = now + LOCK
    for _ in range(MAX_WRONG - 1):
        assert tried(room, WRONG, later).outcome is Outcome.WRONG
    assert tried(room, codes[0], later).outcome is Outcome.PROVED
    assert "5 more" in tried(room, WRONG, later).words


def test_a_new_list_needs_a_code_of_the_old_one_and_voids_it(room: Room, now: datetime, codes: tuple[str, ...]) -> None:
    with room.journal.begin() as sql:
        refused = enrol(sql, now, "", lost=False)
        made = enrol(sql, now, codes[0], lost=False)
    assert isinstance(refused, Attempt)
    assert isinstance(made, Enrolled)
    assert (made.number, made.counts_from) == (2, now)
    assert tried(room, codes[1], now).outcome is Outcome.WRONG
    assert tried(room, made.codes[0], now) == Attempt(Outcome.PROVED, "code 1 of list 2")


def test_a_lost_list_is_void_at_once_and_the_new_one_counts_a_day_later(
    room: Room, now: datetime, codes: tuple[str, ...]
) -> None:
    with room.journal.begin() as sql:
        made = enrol(sql, now, "", lost=True)
        assert "counts from" in standing(sql, now)[1]
    assert isinstance(made, Enrolled)
    assert tried(room, codes[0], now).outcome is Outcome.NONE
    assert tried(room, made.codes[0], now).outcome is Outcome.NONE
    assert tried(room, made.codes[0], now + LOST_WAIT).outcome is Outcome.PROVED


def test_the_first_list_counts_at_once(room: Room, now: datetime) -> None:
    with room.journal.begin() as sql:
        made = enrol(sql, now, "", lost=False)
    assert isinstance(made, Enrolled)
    assert tried(room, made.codes[0], now).outcome is Outcome.PROVED


def test_a_list_is_taken_back_with_one_of_its_codes_only(room: Room, now: datetime, codes: tuple[str, ...]) -> None:
    with room.journal.begin() as sql:
        assert revoke(sql, now, WRONG)[0].outcome is Outcome.WRONG
        assert revoke(sql, now, codes[0])[0].outcome is Outcome.PROVED
        assert revoke(sql, now, codes[1])[0].outcome is Outcome.NONE
        assert standing(sql, now)[0] is False
    assert tried(room, codes[1], now).outcome is Outcome.NONE


def test_the_last_codes_are_announced(room: Room, now: datetime, codes: tuple[str, ...]) -> None:
    for code in codes[3:]:
        with room.journal.begin() as sql:
            assert few_left(sql) == ""
        tried(room, code, now)
    with room.journal.begin() as sql:
        assert "3 codes" in few_left(sql)


def test_no_code_can_be_read_in_the_journal(room: Room, codes: tuple[str, ...]) -> None:
    room.journal.close()
    kept = b"".join(path.read_bytes() for path in room.state.rglob("*") if path.is_file())
    assert not [code for code in codes if code.encode() in kept]
