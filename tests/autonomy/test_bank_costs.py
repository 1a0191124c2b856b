"""What follows the booking of a statement: which costs it was, by what the books know of each payee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.autonomy.bank_costs import ASKED, KEY, MAX_ASKED, MAX_LISTED
from agents.autonomy.bank_tables import TableTasks
from agents.autonomy.bank_tasks import KEY as BOOKED
from agents.autonomy.bank_tasks import BankTasks
from agents.autonomy.receipt_words import LEAVE
from agents.connectors.book_figures import PRIVATELY
from agents.connectors.book_orders import BankBook, BankExplain, Spending, Transfer, Unexplained
from agents.reasoning.brain import AskOwner, Decision, Finish, Outcome, ProposeAction
from tests.autonomy.test_bank_tasks import ended, now, reports, task
from tests.connectors.books_hand import perform
from tests.connectors.books_story import bank, bill, bought, cost, day, named
from tests.connectors.ledger.ledger_room import MANUAL

if TYPE_CHECKING:
    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

CAME = bank("in", "11-20", "99.00", Unexplained())


def statement(*moves: tuple[str, str, str]) -> BankBook:
    """A statement of one day with movements (id, amount, payee)."""
    made = (named(party, bank(name, "11-20", amount, Unexplained())).moves[0] for name, amount, party in moves)
    return CAME.model_copy(update={"moves": (*CAME.moves, *made)})


def spent_before(books: EmbeddedLedger, party: str, *names: str, first: int = 100) -> None:
    """One purchase in October for each name."""
    moves = [
        named(party, bank(f"{party[:1]}{first + at}", "10-10", "-5.00", bought(cost(name, "5.00"))))
        for at, name in enumerate(names)
    ]
    perform(books, [("10-11", each) for each in moves], first=first)


def after(books: EmbeddedLedger, order: BankBook, *since: Outcome) -> Decision:
    """What follows once the order is booked, and what happened since."""
    outcomes = (Outcome(BOOKED, "done", order), *since)
    return BankTasks(lambda: reports(books)).decide(task(), b"not looked at", outcomes, now())


def booked(books: EmbeddedLedger, *moves: tuple[str, str, str]) -> BankBook:
    """A statement that is in the books."""
    order = statement(*moves)
    perform(books, [("11-21", order)], first=500)
    return order


def proposed(decision: Decision) -> tuple[BankExplain, tuple[str, ...]]:
    (move,) = decision.moves
    assert isinstance(move, ProposeAction)
    assert isinstance(move.action, BankExplain)
    assert set(move.provenance) == {row.argument for row in move.action.rows()} | {"currency"}
    return move.action, move.warnings


def asked(decision: Decision) -> list[AskOwner]:
    assert all(isinstance(each, AskOwner) for each in decision.moves)
    return [each for each in decision.moves if isinstance(each, AskOwner)]


def said(name: str, words: str, kind: str = "answered") -> Outcome:
    return Outcome(f"{ASKED}{name}", kind, value=words)


def test_one_proposal_holds_what_was_always_the_same_and_says_what_it_leaves(books: EmbeddedLedger) -> None:
    spent_before(books, "Office shop", "Office", "Office")
    spent_before(books, "Rail", "Travel", "Travel", first=200)
    order = booked(
        books,
        ("a", "-23.80", "OFFICE SHOP 12"),
        ("b", "-40.00", "Rail"),
        ("c", "-7.00", "Nobody"),
        ("d", "-2.00", "Rail"),
    )
    explain, left = proposed(after(books, order))
    costs = {each.bank_id: each.reason.costs[0] for each in explain.moves if isinstance(each.reason, Spending)}
    assert costs == {"a": cost("Office", "23.80"), "b": cost("Travel", "40.00"), "d": cost("Travel", "2.00")}
    assert [each.bank_id for each in explain.moves] == ["a", "b", "d"]  # in the order of the statement
    assert left == ("2026-11-20 · -7.00 EUR · Nobody · c: it stays unexplained",)
    assert explain.cautions()[0].startswith("no receipt is known for 3")
    perform(books, [("11-22", explain)], first=600)
    assert reports(books).unexplained_moves("Checking").keys() == {"in", "c"}
    over = ended(after(books, order, Outcome(KEY, "done", explain)))
    assert over == "booked as you said, and the costs too. Not explained yet: 2026-11-20 · -7.00 EUR · Nobody · c"


def test_what_differs_is_asked_with_percentages_before_the_one_proposal(books: EmbeddedLedger) -> None:
    spent_before(books, "Office shop", "Office", "Office")
    spent_before(books, "Mega Market", "Office", "Travel", "Office", first=200)
    order = booked(books, ("a", "-23.80", "Office shop"), ("b", "-40.00", "Mega market"), ("c", "-2.00", "Mega Market"))
    (question,) = asked(after(books, order))
    assert "Mega market for: 2 movements, together 42.00 EUR" in question.question
    assert [(each.text, each.weight) for each in question.choices] == [
        ("Office", 50),
        ("Travel", 25),
        (PRIVATELY, None),
        (LEAVE.text, None),
    ]
    assert question.quote.count("\n") == 1
    for words, names in (
        ("Travel", ["Office", "Travel", "Travel"]),
        (" software ", ["Office", "Software", "Software"]),  # an account of the chart that was not offered
        (LEAVE.text, ["Office"]),
        ("Leave it unexplained", ["Office"]),
    ):
        explain, left = proposed(after(books, order, said("b", words)))
        assert [each.reason.costs[0].category for each in explain.moves if isinstance(each.reason, Spending)] == names
        assert len(left) == 3 - len(names)
    explain, _ = proposed(after(books, order, said("b", PRIVATELY)))
    assert [each.reason for each in explain.moves[1:]] == [Transfer(account="Private")] * 2
    assert len(proposed(after(books, order, said("b", "", "skipped")))[0].moves) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Trvael", "Your books know no cost Trvael; did you mean Travel? What did you pay Mega Market for"),
        ("I do not know", "Your books know no cost I do not know. What did you pay Mega Market for"),
    ],
)
def test_an_answer_that_is_no_cost_of_the_books_is_told_and_asked_again(
    books: EmbeddedLedger, words: str, told: str
) -> None:
    spent_before(books, "Mega Market", "Office", "Travel")
    order = booked(books, ("b", "-40.00", "Mega Market"))
    (first,) = asked(after(books, order))
    (again,) = asked(after(books, order, said("b", words)))
    assert again.question.startswith(told)
    assert (again.key, again.choices, again.quote) == (first.key, first.choices, first.quote)
    explain, _ = proposed(after(books, order, said("b", words), said("b", "Travel")))
    assert [each.bank_id for each in explain.moves] == ["b"]


def test_asked_is_about_few_payees_and_those_that_cost_most(books: EmbeddedLedger) -> None:
    payees = [f"{letter * 5} shop" for letter in "ABCDE"]
    for at, party in enumerate(payees):
        spent_before(books, party, "Office", first=100 + at)
    order = booked(books, *((f"m{at}", f"-{at + 1}.00", party) for at, party in enumerate(payees)))
    questions = asked(after(books, order))
    assert [each.key for each in questions] == [f"{ASKED}m4", f"{ASKED}m3", f"{ASKED}m2"]
    assert len(questions) == MAX_ASKED
    assert [each.key for each in asked(after(books, order, said("m3", "Office")))] == [f"{ASKED}m4", f"{ASKED}m2"]
    over = after(books, order, *(said(f"m{at}", LEAVE.text) for at in (2, 3, 4)))
    assert ended(over).count("·") == 15  # five lines; the other two are not asked about in their turn


def test_nothing_is_guessed_of_whom_nothing_is_known_or_who_sends_bills(books: EmbeddedLedger) -> None:
    spent_before(books, "Landlord", "Rent", "Rent")
    perform(books, [("11-01", bill("Landlord", "R-1", "11-01", "11-30", cost("Rent", "800.00")))], first=300)
    order = booked(books, ("a", "-800.01", "Landlord"), ("b", "-1.00", ""))
    assert ended(after(books, order)).startswith("booked as you said. Not explained yet: 2026-11-20 · -800.01 EUR")
    spent_before(books, "Rail", "Travel", "Travel", first=400)
    later = statement(("c", "-3.00", "Rail"), ("d", "-800.01", "Landlord"))
    perform(books, [("11-22", later)], first=700)
    assert "take in the bill of this one" in proposed(after(books, later))[1][0]


def test_what_came_in_is_no_cost(books: EmbeddedLedger) -> None:
    perform(books, [("11-21", CAME)])
    assert ended(after(books, CAME)) == "booked as you said"


def test_what_is_listed_is_short(books: EmbeddedLedger) -> None:
    order = booked(books, *((f"m{at}", "-1.00", f"Shop {chr(65 + at)}x") for at in range(MAX_LISTED + 3)))
    assert ended(after(books, order)).endswith("; and 3 more")


@pytest.mark.parametrize(
    ("kind", "words"),
    [("rejected", "the costs are not, as you said"), ("expired", "no answer came"), ("failed", "could not be: why.")],
)
def test_what_became_of_the_proposal_ends_the_task(books: EmbeddedLedger, kind: str, words: str) -> None:
    order = booked(books, ("a", "-23.80", "Nobody"))
    over = ended(after(books, order, Outcome(KEY, kind, reason="why")))
    assert words in over
    assert over.endswith("Nobody · a")


def test_another_try_is_proposed_again_and_a_task_brought_back_is_read_again(books: EmbeddedLedger) -> None:
    spent_before(books, "Rail", "Travel", "Travel")
    order = booked(books, ("a", "-23.80", "Rail"))
    first, _ = proposed(after(books, order))
    assert proposed(after(books, order, Outcome(KEY, "failed"), Outcome(KEY, "retried")))[0] == first
    assert "nothing was booked" in ended(after(books, order, Outcome("", "reopened")))


def test_books_with_an_error_tell_nothing_and_the_booking_stands(books: EmbeddedLedger) -> None:
    order = booked(books, ("a", "-23.80", "Rail"))
    books.room.write(MANUAL, '2026-11-01 * "broken"\n  Assets:Cash 1 EUR\n')
    over = ended(after(books, order))
    assert over.startswith("booked as you said; what movements were for cannot be looked up")
    assert f"{MANUAL}:1" in over


def test_after_a_table_was_booked_the_same_follows(books: EmbeddedLedger) -> None:
    spent_before(books, "Rail", "Travel", "Travel")
    order = booked(books, ("a", "-23.80", "Rail"))
    tables = TableTasks(books.room.vault, BankTasks(lambda: reports(books)), lambda: reports(books))
    outcomes = (Outcome(BOOKED, "done", order), Outcome(KEY, "rejected"))
    for happened in (outcomes[:1], outcomes):
        decision = tables.decide(task("s.csv"), b"not looked at", happened, now())
        assert decision is not None
        assert isinstance(decision.moves[0], Finish if len(happened) > 1 else ProposeAction)
    assert reports(books).unexplained(day("11-30")).amounts
