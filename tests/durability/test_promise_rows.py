"""Promises are kept once, in the order of their days, until the owner says what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from agents.durability.journal import Journal
from agents.durability.promise_rows import OPEN, OURS, PromiseRow, add_promise, end_promise, find_promise, promises_in
from tests.clock import NOON

if TYPE_CHECKING:
    from pathlib import Path

ROW = PromiseRow(OURS, "anna@x.example", "I will pay by Friday.", "2026-11-27", "task", "proposal", NOON.isoformat())


def test_the_same_words_of_one_mail_are_one_promise(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        assert (add_promise(sql, ROW), add_promise(sql, ROW)) == (1, 0)
        assert add_promise(sql, replace(ROW, source="another", due="2026-11-24")) == 2
        assert [each.number for each in promises_in(sql, OPEN)] == [2, 1]
        assert [each.number for each in promises_in(sql, OPEN, due_before=date(2026, 11, 27))] == [2]
        assert find_promise(sql, 1) == replace(ROW, number=1)
        assert find_promise(sql, 3) is None
        end_promise(sql, 1, "kept", NOON.isoformat())
        assert [each.number for each in promises_in(sql, OPEN)] == [2]
        assert promises_in(sql, "kept") == (replace(ROW, number=1, state="kept", ended_at=NOON.isoformat()),)
    journal.close()


def test_what_was_promised_outlives_a_journal_that_begins_anew(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        add_promise(sql, ROW)
    journal.begin_anew(tmp_path / "kept.sqlite", {})
    with journal.begin() as sql:
        assert len(promises_in(sql, OPEN)) == 1
    journal.close()
