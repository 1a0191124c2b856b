"""When tasks and proposals came, moved and ended, and what models cost by day: of the journal, without any note."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from agents.durability.schema import CHAIN, PROPOSALS, TASKS, TURNS
from agents.durability.spend_schema import SPENDING

if TYPE_CHECKING:
    from sqlalchemy import Connection

ENDS = ("task.done", "task.closed", "task.cancelled")  # what the chain calls the end of a task
WAITING, OVER = "waiting", "done"


@dataclass(frozen=True, slots=True)
class TaskTimes:
    """A task; times are ISO in UTC. `moved_at`: its last turn, empty before the first; `closed_at` empty while open."""

    id: str
    category: str
    sender: str
    created_at: str
    moved_at: str
    closed_at: str


@dataclass(frozen=True, slots=True)
class ProposalTimes:
    """A proposal; times are ISO in UTC, empty for what did not happen. `action` as in 'invoice.create'."""

    id: str
    task: str
    action: str
    made_at: str
    decided_at: str
    done_at: str


def task_times(sql: Connection, since: str) -> tuple[TaskTimes, ...]:
    """The tasks that came after a moment (ISO, UTC), and all that are open, the oldest first."""
    moved = select(TURNS.c.task, func.max(TURNS.c.filed_at).label("at")).group_by(TURNS.c.task).subquery()
    at = func.max(func.json_extract(CHAIN.c.line, "$.timestamp"))
    kind = func.json_extract(CHAIN.c.line, "$.action_type")
    ended = select(CHAIN.c.target, at.label("at")).where(kind.in_(ENDS)).group_by(CHAIN.c.target).subquery()
    wanted = (
        select(TASKS.c.id, TASKS.c.category, TASKS.c.sender, TASKS.c.created_at, TASKS.c.state)
        .add_columns(moved.c.at.label("moved_at"), ended.c.at.label("closed_at"))
        .outerjoin(moved, moved.c.task == TASKS.c.id)
        .outerjoin(ended, ended.c.target == TASKS.c.id)
        .where(or_(TASKS.c.created_at > since, TASKS.c.state != OVER))
        .order_by(TASKS.c.created_at, TASKS.c.id)
    )
    return tuple(
        TaskTimes(
            row.id,
            row.category,
            row.sender,
            row.created_at,
            row.moved_at or "",
            (row.closed_at or row.moved_at or row.created_at) if row.state == OVER else "",
        )
        for row in sql.execute(wanted)
    )


def proposal_times(sql: Connection, since: str) -> tuple[ProposalTimes, ...]:
    """The proposals that were made after a moment (ISO, UTC), and all that wait, the oldest first."""
    action = func.json_extract(PROPOSALS.c.action, "$.action").label("name")
    wanted = (
        select(PROPOSALS.c.id, PROPOSALS.c.task, action, PROPOSALS.c.created_at, PROPOSALS.c.state)
        .add_columns(PROPOSALS.c.decided_at, PROPOSALS.c.intent_at)
        .where(or_(PROPOSALS.c.created_at > since, PROPOSALS.c.state == WAITING))
        .order_by(PROPOSALS.c.created_at, PROPOSALS.c.id)
    )
    return tuple(
        ProposalTimes(
            row.id,
            row.task,
            row.name,
            row.created_at,
            "" if row.state == WAITING else row.decided_at or row.created_at,
            row.intent_at if row.state == OVER else "",
        )
        for row in sql.execute(wanted)
    )


def model_spending(sql: Connection, since: str) -> dict[str, Decimal]:
    """What models cost in US dollars on each of the owner's days (ISO) since one; what is under way at its highest."""
    found: dict[str, Decimal] = {}
    for row in sql.execute(select(SPENDING.c.day, SPENDING.c.cost_usd).where(SPENDING.c.day >= since)):
        found[row.day] = found.get(row.day, Decimal(0)) + Decimal(row.cost_usd)
    return found
