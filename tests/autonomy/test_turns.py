"""Promises about turns: what the brain says becomes notes once, and never what the owner refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import AttachmentRef, sha256_hex
from agents.errors import NeedsOwner, Transient
from agents.reasoning.brain import Finish, Move, Outcome, ProposeAction, TaskView
from tests.autonomy.courier import WAYBILL, ParcelSend
from tests.autonomy.scripted_brain import errands, send, stubborn

if TYPE_CHECKING:
    from tests.autonomy.house import House


def test_what_was_rejected_is_never_proposed_again_in_that_task_but_in_another(house: House) -> None:
    house.brain.script = stubborn
    first = house.proposed("send lamp", 1)
    house.move(first, "Rejected")
    house.once()
    assert house.waiting() == []
    second = house.proposed("send lamp", 2)
    assert second != first


def test_a_brain_with_nothing_to_say_asks_and_the_owner_may_end_it(house: House) -> None:
    question = house.asked("puzzle")
    house.tick(question, "I do it myself")
    house.brain.script = lambda _task, _known: ()
    house.once()
    assert house.sees().questions == ()
    assert house.folder(house.the_task()) == "Done/2026-11"
    assert "I do it myself" in house.text(house.the_task())


def test_any_other_answer_to_a_stuck_task_goes_to_the_brain_and_it_may_be_asked_again(house: House) -> None:
    house.brain.script = lambda _task, _known: ()
    question = house.asked("puzzle")
    house.set(question, "answer", "call them")
    house.once()
    (again,) = house.sees().questions
    assert again.id != question
    assert house.brain.seen[-1][1][-1].value == "call them"


def test_a_proposal_the_brain_thinks_better_of_is_withdrawn(house: House) -> None:
    first = house.proposed("send lamp")
    house.brain.script = lambda task, _known: (send(task, "candle"),)
    house.move(house.the_task(), "Needs_Action")
    house.once()
    (second,) = house.waiting()
    assert house.row(first).state == "withdrawn"
    assert house.folder(first) == "Done/2026-11"
    assert "candle" in house.text(second)
    assert f"[[{second}]]" in house.text(f"plan-{house.the_task()}")
    assert house.is_sound()


def test_what_is_approved_is_not_proposed_anew_in_other_words(house: House) -> None:
    first = house.proposed("send lamp")
    (house.vault / "STOP.md").write_text("stop\n", encoding="utf-8")
    house.move(first, "Approved")
    house.once()
    house.brain.script = lambda task, _known: (send(task, "candle"),)
    house.move(house.the_task(), "Needs_Action")
    house.once()
    assert (house.waiting(), house.row(first).state) == ([], "approved")


def with_waybill(task: TaskView, known: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """A lamp first, then a letter with its waybill."""
    done = [each for each in known if each.kind == "done" and each.receipt]
    if not done:
        return (send(task, "lamp"),)
    if len(done) > 1:
        return (Finish("both sent"),)
    assert done[0].receipt
    document = done[0].receipt.documents[0]
    enclosed = (AttachmentRef(name=document.name, sha256=document.sha256),)
    letter = ParcelSend(to=task.sender_address, thing="letter", enclosed=enclosed)
    return (ProposeAction("letter", letter, {"to": "owner"}, "", ("look twice",)),)


def test_the_file_of_a_receipt_is_sealed_with_the_next_proposal(house: House) -> None:
    house.brain.script = with_waybill
    house.move(house.proposed(), "Approved")
    house.once()
    (letter,) = house.waiting()
    (house.vault / WAYBILL).write_text("forged\n", encoding="utf-8")
    house.move(letter, "Approved")
    house.once()
    assert house.courier.sent == ["send lamp", "send letter"]


def test_a_file_that_changed_is_not_sealed_but_asked_about(house: House) -> None:
    house.brain.script = with_waybill
    proposal = house.proposed()
    house.move(proposal, "Approved")
    house.brain.troubles = [Transient("busy", hint="Wait.")]
    house.once()
    (house.vault / WAYBILL).write_text("forged\n", encoding="utf-8")
    house.clock.advance(60)
    house.once()
    assert house.waiting() == []
    (question,) = house.sees().questions
    assert "waybill.txt" in house.text(question.id)
    house.tick(question.id, "file it, nothing is to be done")
    house.once()
    assert house.task(house.the_task()).state == "done"


def test_a_file_nobody_made_is_not_sealed(house: House) -> None:
    stranger = AttachmentRef(name="secrets.txt", sha256=sha256_hex(b"secret"))
    parcel = ParcelSend(to="x@client.example", thing="letter", enclosed=(stranger,))
    house.brain.script = lambda _task, _known: (ProposeAction("letter", parcel, {}, ""),)
    house.asked("send letter")
    assert house.waiting() == []


def test_a_brain_that_does_not_answer_is_asked_again_after_a_minute(house: House) -> None:
    house.brain.troubles = [Transient("busy", hint="Wait."), Transient("busy", hint="Wait.")]
    house.mail("nothing")
    house.once()
    house.once()
    assert (len(house.brain.troubles), house.task(house.the_task()).state) == (1, "claimed")
    for _ in range(2):
        house.clock.advance(60)
        house.once()
    assert house.task(house.the_task()).state == "done"
    assert house.alerts() == []


def test_a_brain_that_needs_the_owner_says_so_once(house: House) -> None:
    need = NeedsOwner("no key", hint="Say `connect brain`.")
    house.brain.troubles = [need, need]
    house.mail("nothing")
    house.once()
    house.clock.advance(60)
    house.once()
    assert ["no key" in each for each in house.alerts()] == [True]


def test_a_bad_row_of_the_owner_is_named_once_and_again_when_it_comes_back(house: House) -> None:
    rates = house.vault / "Accounting/Rates.md"
    good = rates.read_text(encoding="utf-8")
    bad = (
        "| customer | service | unit | price | currency | tax |\n| --- | --- | --- | --- | --- | --- |\n"
        "| | work | h | cheap | EUR | 19 |\n"
    )
    for number, text in enumerate([bad, bad, good, bad]):
        rates.write_text(text, encoding="utf-8")
        house.mail("nothing", number)
        house.once()
    assert ["line 3" in each for each in house.alerts()] == [True, True]


def test_words_from_outside_stay_inert_in_plan_and_history(house: House) -> None:
    house.brain.script = lambda task, _known: (Finish(f"done for {task.subject} ![[evil]]"),)
    house.mail("anything")
    house.once()
    assert "![[evil]]" not in house.text(house.the_task())


def test_a_task_note_deleted_before_it_is_claimed_is_written_at_once(house: House) -> None:
    house.start()
    house.mail("send lamp")
    house.sweep()
    task = house.the_task()
    house.path(task).unlink()
    house.once()
    assert house.folder(task) == "In_Progress/runner"


def test_a_note_of_another_hand_with_the_tasks_name_in_done_is_put_aside(house: House) -> None:
    house.brain.script = errands
    proposal = house.proposed()
    task = house.the_task()
    twin = house.vault / f"Done/2026-11/{task}.md"
    twin.parent.mkdir(parents=True, exist_ok=True)
    twin.write_text("mine\n", encoding="utf-8")
    house.move(proposal, "Approved")
    house.once()
    assert house.folder(task) == "Done/2026-11"
    assert [each.read_text(encoding="utf-8") for each in (house.vault / "Quarantine").glob("*-twin-*")] == ["mine\n"]
    assert house.is_sound()


@pytest.mark.parametrize("kind", ["reject", "approve"])
def test_an_effect_that_ends_after_its_task_opens_nothing(house: House, kind: str) -> None:
    house.move(house.proposed(), "Approved")
    house.once()
    (done,) = house.proposals("done")
    house.command("undo", done)
    house.once()
    (undo,) = house.waiting()
    house.command(kind, undo)
    house.once()
    house.once()
    assert house.folder(house.the_task()) == "Done/2026-11"
    assert house.task(house.the_task()).state == "done"
    assert len(house.brain.seen) == 2


def test_one_bad_row_more_does_not_tell_the_others_again(house: House) -> None:
    rates = house.vault / "Accounting/Rates.md"
    head = "| customer | service | unit | price | currency | tax |\n| --- | --- | --- | --- | --- | --- |\n"
    bad = "| | work | h | cheap | EUR | 19 |\n"
    for number in (1, 2):
        rates.write_text(head + bad * number, encoding="utf-8")
        house.mail("nothing", number)
        house.once()
    assert ["line 3" in each for each in house.alerts()].count(True) == 1
    assert len(house.alerts()) == 2


def test_a_category_that_was_already_said_is_not_written_twice(house: House) -> None:
    house.proposed()
    house.set(house.the_task(), "category", "complaint")
    house.once()
    house.move(house.the_task(), "Needs_Action")
    house.once()
    assert [view.category for view, _known in house.brain.seen] == ["", "complaint", "complaint"]
