"""The priority of a task, and where it stands in the queue: its virtual arrival.

A task stands in the queue as if it had arrived earlier by the head start of its priority. So an urgent task overtakes
all that waits for less than a week, and whatever waits is overtaken only by what arrives within the difference of two
head starts after it: nothing starves, and no clock has to raise anything (ADR 0033).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from agents.durability.schema import PRIORITIES, TASKS
from agents.durability.statements import parts

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

URGENT, HIGH, NORMAL, LOW = "urgent", "high", "normal", "low"
HEAD_START = {
    URGENT: timedelta(days=7),
    HIGH: timedelta(hours=8),
    NORMAL: timedelta(0),
    LOW: timedelta(days=-1),
}
ARRIVAL = func.coalesce(PRIORITIES.c.arrival, TASKS.c.created_at)  # of tasks joined with their priorities


def virtual_arrival(arrived: datetime, priority: str) -> datetime:
    """When a task counts as having arrived; an unknown priority counts as normal."""
    return arrived - HEAD_START.get(priority, HEAD_START[NORMAL])


def set_priority(sql: Connection, task: str, priority: str) -> None:
    """The priority of a task that is in the journal."""
    sql.execute(delete(PRIORITIES).where(PRIORITIES.c.task == task))
    if priority != NORMAL:  # most are, and need no row
        created_at = str(sql.execute(select(TASKS.c.created_at).where(TASKS.c.id == task)).scalar_one())
        arrival = virtual_arrival(datetime.fromisoformat(created_at), priority).isoformat()
        sql.execute(insert(PRIORITIES).values(task=task, priority=priority, arrival=arrival))


def priorities_of(sql: Connection, tasks: Collection[str]) -> dict[str, str]:
    """The priority of each of these tasks."""
    wanted, found = select(PRIORITIES.c.task, PRIORITIES.c.priority), dict.fromkeys(tasks, NORMAL)
    for some in parts(tasks):
        found |= {row.task: row.priority for row in sql.execute(wanted.where(PRIORITIES.c.task.in_(some)))}
    return found
