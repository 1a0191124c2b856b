"""What was learned of tasks: one row a task, the newest of each kind, forgotten with a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.durability.journal import Journal
from agents.durability.lesson_rows import LessonRow, forget_lesson, keep_lesson, lesson_of, lessons_kept
from agents.durability.task_persistence import TaskRow, add_task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path)
    with opened.begin() as sql:
        for number in range(6):
            add_task(sql, TaskRow(f"task-{number}", "2026-11-23", "done", 1, "", "{}", "", "", "", ""))
    yield opened
    opened.close()


def row(number: int, kind: str = "spam") -> LessonRow:
    return LessonRow(f"task-{number}", kind, "answer", f"2026-11-2{number}", "ngram-1", "AAAA")


def test_another_word_about_a_task_takes_the_place_of_the_first(journal: Journal) -> None:
    with journal.begin() as sql:
        keep_lesson(sql, row(1))
        keep_lesson(sql, row(1, "complaint"))
        assert lesson_of(sql, "task-1") == row(1, "complaint")
        assert lesson_of(sql, "task-2") is None
        assert lessons_kept(sql, 9) == (row(1, "complaint"),)


def test_the_newest_of_each_kind_count_in_the_order_of_their_tasks(journal: Journal) -> None:
    rows = [row(0, "complaint"), *(row(number) for number in range(1, 6))]
    with journal.begin() as sql:
        for each in reversed(rows):
            keep_lesson(sql, each)
        assert lessons_kept(sql, 2) == (rows[0], rows[4], rows[5])


def test_a_lesson_is_forgotten_once(journal: Journal) -> None:
    with journal.begin() as sql:
        keep_lesson(sql, row(1))
        assert forget_lesson(sql, "task-1")
        assert not forget_lesson(sql, "task-1")
        assert lessons_kept(sql, 9) == ()
