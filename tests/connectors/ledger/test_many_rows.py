"""While many rows are read garbage is hardly looked for, and afterwards as often as before."""

from __future__ import annotations

import gc
from contextlib import suppress
from typing import TYPE_CHECKING

from agents.connectors.ledger.many_rows import MANY, many_rows
from tests.connectors.books_hand import perform
from tests.connectors.books_story import day, invoice
from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_is_as_before_when_the_last_one_is_done() -> None:
    usual = gc.get_threshold()
    outer, inner = many_rows(), many_rows()
    with outer:
        with inner:
            assert gc.get_threshold()[0] == MANY
        assert gc.get_threshold()[0] == MANY
    assert gc.get_threshold() == usual
    assert gc.isenabled()


def test_an_error_leaves_it_as_before() -> None:
    usual = gc.get_threshold()
    with suppress(KeyError), many_rows():
        raise KeyError
    assert gc.get_threshold() == usual


def test_the_documents_are_read_that_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = EmbeddedLedger(tmp_path)
    perform(books, [("01-05", invoice("Northwind", ("1000.00", "19")))])
    reports, seen = books.reports(), list[int]()
    monkeypatch.setattr(gc, "set_threshold", lambda *told: seen.append(told[0]))
    assert len(reports.receivables(day("01-31")).documents) == 1
    assert seen[0] == MANY
