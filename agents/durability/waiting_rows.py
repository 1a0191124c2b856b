"""What waits, among thousands: ids, counts and what is due, each answered from an index alone; never a whole row."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, func, select

from agents.durability.proposal_rows import ProposalRow
from agents.durability.schema import PROPOSALS, QUESTIONS, TASKS
from agents.durability.statements import parts_of_ids
from agents.durability.task_persistence import TaskRow, columns

if TYPE_CHECKING:
    from collections.abc import Iterable

BEGUN = ("claimed", "waiting")  # the states of a task that was begun and is not over
# made once: asked for at each round, also of an idle run
_OVERDUE = select(PROPOSALS.c.id).where(PROPOSALS.c.state == "waiting", PROPOSALS.c.expires_at <= bindparam("now"))


def waiting_ids(sql: Connection) -> set[str]:
    """The proposals that wait for a decision."""
    return set(sql.execute(select(PROPOSALS.c.id).where(PROPOSALS.c.state == "waiting")).scalars())


def count_waiting(sql: Connection, before: str = "") -> int:
    """How many proposals wait for a decision; of all, or of those made before a time (ISO, UTC)."""
    wanted = select(func.count()).select_from(PROPOSALS).where(PROPOSALS.c.state == "waiting")
    return int(sql.execute(wanted.where(PROPOSALS.c.created_at < before) if before else wanted).scalar_one())


def overdue_ids(sql: Connection, now: datetime) -> set[str]:
    """The waiting proposals whose sealed time is over at this aware UTC moment; the time away is not looked at."""
    return set(sql.execute(_OVERDUE, {"now": now.isoformat()}).scalars())


def waiting_times(sql: Connection, names: Iterable[str]) -> dict[str, tuple[datetime, datetime]]:
    """When the proposals among these names were made, and when they expire by what was sealed; aware."""
    wanted = select(PROPOSALS.c.id, PROPOSALS.c.created_at, PROPOSALS.c.expires_at)
    return {
        row.id: (datetime.fromisoformat(row.created_at), datetime.fromisoformat(row.expires_at))
        for some in parts_of_ids(names)
        for row in sql.execute(wanted.where(PROPOSALS.c.id.in_(some)))
    }


def waiting_among(sql: Connection, names: Iterable[str]) -> list[str]:
    """Those among these names that are proposals which wait for a decision, oldest first."""
    wanted = select(PROPOSALS.c.created_at, PROPOSALS.c.id).where(PROPOSALS.c.state == "waiting")
    found = [
        (row.created_at, row.id)
        for some in parts_of_ids(names)
        for row in sql.execute(wanted.where(PROPOSALS.c.id.in_(some)))
    ]
    return [name for _, name in sorted(found)]


def waiting_rows(sql: Connection, names: Iterable[str]) -> list[ProposalRow]:
    """The rows of the proposals among these names that wait, oldest first; ask for some at a time, they hold notes."""
    wanted = select(PROPOSALS).where(PROPOSALS.c.id.in_([*names]), PROPOSALS.c.state == "waiting")
    return [ProposalRow(**columns(row)) for row in sql.execute(wanted.order_by(PROPOSALS.c.created_at, PROPOSALS.c.id))]


def proposal_states(sql: Connection, names: Iterable[str]) -> dict[str, str]:
    """The states of the proposals among these names."""
    return {
        row.id: row.state
        for some in parts_of_ids(names)
        for row in sql.execute(select(PROPOSALS.c.id, PROPOSALS.c.state).where(PROPOSALS.c.id.in_(some)))
    }


def tasks_standing(sql: Connection, *states: str) -> set[str]:
    """The ids of the tasks in these states."""
    return set(sql.execute(select(TASKS.c.id).where(TASKS.c.state.in_(states))).scalars())


def open_among(sql: Connection, names: Iterable[str]) -> tuple[str, ...]:
    """Those among these names that are tasks which were begun and are not over, oldest first."""
    wanted = select(TASKS.c.created_at, TASKS.c.id).where(TASKS.c.state.in_(BEGUN))
    found = [
        (row.created_at, row.id)
        for some in parts_of_ids(names)
        for row in sql.execute(wanted.where(TASKS.c.id.in_(some)))
    ]
    return tuple(name for _, name in sorted(found))


def known_among(sql: Connection, names: Iterable[str]) -> set[str]:
    """Those among these names that the journal has a task, proposal or question of."""
    found: set[str] = set()
    for some in parts_of_ids(names):
        for table in (TASKS, PROPOSALS, QUESTIONS):
            found.update(sql.execute(select(table.c.id).where(table.c.id.in_(some))).scalars())
    return found


def task_rows(sql: Connection, names: Iterable[str]) -> tuple[TaskRow, ...]:
    """The rows of the tasks among these names, oldest first."""
    found = [
        TaskRow(**columns(row))
        for some in parts_of_ids(names)
        for row in sql.execute(select(TASKS).where(TASKS.c.id.in_(some)))
    ]
    return tuple(sorted(found, key=lambda row: (row.created_at, row.id)))
