"""The ledger of scheduled runs, and what is known of each job; rows of the journal.

A due time has exactly one row: 'ran' (in time), 'late', 'missed' (nobody ran, and it was not made up), 'skipped' (the
table says so) or 'failed'. Up to `counted_until` every due time of a job is accounted for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, delete, insert, select, update

from agents.durability.schema import SCHEDULE_JOBS, SCHEDULE_RUNS
from agents.durability.task_persistence import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

State = Literal["ran", "late", "missed", "failed", "skipped"]
TRIED = ("ran", "late", "failed")  # the job was really done, or begun: never again for this due time


@dataclass(frozen=True, slots=True)
class JobRow:
    """What is known of a job. `seen_at`: when this definition was first seen; both times are aware."""

    job: str
    definition: str
    seen_at: datetime
    counted_until: datetime


@dataclass(frozen=True, slots=True)
class RunRow:
    """One due time. Times are ISO 8601 in UTC; `started_at` and `task` may be empty; `note` is the name of its note."""

    job: str
    due_at: str
    state: State
    started_at: str
    ended_at: str
    words: str
    task: str
    note: str

    @property
    def due(self) -> datetime:
        """When it was due, aware."""
        return datetime.fromisoformat(self.due_at)


def known_jobs(sql: Connection) -> dict[str, JobRow]:
    """The jobs that the table named when it was last read, by name."""
    rows = sql.execute(select(SCHEDULE_JOBS))
    return {
        row.job: JobRow(
            row.job, row.definition, datetime.fromisoformat(row.seen_at), datetime.fromisoformat(row.counted_until)
        )
        for row in rows
    }


def keep_jobs(sql: Connection, definitions: Mapping[str, str], now: datetime) -> None:
    """From now on these are the jobs; due times of a new or changed one count from now."""
    known = known_jobs(sql)
    for name in known.keys() - definitions.keys():
        sql.execute(delete(SCHEDULE_JOBS).where(SCHEDULE_JOBS.c.job == name))
    at = now.isoformat()
    for name, definition in definitions.items():
        if name in known and known[name].definition == definition:
            continue
        values = {"definition": definition, "seen_at": at, "counted_until": at}
        if name in known:
            sql.execute(update(SCHEDULE_JOBS).where(SCHEDULE_JOBS.c.job == name).values(**values))
        else:
            sql.execute(insert(SCHEDULE_JOBS).values(job=name, **values))


def count_until(sql: Connection, job: str, moment: datetime) -> None:
    """Every due time of a job up to this moment is accounted for."""
    sql.execute(update(SCHEDULE_JOBS).where(SCHEDULE_JOBS.c.job == job).values(counted_until=moment.isoformat()))


def set_back(sql: Connection, now: datetime) -> None:
    """The clock was ahead and is not any more: what was counted of the future is looked at again when it comes."""
    for row in known_jobs(sql).values():
        if row.counted_until > now:
            count_until(sql, row.job, now)


def write_run(sql: Connection, row: RunRow) -> None:
    """The row of a due time; it takes the place of one that a wrong clock wrote ahead."""
    here = (SCHEDULE_RUNS.c.job == row.job) & (SCHEDULE_RUNS.c.due_at == row.due_at)
    sql.execute(delete(SCHEDULE_RUNS).where(here))
    sql.execute(insert(SCHEDULE_RUNS).values(**{name: getattr(row, name) for name in row.__slots__}))


def tried_at(sql: Connection, job: str, dues: Iterable[datetime]) -> frozenset[datetime]:
    """Those of the due times at which the job was tried already."""
    wanted = select(SCHEDULE_RUNS.c.due_at).where(
        SCHEDULE_RUNS.c.job == job,
        SCHEDULE_RUNS.c.state.in_(TRIED),
        SCHEDULE_RUNS.c.due_at.in_([each.isoformat() for each in dues]),
    )
    return frozenset(datetime.fromisoformat(each) for each in sql.execute(wanted).scalars())


def runs_of(sql: Connection, job: str, limit: int | None = None) -> tuple[RunRow, ...]:
    """The runs of a job, newest due time first."""
    wanted = select(SCHEDULE_RUNS).where(SCHEDULE_RUNS.c.job == job).order_by(SCHEDULE_RUNS.c.due_at.desc())
    return tuple(RunRow(**columns(row)) for row in sql.execute(wanted.limit(limit)))


def failing_since(sql: Connection, job: str) -> RunRow | None:
    """The first failed run after which none went well; None when the last that was tried went well, or none was."""
    mine = select(SCHEDULE_RUNS).where(SCHEDULE_RUNS.c.job == job)
    newest = SCHEDULE_RUNS.c.due_at.desc()
    good = sql.execute(mine.where(SCHEDULE_RUNS.c.state.in_(("ran", "late"))).order_by(newest).limit(1)).first()
    failed = mine.where(SCHEDULE_RUNS.c.state == "failed", SCHEDULE_RUNS.c.due_at > (good.due_at if good else ""))
    row = sql.execute(failed.order_by(SCHEDULE_RUNS.c.due_at).limit(1)).first()
    return RunRow(**columns(row)) if row else None
