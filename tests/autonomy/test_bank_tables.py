"""Tables of a bank in the inbox: what is asked of the owner, what is written down, and what the books must come to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.bank_formats import formats_in, operation_for
from agents.autonomy.bank_tables import BROKEN, CORRECTED, LEAVE_IT, TableTasks
from agents.autonomy.bank_tasks import CATEGORY, KEY, WHICH, BankTasks
from agents.connectors.bank.csv_profile import Profile, profile_text
from agents.connectors.bank.csv_study import NO_STATEMENT
from agents.connectors.book_orders import BankBook
from agents.reasoning.brain import AskOwner, Decision, Finish, Outcome, ProposeAction
from tests.autonomy.test_bank_tasks import ended, now, reports, task
from tests.connectors.bank.bank_room import table
from tests.connectors.books_hand import perform
from tests.connectors.ledger.ledger_room import MANUAL
from tests.flows.test_bank import IBAN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

HEAD = "Datum;Verwendungszweck;Betrag;Währung"
CONTENT = table(HEAD, "25.10.2026;a;-1,50;EUR", "26.10.2026;b;2,00;EUR")


def decided(books: EmbeddedLedger, content: bytes, *outcomes: Outcome, category: str = "") -> Decision | None:
    tasks = BankTasks(lambda: reports(books))
    asked = replace(task("s.csv"), category=category)
    return TableTasks(books.room.vault, tasks, lambda: reports(books)).decide(asked, content, outcomes, now())


def question(decision: Decision | None) -> AskOwner:
    assert decision is not None
    (move,) = decision.moves
    assert isinstance(move, AskOwner)
    return move


def order(decision: Decision | None) -> BankBook:
    assert decision is not None
    (move,) = decision.moves
    assert isinstance(move, ProposeAction), move
    assert isinstance(move.action, BankBook)
    return move.action


def said(decision: Decision | None) -> str:
    assert decision is not None
    return ended(decision)


def answered(words: str, key: str = WHICH) -> Outcome:
    return Outcome(key, "answered", value=words)


def write(vault: Path, name: str, text: str) -> None:
    place = vault / "Accounting" / "Banks" / f"{name}.md"
    place.parent.mkdir(exist_ok=True)
    place.write_text(text, encoding="utf-8")


def known(account: str = "Checking") -> Profile:
    columns = (("day", "Datum"), ("text", "Verwendungszweck"), ("amount", "Betrag"), ("currency", "Währung"))
    return Profile(tuple(HEAD.split(";")), columns, "day-month-year", "comma", account=account)


def test_one_of_several_accounts_is_asked_for_and_may_count_for_one_file(books: EmbeddedLedger) -> None:
    ask = question(decided(books, CONTENT))
    assert [each.text for each in ask.choices] == [
        "Checking",
        "Savings",
        "Checking, this file only",
        "Savings, this file only",
        NO_STATEMENT,
    ]
    assert "25.10.2026 | a | -1,50 | EUR" in ask.quote
    assert ask.question.startswith("s.csv: Which of your accounts is this?")
    assert order(decided(books, CONTENT, answered("Savings, this file only"))).account == "Savings"
    assert order(decided(books, CONTENT, answered("checking"))).account == "Checking"
    assert order(decided(books, CONTENT, answered(f"{IBAN[:4]} {IBAN[4:]}"))).account == "Checking"
    assert decided(books, CONTENT, answered(NO_STATEMENT)) is None


def test_an_answer_from_before_the_owner_brought_the_task_back_does_not_count(books: EmbeddedLedger) -> None:
    back = Outcome("", "reopened")
    assert question(decided(books, CONTENT, answered("Savings"), back)).key == WHICH
    assert said(decided(books, CONTENT, answered("Savings"), Outcome(KEY, "rejected"))) == "not booked, as you said"


def test_another_table_is_for_the_brain_behind_unless_the_owner_says_what_it_is(books: EmbeddedLedger) -> None:
    other = table("Tag;Wohin;Wieviel", "25.10.2026;a;-1,50")
    assert decided(books, other) is None
    found = decided(books, other, category=CATEGORY)
    assert found is not None
    assert [each.key for each in question(found).parts] == ["bank-day", "bank-amount"]


def test_several_open_points_are_one_question_with_a_place_for_each(books: EmbeddedLedger) -> None:
    plain = table("Datum;Verwendungszweck;Betrag", "02.03.2026;a;-1,50", "04.03.2026;b;2,00")
    ask = question(decided(books, plain))
    assert [(each.key, each.choices[0].text) for each in ask.parts] == [
        ("bank-date_order", "day-month-year: 02.03.2026 is 2 March 2026"),
        ("bank-currency_of_all", "EUR"),
        (WHICH, "Checking"),
    ]
    assert (ask.choices, ask.quote.count("\n")) == ((), 2)
    order_and_currency = (answered("day-month-year", "bank-date_order"), answered("EUR", "bank-currency_of_all"))
    assert order(decided(books, plain, *order_and_currency, answered("Savings"))).account == "Savings"
    left = question(decided(books, plain, *order_and_currency))
    assert (left.key, left.parts) == (WHICH, ())


def test_an_account_that_the_books_do_not_know_is_told_at_once(books: EmbeddedLedger) -> None:
    ask = question(decided(books, CONTENT, answered("Chekcing")))
    assert ask.question.startswith("s.csv: Your books know no account Chekcing. Which of your accounts is this?")
    assert order(decided(books, CONTENT, answered("Chekcing"), answered("Checking"))).account == "Checking"
    assert question(decided(books, CONTENT, answered("LT121000011101001000"))).question == ask.question.replace(
        "Chekcing", "LT121000011101001000"
    )
    named = table(f"Auftragskonto;{HEAD}", "K1;25.10.2026;a;-1,50;EUR", "K1;26.10.2026;b;2,00;EUR")
    words = question(decided(books, named, answered("Chekcing"))).question
    assert words == "Your books know no account Chekcing. Which of your accounts is K1?"


def test_what_is_asked_of_a_new_bank_is_shared_by_all_files_with_its_heading(books: EmbeddedLedger) -> None:
    one, other = question(decided(books, CONTENT)), question(decided(books, CONTENT.replace(b"-1,50", b"-1,70")))
    assert one.shared == other.shared != ""
    assert question(decided(books, CONTENT.replace(b"Datum", b"Buchungstag"))).shared != one.shared


def test_a_note_is_used_and_one_that_is_broken_is_told(books: EmbeddedLedger) -> None:
    write(books.room.vault, "mine", profile_text(known("Savings")))
    assert order(decided(books, CONTENT)).account == "Savings"
    write(books.room.vault, "mine", profile_text(known()).replace("decimal: comma", "decimal: dot"))
    ask = question(decided(books, CONTENT))
    assert "Accounting/Banks/mine.md, line 6" in ask.question
    assert question(decided(books, CONTENT, answered(CORRECTED, BROKEN))) == ask
    assert said(decided(books, CONTENT, answered(LEAVE_IT, BROKEN))) == "not booked, as you said"
    write(books.room.vault, "mine", profile_text(known()))
    assert order(decided(books, CONTENT, answered(CORRECTED, BROKEN))).account == "Checking"


def test_two_notes_about_one_heading_are_told_and_other_notes_do_not_matter(books: EmbeddedLedger) -> None:
    write(books.room.vault, "a", profile_text(known()))
    write(books.room.vault, "z", "# What I think of banks\n")
    assert order(decided(books, CONTENT)).account == "Checking"
    write(books.room.vault, "b", profile_text(known("Savings")))
    assert "is about the same heading" in question(decided(books, CONTENT)).question
    (books.room.vault / "Accounting" / "Banks" / "a.md").write_bytes(b"type: bank-format \xff")
    assert order(decided(books, CONTENT)).account == "Savings"
    (books.room.vault / "Accounting" / "Banks" / "b.md").unlink()
    assert "a.md, line 1: this is not UTF-8 text" in question(decided(books, CONTENT)).question


def test_a_table_that_does_not_fit_the_books_is_not_booked(books: EmbeddedLedger) -> None:
    head = "Auftragskonto;Datum;Verwendungszweck;Betrag;Währung;Saldo"
    first = table(head, f"{IBAN};25.10.2026;a;-1,50;EUR;98,50", f"{IBAN};26.10.2026;b;2,00;EUR;100,50")
    found = order(decided(books, first))
    assert (found.closing, f"{found.closed_on}") == (Decimal("98.50"), "2026-10-25")
    perform(books, [("10-27", found)])
    gap = table(head, f"{IBAN};28.10.2026;c;-4,00;EUR;16,50", f"{IBAN};29.10.2026;d;-4,00;EUR;12,50")
    assert "would come to 92.50 EUR on 2026-10-29, and the file says 12.50" in said(decided(books, gap))
    assert "kept in EUR, and the file is in USD" in said(decided(books, gap.replace(b"EUR", b"USD")))
    right = gap.replace(b"16,50", b"96,50").replace(b"12,50", b"92,50")
    assert len(order(decided(books, right)).moves) == 2


def test_nothing_is_asked_while_the_ledger_has_an_error(books: EmbeddedLedger) -> None:
    books.room.write(MANUAL, '2026-11-01 * "broken"\n  Assets:Cash 1 EUR\n')
    assert f"{MANUAL}:1" in said(decided(books, CONTENT))


def test_a_damaged_table_is_refused_in_words(books: EmbeddedLedger) -> None:
    decision = decided(books, CONTENT[:-9])
    assert decision is not None
    assert isinstance(decision.moves[0], Finish)
    assert said(decision).startswith("nothing was booked: ")


def test_only_what_a_note_does_not_say_is_added_to_it(books: EmbeddedLedger) -> None:
    vault = books.room.vault
    made = operation_for(known(), formats_in(vault))
    assert made is not None
    assert (made.kind, made.path) == ("create", f"Accounting/Banks/checking-{known().digest[:8]}.md")
    write(vault, "mine", profile_text(replace(known(), decimal="", account="Savings")))
    edit = operation_for(known(), formats_in(vault))
    assert edit is not None
    assert [(each.name, each.text) for each in edit.edits] == [("decimal", "comma")]
    write(vault, "mine", profile_text(known()))
    assert operation_for(replace(known(), account="Savings"), formats_in(vault)) is None


@pytest.mark.parametrize(("account", "name"), [(IBAN, "bank-"), ("", "bank-"), ("My Bank/2", "my-bank-2-")])
def test_no_number_of_an_account_stands_in_a_name_of_a_file(books: EmbeddedLedger, account: str, name: str) -> None:
    made = operation_for(known(account), formats_in(books.room.vault))
    assert made is not None
    assert made.path.startswith(f"Accounting/Banks/{name}")


def test_a_heading_that_would_be_more_than_words_is_not_written_down(books: EmbeddedLedger) -> None:
    assert operation_for(replace(known(), heading=(*known().heading, "[[x]]")), formats_in(books.room.vault)) is None
