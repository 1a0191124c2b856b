"""What becomes of 'pay BILL-2026-0001': a proposal, a question, or a reason why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.payment_brain import PaymentBrain, Wish, wish_in
from agents.autonomy.payment_tasks import MYSELF
from agents.connectors.payment.actions import PaymentPrepare
from agents.reasoning.brain import AskOwner, Decision, Finish, Outcome, ProposeAction
from tests.connectors.contract import KEY
from tests.connectors.payment.payment_room import FIRST, OURS, THEIRS, PaymentRoom, order
from tests.connectors.payment.test_payment_connector import paid
from tests.reasoning.builders import answered, asked, dropped, facts

if TYPE_CHECKING:
    from pathlib import Path

    from agents.durability.engine import Steps
    from agents.reasoning.brain import Facts, TaskView

PAY = f"Pay {FIRST} to DE02 1203 0000 0000 2020 51"


class Behind:
    """The brain behind."""

    name = "behind"

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps) -> Decision:
        del task, outcomes, facts, steps
        return Decision("behind", "", "", (), "", ())


@pytest.fixture
def room(tmp_path: Path) -> PaymentRoom:
    """A vault in which one bill is open."""
    return PaymentRoom(tmp_path)


def decided(room: PaymentRoom, text: str, *outcomes: Outcome) -> Decision:
    books = room.context.books
    assert books is not None
    brain = PaymentBrain(room.vault, Behind(), {"payment.prepare": PaymentPrepare}, books)
    assert brain.name == "behind"
    return brain.decide(asked(text), outcomes, facts())


def proposed(room: PaymentRoom, text: str, *outcomes: Outcome) -> ProposeAction:
    (move,) = decided(room, text, *outcomes).moves
    assert isinstance(move, ProposeAction), move
    return move


def ended(room: PaymentRoom, text: str, *outcomes: Outcome) -> str:
    (move,) = decided(room, text, *outcomes).moves
    assert isinstance(move, Finish), move
    return move.summary


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        (f"pay {FIRST}", Wish((FIRST,))),
        (f"Please pay {FIRST.lower()}.", Wish((FIRST,))),
        (f"Bezahle {FIRST} und BILL-2026-0002\n", Wish((FIRST, "BILL-2026-0002"))),
        (f"Pay {FIRST}, {FIRST}", Wish((FIRST,))),
        ("Pay BILL/2026/11/0001 and BILL/2026/0002", Wish(("BILL/2026/11/0001", "BILL/2026/0002"))),
        (f"Pay 40,00 EUR of {FIRST} to {THEIRS}", Wish((FIRST,), Decimal("40.00"), THEIRS)),
        (f"Pay 40 EUR of {FIRST}", Wish((FIRST,), Decimal(40))),
        (f"{PAY} BIC byladem1001 on 2026-12-01", Wish((FIRST,), None, THEIRS, "BYLADEM1001", date(2026, 12, 1))),
    ],
)
def test_a_wish_is_read(text: str, wish: Wish) -> None:
    assert wish_in(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        *("pay", "Pay the plumber", f"Do not pay {FIRST}", f"Pay {FIRST} to somebody", f"Pay {FIRST} on 2026-02-30"),
        *(f"Pay {FIRST} and tell me", "Pay INV-2026-0001", f"Pay {FIRST}{' ' * 2_000}"),
        *(f"Pay {each} EUR of {FIRST}" for each in ("1.000", "40.5", "4,", "-4")),
    ],
)
def test_what_is_said_otherwise_is_for_the_brain_behind(room: PaymentRoom, text: str) -> None:
    assert wish_in(text) is None
    assert decided(room, text).rule == "behind"


def test_only_the_owners_own_words_are_a_wish(room: PaymentRoom) -> None:
    books = room.context.books
    assert books is not None
    brain = PaymentBrain(room.vault, Behind(), {}, books)
    for task in (dropped(PAY), replace(asked(PAY), kind="email"), replace(asked(PAY), category="newsletter")):
        assert brain.decide(task, (), facts()).rule == "behind"


def test_what_is_open_is_proposed_with_the_vendors_own_number(room: PaymentRoom) -> None:
    move = proposed(room, PAY)
    assert move.action == order()
    assert move.provenance == {"payments": "owner", "day": "computed"}
    assert move.warnings == ()


def test_the_account_the_books_know_is_taken_and_another_one_is_said_loudly(room: PaymentRoom) -> None:
    paid(room, "19.00")
    known = proposed(room, f"Pay {FIRST} on 2026-12-10")
    assert isinstance(known.action, PaymentPrepare)
    assert known.action.payments[0].iban == THEIRS
    assert known.action.total == Decimal("100.00")
    assert known.action.cautions() == ()
    assert known.provenance == {"payments": "books", "day": "owner"}
    assert "due on 2026-12-07" in known.warnings[0]
    changed = proposed(room, f"Pay {FIRST} to {OURS}").action
    assert "THE ACCOUNT HAS CHANGED" in changed.cautions()[0]


def test_without_an_account_the_owner_is_asked_for_it(room: PaymentRoom) -> None:
    (question,) = decided(room, f"Pay {FIRST}").moves
    assert isinstance(question, AskOwner)
    assert "Paper & Co" in question.question
    assert question.choices == (MYSELF,)
    move = proposed(room, f"Pay {FIRST}", answered(question.key, "DE02 1203 0000 0000 2020 51"))
    assert move.action == order()
    assert "no account" in ended(room, f"Pay {FIRST}", answered(question.key, "ask them"))
    assert "yourself" in ended(room, f"Pay {FIRST}", answered(question.key, MYSELF.text))


def test_where_the_books_know_several_accounts_they_are_the_choices(room: PaymentRoom) -> None:
    paid(room, "1.00")
    paid(room, "2.00", OURS)
    (question,) = decided(room, f"Pay {FIRST}").moves
    assert isinstance(question, AskOwner)
    assert [each.text[:7] for each in question.choices] == ["DE02 12", "DE89 37"]


def test_several_bills_are_one_file(room: PaymentRoom) -> None:
    second = room.owe("Paper & Co", "P-101", "10.00")
    action = proposed(room, f"Pay {FIRST} and {second} to {THEIRS}").action
    assert isinstance(action, PaymentPrepare)
    assert [(each.number, each.reference) for each in action.payments] == [(FIRST, "P-100"), (second, "P-101")]
    assert "part of one bill" in ended(room, f"Pay 1.00 EUR of {FIRST}, {second} to {THEIRS}")
    other = room.owe("Müller", "4711", "10.00")
    assert "several vendors" in ended(room, f"Pay {FIRST} and {other} to {THEIRS}")


def test_what_cannot_be_paid_ends_with_the_reason(room: PaymentRoom) -> None:
    assert "not open" in ended(room, "Pay BILL-2026-0009")
    assert "more than the 119.00" in ended(room, f"Pay 119.01 EUR of {FIRST} to {THEIRS}")
    assert "no account in the SEPA area" in ended(room, f"Pay {FIRST} to DE02120300000000202052")
    room.payments().execute(order(), KEY, {})
    assert "pays 119.00 EUR of BILL-2026-0001 already" in ended(room, PAY)


def test_a_day_that_is_over_is_said(room: PaymentRoom) -> None:
    assert "2026-11-02 is over" in proposed(room, f"{PAY} on 2026-11-02").warnings[0]


@pytest.mark.parametrize(
    ("kind", "said"), [("done", "give it to your bank"), ("rejected", "as you said"), ("failed", "no file: the disk")]
)
def test_afterwards_the_task_ends(room: PaymentRoom, kind: str, said: str) -> None:
    reason = "the disk" if kind == "failed" else ""
    summary = ended(room, PAY, Outcome("payment", kind, reason=reason))
    assert said.partition(":")[0].removeprefix("no file") in summary
    assert reason in summary
