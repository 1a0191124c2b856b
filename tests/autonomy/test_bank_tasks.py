"""What is proposed about a statement of the bank, and when nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.bank_brain import BankBrain
from agents.autonomy.bank_tasks import KEY, MAX_TOLD, WHICH, BankTasks
from agents.connectors.bank.from_books import expected_of, order_of
from agents.connectors.bank.matches import Kind, Match, Reconciliation, Verdict
from agents.connectors.bank.statement import BankLine, Statement
from agents.connectors.book_orders import MAX_MOVES, BankBook, Payment, Transfer, Unexplained
from agents.connectors.ledger.figure_reader import read_figures
from agents.reasoning.brain import AskOwner, AttachedFile, Decision, Facts, Finish, Outcome, ProposeAction, TaskView
from tests.connectors.bank.bank_room import OTHER
from tests.connectors.books_hand import perform
from tests.connectors.books_story import STORY, bank, bill, cost, day, invoice, to
from tests.connectors.ledger.ledger_room import MANUAL
from tests.flows.test_bank import IBAN, camt
from tests.flows.test_books import today
from tests.reasoning.builders import dropped, facts

if TYPE_CHECKING:
    from agents.connectors.book_figures import BookReports
    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger


def reports(books: EmbeddedLedger) -> BookReports:
    return read_figures(books.room.vault, books.room.state)


def task(name: str = "s.xml") -> TaskView:
    file = AttachedFile(f"sha-0123456789abcdef.{name.rpartition('.')[2]}", name, "application/xml", 10)
    return replace(dropped("", name), attachments=(file,))


def now() -> Facts:
    return replace(facts(), today=today())


def decided(books: EmbeddedLedger, content: str, *outcomes: Outcome) -> Decision:
    return BankTasks(lambda: reports(books)).decide(task(), content.encode(), outcomes, now())


def ended(decision: Decision) -> str:
    (move,) = decision.moves
    assert isinstance(move, Finish)
    return move.summary


def proposed(decision: Decision) -> tuple[BankBook, tuple[str, ...]]:
    (move,) = decision.moves
    assert isinstance(move, ProposeAction)
    assert isinstance(move.action, BankBook)
    assert set(move.provenance) == {"account", "currency", "moves", "closing", "closed_on"}
    return move.action, move.warnings


def test_a_movement_is_what_the_books_are_sure_of_and_else_unexplained(books: EmbeddedLedger) -> None:
    perform(books, [("11-05", invoice("Northwind", ("1000.00", "19")))])
    perform(books, [("11-08", bill("Paper & Co", "P-100", "11-08", "12-07", cost("Office", "100.00", "19")))], first=9)
    order, told = proposed(
        decided(
            books,
            camt(
                [
                    ("r1", "1190.00", "Northwind", "Invoice INV-2026-0001"),
                    ("r2", "-119.00", "Paper & Co", "BILL-2026-0001"),
                    ("r3", "17.00", "Nobody", "hello"),
                ]
            ),
        )
    )
    assert order.account == "Checking"
    assert [type(each.reason) for each in order.moves] == [Payment, Payment, Unexplained]
    assert [each.reason.vendor for each in order.moves if isinstance(each.reason, Payment)] == [False, True]
    assert order.closing == Decimal("1088.00")
    assert told[0] == "2 of 3 movements were matched with the books for sure"


def test_what_was_there_before_the_books_is_booked_once(books: EmbeddedLedger) -> None:
    first, _ = proposed(decided(books, camt([("r1", "5.00", "A", "b")], opening="70.00")))
    assert first.moves[0].reason == Transfer(account="Opening")
    assert first.moves[0].amount == Decimal("70.00")
    assert first.moves[0].day < first.moves[1].day
    perform(books, [("11-27", first)])
    later, _ = proposed(decided(books, camt([("r2", "6.00", "A", "c")], opening="75.00")))
    assert [each.text for each in later.moves] == ["c"]


def test_a_transfer_between_own_accounts_is_one_when_both_are_known(books: EmbeddedLedger) -> None:
    line = BankLine("x1", date(2026, 11, 20), Decimal("-200.00"), "EUR", "me", iban=OTHER)
    statement = Statement(IBAN, "EUR", (line,))
    match = Match(IBAN, line, Kind.TRANSFER, Verdict.AUTO, 1.0, rest=line.amount)
    expected = expected_of(reports(books).receivables(line.day), reports(books).payables(line.day), (IBAN, OTHER), {})
    for names, reason in (({OTHER: "Savings"}, Transfer(account="Savings")), ({}, Unexplained())):
        order = order_of(statement, "Checking", Reconciliation((match,)), expected, names, new=False)
        assert [each.reason for each in order.moves] == [reason]
        assert order.closing is None
    perform(books, [("11-21", bank("b", "11-20", "-1.00", to("Savings")))])
    assert {each.name: each.amounts["EUR"] for each in reports(books).cash(day("11-30"))} == {
        "Assets:Transit": Decimal("1.00"),
        "Assets:Bank:Checking": Decimal("-1.00"),
    }


def test_one_line_for_two_parties_is_left_to_the_owner(books: EmbeddedLedger) -> None:
    perform(books, STORY[1:3])
    on = day("01-10")
    expected = expected_of(reports(books).receivables(on), reports(books).payables(on), (), {})
    line = BankLine("x1", on, Decimal("5236.00"), "EUR", "both")
    parts = (("INV-2026-0001", Decimal("1190.00")), ("INV-2026-0002", Decimal("4046.00")))
    match = Match(IBAN, line, Kind.JOINT, Verdict.AUTO, 1.0, parts)
    order = order_of(Statement(IBAN, "EUR", (line,)), "Checking", Reconciliation((match,)), expected, {}, new=False)
    assert order.moves[0].reason == Unexplained()


def test_the_owner_is_asked_for_an_account_the_books_do_not_know(books: EmbeddedLedger) -> None:
    content = camt([("r1", "5.00", "A", "b")], iban="DE75512108001245126199")
    (question,) = decided(books, content).moves
    assert isinstance(question, AskOwner)
    assert [each.text for each in question.choices] == ["Checking", "Savings"]
    wrong = Outcome(WHICH, "answered", value="Treasure")
    assert isinstance(decided(books, content, wrong).moves[0], AskOwner)
    order, _ = proposed(decided(books, content, wrong, Outcome(WHICH, "answered", value=" Savings ")))
    assert order.account == "Savings"


def test_what_became_of_the_proposal_ends_the_task(books: EmbeddedLedger) -> None:
    content = camt([("r1", "5.00", "A", "b")])
    assert ended(decided(books, content, Outcome(KEY, "done"))) == "booked as you said"
    assert ended(decided(books, content, Outcome(KEY, "rejected"))) == "not booked, as you said"
    failed = ended(decided(books, content, Outcome(KEY, "failed", reason="the balance is another")))
    assert failed == "it could not be booked; nothing was changed: the balance is another"


def test_nothing_is_booked_of_what_cannot_be_one_order(books: EmbeddedLedger) -> None:
    one = camt([("r1", "5.00", "A", "b")])
    statement = one[one.index("<Stmt>") : one.index("</Stmt>") + 7]
    two = one.replace(statement, statement + statement.replace(IBAN, OTHER))
    assert "one statement of one account" in ended(decided(books, two))
    many = camt([(f"r{at}", "1.00", "A", f"b {at}") for at in range(MAX_MOVES)])
    assert "too many for one yes" in ended(decided(books, many))
    assert "nothing was booked" in ended(decided(books, one[:-30]))
    empty = one[: one.index("<Bal>")] + one[one.index("</Stmt>") :]
    assert ended(decided(books, empty)) == "it holds no movement"


def test_a_ledger_with_an_error_is_told_and_nothing_is_booked(books: EmbeddedLedger) -> None:
    books.room.write(MANUAL, '2026-11-01 * "broken"\n  Assets:Cash 1 EUR\n')
    assert f"{MANUAL}:1" in ended(decided(books, camt([("r1", "5.00", "A", "b")])))


def test_what_is_told_besides_is_short(books: EmbeddedLedger) -> None:
    perform(books, [(f"11-{at + 1:02}", invoice("Northwind", ("10.00", "0"))) for at in range(3)])
    lines = [(f"r{at}", "10.00", "Northwind", "perhaps") for at in range(MAX_TOLD + 5)]
    _, told = proposed(decided(books, camt(lines)))
    assert len(told) <= MAX_TOLD


@pytest.mark.parametrize("name", ["s.sta", "s.mt940", "s.ofx", "s.qfx"])
def test_a_statement_whose_file_is_gone_ends_its_task(books: EmbeddedLedger, name: str) -> None:
    brain = BankBrain(books.room.vault, NoBrain(), {}, lambda: reports(books))
    assert "not there any more" in ended(brain.decide(task(name), (), facts()))
    assert brain.name == "none"


@pytest.mark.parametrize(
    "other", [task("s.csv"), task("s.xml"), replace(task("s.sta"), category="receipt"), replace(task(), kind="email")]
)
def test_what_is_no_statement_is_for_the_brain_behind(books: EmbeddedLedger, other: TaskView) -> None:
    brain = BankBrain(books.room.vault, NoBrain(), {}, lambda: reports(books))
    assert ended(brain.decide(other, (), facts())) == "behind"


class NoBrain:
    """Ends every task."""

    name = "none"

    def decide(self, *_given: object) -> Decision:
        return Decision("none", "", "", (), "", (Finish("behind"),))
