"""The runner's side of `Schedules.md`: which jobs there are, what is wrong with the table, and the built-in jobs.

Requests of the owner are the schedule watcher's; it offers due times of the jobs that are kept here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.autonomy.autonomy_orchestrator import Swept
from agents.autonomy.bad_rows import tell_bad_rows
from agents.durability.alerts import raise_alert
from agents.durability.due_runs import Run, look, record
from agents.durability.run_rows import keep_jobs, set_back
from agents.durability.schedule_table import Schedule, read_schedule_note
from agents.errors import EmployeeError
from agents.vault.layout import SCHEDULES_NOTE
from agents.vault.note import Problem
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from agents.autonomy.places import Places, Signature
    from agents.durability.schedule_table import Job
    from agents.durability.transitions import Recorder

BAD_ROWS = "bad rows of the schedule"  # what was told, so that it is told again when it comes back


@dataclass(frozen=True, slots=True)
class Ended:
    """How a built-in job ended, in words for the owner."""

    well: bool
    words: str


class Timetable:
    """Keeps the jobs and does the built-in ones. `built_in` are these by name; they may be done twice after a crash."""

    def __init__(self, recorder: Recorder, places: Places, built_in: Mapping[str, Callable[[], Ended]]) -> None:
        self._recorder = recorder
        self._places = places
        self._built_in = built_in
        self._signature: Signature | None = None
        self._jobs: tuple[Job, ...] = ()
        self._looked_at: datetime | None = None
        self._is_settled = False  # nothing is due before `_due_at` (None = nothing ever is)
        self._due_at: datetime | None = None

    def sweep(self) -> Swept:
        """Take in a changed table, and do the built-in jobs that are due; how many runs were noted."""
        now = self._recorder.clock.now()
        self._take_in(now)
        if self._looked_at is None or now < self._looked_at:  # the clock may have been ahead
            with self._recorder.journal.begin() as sql:
                set_back(sql, now)
            self._is_settled = False
        self._looked_at = now
        is_due = self._due_at is not None and now >= self._due_at
        noted = self._work(now) if is_due or not self._is_settled else 0
        due_s = (self._due_at - now).total_seconds() if self._due_at else None
        return Swept(noted, None, next_due_s=due_s)

    def _take_in(self, now: datetime) -> None:
        """Read the table when it is another one and quiet. One that is gone or cannot be read changes no job."""
        entry = self._places.entry(".", SCHEDULES_NOTE)
        if entry is None or entry.signature == self._signature or not self._places.settled(entry):
            return
        found = read_schedule_note(self._recorder.store.root)
        problems = (found,) if isinstance(found, Problem) else found.problems
        with self._recorder.begin() as writing:
            bad = ((SCHEDULES_NOTE, each.line, each.message) for each in problems)
            tell_bad_rows(writing, BAD_ROWS, bad, now)
            if isinstance(found, Schedule):
                keep_jobs(writing.sql, {job.name: job.definition for job in found.jobs}, now)
                self._jobs = tuple(job for job in found.jobs if job.built_in)
        self._signature, self._is_settled = entry.signature, False

    def _work(self, now: datetime) -> int:
        """Do and note what is due; the runs that were noted."""
        noted = 0
        coming = []
        for job in self._jobs:
            with self._recorder.journal.begin() as sql:
                due = look(sql, job, now)
            for run in due.runs if due else ():
                self._one(job, run)
                noted += 1
            coming += [due.next] if due and due.next else []
        self._due_at, self._is_settled = min(coming, default=None), True
        return noted

    def _one(self, job: Job, run: Run) -> None:
        clock = self._recorder.clock
        started = clock.now() if run.is_wanted else None
        ended = self._do(job.built_in) if run.is_wanted else Ended(well=True, words="")
        words = "; ".join(each for each in (run.words, ended.words) if each)
        noted = Run(run.job, run.due, run.state if ended.well else "failed", words, run.left_out)
        with self._recorder.begin() as writing:
            row = record(writing, noted, started=started, now=clock.now())
            if not ended.well:
                told = f"The job {plain(job.name)} failed: {plain(ended.words)}"
                raise_alert(writing, row.note, told, clock.now())

    def _do(self, name: str) -> Ended:
        self._recorder.flush()
        try:
            return self._built_in[name]()
        except EmployeeError as err:
            return Ended(well=False, words=f"{err} {err.hint}")
