"""What holds for each brain that is code: a no counts whatever came after it, a skip ends, a return begins anew."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.bank_tasks import KEY, WHICH
from agents.connectors.book_orders import BankBook
from agents.reasoning.brain import AskOwner, Decision, Finish, Outcome
from tests.autonomy.bank_desk import decided, moved
from tests.autonomy.test_bank_brain import brain
from tests.autonomy.test_bank_tasks import ended, now, task
from tests.connectors.bank.bank_room import Export, camt053

if TYPE_CHECKING:
    from agents.autonomy.bank_brain import BankBrain
    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

__all__ = ["brain"]
STRANGER = camt053(Export((moved("11-20", "5.00"),), Decimal(0))).replace(b"DE89", b"DE88")
REJECTED = Outcome(KEY, "rejected", reason="wrong account")
OTHER = Outcome("mcp-1", "done")


def asked(decision: Decision) -> str:
    (move,) = decision.moves
    assert isinstance(move, AskOwner), move
    return move.key


def test_a_no_counts_though_something_else_was_done_in_the_task_since(books: EmbeddedLedger) -> None:
    assert ended(decided(books, STRANGER, Outcome(WHICH, "answered", value="Savings"), REJECTED, OTHER)) == (
        "not booked, as you said"
    )


def test_what_was_answered_before_the_task_came_back_is_asked_again(books: EmbeddedLedger) -> None:
    before = (Outcome(WHICH, "answered", value="Savings"), REJECTED, Outcome("", "reopened"))
    assert asked(decided(books, STRANGER, *before)) == WHICH


def test_a_question_that_the_owner_leaves_out_ends_it(books: EmbeddedLedger) -> None:
    assert ended(decided(books, STRANGER, Outcome(WHICH, "skipped"))) == "not booked, as you said"


@pytest.mark.parametrize("name", ["gone.csv", "gone.sta"])
def test_what_follows_a_booking_needs_the_file_no_more(brain: BankBrain, name: str) -> None:
    order = BankBook(account="Checking", currency="EUR", closing=Decimal("0.00"), closed_on=now().today)
    (move,) = brain.decide(task(name), (Outcome(KEY, "done", action=order),), now()).moves
    assert isinstance(move, Finish)
    assert move.summary.startswith("booked as you said")
