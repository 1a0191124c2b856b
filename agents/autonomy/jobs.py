"""How each job of `Schedules.md` stands: its last run and how it ended, whether it fails, and when it is due next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.durability.due_times import next_due
from agents.durability.run_rows import RunRow, failing_since, known_jobs, runs_of
from agents.durability.schedule_table import Schedule, read_schedule_note
from agents.vault.files import MISSING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.durability.schedule_table import Job
    from agents.vault.note import Problem


@dataclass(frozen=True, slots=True)
class JobState:
    """One job. `last` is its newest due time that was accounted for; `failing` the first of the failures up to now.

    `next` is the first due time that is not accounted for (aware); None while no runner has seen the job, or when it is
    never due again.
    """

    job: Job
    last: RunRow | None
    failing: RunRow | None
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Jobs:
    """All jobs in the order of the table, and what is wrong with it."""

    states: tuple[JobState, ...] = ()
    problems: tuple[Problem, ...] = ()


def look_at_jobs(root: Path, sql: Connection) -> Jobs:
    """How the jobs stand; changes nothing, and does not depend on the time."""
    found = read_schedule_note(root)
    if not isinstance(found, Schedule):
        return Jobs(problems=() if found == MISSING else (found,))
    known = known_jobs(sql)
    states = []
    for job in found.jobs:
        row, runs = known.get(job.name), runs_of(sql, job.name, 1)
        seen = row is not None and row.definition == job.definition
        due = next_due(job.when, job.zone, row.counted_until) if row and seen else None
        states.append(JobState(job, runs[0] if runs else None, failing_since(sql, job.name), due))
    return Jobs(tuple(states), found.problems)
