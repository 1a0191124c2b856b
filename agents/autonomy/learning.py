"""What the owner teaches by sorting tasks: read for the brain, and taken in when they change a kind or answer.

Only the owner's acts teach: what arrives, and what the brain decides, changes nothing here (ADR 0048).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.autonomy.views import task_view
from agents.durability.lesson_rows import LessonRow, keep_lesson, lesson_of, lessons_kept
from agents.durability.task_persistence import find_task
from agents.durability.transitions import Transition
from agents.reasoning.embedding import packed
from agents.reasoning.kinds import taught_kind
from agents.reasoning.lessons import FILED, MAX_LESSONS, Lesson
from agents.reasoning.triage import compared_text, suspicions
from agents.reasoning.urgency import unknown_kinds, urgency_of
from agents.security.audit_logger import Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.durability.task_persistence import QuestionRow
    from agents.durability.transitions import Writing
    from agents.reasoning.brain import Facts, Outcome, Problem, TaskView
    from agents.reasoning.embedding import Embedder
    from agents.reasoning.kinds import Kinds
    from agents.reasoning.urgency import Urgency

ASKED_WHAT = frozenset({"kind", "handle"})  # the questions about what a task is
MAX_MADE = 20  # vectors made anew in one turn, after another embedder was installed


@dataclass(frozen=True, slots=True)
class Taught:
    """What the lessons come to in one turn: all that can be compared, and the rows that are new or made anew."""

    lessons: tuple[Lesson, ...] = ()
    rows: tuple[LessonRow, ...] = ()


class Learning:
    """Reads and makes lessons; writes nothing. `embedder` is that of the brain, `kinds` tells those there are."""

    def __init__(self, embedder: Embedder, kinds: Callable[[], Kinds]) -> None:
        self._embedder = embedder
        self._kinds = kinds

    def taught(self, sql: Connection, view: TaskView, outcomes: tuple[Outcome, ...]) -> Taught:
        """What the owner taught by other tasks, and what their words about this one teach."""
        rows = lessons_kept(sql, MAX_LESSONS)
        stale = [each for each in rows if each.made_by != self._embedder.name][:MAX_MADE] if rows else []
        made = {each.task: self._made(sql, each) for each in stale}
        now = [made.get(each.task, each) for each in rows if each.task != view.id]
        lessons = tuple(Lesson(each.task, each.kind, each.made_by, each.vector) for each in now if each.vector)
        return Taught(lessons, (*made.values(), *self._new(sql, view, outcomes)))

    def urgency(self, view: TaskView, category: str, facts: Facts) -> tuple[Urgency, tuple[Problem, ...]]:
        """How soon the task is to be taken, and the rows of the handbook's table that name no kind."""
        kinds = self._kinds()
        kind = kinds.named(view.category) or category
        return urgency_of(view, kind, facts, kinds), unknown_kinds(facts.handbook.urgency, kinds)

    def _made(self, sql: Connection, row: LessonRow) -> LessonRow:
        """The row with a vector of this embedder; without one where a suspicious task was filed: no lesson."""
        task = find_task(sql, row.task)
        view = task_view(sql, task, "") if task else None
        teaches = view is not None and not (row.kind == FILED and suspicions(view))
        vector = packed(self._embedder.embed(compared_text(view))) if view is not None and teaches else ""
        return replace(row, made_by=self._embedder.name, vector=vector)

    def _new(self, sql: Connection, view: TaskView, outcomes: tuple[Outcome, ...]) -> tuple[LessonRow, ...]:
        """What the owner's word about this task teaches, unless it was learned already."""
        kind = taught_kind(view, outcomes, self._kinds())
        before = lesson_of(sql, view.id)
        if not kind or (before is not None and before.kind == kind):
            return ()
        vector = packed(self._embedder.embed(compared_text(view)))
        how = "note" if view.category else "answer"
        return (LessonRow(view.id, kind, how, made_by=self._embedder.name, vector=vector),)


def learn(writing: Writing, rows: Sequence[LessonRow], now: datetime) -> None:
    """Keep lessons, and tell each that is new."""
    for row in rows:
        before = lesson_of(writing.sql, row.task)
        keep_lesson(writing.sql, row if row.at else replace(row, at=now.isoformat()))
        if before is None or before.kind != row.kind:
            fact = Fact("owner", "lesson.learned", row.task, row.task, {"kind": row.kind}, approved_by="owner")
            writing.record(Transition(fact, f"Learn from {row.task}"))


def moved_away(task: str, questions: Sequence[QuestionRow]) -> tuple[LessonRow, ...]:
    """What it teaches that the owner filed a task by hand: something only where they were asked what it is."""
    asked = any(each.state == "open" and each.move_key in ASKED_WHAT for each in questions)
    return (LessonRow(task, FILED, "moved"),) if asked else ()
