"""What becomes of the due times of a job: decided purely, then written into the ledger with a note and an event."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.alerts import raise_alert
from agents.durability.due_times import Window, due_between, next_due
from agents.durability.run_rows import RunRow, State, count_until, known_jobs, tried_at, write_run
from agents.durability.writing import Transition
from agents.security.audit_logger import Fact
from agents.vault.layout import SCHEDULES, month_folder, note_id
from agents.vault.neutralize import property_text
from agents.vault.note_edit import emit_note
from agents.vault.plain import plain
from agents.vault.store import Operation

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.durability.schedule_table import Job
    from agents.durability.writing import Writing
    from agents.vault.yaml_text import PropertyValue

IN_TIME = timedelta(minutes=5)  # a run begun within it is not late: a busy moment is no absence
MANY = 100  # due times of one job that are told one by one, and runs that `all` makes up
NOBODY = "nobody ran when it was due"
_SLUG_CHARS = 30


@dataclass(frozen=True, slots=True)
class Run:
    """One due time of a job and what becomes of it. `left_out`: how many runs the owner wanted and will not get."""

    job: str
    due: datetime
    state: State
    words: str = ""
    left_out: int = 0

    @property
    def is_wanted(self) -> bool:
        """Whether the job is to be done now."""
        return self.state in {"ran", "late"}


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of one job now, in order, and when it is due next (None = never again)."""

    runs: tuple[Run, ...]
    next: datetime | None


def look(sql: Connection, job: Job, now: datetime) -> Due | None:
    """What is due of a job; None when the journal does not know it as it is. `now` is aware."""
    known = known_jobs(sql).get(job.name)
    if known is None or known.definition != job.definition:
        return None
    window = due_between(job.when, job.zone, known.counted_until, now, MANY)
    tried = tried_at(sql, job.name, window.newest) if window.newest else frozenset()
    left = Window(tuple(due for due in window.newest if due not in tried), window.earlier, window.last_earlier)
    return Due(decide(job, left, now), next_due(job.when, job.zone, now))


def decide(job: Job, window: Window, now: datetime) -> tuple[Run, ...]:
    """One run for every due time, in order; what came before those one by one is told in a single one."""
    runs = [_one(job, due, window.newest[-1], now) for due in window.newest]
    if window.last_earlier is not None:
        words = f"{NOBODY}; this line stands for {window.earlier:,} runs up to then"
        left_out = window.earlier if job.if_missed.kind == "all" else 0
        runs.insert(0, Run(job.name, window.last_earlier, "missed", words, left_out))
    return tuple(runs)


def _one(job: Job, due: datetime, newest: datetime, now: datetime) -> Run:
    policy, age = job.if_missed, now - due
    if age <= IN_TIME and (due == newest or policy.kind == "all"):
        return Run(job.name, due, "ran")
    if policy.kind == "skip":
        return Run(job.name, due, "skipped", f"{NOBODY}, and the table says skip")
    if policy.kind != "all" and due != newest:
        return Run(job.name, due, "skipped", f"{NOBODY}; a later run stands for it")
    if policy.kind == "within" and age > timedelta(seconds=policy.within_s):
        return Run(job.name, due, "missed", f"{NOBODY}, and the table says {job.policy}")
    return Run(job.name, due, "late", f"{span(age)} late: {NOBODY}")


def span(age: timedelta) -> str:
    """How long, in its two largest units: '3 days 2 h'."""
    hours, minutes = divmod(int(age.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    parts = [
        f"{days} day{'s' * (days != 1)}" * bool(days),
        f"{hours} h" * bool(hours),
        f"{minutes} min" * bool(minutes),
    ]
    return " ".join([part for part in parts if part][:2])


def source_id(run: Run) -> str:
    """What tells this run from every other one, for ever."""
    return f"{run.job} {run.due.astimezone(UTC).isoformat()}"


def record(writing: Writing, run: Run, *, started: datetime | None, now: datetime, task: str = "") -> RunRow:
    """Write one due time down, with its note. `started` None: the job was not done."""
    row = RunRow(
        job=run.job,
        due_at=run.due.isoformat(),
        state=run.state,
        started_at=started.isoformat() if started else "",
        ended_at=now.isoformat(),
        words=run.words,
        task=task,
        note=note_id(as_local(run.due).date(), f"run{_slug(run.job)}", "schedule", source_id(run)),
    )
    write_run(writing.sql, row)
    count_until(writing.sql, run.job, run.due)
    path = f"{month_folder(SCHEDULES, as_local(run.due).date())}/{row.note}.md"
    fact = Fact("runner", f"schedule.{run.state}", row.note, task, {"due": row.due_at})
    operations = (Operation("generate", path, text=render_run(row)),)
    writing.record(Transition(fact, f"Note the run {row.note}: {run.state}", operations))
    if run.left_out:
        words = f"The job {plain(run.job)} has too much to make up: {run.left_out:,} of its runs are left out."
        raise_alert(writing, row.note, words, now)
    return row


def render_run(row: RunRow) -> str:
    """The note of one run."""
    properties: dict[str, PropertyValue] = {
        "id": row.note,
        "type": "schedule_run",
        "job": property_text(row.job),
        "due": as_local(row.due),
        "outcome": row.state,
        "started": as_local(datetime.fromisoformat(row.started_at)) if row.started_at else None,
        "ended": as_local(datetime.fromisoformat(row.ended_at)),
        "task": f"[[{row.task}]]" if row.task else None,
        "tags": ["run"],
    }
    due = as_local(row.due).strftime("%Y-%m-%d %H:%M")
    lines = [f"# {plain(row.job)}: {row.state}", f"Due {due}. {_sentence(row.words)}".rstrip()]
    lines += [f"It became the task [[{row.task}]]."] if row.task else []
    return emit_note(properties, "\n\n".join(lines) + "\n")


def _sentence(words: str) -> str:
    shown = plain(words, 2_000)
    return f"{shown[:1].upper()}{shown[1:]}." if shown else ""


def _slug(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:_SLUG_CHARS].strip("-")
    return f"-{slug}" if slug else ""
