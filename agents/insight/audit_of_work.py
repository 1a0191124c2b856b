"""What an audit finds in the work: what stands still and for whom, what got slow, promises, projects, jobs. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.clock import from_local
from agents.insight.finding import LOOK, NOW, SOON, Finding
from agents.insight.reckoning import NOTHING, middle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from agents.durability.promise_rows import PromiseRow
    from agents.insight.company import Company, ProposalSpan, TaskSpan, Work
    from agents.insight.goals import Project

STILL_DAYS = 7
NEW_DAYS, BEFORE_DAYS = 30, 180  # what is compared when something got slow
LEAST = 5  # tasks of a kind, before and now
TIMES_SLOWER, HOURS_SLOWER = 2, 24
SOON_DAYS = 7  # before a promise is due
GRAVE_STILL_DAYS = 30
HOUR_S = 3600
OURS = "us"
NOBODY = "nobody: it may be stuck"


@dataclass(frozen=True, slots=True)
class JobTrouble:
    """A job of the owner's table that fails or was missed; `words` is a sentence about it, from outside in part."""

    job: str
    words: str


@dataclass(frozen=True, slots=True)
class WorkState:
    """What the journal says besides the tasks. `waits_for`: by open task, for whom or what it waits, in our words."""

    waits_for: Mapping[str, str]
    promises: tuple[PromiseRow, ...] = ()
    troubles: tuple[JobTrouble, ...] = ()


def work_findings(company: Company, work: Work, state: WorkState) -> Iterator[Finding]:
    """Everything."""
    yield from _standing_still(company, work, state.waits_for)
    yield from _slower(company, work)
    yield from (_promise(each, company.on) for each in state.promises)
    yield from (_project(each, company.on) for each in company.goals.projects if each.due < company.on)
    for each in state.troubles:
        yield Finding("job", each.job, SOON, f"The job {each.job} of Schedules.md {each.words}.")


def _standing_still(company: Company, work: Work, waits_for: Mapping[str, str]) -> Iterator[Finding]:
    """Open tasks in which nothing moved for a week, beside how long such tasks took so far."""
    end = _end_of(company.on)
    for each in work.tasks:
        days = (end - each.moved).days
        if each.opened >= end or (each.closed and each.closed < end) or days < STILL_DAYS:
            continue
        took = [_hours(other) for other in work.tasks if other.category == each.category and other.closed]
        usual = f"; such tasks took {_span(middle(took))}" if len(took) >= LEAST else ""
        yield Finding(
            "standing_still",
            each.id,
            SOON if days > GRAVE_STILL_DAYS else LOOK,
            f"Nothing moved in {each.id} for {days} days{usual}. It waits for {waits_for.get(each.id, NOBODY)}.",
            f"Say what is left to do in {each.id}",
        )


def _slower(company: Company, work: Work) -> Iterator[Finding]:
    """Kinds of tasks that take twice as long as in the half year before, and how long of it they waited for a yes."""
    new = company.on - timedelta(days=NEW_DAYS)
    old = new - timedelta(days=BEFORE_DAYS)
    now, before = _closed(work.tasks, new, company.on), _closed(work.tasks, old, new)
    for category, tasks in sorted(now.items()):
        if len(tasks) < LEAST or len(before.get(category, ())) < LEAST:
            continue
        takes, took = (middle([_hours(each) for each in some]) for some in (tasks, before[category]))
        if takes < TIMES_SLOWER * took or takes - took < HOURS_SLOWER:
            continue
        yours = middle([_waited(each, work.proposals) for each in tasks])
        yield Finding(
            "slower",
            category,
            SOON,
            f"Tasks of the kind {category or 'other'} take {_span(takes)}, {_span(took)} in the half year before; "
            f"of it {_span(yours)} for your yes or no.",
        )


def _closed(tasks: Iterable[TaskSpan], after: date, to: date) -> dict[str, list[TaskSpan]]:
    found: dict[str, list[TaskSpan]] = {}
    for each in tasks:
        if each.closed and after < each.closed.date() <= to:
            found.setdefault(each.category, []).append(each)
    return found


def _waited(task: TaskSpan, proposals: Iterable[ProposalSpan]) -> Decimal:
    """The hours that the proposals of a task waited for the owner."""
    spans = (each.decided - each.made for each in proposals if each.task == task.id and each.decided)
    return Decimal(int(sum((each.total_seconds() for each in spans), 0.0))) / HOUR_S


def _promise(row: PromiseRow, on: date) -> Finding:
    is_over, is_ours = row.due < on.isoformat(), row.said_by == OURS
    who = f"You promised {row.other}" if is_ours else f"{row.other} promised you"
    gravity = (NOW if is_ours else SOON) if is_over else LOOK
    ask = f"Say how the promise in {row.task} stands that is due {row.due}"
    return Finding("promise", str(row.number), gravity, f"{who}, due {row.due}: {row.words.rstrip('.')}.", ask)


def _project(project: Project, on: date) -> Finding:
    whose = f" for {project.customer}" if project.customer else ""
    words = f"The project {project.name}{whose} was due {project.due}, {(on - project.due).days} days ago."
    ask = f"Say how the project stands that was due {project.due} by Business_Goals.md"
    about = f"{project.name} {project.due}"
    return Finding("project", about, SOON, words, ask, project.worth or NOTHING, project.currency)


def _end_of(day: date) -> datetime:
    return from_local(datetime.combine(day + timedelta(days=1), time()))


def _hours(task: TaskSpan) -> Decimal:
    seconds = (task.closed - task.opened).total_seconds() if task.closed else 0.0
    return Decimal(int(seconds)) / HOUR_S


def _span(hours: Decimal) -> str:
    """'5 hours', '12 days'."""
    return f"{hours:.0f} hours" if hours < 2 * HOURS_SLOWER else f"{hours / HOURS_SLOWER:.0f} days"
