"""What becomes of 'credit INV-2026-0001': a proposal, or a reason why not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.credit_brain import CreditBrain, Wish, wish_in
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit, InvoiceLine
from agents.connectors.ledger.figure_reader import read_figures
from agents.reasoning.brain import Decision, Finish, Outcome, ProposeAction
from tests.autonomy.test_payment_brain import Behind
from tests.connectors.books_story import taken
from tests.connectors.contract import OTHER_KEY
from tests.connectors.ledger.ledger_room import LedgerRoom, invoice, issue
from tests.reasoning.builders import asked, dropped, facts, rejected

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = "INV-2026-0001"


@pytest.fixture
def room(tmp_path: Path) -> LedgerRoom:
    """A ledger with one invoice: 950.00 of consulting at 19 %, 100.00 of print at 7 %."""
    room = LedgerRoom(tmp_path)
    issue(room, order=order())
    return room


def order() -> InvoiceCreate:
    printing = InvoiceLine(text="print", quantity=Decimal(2), price=Decimal(50), tax=Decimal(7))
    return invoice().model_copy(update={"lines": (*invoice().lines, printing)})


def decided(room: LedgerRoom, text: str, *outcomes: Outcome) -> Decision:
    def invoiced(number: str) -> tuple[InvoiceLine, ...]:
        return order().lines if number == NUMBER else ()

    def reports() -> object:
        return read_figures(room.vault, room.state)

    brain = CreditBrain(Behind(), {"invoice.credit": InvoiceCredit}, reports, invoiced)  # type: ignore[arg-type]
    return brain.decide(asked(text), outcomes, facts())


def proposed(room: LedgerRoom, text: str) -> ProposeAction:
    (move,) = decided(room, text).moves
    assert isinstance(move, ProposeAction), move
    return move


def ended(room: LedgerRoom, text: str, *outcomes: Outcome) -> str:
    (move,) = decided(room, text, *outcomes).moves
    assert isinstance(move, Finish), move
    return move.summary


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        (f"credit {NUMBER}", Wish(NUMBER)),
        ("credit 10.00 of inv/2026/11/0001", Wish("INV/2026/11/0001", net=Decimal("10.00"))),
        (f"Please credit {NUMBER.lower()}: they\n cancelled", Wish(NUMBER, reason="they cancelled")),
        (f"Credit line 2 of {NUMBER}", Wish(NUMBER, (2,))),
        (f"Storniere Position 1, 3 und 3 von {NUMBER}", Wish(NUMBER, (1, 3))),
        (f"Credit 100.00 of {NUMBER}", Wish(NUMBER, net=Decimal(100))),
        (f"Credit 100,00 EUR at 7 % of {NUMBER}", Wish(NUMBER, (), Decimal(100), "EUR", Decimal(7))),
    ],
)
def test_a_wish_is_read(text: str, wish: Wish) -> None:
    assert wish_in(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        *(
            "credit",
            "Credit the plumber",
            f"Do not credit {NUMBER}",
            f"Credit {NUMBER} and tell me",
            "Credit CN-2026-0001",
        ),
        *(f"Credit 4 of {NUMBER}", f"Credit line 0 of {NUMBER}", f"Credit line 1 {NUMBER}{' ' * 2_000}"),
    ],
)
def test_what_is_said_otherwise_is_for_the_brain_behind(room: LedgerRoom, text: str) -> None:
    assert decided(room, text).rule == "behind"


def test_only_the_owners_own_words_are_a_wish() -> None:
    def never(*_: str) -> object:
        return pytest.fail("nothing is looked up")

    brain = CreditBrain(Behind(), {}, never, never)  # type: ignore[arg-type]
    wish = f"credit {NUMBER}"
    for task in (dropped(wish), replace(asked(wish), kind="email"), replace(asked(wish), category="newsletter")):
        assert brain.decide(task, (), facts()).rule == "behind"


def test_lines_are_credited_as_they_were_invoiced_and_the_note_says_what_is_left(room: LedgerRoom) -> None:
    move = proposed(room, f"Credit line 2 of {NUMBER}: spoiled")
    assert isinstance(move.action, InvoiceCredit)
    assert move.action.lines == (taken("100.00", "7", "print"),)
    assert (move.action.total, move.action.left, move.action.reason) == (Decimal(107), Decimal("1130.50"), "spoiled")
    assert (move.provenance["lines"], move.provenance["number"], move.warnings) == ("books", "owner", ())
    assert "no line 3 that could be credited; it has 2" in ended(room, f"Credit line 3 of {NUMBER}")


def test_an_amount_is_credited_at_its_rate_and_what_was_credited_before_is_said(room: LedgerRoom) -> None:
    assert "has 7 % and 19 % VAT" in ended(room, f"Credit 10.00 of {NUMBER}")
    assert "is in EUR" in ended(room, f"Credit 10.00 CHF at 19 % of {NUMBER}")
    assert "more than the 950.00 EUR" in ended(room, f"Credit 950.01 at 19 % of {NUMBER}")
    assert "more than 0.00" in ended(room, f"Credit 0.00 at 19 % of {NUMBER}")
    first = proposed(room, f"Credit 100.00 at 7 % of {NUMBER}")
    assert first.provenance["lines"] == "owner"
    room.open().execute(first.action, OTHER_KEY, {})
    second = proposed(room, f"Credit 10.00 of {NUMBER}")  # one rate is left
    assert isinstance(second.action, InvoiceCredit)
    assert (second.action.total, second.action.left) == (Decimal("11.90"), Decimal("1118.60"))
    assert second.warnings == ("⚠ 107.00 EUR of it were credited before",)
    rest = proposed(room, f"Credit {NUMBER}").action
    assert isinstance(rest, InvoiceCredit)
    assert (rest.lines, rest.total) == ((), Decimal("1130.50"))


def test_where_the_journal_does_not_know_the_lines_an_amount_can_be_named(room: LedgerRoom) -> None:
    second = issue(room, OTHER_KEY).provider_id
    assert "its lines are not known here any more" in ended(room, f"Credit line 1 of {second}")
    assert "no single invoice INV-2026-0009" in ended(room, "Credit line 1 of INV-2026-0009")


def test_what_was_decided_is_not_asked_again(room: LedgerRoom) -> None:
    move = proposed(room, f"Credit {NUMBER}")
    assert "as you said" in ended(room, f"Credit {NUMBER}", rejected(move))
    assert "as you said" in ended(room, f"Credit {NUMBER}", Outcome("credit", "skipped"))
    failed = Outcome("credit", "failed", move.action, reason="the ledger has an error")
    assert ended(room, f"Credit {NUMBER}", failed) == "nothing was credited: the ledger has an error"
