"""`schedules`, and the built-in jobs a row of `Schedules.md` may name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from agents.autonomy.timetable import Ended
from agents.clock import as_local
from agents.console.checking import check
from agents.console.terminal import bold, dim, red, say, yellow
from agents.durability.due_runs import IN_TIME
from agents.vault.files import free_temp_files
from agents.vault.layout import SCHEDULES_NOTE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from agents.autonomy.jobs import Jobs, JobState
    from agents.console.wiring import House
    from agents.durability.run_rows import RunRow


def built_in_jobs(house: House) -> Mapping[str, Callable[[], Ended]]:
    """What each of them does."""
    jobs = {"verify": _verify, "tidy": _tidy, "audit": _audit, "briefing": _briefing}
    return {name: partial(job, house) for name, job in jobs.items()}


def _verify(house: House) -> Ended:
    report = check(house)
    if report.exit_code == 0:
        return Ended(well=True, words=f"all holds up to {report.newest}")
    said = [*report.broken, *report.unchecked]
    more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
    return Ended(well=False, words=f"{said[0]}{more}; type `verify` to see all of it")


def _tidy(house: House) -> Ended:
    freed = free_temp_files(house.place.root)
    house.journal.tidy()
    house.recorder.refresh_index()
    return Ended(well=True, words=f"removed {freed} files that broken writes had left, and packed the journal")


def _audit(house: House) -> Ended:
    from agents.console.auditing import job

    return job(house)


def _briefing(house: House) -> Ended:
    from agents.console.briefing import job

    return job(house)


def machine_view(house: House, jobs: Jobs) -> dict[str, object]:
    """The jobs as `schedules --json` prints them; times are ISO 8601 in UTC."""
    return {
        "jobs": [_job(house, each) for each in jobs.states],
        "problems": [{"file": SCHEDULES_NOTE, "line": each.line, "message": each.message} for each in jobs.problems],
    }


def _job(house: House, state: JobState) -> dict[str, object]:
    return {
        "job": state.job.name,
        "when": state.job.says,
        "time_zone": state.job.zone_name,
        "if_missed": state.job.policy,
        "what": state.job.what,
        "last": _run(state.last) if state.last else None,
        "next": state.next.isoformat() if state.next else None,
        "late": is_late(house, state),
        "failing_since": state.failing.due_at if state.failing else None,
    }


def _run(row: RunRow) -> dict[str, str]:
    return {
        "due": row.due_at,
        "state": row.state,
        "started": row.started_at,
        "ended": row.ended_at,
        "words": row.words,
        "task": row.task,
        "note": row.note,
    }


def is_late(house: House, state: JobState) -> bool:
    """Whether the next due time has passed and nobody ran."""
    return state.next is not None and house.clock.now() - state.next > IN_TIME


def show(house: House, jobs: Jobs) -> None:
    """The jobs for a person."""
    from agents.console.screens import shown

    for state in jobs.states:
        job = state.job
        zone = f" ({shown(job.zone_name)})" if job.zone_name else ""
        say(f"{bold(shown(job.name))}  {dim(f'{shown(job.says)}{zone}, if missed: {job.policy}')}")
        if state.failing:
            since = f"fails since {_minute(state.failing.due)}"
            say(f"    {red(since)} {shown(state.failing.words)}")
        say(f"    last  {_last(state.last)}")
        say(f"    next  {_next(house, state)}")
    for problem in jobs.problems:
        where = f"{SCHEDULES_NOTE}, line {problem.line}" if problem.line else SCHEDULES_NOTE
        say(f"{yellow(f'{where}:')} {shown(problem.message)}")
    if not jobs.states:
        say(f"No jobs. Write one into {SCHEDULES_NOTE}.")


def _last(row: RunRow | None) -> str:
    from agents.console.screens import shown

    if row is None:
        return "never run yet"
    return f"{_minute(row.due)} {row.state}{f': {shown(row.words)}' if row.words else ''}"


def _next(house: House, state: JobState) -> str:
    if state.next is None:
        return "counts from the next `run` on"
    overdue = f"  {yellow('late: nobody runs')}" if is_late(house, state) else ""
    return f"{_minute(state.next)}{overdue}"


def _minute(moment: datetime) -> str:
    return as_local(moment).strftime("%a %Y-%m-%d %H:%M")
