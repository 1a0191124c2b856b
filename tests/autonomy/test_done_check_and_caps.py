"""A task is closed when the world says so, not when the brain does; and what does not end is given to the owner."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.errors import Broken
from agents.reasoning.brain import AskOwner, Choice, Condition, Decision, Finish, Move, Outcome, TaskView
from tests.autonomy.scripted_brain import ScriptedBrain, send

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.autonomy.house import House

DAY_S = 86400.0
PAID = Condition("paid", "INV-2026-0001")


def promises(_task: TaskView, _known: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """The brain says that it is done, whatever the books say."""
    return (Finish("paid, I am sure", (PAID,)),)


def books_say(house: House, *, paid: bool) -> None:
    def check(_sql: Connection, _task: str, about: str) -> bool:
        assert about == PAID.about
        return paid

    house.checks["paid"] = check


def test_a_promise_does_not_close_a_task_and_the_brain_hears_what_does_not_hold(house: House) -> None:
    house.brain.script = promises
    books_say(house, paid=False)
    house.mail("is it paid?")
    house.once()
    task = house.the_task()
    assert house.task(task).state == "waiting"
    assert house.brain.seen[1][1][-1] == replace(
        Outcome("", "unmet", value="invoice INV-2026-0001 is not paid"), at=house.clock.now()
    )


def test_the_same_again_and_again_is_no_progress_and_the_owner_is_asked(house: House) -> None:
    house.brain.script = promises
    books_say(house, paid=False)
    question = house.asked("is it paid?")
    assert len(house.brain.seen) == 3
    text = house.text(question)
    assert "3 turns in a row led to the same; still not so: invoice INV-2026-0001 is not paid" in text
    house.once()
    assert len(house.brain.seen) == 3
    house.tick(question, "go on")
    books_say(house, paid=True)
    house.once()
    assert house.task(house.the_task()).state == "done"
    assert house.is_sound()


def test_the_owner_may_close_what_was_stopped_without_asking_the_brain(house: House) -> None:
    house.brain.script = promises
    books_say(house, paid=False)
    question = house.asked("is it paid?")
    house.tick(question, "I do it myself")
    house.once()
    assert house.task(house.the_task()).state == "done"
    assert len(house.brain.seen) == 3
    assert house.task(house.the_task()).rule == "owner"


def test_what_holds_closes_the_task_at_once(house: House) -> None:
    house.brain.script = promises
    books_say(house, paid=True)
    house.mail("is it paid?")
    house.once()
    assert house.task(house.the_task()).state == "done"


def test_books_that_cannot_be_read_hold_nothing_and_say_why(house: House) -> None:
    def broken(_sql: Connection, _task: str, _about: str) -> bool:
        raise Broken("Accounting/manual.beancount:7 is no transaction.", hint="Mend the line.")

    house.checks["paid"] = broken
    house.brain.script = promises
    question = house.asked("is it paid?")
    assert "manual.beancount:7" in house.text(question)


def after_the_parcel(task: TaskView, known: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """Says done before and after the parcel is sent."""
    if not known:
        return (send(task, "lamp"),)
    return (Finish("sent", (Condition("done", "send"),)),)


def test_an_effect_without_a_receipt_is_not_done(house: House) -> None:
    house.brain.script = after_the_parcel
    proposal = house.proposed("send lamp")
    house.move(proposal, "Rejected")
    house.once()
    (question,) = house.sees().questions
    assert "the step send is not done" in house.text(question.id)


def test_an_effect_with_a_receipt_is_done(house: House) -> None:
    house.brain.script = after_the_parcel
    house.move(house.proposed("send lamp"), "Approved")
    house.once()
    assert house.sees().done == 1


def endless(_task: TaskView, known: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """Another question after each answer."""
    return (AskOwner(f"q-{len(known)}", "And now?", (Choice("yes"), Choice("no"))),)


def answer_until_capped(house: House, most: int) -> str:
    """Answer every question; the one that is asked when it is stopped."""
    for number in range(most):
        (question,) = house.sees().questions
        if question.move_key == "cap":
            return question.id
        house.clock.advance(1)
        house.set(question.id, "answer", f"answer {number}")
        house.once()
    raise AssertionError("it goes on for ever")


def test_a_task_that_takes_too_many_turns_is_stopped_and_goes_on_when_the_owner_says_so(house: House) -> None:
    house.brain.script = endless
    house.caps = replace(house.caps, turns=5)
    house.asked("talk to me")
    question = answer_until_capped(house, 20)
    assert "it took 5 turns and is not done" in house.text(question)
    assert len(house.brain.seen) == 5
    house.clock.advance(1)
    house.tick(question, "go on")
    house.clock.advance(1)
    house.once()
    again = answer_until_capped(house, 20)
    assert again != question
    assert "it took 5 turns and is not done" in house.text(again)


def test_a_task_that_is_open_for_too_long_is_stopped(house: House) -> None:
    house.brain.script = endless
    question = house.asked("talk to me")
    house.clock.advance(181 * DAY_S)
    house.set(question, "answer", "yes")
    house.once()
    (stop,) = house.sees().questions
    assert "it is not done after 180 days" in house.text(stop.id)


class Dear(ScriptedBrain):
    """Each turn costs a dollar and a half."""

    def _decide(self, task: TaskView, outcomes: tuple[Outcome, ...]) -> Decision:
        return replace(super()._decide(task, outcomes), cost_usd=Decimal("1.50"))


def test_thinking_that_costs_too_much_is_stopped_and_the_plan_shows_what_a_turn_cost(house: House) -> None:
    house.brain = Dear(endless)
    house.asked("talk to me")
    assert "1.50 USD" in house.text(f"plan-{house.the_task()}")
    question = answer_until_capped(house, 20)
    assert "thinking about it has cost 6.00 USD" in house.text(question)
    assert len(house.brain.seen) == 4


def test_put_back_by_the_owner_a_task_counts_anew(house: House) -> None:
    house.caps = replace(house.caps, turns=2)
    house.brain.script = lambda _task, _known: (Finish("done"),)
    house.mail("nothing")
    house.once()
    for _ in range(4):
        house.clock.advance(1)
        house.move(house.the_task(), "Needs_Action")
        house.clock.advance(1)
        house.once()
        assert house.task(house.the_task()).state == "done"
    assert house.sees().questions == ()
