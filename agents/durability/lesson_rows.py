"""How the owner sorted tasks, as rows of the journal: the kind, and a vector of the task's words; no words.

A row goes with its task, and another word of the owner about the same task takes its place.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from agents.durability.schema import LESSONS

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class LessonRow:
    """One task the owner sorted. `how`: 'note', 'answer' or 'moved'; `made_by` empty = `vector` is not made yet."""

    task: str
    kind: str
    how: str
    at: str = ""
    made_by: str = ""
    vector: str = ""


def keep_lesson(sql: Connection, row: LessonRow) -> None:
    """Keep what the owner said of a task, in place of what they said before."""
    forget_lesson(sql, row.task)
    sql.execute(insert(LESSONS).values(**asdict(row)))


def forget_lesson(sql: Connection, task: str) -> bool:
    """Forget what was learned of a task; whether there was something."""
    return bool(sql.execute(delete(LESSONS).where(LESSONS.c.task == task)).rowcount)


def lesson_of(sql: Connection, task: str) -> LessonRow | None:
    """What was learned of one task, or None."""
    row = sql.execute(select(LESSONS).where(LESSONS.c.task == task)).first()
    return LessonRow(*row) if row else None


def lessons_kept(sql: Connection, of_a_kind: int) -> tuple[LessonRow, ...]:
    """The newest lessons of each kind, not more than so many; ordered by task."""
    kinds = sql.execute(select(LESSONS.c.kind).distinct()).scalars().all()
    newest = [
        select(LESSONS).where(LESSONS.c.kind == kind).order_by(LESSONS.c.at.desc(), LESSONS.c.task).limit(of_a_kind)
        for kind in kinds
    ]
    rows = (LessonRow(*row) for wanted in newest for row in sql.execute(wanted))
    return tuple(sorted(rows, key=lambda row: row.task))
