"""Promises about commands: each is carried out once, or refused in words, also when the process was killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.autonomy.requests import undoing
from agents.connectors.contract import CannotUndo
from agents.durability.task_persistence import requests_pending
from agents.errors import NeedsOwner
from tests.autonomy.courier import MODELS
from tests.autonomy.house import Killed

if TYPE_CHECKING:
    from tests.autonomy.house import House


def refused(house: House, kind: str, target: str, text: str = "") -> str:
    """Why a command was not carried out, as the owner reads it."""
    before = house.alerts()
    house.command(kind, target, text)
    house.once()
    (new,) = [each for each in house.alerts() if each not in before and "was not carried out" in each]
    return new


def done_parcel(house: House, body: str = "send lamp") -> str:
    proposal = house.proposed(body)
    house.move(proposal, "Approved")
    house.once()
    return proposal


def test_an_unknown_id_is_refused_and_its_words_are_inert(house: House) -> None:
    words = refused(house, "approve", "![[evil]]")
    assert "not known" in words
    assert "`approve ![[evil]]`" in words


@pytest.mark.parametrize(("kind", "word"), [("approve", "rejected already"), ("dance", "knows this command")])
def test_what_cannot_be_carried_out_is_said(house: House, kind: str, word: str) -> None:
    proposal = house.proposed()
    house.move(proposal, "Rejected")
    house.once()
    assert word in refused(house, kind, proposal)
    assert house.courier.sent == []


def test_an_unknown_command_never_counts_as_a_decision(house: House) -> None:
    proposal = house.proposed()
    assert "knows this command" in refused(house, "rejekt", proposal)
    assert house.waiting() == [proposal]


def test_a_command_does_not_approve_what_was_edited(house: House) -> None:
    proposal = house.proposed()
    path = house.path(proposal)
    path.write_text(house.text(proposal).replace("thing: lamp", "thing: candle"), encoding="utf-8")
    assert "edited" in refused(house, "approve", proposal)
    assert house.courier.sent == []


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("box", "says no"),
        ("both", "both approve"),
        ("folder", "says no"),
        ("twins", "lies in"),
        ("bytes", "cannot be read"),
    ],
)
def test_a_command_does_not_approve_against_what_the_note_says(house: House, way: str, why: str) -> None:
    proposal = house.proposed()
    path = house.path(proposal)
    if way in {"box", "both"}:
        house.set(proposal, "reject", "true")
    if way == "both":
        house.set(proposal, "approve", "true")
    if way == "folder":
        house.move(proposal, "Rejected")
    if way == "twins":
        (house.vault / f"Approved/{proposal}.md").write_text(house.text(proposal), encoding="utf-8")
    if way == "bytes":
        path.write_bytes(b"x" * 1_000_001)
    assert why in refused(house, "approve", proposal)
    assert house.courier.sent == []


def test_a_command_approves_a_note_that_was_just_deleted(house: House) -> None:
    proposal = house.proposed()
    house.path(proposal).unlink()
    house.command("approve", proposal)
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_a_command_approves_neither_what_expired_nor_what_needs_a_proof(house: House) -> None:
    safe = house.proposed("empty safe", 1)
    assert "proof" in refused(house, "approve", safe)
    lamp = house.proposed("send lamp", 2)
    house.clock.advance(8 * 86_400)
    assert "expired" in refused(house, "approve", lamp)
    assert house.courier.sent == []


def test_undo_proposes_what_undoes_it_once(house: House) -> None:
    parcel = done_parcel(house)
    house.command("undo", parcel)
    house.once()
    (undo,) = house.waiting()
    assert house.row(undo).undoes == parcel
    assert house.courier.sent == ["send lamp"]
    assert "before" in refused(house, "undo", parcel)
    house.move(undo, "Approved")
    house.once()
    assert house.courier.sent == ["send lamp", "recall lamp"]
    assert house.is_sound()


def test_what_cannot_be_undone_says_why(house: House) -> None:
    assert "a letter is read already" in refused(house, "undo", done_parcel(house, "send letter"))
    assert "nothing happened yet" in refused(house, "undo", house.proposed("send lamp", 2))


def test_a_service_that_cannot_say_how_to_undo_is_heard(house: House) -> None:
    parcel = done_parcel(house)
    house.courier.before = NeedsOwner("no account", hint="Say `connect courier`.")
    assert "no account" in refused(house, "undo", parcel)


def test_an_action_nobody_knows_any_more_cannot_be_undone(house: House) -> None:
    row = house.row(done_parcel(house))
    assert isinstance(undoing(row, {}, MODELS), CannotUndo)
    assert isinstance(undoing(row, {"parcel.send": house.courier}, {}), CannotUndo)


def test_an_answer_to_no_open_question_is_refused(house: House) -> None:
    assert "not open" in refused(house, "answer", "2026-11-23-question-0123456789", "red")
    question = house.asked()
    house.command("answer", question, "red")
    house.once()
    assert "not open" in refused(house, "answer", question, "blue")


@pytest.mark.parametrize("kind", ["approve", "reject", "answer", "undo"])
@pytest.mark.parametrize("after", [False, True])
def test_killed_while_it_is_carried_out_a_command_is_carried_out_once(house: House, kind: str, *, after: bool) -> None:
    body = {"answer": "choose"}.get(kind, "send lamp")
    target = house.asked(body) if kind == "answer" else house.proposed(body)
    if kind == "undo":
        house.move(target, "Approved")
        house.once()
    house.command(kind, target, "red")
    house.store.kill_at, house.store.after = house.store.applied + 1, after
    if kind == "approve":
        house.failpoint = "intent"
    with pytest.raises(Killed):
        house.once()
    house.failpoint = ""
    house.restart()
    house.restart()
    with house.journal.begin() as sql:
        assert requests_pending(sql) == ()
    assert house.alerts() == []
    assert len(house.courier.sent) == (kind in {"approve", "undo"})
    assert len(house.proposals("waiting")) == (kind == "undo")
    assert house.is_sound()
