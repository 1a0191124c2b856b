"""What is decided about a file of the bank is decided once and kept; the file is looked at within the step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.bank_brain import HEAD_BYTES, BankBrain
from agents.connectors.book_orders import BankBook
from agents.vault.layout import FILES
from tests.autonomy.bank_desk import moved
from tests.autonomy.inline_engine import KeptSteps
from tests.autonomy.test_bank_tasks import NoBrain, ended, now, proposed, reports, task
from tests.connectors.bank.bank_room import Export, camt053, mt940

if TYPE_CHECKING:
    from pathlib import Path

    from agents.durability.engine import Steps
    from agents.reasoning.brain import Decision
    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

STATEMENT = camt053(Export((moved("11-20", "5.00", "hello"),)))
ORDER = b"<order><number>1</number></order>"


@pytest.fixture
def brain(books: EmbeddedLedger) -> BankBrain:
    return BankBrain(books.room.vault, NoBrain(), {"bank.book": BankBook}, lambda: reports(books))


@pytest.fixture
def place(books: EmbeddedLedger) -> Path:
    """Where the file of the task is kept."""
    folder = books.room.vault / FILES / "2026-11"
    folder.mkdir(parents=True)
    return folder / task().attachments[0].stored


def decided(brain: BankBrain, steps: Steps, name: str = "s.xml") -> Decision:
    return brain.decide(task(name), (), now(), steps)


def test_a_decision_that_was_kept_is_the_one_that_counts(brain: BankBrain, place: Path) -> None:
    kept = KeptSteps([])
    place.write_bytes(STATEMENT)
    first = decided(brain, kept)
    assert proposed(first)[0].account == "Checking"
    assert len(kept.kept) == 1
    for other in (ORDER, b"", None):  # the file changed, or is gone
        place.unlink() if other is None else place.write_bytes(other)
        assert decided(brain, KeptSteps(kept.kept)) == first


def test_that_a_file_is_no_statement_is_kept_too(brain: BankBrain, place: Path) -> None:
    kept = KeptSteps([])
    place.write_bytes(ORDER)
    assert ended(decided(brain, kept)) == "behind"
    assert kept.kept == [None]
    place.write_bytes(STATEMENT)
    assert ended(decided(brain, KeptSteps(kept.kept))) == "behind"
    assert isinstance(proposed(decided(brain, KeptSteps([])))[0], BankBook)


def test_the_books_are_not_asked_when_a_decision_is_kept(books: EmbeddedLedger, brain: BankBrain, place: Path) -> None:
    place.write_bytes(STATEMENT)
    kept = KeptSteps([])
    decided(brain, kept)
    blind = BankBrain(books.room.vault, NoBrain(), {"bank.book": BankBook}, lambda: pytest.fail("asked"))
    assert isinstance(proposed(decided(blind, KeptSteps(kept.kept)))[0], BankBook)


def test_the_mark_of_a_statement_stands_at_its_beginning(brain: BankBrain, place: Path) -> None:
    place.write_bytes(b"<order>" + b" " * HEAD_BYTES + b"camt.053</order>")
    assert ended(decided(brain, KeptSteps([]))) == "behind"


def test_a_statement_that_is_no_xml_needs_no_mark(books: EmbeddedLedger, brain: BankBrain, place: Path) -> None:
    place.with_suffix(".sta").write_bytes(mt940(Export((moved("11-20", "5.00", "hello"),))))
    (question,) = decided(brain, KeptSteps([]), "s.sta").moves
    assert "37040044/0532013000" in str(question)
    assert books.room.vault.is_dir()


def test_a_task_of_another_kind_takes_no_step(brain: BankBrain) -> None:
    kept = KeptSteps([])
    two = replace(task(), attachments=task().attachments * 2)
    assert ended(brain.decide(two, (), now(), kept)) == "behind"
    assert kept.kept == []
