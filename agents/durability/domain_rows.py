"""The domain of each task, as rows of the journal: only of those that are not business, which most are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from agents.durability.people_schema import TASK_DOMAINS
from agents.durability.schema import PROPOSALS
from agents.durability.statements import parts
from agents.security.domain_table import BUSINESS

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection


def set_domain(sql: Connection, task: str, domain: str) -> None:
    """The domain of a task from now on."""
    sql.execute(delete(TASK_DOMAINS).where(TASK_DOMAINS.c.task == task))
    if domain != BUSINESS:
        sql.execute(insert(TASK_DOMAINS).values(task=task, domain=domain))


def domains_of(sql: Connection, tasks: Collection[str]) -> dict[str, str]:
    """The domain of each of these tasks."""
    wanted, found = select(TASK_DOMAINS.c.task, TASK_DOMAINS.c.domain), dict.fromkeys(tasks, BUSINESS)
    for some in parts(tasks):
        found |= {row.task: row.domain for row in sql.execute(wanted.where(TASK_DOMAINS.c.task.in_(some)))}
    return found


def count_waiting_in(sql: Connection, domain: str) -> int:
    """How many proposals wait for the owner in tasks of a domain other than business."""
    inside = select(TASK_DOMAINS.c.task).where(TASK_DOMAINS.c.domain == domain)
    waiting = (PROPOSALS.c.state == "waiting") & PROPOSALS.c.task.in_(inside)
    return int(sql.execute(select(func.count()).select_from(PROPOSALS).where(waiting)).scalar_one())
