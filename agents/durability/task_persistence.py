"""Tasks, questions and the owner's requests, as rows of the journal.

States only move forward: a task is 'filed', 'claimed', 'waiting' and 'done' ('reopened' begins a new turn); a question
is 'open', then 'answered' or 'withdrawn'; a request is 'pending', then 'done' or 'refused'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Table, bindparam, func, insert, select, update

from agents.durability.schema import EVENTS, QUESTIONS, REOPENINGS, REQUESTS, TASKS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


# made once: what is done for every event of a burst must not be put together anew each time
_SEEN = select(EVENTS).where(
    EVENTS.c.source == bindparam("of"), EVENTS.c.source_id.in_(bindparam("ids", expanding=True))
)
_AMONG = select(TASKS.c.id).where(TASKS.c.id.in_(bindparam("ids", expanding=True)))
_ADD_EVENT, _ADD_TASK = insert(EVENTS), insert(TASKS)
_FROM_SENDER = select(TASKS.c.id).where(
    TASKS.c.sender == bindparam("of"), TASKS.c.id != bindparam("name"), TASKS.c.state == "done"
)
_PENDING = select(REQUESTS).where(REQUESTS.c.state == "pending").order_by(REQUESTS.c.number)
_FIND_TASK = select(TASKS).where(TASKS.c.id == bindparam("name"))


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task. `view` is the event as JSON; `note` the task note as it was first written."""

    id: str
    created_at: str
    state: str
    turn: int
    sender: str
    view: str
    note: str
    category: str
    rule: str
    brain: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question. `ask` is the question as JSON; `about` a proposal whose outcome is unknown, or empty."""

    id: str
    task: str
    move_key: str
    ask: str
    note: str
    created_at: str
    state: str
    answer: str = ""
    answered_at: str = ""
    about: str = ""
    consumed: bool = False


@dataclass(frozen=True, slots=True)
class RequestRow:
    """What another process asked of the runner: 'approve', 'reject', 'ask', 'answer', 'undo', 'propose', 'pause' ..."""

    number: int
    at: str
    kind: str
    target: str
    text: str
    actor: str
    state: str
    result: str


def seen_tasks(sql: Connection, events: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str] | None]:
    """The task and the content digest of each event (source, source id), None for one not seen yet."""
    found: dict[tuple[str, str], tuple[str, str] | None] = dict.fromkeys(events)
    for source in {source for source, _ in events}:
        ids = [each for of, each in events if of == source]
        rows = sql.execute(_SEEN, {"of": source, "ids": ids})
        found |= {(source, row.source_id): (row.task, row.content_sha256) for row in rows}
    return found


def seen_ids_between(sql: Connection, source: str, first: str, end: str, at_most: int) -> dict[str, tuple[str, str]]:
    """The events of a source whose ids lie, as text, from `first` to before `end`: task and content digest by id."""
    of = (EVENTS.c.source == source) & (EVENTS.c.source_id >= first) & (EVENTS.c.source_id < end)
    found = select(EVENTS.c.source_id, EVENTS.c.task, EVENTS.c.content_sha256).where(of)
    rows = sql.execute(found.order_by(EVENTS.c.source_id).limit(at_most))
    return {row.source_id: (row.task, row.content_sha256) for row in rows}


def tasks_among(sql: Connection, ids: Collection[str]) -> frozenset[str]:
    """Those of these ids that tasks have."""
    return frozenset(sql.execute(_AMONG, {"ids": list(ids)}).scalars())


def add_events(sql: Connection, rows: Sequence[Mapping[str, str]]) -> None:
    """Remember events: source, source_id, content_sha256, task, seen_at."""
    if rows:
        sql.execute(_ADD_EVENT, [dict(row) for row in rows])


def add_task(sql: Connection, row: TaskRow) -> None:
    """A new task."""
    add_tasks(sql, [row])


def add_tasks(sql: Connection, rows: Sequence[TaskRow]) -> None:
    """New tasks."""
    if rows:
        sql.execute(_ADD_TASK, [_values(row) for row in rows])


def find_task(sql: Connection, task: str) -> TaskRow | None:
    """One task, or None."""
    row = sql.execute(_FIND_TASK, {"name": task}).first()
    return TaskRow(**columns(row)) if row else None


def tasks_in(sql: Connection, *states: str) -> tuple[TaskRow, ...]:
    """The tasks in these states, oldest first."""
    wanted = select(TASKS).where(TASKS.c.state.in_(states)).order_by(TASKS.c.created_at, TASKS.c.id)
    return tuple(TaskRow(**columns(row)) for row in sql.execute(wanted))


def tasks_of_category(sql: Connection, categories: Collection[str], since: str, at_most: int) -> tuple[TaskRow, ...]:
    """The newest tasks of these categories, open or done, created after a moment (ISO, UTC); the oldest first."""
    wanted = select(TASKS).where(TASKS.c.category.in_(categories) & (TASKS.c.created_at > since))
    found = sql.execute(wanted.order_by(TASKS.c.created_at.desc(), TASKS.c.id.desc()).limit(at_most))
    return tuple(reversed([TaskRow(**columns(row)) for row in found]))


def tasks_begun(sql: Connection, since: str) -> tuple[str, ...]:
    """When each task was created that was after a moment, as that (ISO, UTC), the oldest first."""
    wanted = select(TASKS.c.created_at).where(TASKS.c.created_at > since).order_by(TASKS.c.created_at)
    return tuple(sql.execute(wanted).scalars())


def update_task(sql: Connection, task: str, **values: str | int) -> None:
    """Change columns of one task."""
    sql.execute(update(TASKS).where(TASKS.c.id == task).values(**values))


def sender_seen_before(sql: Connection, sender: str, task: str) -> bool:
    """Whether another task from this address is done already."""
    return bool(sender) and sql.execute(_FROM_SENDER, {"of": sender, "name": task}).first() is not None


def add_question(sql: Connection, row: QuestionRow) -> None:
    """A new question."""
    sql.execute(insert(QUESTIONS).values(**_values(row)))


def find_question(sql: Connection, question: str) -> QuestionRow | None:
    """One question, or None."""
    row = sql.execute(select(QUESTIONS).where(QUESTIONS.c.id == question)).first()
    return QuestionRow(**columns(row)) if row else None


def questions_in(sql: Connection, state: str) -> tuple[QuestionRow, ...]:
    """The questions in this state, oldest first."""
    found = sql.execute(
        select(QUESTIONS).where(QUESTIONS.c.state == state).order_by(QUESTIONS.c.created_at, QUESTIONS.c.id)
    )
    return tuple(QuestionRow(**columns(row)) for row in found)


def questions_of(sql: Connection, task: str) -> tuple[QuestionRow, ...]:
    """All questions of one task, oldest first."""
    found = sql.execute(
        select(QUESTIONS).where(QUESTIONS.c.task == task).order_by(QUESTIONS.c.created_at, QUESTIONS.c.id)
    )
    return tuple(QuestionRow(**columns(row)) for row in found)


def update_question(sql: Connection, question: str, **values: str | bool) -> None:
    """Change columns of one question."""
    sql.execute(update(QUESTIONS).where(QUESTIONS.c.id == question).values(**values))


def add_reopening(sql: Connection, task: str, at: str) -> None:
    """The owner dragged a finished task back."""
    sql.execute(insert(REOPENINGS).values(task=task, at=at, consumed=False))


def reopenings_of(sql: Connection, task: str) -> tuple[str, ...]:
    """When the owner dragged it back: ISO times, oldest first."""
    found = select(REOPENINGS.c.at).where(REOPENINGS.c.task == task).order_by(REOPENINGS.c.number)
    return tuple(sql.execute(found).scalars())


def add_request(sql: Connection, values: Mapping[str, str]) -> int:
    """Ask the runner for something: at, kind, target, text, actor."""
    row = sql.execute(insert(REQUESTS).values(**values, state="pending").returning(REQUESTS.c.number))
    return int(row.scalar_one())


def requests_pending(sql: Connection) -> tuple[RequestRow, ...]:
    """What the runner has not carried out yet, in order."""
    return tuple(RequestRow(**columns(row)) for row in sql.execute(_PENDING))


def settle_request(sql: Connection, number: int, state: str, result: str) -> None:
    """The runner carried it out ('done') or would not ('refused')."""
    sql.execute(update(REQUESTS).where(REQUESTS.c.number == number).values(state=state, result=result))


def count(sql: Connection, table: Table, state: str) -> int:
    """How many rows of a table are in a state."""
    return int(sql.execute(select(func.count()).select_from(table).where(table.c.state == state)).scalar_one())


def _values(row: TaskRow | QuestionRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}


def columns(row: Row[Any]) -> dict[str, Any]:
    """The columns of a row by name."""
    return dict(zip(row._fields, row, strict=True))
