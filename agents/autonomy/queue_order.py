"""The queue is the journal: tasks and approved effects in the order in which they are taken.

The order is total and changes only with what a task's priority says: by virtual arrival, then by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from agents.durability.priorities import ARRIVAL, NORMAL, virtual_arrival
from agents.durability.schema import PRIORITIES, PROPOSALS, TASKS
from agents.durability.statements import parts
from agents.durability.task_persistence import TaskRow, columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from agents.durability.proposal_rows import ActionNames

_WITH_PRIORITY = TASKS.outerjoin(PRIORITIES, PRIORITIES.c.task == TASKS.c.id)


@dataclass(frozen=True, slots=True)
class ApprovedEffect:
    """An approved proposal in the queue. `intent_at` is empty unless its effect was begun already."""

    id: str
    task: str
    action: str
    arrival: datetime
    intent_at: str


def next_tasks(sql: Connection, state: str, limit: int) -> tuple[TaskRow, ...]:
    """The tasks in a state that are to be taken first; not more than `limit`."""
    first = select(TASKS.c.id).select_from(_WITH_PRIORITY).where(TASKS.c.state == state)
    ids = list(sql.execute(first.order_by(ARRIVAL, TASKS.c.id).limit(limit)).scalars())
    if not ids:
        return ()
    rows = {row.id: TaskRow(**columns(row)) for row in sql.execute(select(TASKS).where(TASKS.c.id.in_(ids)))}
    return tuple(rows[each] for each in ids)


def due_in_order(sql: Connection, names: Iterable[str]) -> list[str]:
    """These tasks in the order in which they are to be taken; names of no task are left out."""
    wanted = select(ARRIVAL, TASKS.c.id).select_from(_WITH_PRIORITY)
    found = [(row[0], row[1]) for some in parts(names) for row in sql.execute(wanted.where(TASKS.c.id.in_(some)))]
    return [name for _arrival, name in sorted(found)]


def approved_in_order(sql: Connection, names: ActionNames) -> list[ApprovedEffect]:
    """Everything approved: first what was begun, then by the owner's yes and the priority of the task."""
    wanted = (
        select(
            PROPOSALS.c.id,
            PROPOSALS.c.task,
            PROPOSALS.c.decided_at,
            PROPOSALS.c.intent_at,
            func.coalesce(PRIORITIES.c.priority, NORMAL).label("priority"),
        )
        .select_from(PROPOSALS.outerjoin(PRIORITIES, PRIORITIES.c.task == PROPOSALS.c.task))
        .where(PROPOSALS.c.state == "approved")
    )
    rows = sql.execute(wanted).all()
    actions = names.of(sql, [row.id for row in rows])
    queue = [
        ApprovedEffect(
            row.id,
            row.task,
            actions[row.id],
            virtual_arrival(datetime.fromisoformat(row.decided_at), row.priority),
            row.intent_at,
        )
        for row in rows
    ]
    return sorted(queue, key=lambda each: (not each.intent_at, each.arrival, each.id))
