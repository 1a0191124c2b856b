"""When tasks began: what forecasts of work start from."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.durability.journal import Journal
from agents.durability.task_persistence import add_task, tasks_begun
from tests.durability.test_rows import TASK

if TYPE_CHECKING:
    from pathlib import Path


def test_tasks_begun_since_a_moment_are_told_the_oldest_first(tmp_path: Path) -> None:
    moments = ["2026-11-03T10:00:00+00:00", "2026-11-01T10:00:00+00:00", "2026-10-01T10:00:00+00:00"]
    with closing(Journal.open(tmp_path)) as journal, journal.begin() as sql:
        for at, moment in enumerate(moments):
            add_task(sql, replace(TASK, id=f"t{at}", created_at=moment))
        assert tasks_begun(sql, "2026-10-01T10:00:00+00:00") == (moments[1], moments[0])
