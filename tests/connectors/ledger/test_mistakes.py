"""What the hand of an owner does to a ledger is named with its line and what would mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_keeping import MAIN
from agents.connectors.ledger.beancount_file import load
from agents.connectors.ledger.ledger_files import read_ledger
from agents.connectors.ledger.mistakes import ELSE, mistakes_of
from agents.connectors.ledger.reader import LedgerReader
from tests.connectors.ledger.ledger_room import MANUAL, LedgerRoom

if TYPE_CHECKING:
    from agents.connectors.books import BookMistake

GOOD = '2026-11-02 * "Shop" "paper"\n  Expenses:Office  10.00 EUR\n  Assets:Cash\n'


def mistakes(room: LedgerRoom) -> tuple[BookMistake, ...]:
    texts = read_ledger(room.vault)
    assert isinstance(texts, dict)
    return mistakes_of(load(texts, MAIN, room.vault).errors, texts)


def reader(room: LedgerRoom) -> LedgerReader:
    return LedgerReader(room.vault, room.state, room.clock)


@pytest.mark.parametrize(
    ("good", "bad", "line", "fix"),
    [
        ('"Shop" "paper"', "\u201cShop\u201d \u201cpaper\u201d", 3, "plain quotation marks"),
        ("10.00 EUR", "10,00 EUR", 4, "with a point"),
        ("Expenses:Office", "expenses:Office", 4, "capital letter"),
        ("Expenses:Office", "Expenses:office", 4, "capital letter"),
        ("  Expenses:Office", "\u00a0\u00a0Expenses:Office", 4, "plain blanks"),
        ('"paper"', '"paper', 3, "Close the text"),
        ("Expenses:Office", "Expenses:Nowhere", 3, "open it"),
        ("  Assets:Cash\n", "  Assets:Cash  -9.00 EUR\n", 3, "add up to nothing"),
        ("2026-11-02 *", "<<<<<<< HEAD\n2026-11-02 *", 3, "marks out"),
        ("2026-11-02 *", "2026-11-02 balance Assets:Cash  5.00 EUR\n2026-11-02 *", 3, "Compare with the bank"),
        ("2026-11-02 *", 'include "gone.beancount"\n2026-11-02 *', 0, "Mend the include"),
        ("2026-11-02 *", 'plugin "something_evil"\n2026-11-02 *', 0, "Take the plugin out"),
        ("2026-11-02 *", "2026-11-02 frobnicate\n2026-11-02 *", 3, ELSE),
    ],
)
def test_each_mistake_is_named_with_its_line_and_a_fix(
    room: LedgerRoom, good: str, bad: str, line: int, fix: str
) -> None:
    room.write(MANUAL, f"; mine\n\n{GOOD}")
    assert mistakes(room) == ()
    room.write(MANUAL, f"; mine\n\n{GOOD.replace(good, bad)}")
    found = [each for each in mistakes(room) if fix in each.fix]
    assert found, mistakes(room)
    assert (found[0].file, found[0].line) == (MANUAL, line)


def test_a_mark_before_the_first_character_is_named(room: LedgerRoom) -> None:
    room.write(MANUAL, f"\ufeff{GOOD}")
    assert "without BOM" in mistakes(room)[0].fix


def test_the_same_mistake_twice_is_two_and_lines_above_change_neither(room: LedgerRoom) -> None:
    bad = GOOD.replace("Office", "Nowhere")
    room.write(MANUAL, f"{bad}\n{bad}")
    first = mistakes(room)
    assert len({each.key for each in first}) == len(first) == 2
    room.write(MANUAL, f"; a line\n; another\n{bad}\n{bad}")
    later = mistakes(room)
    assert [each.key for each in later] == [each.key for each in first]
    assert [each.line for each in later] == [each.line + 2 for each in first]


def test_a_file_that_cannot_be_read_is_a_mistake_and_books_that_are_not_there_are_none(room: LedgerRoom) -> None:
    assert reader(room).mistakes() == ()
    (room.vault / MANUAL).write_bytes(b"\xff")
    (found,) = reader(room).mistakes() or ()
    assert (found.file, found.line) == (MANUAL, 0)
    assert "Restore" in found.fix
    room.write(MANUAL, "")
    (room.vault / MAIN).unlink()
    assert reader(room).mistakes() == ()


def test_what_stands_in_the_next_entry_tells_nothing_about_this_one(room: LedgerRoom) -> None:
    bad = GOOD.replace("Expenses:Office", "Expenses:Nowhere").rstrip("\n")
    room.write(MANUAL, f"{bad}\n{GOOD.replace('paper', 'Karte 12,50 EUR')}")
    (found,) = mistakes(room)
    assert "open it" in found.fix


def test_what_stands_in_a_text_of_the_entry_is_no_advice(room: LedgerRoom) -> None:
    room.write(MANUAL, GOOD.replace("paper", "Karte 12,50 EUR").replace("Expenses:Office", "Expenses:Ofice"))
    (found,) = mistakes(room)
    assert "open it" in found.fix
