"""`Schedules.md`: the jobs that the owner's table names, and what is wrong with the other rows. Reads the zone files.

A bad row never hides the good ones: it is left out and named with its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast
from zoneinfo import ZoneInfo

from agents.durability.due_times import MACHINE_ZONE, When
from agents.durability.schedule_words import HELP, read_when
from agents.vault.files import read_regular
from agents.vault.layout import SCHEDULES_NOTE
from agents.vault.note import MAX_NOTE_BYTES, Problem, decode_note, read_note
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo
    from pathlib import Path

    from agents.vault.tables import TableRow

Kind = Literal["skip", "once", "all", "within"]
BUILT_IN = ("verify", "tidy", "audit", "briefing")
MAX_NAME = 60
MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
MAX_WITHIN_S = 366 * DAY_S
_WITHIN = re.compile(r"within (\d{1,6}) ?(min(?:ute)?s?|h(?:ours?)?|d(?:ays?)?)")
_BUILT_IN = re.compile(r"`([^`]*)`")
_UNITS_S = {"m": MINUTE_S, "h": HOUR_S, "d": DAY_S}


@dataclass(frozen=True, slots=True)
class IfMissed:
    """What becomes of runs that nobody was there for; `within_s` only for 'within'."""

    kind: Kind
    within_s: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """One row. `what` is the owner's request; or `built_in` is the name of a job of ours."""

    name: str
    says: str
    when: When
    zone_name: str
    zone: tzinfo
    if_missed: IfMissed
    policy: str
    what: str
    built_in: str = ""

    @property
    def definition(self) -> str:
        """What decides when it is due; with another one, its due times count from when that was first seen."""
        return f"{self.when}|{self.zone_name}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The good rows, and what is wrong with the others."""

    jobs: tuple[Job, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_schedule_note(root: Path) -> Schedule | Problem:
    """The jobs in `Schedules.md`, or why the note as a whole cannot be read."""
    content = read_regular(root / SCHEDULES_NOTE, MAX_NOTE_BYTES)
    text = content if isinstance(content, Problem) else decode_note(content, MAX_NOTE_BYTES)
    note = text if isinstance(text, Problem) else read_note(text)
    return note if isinstance(note, Problem) else read_schedule(note.text)


def read_schedule(text: str) -> Schedule:
    """The jobs of every table with a column `job`."""
    jobs: dict[str, Job] = {}
    problems: list[Problem] = []
    for each in read_tables(text):
        if isinstance(each, Problem):
            problems.append(each)
        elif "job" in each.columns:
            _read_table(each, jobs, problems)
    return Schedule(tuple(jobs.values()), tuple(sorted(problems, key=lambda problem: problem.line)))


def _read_table(table: Table, jobs: dict[str, Job], problems: list[Problem]) -> None:
    missing = [name for name in ("when", "what") if name not in table.columns and not _stands_for(name, table.columns)]
    if missing:
        problems.append(Problem(table.line, f"the table of jobs needs a column `{missing[0]}`"))
        return
    for row in table.rows:
        job = _read_row(row)
        if isinstance(job, str):
            problems.append(Problem(row.line, job))
        elif job.name.casefold() in jobs:
            problems.append(Problem(row.line, "a job of this name stands above; every job needs a name of its own"))
        else:
            jobs[job.name.casefold()] = job


def _stands_for(name: str, columns: Iterable[str]) -> bool:
    return name == "when" and "cron" in columns


def _read_row(row: TableRow) -> Job | str:
    """The job of a row, or what is wrong with it."""
    cell = {name: " ".join(text.split()) for name, text in row.cells.items()}
    name, says, zone_name = cell["job"], cell.get("when") or cell.get("cron", ""), cell.get("time zone", "")
    policy, what = cell.get("if missed", "").casefold() or "once", cell["what"]
    when, zone, if_missed = read_when(says), _read_zone(zone_name), _read_policy(policy)
    named = _BUILT_IN.fullmatch(what)
    if bad := _bad_words(name, what, named[1] if named else None, policy):
        return bad
    if when is None:
        return f"{says[:40]!r} is no time that can be read; {HELP}"
    if zone is None:
        return f"the time zone {zone_name[:40]!r} is not known; write for example Europe/Berlin, or leave it empty"
    if if_missed is None:
        return f"`if missed` is {policy[:40]!r}; write skip, once, all, or for example `within 2 hours`"
    return Job(name, says, when, zone_name, zone, if_missed, policy, what, named[1] if named else "")


def _bad_words(name: str, what: str, built_in: str | None, policy: str) -> str:
    if not any(char.isalnum() for char in name) or len(name) > MAX_NAME:
        return f"a job needs a name of at most {MAX_NAME} characters under `job`"
    if not what:
        return "`what` is empty; write what you want, in your own words"
    if built_in is not None and built_in not in BUILT_IN:
        return f"there is no built-in job {built_in[:40]!r}; there are `verify`, `tidy`, `audit` and `briefing`"
    if built_in and policy == "all":
        return f"`{built_in}` looks at what is now; write once, skip, or for example `within 2 hours`"
    return ""


def _read_zone(name: str) -> tzinfo | None:
    if not name:
        return MACHINE_ZONE
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder of zones, a path that leads elsewhere, an unknown name
        return None


def _read_policy(words: str) -> IfMissed | None:
    if words in {"skip", "once", "all"}:
        return IfMissed(cast("Kind", words))
    found = _WITHIN.fullmatch(words)
    within_s = int(found[1]) * _UNITS_S[found[2][0]] if found else 0
    return IfMissed("within", within_s) if 0 < within_s <= MAX_WITHIN_S else None
