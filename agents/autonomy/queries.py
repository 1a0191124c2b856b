"""Small looks at the journal's big tables: ids, counts and the newest rows, never everything there ever was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from agents.durability.proposal_rows import ProposalRow
from agents.durability.schema import CHAIN, PROPOSALS, QUESTIONS, TASKS, WAITS
from agents.durability.statements import parts
from agents.durability.task_persistence import QuestionRow, TaskRow, columns
from agents.durability.wait_rows import WaitRow
from agents.security.audit_logger import Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection


def task_states(sql: Connection, names: Iterable[str]) -> dict[str, str]:
    """The states of the tasks among these names."""
    wanted = select(TASKS.c.id, TASKS.c.state)
    return {row.id: row.state for some in parts(names) for row in sql.execute(wanted.where(TASKS.c.id.in_(some)))}


def named_since(sql: Connection, seq: int) -> set[str]:
    """What the events after this one are about: their targets and their tasks."""
    wanted = select(CHAIN.c.target, CHAIN.c.task).where(CHAIN.c.seq > seq)
    return {name for row in sql.execute(wanted) for name in row}


def task_ids(sql: Connection, *states: str, limit: int | None = None) -> tuple[str, ...]:
    """The tasks in these states, oldest first; not more than `limit`."""
    wanted = select(TASKS.c.id).where(TASKS.c.state.in_(states)).order_by(TASKS.c.created_at, TASKS.c.id).limit(limit)
    return tuple(sql.execute(wanted).scalars())


def newest_tasks(sql: Connection, number: int) -> tuple[TaskRow, ...]:
    """The tasks filed last, the newest first, open or done."""
    wanted = select(TASKS).order_by(TASKS.c.created_at.desc(), TASKS.c.id.desc()).limit(number)
    return tuple(TaskRow(**columns(row)) for row in sql.execute(wanted))


def count_tasks(sql: Connection, state: str) -> int:
    """How many tasks are in a state."""
    return int(sql.execute(select(func.count()).select_from(TASKS).where(TASKS.c.state == state)).scalar_one())


def first_task_at(sql: Connection) -> str | None:
    """When the first task of this vault was filed (ISO, UTC); None when there is none."""
    found: str | None = sql.execute(select(func.min(TASKS.c.created_at))).scalar()
    return found


def newest_effects(sql: Connection, number: int) -> tuple[ProposalRow, ...]:
    """The proposals that were done, those approved last first."""
    wanted = select(PROPOSALS).where(PROPOSALS.c.state == "done").order_by(PROPOSALS.c.decided_at.desc()).limit(number)
    return tuple(ProposalRow(**columns(row)) for row in sql.execute(wanted))


def effects_between(sql: Connection, start: str, end: str) -> tuple[ProposalRow, ...]:
    """The proposals that were done from one moment until before another (ISO, UTC), in order."""
    at = func.json_extract(PROPOSALS.c.receipt, "$.at")
    wanted = select(PROPOSALS).where(PROPOSALS.c.state == "done", at >= start, at < end).order_by(at, PROPOSALS.c.id)
    return tuple(ProposalRow(**columns(row)) for row in sql.execute(wanted))


def soonest_waits(sql: Connection, number: int) -> tuple[WaitRow, ...]:
    """The first of the open waits: by their moment, then those without one, oldest first."""
    wanted = select(WAITS).where(WAITS.c.state == "open").order_by(WAITS.c.until == "", WAITS.c.until, WAITS.c.number)
    return tuple(WaitRow(**columns(row)) for row in sql.execute(wanted.limit(number)))


def words_about_effects(sql: Connection) -> tuple[QuestionRow, ...]:
    """The owner's answers about unknown outcomes that nothing followed from yet."""
    answered = (QUESTIONS.c.state == "answered") & (QUESTIONS.c.about != "") & QUESTIONS.c.consumed.is_(False)
    return tuple(QuestionRow(**columns(row)) for row in sql.execute(select(QUESTIONS).where(answered)))


def log_files_since(sql: Connection, seq: int) -> tuple[str, ...]:
    """The log files that hold events after this one, by name."""
    found = sql.execute(select(CHAIN.c.file).where(CHAIN.c.seq > seq))  # asked for distinct ones it would read them all
    return tuple(sorted(set(found.scalars())))


def links_after(sql: Connection, seq: int, at_most: int) -> tuple[Link, ...]:
    """The events after this one, in order; not more than so many."""
    wanted = select(CHAIN).where(CHAIN.c.seq > seq).order_by(CHAIN.c.seq).limit(at_most)
    return tuple(Link(row.seq, row.line, row.sha256, row.file) for row in sql.execute(wanted))


def is_log_file(sql: Connection, file: str) -> bool:
    """Whether the chain has events in a log file of this name."""
    return sql.execute(select(CHAIN.c.seq).where(CHAIN.c.file == file).limit(1)).first() is not None
