"""What an audit looks at besides books and tasks, gathered from the journal: who is waited for, promises, jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agents.autonomy.overview import look
from agents.autonomy.queries import soonest_waits
from agents.clock import as_local
from agents.durability.promise_rows import OPEN, promises_in
from agents.durability.run_rows import runs_of
from agents.insight.audit_of_work import SOON_DAYS, JobTrouble, WorkState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.autonomy.overview import Overview
    from agents.durability.journal import Journal

MOST_WAITS, MOST_RUNS = 10_000, 200
LOOKED_DAYS = 7  # back, for runs that were missed
YES, ANSWER, OUTSIDE, A_DAY = "your yes or no", "your answer", "somebody outside", "a day to come"


def work_state(root: Path, journal: Journal, now: datetime) -> WorkState:
    """What the journal says now (aware). What is personal and kept apart is left out. Changes nothing."""
    overview = look(root, journal, now)
    apart = overview.apart.tasks
    with journal.begin() as sql:
        waits = {row.task: A_DAY if row.until else OUTSIDE for row in soonest_waits(sql, MOST_WAITS)}
        promises = promises_in(sql, OPEN, due_before=as_local(now).date() + timedelta(days=SOON_DAYS))
        missed = tuple(_missed(sql, overview, now))
    waits |= {row.task: YES for row in overview.pending} | {row.task: ANSWER for row in overview.questions}
    failing = (
        JobTrouble(each.job.name, f"fails since {as_local(each.failing.due):%Y-%m-%d}")
        for each in overview.jobs.states
        if each.failing
    )
    return WorkState(waits, tuple(each for each in promises if each.task not in apart), (*failing, *missed))


def _missed(sql: Connection, overview: Overview, now: datetime) -> Iterator[JobTrouble]:
    """The jobs of which a run was left out lately, since nobody was there."""
    since = now - timedelta(days=LOOKED_DAYS)
    for each in overview.jobs.states:
        runs = [run for run in runs_of(sql, each.job.name, MOST_RUNS) if run.state == "missed" and run.due >= since]
        if runs and not each.failing:
            yield JobTrouble(each.job.name, f"was missed {_times(len(runs))} in the last {LOOKED_DAYS} days")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
