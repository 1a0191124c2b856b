"""Money for models in the journal: the highest before a request is sent, the real price after it, each once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.durability.journal import Journal, noting
from agents.durability.spend_rows import Request, Spent, note_request, settle_request, spent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

DAY = date(2026, 11, 23)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path)
    yield opened
    opened.close()


def noted(sql: Connection, task: str = "a", day: date = DAY, most: str = "0.5") -> int:
    return note_request(sql, Request(task, datetime(2026, 11, 23, 12, tzinfo=UTC), day, "a-model", Decimal(most)))


def test_what_is_under_way_counts_with_the_most_it_may_cost(journal: Journal) -> None:
    with journal.begin() as sql:
        first = noted(sql)
        assert spent(sql, "a", DAY) == Spent(Decimal("0.5"), Decimal("0.5"), Decimal("0.5"), 1)
        settle_request(sql, first, Decimal("0.2"), (10, 20))
        settle_request(sql, first, Decimal("0.9"))
        assert spent(sql, "a", DAY) == Spent(Decimal("0.2"), Decimal("0.2"), Decimal("0.2"))


def test_task_day_and_month_are_counted_apart(journal: Journal) -> None:
    with journal.begin() as sql:
        for task, day in (("a", DAY), ("b", DAY), ("a", date(2026, 11, 1)), ("a", date(2026, 10, 31))):
            noted(sql, task, day, "1")
        found = spent(sql, "a", DAY)
        assert (found.task, found.day, found.month) == (Decimal(3), Decimal(2), Decimal(3))
        assert spent(sql, "", DAY).task == 0


def test_another_thread_notes_it_beside_the_journal_that_is_open(journal: Journal, tmp_path: Path) -> None:
    with noting(tmp_path) as sql:
        noted(sql)
    with journal.begin() as sql:
        assert spent(sql, "a", DAY).open == 1


def test_a_note_that_was_not_finished_is_none(journal: Journal, tmp_path: Path) -> None:
    def breaks() -> None:
        with noting(tmp_path) as sql:
            noted(sql)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks()
    with journal.begin() as sql:
        assert spent(sql, "a", DAY).open == 0


def test_a_journal_that_begins_anew_forgets_no_money(journal: Journal, tmp_path: Path) -> None:
    with journal.begin() as sql:
        noted(sql)
    journal.begin_anew(tmp_path / "kept.sqlite", {})
    with journal.begin() as sql:
        assert spent(sql, "a", DAY).month == Decimal("0.5")
