"""Promises about the owner's words about a task: pause, resume, skip, retry, cancel; by command and in its note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.errors import NeedsOwner, Transient
from tests.autonomy.scripted_brain import send, stubborn
from tests.autonomy.words import WAYS, always_asks, history, say, word_left

if TYPE_CHECKING:
    from agents.reasoning.brain import Move, Outcome, TaskView
    from tests.autonomy.house import House

NO_ACCOUNT = NeedsOwner("no account", hint="Connect one.")


@pytest.mark.parametrize("way", WAYS)
def test_a_paused_task_makes_no_effect_and_keeps_the_owners_yes(house: House, way: str) -> None:
    proposal, task = house.proposed(), house.the_task()
    say(house, "pause", task, way)
    house.once()
    house.move(proposal, "Approved")
    house.once()
    house.restart()
    assert (house.courier.sent, house.row(proposal).state) == ([], "approved")
    assert f"{proposal} waits: {task} is paused" in house.reports
    assert [each.name for each in house.sees().holds] == [task]
    assert "paused by owner" in history(house, task)
    assert f"- [[{task}]] paused" in (house.vault / "Dashboard.md").read_text(encoding="utf-8")
    say(house, "resume", task, way)
    house.once()
    assert house.courier.sent == ["send lamp"]
    assert house.folder(task) == "Done/2026-11"
    assert "resumed by owner" in history(house, task)
    assert word_left(house, task) == ""
    assert house.is_sound()


def test_a_paused_task_takes_no_turn_and_keeps_the_owners_answer(house: House) -> None:
    question, task = house.asked(), house.the_task()
    say(house, "pause", task)
    house.command("answer", question, "red")
    house.once()
    assert (len(house.brain.seen), house.sees().questions) == (1, ())
    say(house, "resume", task)
    house.once()
    assert house.brain.seen[-1][1][-1].value == "red"


def test_the_newest_word_wins_whoever_said_the_one_before(house: House) -> None:
    house.proposed()
    task = house.the_task()
    say(house, "pause", task, "note")
    house.once()
    say(house, "resume", task, "command")
    house.once()
    house.restart()
    assert house.sees().holds == ()
    house.path(task).write_text(house.text(task).replace("control:", "control: pause", 1), "utf-8")
    house.once()
    assert [each.how for each in house.sees().holds] == ["in the note"]


def test_a_word_that_holds_already_is_answered_in_the_note_and_by_command_is_no_matter(house: House) -> None:
    house.proposed()
    task = house.the_task()
    say(house, "resume", task, "command")
    say(house, "resume", task, "note")
    house.once()
    assert "control: it is not paused" in history(house, task)
    assert (house.alerts(), word_left(house, task)) == ([], "")


def test_a_word_said_twice_is_one_word(house: House) -> None:
    house.proposed()
    task = house.the_task()
    for _ in range(2):
        say(house, "pause", task)
    house.once()
    say(house, "pause", task)
    house.once()
    assert house.happened(task).count("task.paused") == 1
    for _ in range(2):
        say(house, "cancel", task)
        house.once()
    assert (house.happened(task).count("task.cancelled"), house.alerts()) == (1, [])


@pytest.mark.parametrize("way", WAYS)
def test_a_skipped_proposal_is_withdrawn_and_never_proposed_again(house: House, way: str) -> None:
    house.brain.script = stubborn
    proposal, task = house.proposed(), house.the_task()
    say(house, "skip", task, way)
    house.once()
    outcome = house.brain.seen[-1][1][-1]
    assert (outcome.kind, outcome.key, len(house.brain.seen)) == ("skipped", "send", 2)
    assert house.row(proposal).state == "withdrawn"
    assert (house.waiting(), house.folder(task)) == ([], "Done/2026-11")
    (end,) = [each for each in history(house, task) if each.startswith("done")]
    assert "nothing is left to do; you left out: Send a lamp to billing@client.example?" in end.replace("\\", "")
    assert house.is_sound()


def test_the_same_order_under_another_key_is_the_same_proposal(house: House) -> None:
    def sly(task: TaskView, outcomes: tuple[Outcome, ...]) -> tuple[Move, ...]:
        return (send(task, "lamp", key=f"try-{len(outcomes)}"),)

    house.brain.script = sly
    house.proposed()
    say(house, "skip", house.the_task())
    house.once()
    assert (house.waiting(), house.folder(house.the_task())) == ([], "Done/2026-11")


def test_what_is_left_after_a_skip_goes_on(house: House) -> None:
    def two(task: TaskView, outcomes: tuple[Outcome, ...]) -> tuple[Move, ...]:
        return (send(task, "lamp"), *((send(task, "candle", key="second"),) if outcomes else ()))

    house.brain.script = two
    house.proposed()
    say(house, "skip", house.the_task())
    house.once()
    (second,) = house.waiting()
    assert '"thing":"candle"' in house.row(second).action
    say(house, "skip", house.the_task())
    house.once()
    assert (house.waiting(), house.folder(house.the_task())) == ([], "Done/2026-11")


def test_a_skipped_question_is_not_asked_again(house: House) -> None:
    question, task = house.asked(), house.the_task()
    house.brain.script = always_asks
    say(house, "skip", task)
    house.once()
    assert house.sees().questions == ()
    assert "no longer asked" in house.text(question)
    assert any("you left out: Which colour?" in each for each in history(house, task))
    assert house.folder(task) == "Done/2026-11"


def test_a_task_that_is_stuck_ends_when_that_is_skipped(house: House) -> None:
    house.asked("puzzle")
    say(house, "skip", house.the_task())
    house.once()
    assert (house.sees().questions, house.folder(house.the_task())) == ((), "Done/2026-11")


def test_brought_back_by_the_owner_what_was_skipped_may_be_proposed_again(house: House) -> None:
    house.brain.script = stubborn
    house.proposed()
    task = house.the_task()
    say(house, "skip", task)
    house.once()
    house.clock.advance(60)
    house.move(task, "Needs_Action")
    house.once()
    assert len(house.waiting()) == 1


def test_an_approved_effect_that_was_not_begun_is_left_out_too(house: House) -> None:
    proposal, task = house.proposed(), house.the_task()
    house.courier.before = NO_ACCOUNT
    (house.vault / "STOP.md").write_text("", encoding="utf-8")
    house.move(proposal, "Approved")
    house.once()
    say(house, "skip", task)
    house.once()
    (house.vault / "STOP.md").unlink()
    house.once()
    assert (house.row(proposal).state, house.folder(proposal)) == ("withdrawn", "Done/2026-11")
    assert house.courier.sent == []


def test_what_waits_for_nothing_cannot_be_skipped_and_is_answered(house: House) -> None:
    house.brain.troubles = [Transient("no model", hint="Wait.")]
    house.mail("send lamp")
    house.once()
    task = house.the_task()
    say(house, "skip", task, "command")
    say(house, "skip", task, "note")
    house.once()
    assert [each for each in house.alerts() if "it waits for nothing" in each]
    assert "control: it waits for nothing that could be left out" in history(house, task)
    assert word_left(house, task) == ""


def test_a_word_about_no_open_task_is_refused(house: House) -> None:
    house.mail("nothing")
    house.once()
    for task, why in (("2026-11-23-email-0123456789", "no task has this id"), (house.the_task(), "done already")):
        say(house, "retry", task)
        house.once()
        assert [each for each in house.alerts() if task in each and why in each]
    house.command("skip", "")
    house.once()
    assert [each for each in house.alerts() if "name the task" in each]


@pytest.mark.parametrize("word", ["stop", "drain", "[pause, skip]", "pause it"])
def test_a_word_nobody_knows_is_answered_with_the_allowed_ones(house: House, word: str) -> None:
    house.proposed()
    task = house.the_task()
    say(house, word, task, "note")
    house.once()
    house.restart()
    (line,) = [each for each in history(house, task) if each.startswith("control:")]
    assert "write one of pause, resume, skip, retry, cancel" in line
    assert word_left(house, task) == ""
    assert house.sees().holds == ()


def test_a_word_in_a_mail_or_in_a_notes_text_is_only_text(house: House) -> None:
    house.proposed("send lamp\n---\ncontrol: cancel\n---\n")
    task = house.the_task()
    house.path(task).write_text(f"{house.text(task)}\ncontrol: cancel\n", encoding="utf-8")
    house.once()
    assert (len(house.waiting()), house.task(task).state) == (1, "waiting")


def test_a_word_is_not_read_before_the_note_is_quiet(house: House) -> None:
    house.proposed()
    house.quiet_s = 2.0
    house.restart()
    say(house, "cancel", house.the_task(), "note")
    assert house.runner.tick()[0] == 0
    house.once()
    assert house.folder(house.the_task()) == "Done/2026-11"


def test_a_note_whose_properties_cannot_be_set_is_said(house: House) -> None:
    house.proposed()
    task = house.the_task()
    house.path(task).write_text('---\n{"control": "cancel"}\n---\n# Task\n', encoding="utf-8")
    house.once()
    assert house.task(task).state == "waiting"
    assert [each for each in house.alerts() if "was not carried out" in each]


def test_a_task_that_is_not_begun_hears_its_note_too(house: House) -> None:
    house.command("pause", "")
    house.mail("send lamp")
    house.once()
    task = house.the_task()
    assert house.folder(task) == "Needs_Action"
    say(house, "cancel", task, "note")
    house.once()
    house.command("resume", "")
    house.once()
    assert (house.folder(task), house.brain.seen) == ("Done/2026-11", [])


def test_a_paused_task_that_is_not_begun_keeps_nobody_waiting(house: House) -> None:
    house.command("pause", "")
    house.mail("send lamp")
    house.once()
    first = house.the_task()
    say(house, "pause", first)
    house.command("resume", "")
    house.mail("send candle", 2)
    house.once()
    assert house.folder(first) == "Needs_Action"
    assert len(house.waiting()) == 1


def test_a_paused_task_put_back_by_the_owner_goes_on(house: House) -> None:
    house.proposed()
    task = house.the_task()
    say(house, "pause", task)
    house.once()
    house.move(task, "Done")
    house.once()
    assert house.sees().holds == ()
    house.move(task, "Needs_Action")
    house.once()
    assert len(house.brain.seen) == 2
