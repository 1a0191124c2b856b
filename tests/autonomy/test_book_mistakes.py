"""Mistakes in the books while the employee runs: told once the files rest, and looked for only when one changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.autonomy.book_mistakes import LOOK_EVERY_S, BookMistakes
from agents.autonomy.shelving import Shelf
from agents.connectors.books import BookMistake
from tests.flows.steps import only

if TYPE_CHECKING:
    from pathlib import Path

    from tests.autonomy.house import House

COMMA = BookMistake("k1", "Accounting/manual.beancount", 7, "syntax error [[x]]", "Write amounts with a point.")


@dataclass
class Books:
    """Books whose files have a version; `wrong` is what is wrong with it."""

    version: int = 0
    wrong: tuple[BookMistake, ...] | None = ()
    looks: list[int] = field(default_factory=list)

    def fingerprint(self) -> object:
        return self.version

    def mistakes(self) -> tuple[BookMistake, ...] | None:
        self.looks.append(self.version)
        return self.wrong

    def become(self, *wrong: BookMistake) -> None:
        self.version, self.wrong = self.version + 1, wrong


def watching(house: House, books: Books) -> BookMistakes:
    """What a new process has."""
    return BookMistakes(house.recorder, Shelf(house.places, house.store), books)


def look(house: House, mistakes: BookMistakes) -> None:
    house.clock.advance(LOOK_EVERY_S)
    mistakes.sweep()


def notes(house: House) -> list[Path]:
    return sorted((house.vault / "Needs_Action").glob("*-alert-*.md"))


def test_a_running_employee_waits_until_the_files_rest(house: House) -> None:
    books = Books()
    mistakes = watching(house, books)
    look(house, mistakes)
    books.become(COMMA)
    house.clock.advance(LOOK_EVERY_S)
    assert mistakes.sweep().next_due_s == LOOK_EVERY_S  # somebody may be typing
    assert notes(house) == []
    look(house, mistakes)
    text = only(notes(house)).read_text(encoding="utf-8")
    assert "Accounting/manual.beancount, line 7" in text.replace("\\", "")
    assert "What to do: Write amounts with a point." in text
    assert "[[x]]" not in text


def test_nothing_is_loaded_while_no_file_changed_also_by_the_next_run(house: House) -> None:
    books = Books(wrong=(COMMA,))
    for _ in range(3):
        mistakes = watching(house, books)
        look(house, mistakes)
        mistakes.sweep()
        look(house, mistakes)
    assert books.looks == [0]
    assert len(notes(house)) == 1


def test_books_that_change_all_the_time_are_looked_at_again(house: House) -> None:
    books = Books(wrong=None)
    look(house, watching(house, books))
    assert notes(house) == []
    books.wrong = (COMMA,)
    look(house, watching(house, books))
    assert len(notes(house)) == 1


def test_a_note_the_owner_put_away_is_not_brought_back_when_it_is_mended(house: House) -> None:
    books = Books(wrong=(COMMA,))
    look(house, watching(house, books))
    only(notes(house)).unlink()
    books.become()
    look(house, watching(house, books))
    assert not [*house.vault.rglob("*-alert-*.md")]
