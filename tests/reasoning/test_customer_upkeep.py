"""What changed at a customer: listed by its shape, an account by a warning, and asked until it is put right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.reasoning.builders import answered, choices, facts, finished, mail, playbook, question

if TYPE_CHECKING:
    from agents.reasoning.brain import Decision, Outcome, TaskView

BRAIN = playbook()
MOVED = mail("We have moved. Our new address is Kaistrasse 5, 20457 Hamburg.\n\nEva Kern", subject="New address")


def decide(task: TaskView, *outcomes: Outcome) -> Decision:
    return BRAIN.decide(task, outcomes, facts())


def test_what_has_a_shape_is_listed_and_the_rest_is_left_to_the_owner() -> None:
    asked = question(decide(MOVED)).question
    assert "postal code and town: 20457 Hamburg" in asked
    assert "bank account" not in asked
    plain = replace(MOVED, text="Our new contact person is Ms Kern.", subject="Hello")
    assert "I cannot list it; read the mail" in question(decide(plain)).question


@pytest.mark.parametrize("known", [True, False])
def test_a_mail_from_an_address_nobody_knows_says_so(*, known: bool) -> None:
    asked = question(decide(replace(MOVED, sender_known=known))).question
    assert ("an address you do not know" in asked) is not known


def test_a_bank_account_is_a_call_of_the_owners() -> None:
    task = replace(MOVED, category="customer_change", text=f"{MOVED.text}\nIBAN: DE89 3704 0044 0532 0130 00")
    decision = decide(task)
    assert question(decision).question.startswith("It names a bank account: call them on a number you had before.")
    assert "Call them about the bank account (yours)" in [each.text for each in decision.steps]
    assert "DE89" not in repr(decision.moves)


def test_it_is_asked_until_it_is_put_right() -> None:
    first = decide(MOVED)
    later = answered("change-1", "remind me tomorrow")
    (waits,) = decide(MOVED, later).moves
    assert type(waits).__name__ == "WaitUntil"
    assert choices(question(first)) == ["I put it right", "remind me tomorrow", "file it, nothing is to be changed"]
    done = answered("change-1", "I put it right")
    assert finished(decide(MOVED, done)).endswith("20457 Hamburg): I put it right")
