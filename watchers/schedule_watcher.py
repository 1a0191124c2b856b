"""The jobs in `Schedules.md` that are requests of the owner: each due time is one event.

Nothing is computed while the note is as it was and the next due time has not come.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.durability.due_runs import look, source_id
from agents.durability.schedule_table import Schedule, read_schedule_note
from agents.vault.layout import SCHEDULES_NOTE
from agents.vault.note import Problem
from watchers.contract import Event, Left, OriginKind, Sweep
from watchers.quiet import QuietPeriod

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from agents.durability.due_runs import Run
    from agents.durability.journal import Journal
    from agents.durability.schedule_table import Job
    from watchers.contract import WatcherContext

SOURCE = "schedule"
OWNER = "owner"
_Signature = tuple[int, int, int]


class ScheduleWatcher:
    """Offers every due time of a request until it is in the ledger. `quiet_s`: the note unchanged for so long."""

    name = SOURCE

    def __init__(
        self, root: Path, journal: Journal, quiet_s: float, machine_now: Callable[[], datetime] | None = None
    ) -> None:
        self._root = root
        self._journal = journal
        self._quiet_s = quiet_s
        self._quiet = QuietPeriod(machine_now)
        self._signature: _Signature | None = None
        self._schedule: Schedule | Problem = Schedule()
        self._idle: tuple[datetime, datetime | None] | None = None  # from when, until when nothing is due

    def scan(self, now: datetime) -> Sweep:
        """What is due and not in the ledger yet."""
        try:
            status = (self._root / SCHEDULES_NOTE).lstat()
        except OSError:
            self._signature = None
            return Sweep()  # no note, no jobs
        if _signature(status) != self._signature:
            wait_s = self._quiet.remaining_s(SCHEDULES_NOTE, status, now, self._quiet_s)
            if wait_s:
                return Sweep(unsettled_s=wait_s)
            self._schedule, self._signature, self._idle = read_schedule_note(self._root), _signature(status), None
        if isinstance(self._schedule, Problem):
            where = f"line {self._schedule.line}: " if self._schedule.line else ""
            return Sweep(left=(Left(SCHEDULES_NOTE, f"{where}{self._schedule.message}"),))
        return Sweep(next_due_s=self._next_due_s(now)) if self._is_idle(now) else self._look(self._schedule, now)

    def _is_idle(self, now: datetime) -> bool:
        if self._idle is None:
            return False
        since, until = self._idle
        return since <= now and (until is None or now < until)

    def _next_due_s(self, now: datetime) -> float | None:
        until = self._idle[1] if self._idle else None
        return (until - now).total_seconds() if until else None

    def _look(self, schedule: Schedule, now: datetime) -> Sweep:
        with self._journal.begin() as sql:
            found = [(job, look(sql, job, now)) for job in schedule.jobs if not job.built_in]
        dues = [due for _, due in found if due is not None]
        coming = min((due.next for due in dues if due.next), default=None)
        events = tuple(_event(job, run) for job, due in found if due for run in due.runs)
        self._idle = None if events or len(dues) < len(found) else (now, coming)
        return Sweep(events, next_due_s=(coming - now).total_seconds() if coming else None)


def _signature(status: os.stat_result) -> _Signature:
    return (status.st_ino, status.st_size, status.st_mtime_ns)


def _event(job: Job, run: Run) -> Event:
    return Event(
        source=SOURCE,
        source_id=source_id(run),
        occurred_at=run.due,
        content_sha256=hashlib.sha256(job.what.encode()).hexdigest(),
        kind="ask",
        origin=SCHEDULES_NOTE,
        origin_kind=OriginKind.OTHER,
        sender_name=OWNER,
        text=job.what,
        run=run,
    )


def open_watcher(context: WatcherContext) -> ScheduleWatcher:
    """The watcher of one vault."""
    return ScheduleWatcher(context.root, context.journal, context.quiet_s, context.machine_now)
