"""Promises about another try and about the end of a task; and no crash loses a word of the owner or doubles it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.durability.task_persistence import requests_pending
from agents.errors import NotAllowed, Transient
from tests.autonomy.courier import LOST
from tests.autonomy.house import Killed
from tests.autonomy.scripted_brain import send
from tests.autonomy.words import WAYS, always_asks, history, say, tries_until_retried, word_left

if TYPE_CHECKING:
    from tests.autonomy.house import House


@pytest.mark.parametrize("way", WAYS)
def test_retry_lets_a_failed_proposal_be_proposed_again(house: House, way: str) -> None:
    house.brain.script = tries_until_retried
    proposal, task = house.proposed(), house.the_task()
    house.courier.before = NotAllowed("the courier refuses", hint="Ask him.")
    house.move(proposal, "Approved")
    house.once()
    assert (house.row(proposal).state, house.waiting()) == ("failed", [])
    house.courier.before = None
    say(house, "retry", task, way)
    house.once()
    (again,) = house.waiting()
    assert [each.kind for each in house.brain.seen[-1][1]] == ["failed", "retried"]
    house.move(again, "Approved")
    house.once()
    assert house.courier.sent == ["send lamp"]
    assert house.is_sound()


def test_retry_withdraws_the_question_whether_to_try_again(house: House) -> None:
    house.brain.script = tries_until_retried
    proposal = house.proposed()
    house.clock.advance(8 * 86_400)
    house.once()
    (question,) = house.sees().questions
    assert house.row(proposal).state == "expired"
    say(house, "retry", house.the_task())
    house.once()
    assert (house.sees().questions, len(house.waiting())) == ((), 1)
    assert "no longer asked" in house.text(question.id)


def test_retry_does_at_once_what_rests_after_an_error(house: House) -> None:
    proposal, task = house.proposed(), house.the_task()
    house.courier.before = Transient("busy", hint="Wait.")
    house.move(proposal, "Approved")
    house.once()
    house.courier.before = None
    house.once()
    assert house.courier.sent == []
    say(house, "retry", task)
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_retry_asks_a_brain_that_could_not_decide_at_once(house: House) -> None:
    house.brain.troubles = [Transient("no model", hint="Wait.")]
    house.mail("send lamp")
    house.once()
    house.once()
    assert house.waiting() == []
    say(house, "retry", house.the_task())
    house.once()
    assert len(house.waiting()) == 1


def test_retry_never_sends_again_what_is_in_doubt(house: House) -> None:
    proposal, task = house.proposed(), house.the_task()
    house.courier.troubles, house.courier.arrives = [LOST], True
    house.move(proposal, "Approved")
    house.once()
    for word in ("retry", "skip"):
        say(house, word, task)
        house.once()
        assert [each for each in house.alerts() if word in each and f"whether {proposal} happened" in each]
    assert (house.row(proposal).state, len(house.sees().questions)) == ("unknown", 1)
    house.command("answer", house.sees().questions[0].id, "leave it, I take care of it myself")
    house.brain.script = tries_until_retried
    house.once()
    say(house, "retry", task)
    house.once()
    assert (len(house.courier.sent), house.waiting()) == (1, [])
    assert "task.retried" not in house.happened(task)


@pytest.mark.parametrize("way", WAYS)
def test_a_cancelled_task_ends_with_everything_that_waits(house: House, way: str) -> None:
    house.brain.script = lambda task, _known: (send(task, "lamp"), *always_asks(task, ()))
    proposal, task = house.proposed(), house.the_task()
    (question,) = house.sees().questions
    say(house, "cancel", task, way)
    house.once()
    house.restart()
    assert (house.waiting(), house.sees().questions, len(house.brain.seen)) == ([], (), 1)
    assert {house.folder(each) for each in (task, proposal, question.id)} == {"Done/2026-11"}
    assert "cancelled by owner" in history(house, task)
    assert house.open_notes() == []
    assert house.is_sound()


def test_cancel_stops_an_approved_effect_that_is_not_begun(house: House) -> None:
    proposal, task = house.proposed(), house.the_task()
    (house.vault / "STOP.md").write_text("", encoding="utf-8")
    house.move(proposal, "Approved")
    house.once()
    say(house, "cancel", task)
    (house.vault / "STOP.md").unlink()
    house.once()
    assert (house.courier.sent, house.row(proposal).state) == ([], "withdrawn")
    assert house.folder(proposal) == "Done/2026-11"
    assert house.is_sound()


@pytest.mark.parametrize("failpoint", ["before effect", "after effect"])
def test_cancel_looks_up_what_was_begun_and_makes_nothing_anew(house: House, failpoint: str) -> None:
    proposal, task = house.proposed(), house.the_task()
    house.failpoint = failpoint
    house.move(proposal, "Approved")
    with pytest.raises(Killed):
        house.once()
    house.failpoint = ""
    say(house, "cancel", task)
    house.restart()
    house.restart()
    happened = failpoint == "after effect"
    assert house.courier.sent == ["send lamp"] * happened
    assert house.row(proposal).state == ("done" if happened else "rejected")
    assert house.folder(task) == "Done/2026-11"
    assert house.open_notes() == []
    assert house.is_sound()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("word", ["pause", "skip", "retry", "cancel"])
@pytest.mark.parametrize("kill_at", [1, 2, 3])
@pytest.mark.parametrize("after", [False, True])
def test_killed_anywhere_a_word_is_carried_out_once(
    house: House, word: str, way: str, kill_at: int, *, after: bool
) -> None:
    house.brain.script = tries_until_retried
    house.proposed()
    task = house.the_task()
    if word == "retry":
        house.clock.advance(8 * 86_400)
        house.once()
    say(house, word, task, way)
    house.once_killed_at(kill_at, after=after)
    with house.journal.begin() as sql:
        assert requests_pending(sql) == ()
    said = {"pause": "task.paused", "skip": "task.skipped", "retry": "task.retried", "cancel": "task.cancelled"}
    assert house.happened(task).count(said[word]) == 1
    assert word_left(house, task) == ""
    assert len(house.waiting()) == (word in {"pause", "retry"})
    assert len(house.sees().holds) == (word == "pause")
    assert (house.folder(task) == "Done/2026-11") is (word in {"skip", "cancel"})
    assert house.alerts() == []
    assert house.is_sound()
