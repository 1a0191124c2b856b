"""What is written down about a bank's table: what the owner said and the books know, studied once and outside."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.bank_notes import PLANNED, RULE, BankNotes
from agents.autonomy.views import ask_to_json
from agents.durability.task_persistence import QuestionRow, add_question, add_task, find_task, update_question
from agents.errors import NeedsOwner
from agents.reasoning.brain import AskOwner
from tests.autonomy.house import House
from tests.autonomy.test_bank_tables import CONTENT
from tests.autonomy.test_bank_tasks import reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.connectors.book_figures import BookReports
    from tests.clock import FrozenClock
    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

TASK = "2026-11-23-file-7f3a9c21de"
PLAN = {"action_type": PLANNED, "target": TASK, "parameters": {"rule": RULE}}
AT = "2026-11-23T10:00:00+00:00"


class Notes:
    """Notes about tables of a vault in which one table waits; `looks` counts how often the books were asked."""

    def __init__(self, house: House, books: EmbeddedLedger) -> None:
        self._house, self._books = house, books
        self.looks, self.is_broken = 0, False
        self.subject = BankNotes(house.recorder, self._reports)
        house.mail("nothing")
        house.once()
        (known,) = house.tasks()
        with house.journal.begin() as sql:
            row = find_task(sql, known)
            assert row is not None
            kept = {"stored": "abc.csv", "sent_name": "s.csv", "media_type": "text/csv", "size_bytes": 0}
            view = json.loads(row.view) | {"kind": "file", "attachments": [kept]}
            add_task(sql, replace(row, id=TASK, view=json.dumps(view)))
            ask = AskOwner("bank-table", "?", (), "", (AskOwner("account", "?", ()),))
            add_question(sql, QuestionRow("q", TASK, ask.key, ask_to_json(ask), "", AT, "open"))
        self.file = house.vault / "Files" / "2026-11" / "abc.csv"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(CONTENT)

    def _reports(self) -> BookReports:
        self.looks += 1
        if self.is_broken:
            raise NeedsOwner("the books have an error", hint="Mend it.")
        return reports(self._books)

    def answer(self, words: str) -> None:
        with self._house.journal.begin() as sql:
            update_question(sql, "q", state="answered", answer=words, answered_at=AT)

    def kept(self) -> list[str]:
        """What is kept after one more plan of the task, though its file is gone before anything is written."""
        self.subject.look_up([PLAN, PLAN])
        self.file.unlink()
        with self._house.recorder.begin() as writing:
            self.subject.take_in(writing, [PLAN])
        self.file.write_bytes(CONTENT)
        found = sorted((self._house.vault / "Accounting" / "Banks").glob("*.md"))
        return [each.read_text(encoding="utf-8") for each in found]


@pytest.fixture
def notes(tmp_path: Path, clock: FrozenClock, books: EmbeddedLedger) -> Iterator[Notes]:
    """In a folder of its own: the books have the usual one."""
    (tmp_path / "house").mkdir()
    house = House(tmp_path / "house", clock).found()
    yield Notes(house, books)
    house.close()


def test_a_table_is_studied_once_for_what_was_answered_and_not_while_writing(notes: Notes) -> None:
    assert notes.kept() == []
    notes.answer("Savings")
    (text,) = notes.kept()
    assert "account_of_all: Savings\n" in text
    assert notes.looks == 1
    assert notes.kept() == [text]
    assert notes.looks == 1


def test_an_account_that_the_books_do_not_know_is_not_kept(notes: Notes) -> None:
    notes.answer("Svaings")
    assert notes.kept() == []
    notes.answer("Savings")
    assert len(notes.kept()) == 1


def test_while_the_books_have_an_error_nothing_is_kept_and_it_is_looked_at_again(notes: Notes) -> None:
    notes.answer("Savings")
    notes.is_broken = True
    assert notes.kept() == []
    notes.is_broken = False
    assert len(notes.kept()) == 1
