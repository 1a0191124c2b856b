"""Exports as owners drop them: again, overlapping, in the wrong order, in another format, of a day not over yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import Payment, Transfer, Unexplained
from agents.reasoning.brain import AskOwner
from tests.autonomy.bank_desk import CHECKING, PAPER, TODAY, booked, decided, moved, ordered, still_open
from tests.autonomy.test_bank_tasks import ended, proposed, reports
from tests.connectors.bank.bank_room import IBAN, OTHER, Export, camt053, mt940, ofx
from tests.connectors.books_hand import perform
from tests.connectors.books_story import bank, day, invoice, to

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

ONE, TWO, THREE = (
    moved(f"11-{at}", "100.00", f"Invoice INV-2026-0001, {which} part", "Northwind", PAPER)
    for at, which in ((10, "first"), (12, "second"), (20, "last"))
)
UNDER_WAY = "money is under way between your accounts"
NOT_CHECKED = "the balance is not checked: its day is not over, and more may come"


def no_balance(export: Export) -> bytes:
    """OFX in which the balance is of another day, so that none is told."""
    return ofx(export).replace(b"<DTASOF>2026", b"<DTASOF>2025")


def test_what_is_booked_is_neither_booked_nor_matched_again(books: EmbeddedLedger) -> None:
    perform(books, [("11-02", invoice("Northwind", ("300.00", "0")))])
    booked(books, camt053(Export((ONE, TWO), Decimal(0))))
    assert still_open(reports(books).receivables(day("11-30"))) == {"INV-2026-0001": Decimal("100.00")}
    order = ordered(books, camt053(Export((TWO, THREE), Decimal(100))))
    assert [(each.day, type(each.reason)) for each in order.moves] == [(date(2026, 11, 20), Payment)]
    order = booked(books, camt053(Export((ONE, TWO, THREE), Decimal(0))))
    assert len(order.moves) == 1
    assert still_open(reports(books).receivables(day("11-30"))) == {}
    again = camt053(Export((ONE, TWO, THREE), Decimal(0)))
    assert ended(decided(books, again)) == "every movement of it is booked already"


def test_the_same_ids_on_another_account_are_other_movements(books: EmbeddedLedger) -> None:
    content = mt940(Export((ONE, TWO), Decimal(0)))
    booked(books, content, CHECKING)
    assert ended(decided(books, content, CHECKING)) == "every movement of it is booked already"
    savings = ordered(books, content, replace(CHECKING, value="Savings"))
    assert len(savings.moves) == 2


@pytest.mark.parametrize("write", [ofx, no_balance])
def test_a_line_of_nothing_is_left_out(books: EmbeddedLedger, write: Callable[[Export], bytes]) -> None:
    nothing = moved("11-11", "0.00", "Your interest changed", "Bank")
    content = write(Export((ONE, nothing, TWO), Decimal(0)))
    order = booked(books, content)
    assert [each.amount for each in order.moves] == [Decimal("100.00")] * 2
    assert ended(decided(books, content)) == "every movement of it is booked already"


def test_a_file_with_lines_of_nothing_only_books_its_balance_or_nothing(books: EmbeddedLedger) -> None:
    export = Export((moved("11-11", "0.00", "Your interest changed", "Bank"),), Decimal(0))
    order = ordered(books, ofx(export))
    assert (order.moves, order.closing) == ((), Decimal("0.00"))
    assert ended(decided(books, no_balance(export))) == "it holds no movement, and no balance of a day that is over"


def test_a_statement_older_than_the_books_is_refused(books: EmbeddedLedger) -> None:
    newer = camt053(Export((THREE,), Decimal(200)))
    older = camt053(Export((ONE, TWO), Decimal(0)))
    booked(books, newer)
    assert ended(decided(books, older)) == (
        "nothing was booked: the books of Checking begin on 2026-11-19; give the oldest statement first"
    )
    assert reports(books).cash(TODAY)[0].amounts == {"EUR": Decimal("300.00")}


def test_in_the_right_order_both_are_booked(books: EmbeddedLedger) -> None:
    booked(books, camt053(Export((ONE, TWO), Decimal(50))))
    booked(books, camt053(Export((THREE,), Decimal(250))))
    assert reports(books).cash(TODAY)[0].amounts == {"EUR": Decimal("350.00")}


def test_the_same_days_in_another_format_without_a_balance_book_nothing(books: EmbeddedLedger) -> None:
    booked(books, camt053(Export((ONE, TWO), Decimal(0))))
    for moves in ((ONE, TWO), (TWO,)):
        said = ended(decided(books, no_balance(Export(moves, Decimal(0)))))
        assert said == "every movement of it is booked already"
    (move,) = ordered(books, no_balance(Export((TWO, THREE), Decimal(0)))).moves  # TWO shows that it is the same bank's
    assert move.day == THREE.day


def test_the_same_days_in_another_format_with_a_balance_are_known_by_day_and_amount(books: EmbeddedLedger) -> None:
    booked(books, camt053(Export((ONE, TWO), Decimal(0))))
    said = ended(decided(books, ofx(Export((ONE, TWO), Decimal(0)))))
    assert said == "every movement of it is booked already"
    assert reports(books).cash(TODAY)[0].amounts == {"EUR": Decimal("200.00")}


def test_without_a_balance_later_days_are_booked_and_what_is_known_of_them_is_left_out(books: EmbeddedLedger) -> None:
    booked(books, no_balance(Export((ONE,), Decimal(0))))
    assert len(ordered(books, no_balance(Export((THREE,), Decimal(0)))).moves) == 1
    (move,) = booked(books, no_balance(Export((ONE, TWO), Decimal(0)))).moves
    assert move.day == TWO.day
    evening = moved("11-12", "7.00", "evening")  # of a day that is booked in part; TWO shows that it is the same bank's
    (move,) = ordered(books, no_balance(Export((TWO, evening), Decimal(100)))).moves
    assert move.amount == Decimal("7.00")


@pytest.mark.parametrize("currency", ["EUR", ""])
def test_a_currency_behind_the_iban_is_no_part_of_it(books: EmbeddedLedger, currency: str) -> None:
    written = b":25:37040044/0532013000"
    content = mt940(Export((ONE,), Decimal(0)))
    assert written in content
    assert ordered(books, content.replace(written, f":25:{IBAN}{currency}".encode())).account == "Checking"
    (question,) = decided(books, content).moves
    assert isinstance(question, AskOwner)
    assert question.question == "Which of your accounts is 37040044/0532013000?"


def test_an_iban_with_blanks_is_the_one_of_the_books(books: EmbeddedLedger) -> None:
    content = camt053(Export((ONE,), Decimal(0)))
    spaced = f"{IBAN[:4]} {IBAN[4:8].lower()} {IBAN[8:]}"
    assert ordered(books, content.replace(IBAN.encode(), spaced.encode())).account == "Checking"


@pytest.mark.parametrize("write", [camt053, mt940, ofx])
@pytest.mark.parametrize("amount", ["1.234", "12345678901.00"])
def test_an_amount_the_books_cannot_hold_is_said_in_plain_words(
    books: EmbeddedLedger, write: Callable[[Export], bytes], amount: str
) -> None:
    content = write(Export((moved("11-10", amount),), Decimal(0))).replace(b"EUR", b"KWD")
    if write is mt940:  # its writer has two places only
        content = content.replace(b"1,23NTRF", b"1,234NTRF").replace(b"KWD1,23", b"KWD1,234")
    said = ended(decided(books, content, CHECKING))
    assert said == "nothing was booked: it holds an amount, a day or a text that the books cannot hold"


def test_three_places_that_are_nothing_can_be_held(books: EmbeddedLedger) -> None:
    content = camt053(Export((moved("11-10", "1.230"),), Decimal(0))).replace(b"EUR", b"KWD")
    assert [each.amount for each in ordered(books, content).moves] == [Decimal("1.23")]


@pytest.mark.parametrize(("days_ago", "checked"), [(0, False), (1, True), (-1, False)])
def test_the_balance_of_a_day_that_is_over_is_checked(books: EmbeddedLedger, days_ago: int, *, checked: bool) -> None:
    last = moved(f"{TODAY - timedelta(days=days_ago):%m-%d}", "5.00")
    order, told = proposed(decided(books, camt053(Export((ONE, last), Decimal(0)))))
    assert len(order.moves) == 2
    assert (order.closing, order.closed_on) == ((Decimal("105.00"), last.day) if checked else (None, None))
    assert (NOT_CHECKED in told) is not checked


def test_what_comes_later_on_a_day_is_booked_with_the_next_statement(books: EmbeddedLedger) -> None:
    first, later = moved("11-27", "5.00", "morning"), moved("11-27", "7.00", "evening")
    booked(books, camt053(Export((first,), Decimal(0))))
    order = booked(books, camt053(Export((first, later), Decimal(0))), today=TODAY + timedelta(days=1))
    assert [each.text for each in order.moves] == ["evening"]
    assert order.closing == Decimal("12.00")


def test_a_day_without_movements_is_asserted_when_it_is_over(books: EmbeddedLedger) -> None:
    empty = camt053(Export((), Decimal(0))).replace(b"2026-01-01", b"2026-11-27")
    assert ended(decided(books, empty)) == "it holds no movement, and no balance of a day that is over"
    order = ordered(books, empty, today=TODAY + timedelta(days=1))
    assert (order.moves, order.closing) == ((), Decimal("0.00"))


def test_money_under_way_is_told_when_an_account_begins(books: EmbeddedLedger) -> None:
    savings = Export((moved("11-20", "200.00", "from checking", "Maja", IBAN),), Decimal(500))
    content = camt053(savings).replace(IBAN.encode(), OTHER.encode(), 1)
    assert not [each for each in proposed(decided(books, content))[1] if UNDER_WAY in each]
    perform(books, [("11-18", bank("b1", "11-18", "-200.00", to("Savings")))], first=1)
    order, told = proposed(decided(books, content))
    assert order.account == "Savings"
    assert [each.reason for each in order.moves] == [Transfer(account="Opening"), Transfer(account="Checking")]
    assert [each for each in told if UNDER_WAY in each]
    booked(books, content)
    later = Export((moved("11-21", "1.00", "interest", "Bank"),), Decimal(700))
    perform(books, [("11-22", bank("b2", "11-22", "-10.00", to("Savings")))], first=2)
    order, told = proposed(decided(books, camt053(later).replace(IBAN.encode(), OTHER.encode())))
    assert [each.reason for each in order.moves] == [Unexplained()]
    assert not [each for each in told if UNDER_WAY in each]
