"""A reply as an assistant proposes it, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.journal import Journal
from agents.durability.task_persistence import requests_pending

if TYPE_CHECKING:
    from tests.flows.employee import Employee

PLEASE = {"subject": "Re: Invoice please", "body": "Thank you, it is on its way.\n\nYours"}


def task_of(employee: Employee) -> str:
    (task,) = employee.ids("in_progress")
    return task


def recorded(employee: Employee) -> int:
    """How many requests the runner has not taken up."""
    journal = Journal.open(employee.state)
    with journal.begin() as sql:
        number = len(requests_pending(sql))
    journal.close()
    return number
