"""What waits, what is red and what was done: read from the journal and the folders for a briefing. Changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from agents.autonomy.dashboard import asked_in, business_of
from agents.autonomy.domains_apart import look_apart
from agents.autonomy.overview import look
from agents.autonomy.queries import effects_between
from agents.clock import as_local, from_local
from agents.connectors.receipts import receipt_from_json
from agents.durability.finding_rows import open_findings
from agents.durability.journal import read_meta
from agents.durability.promise_rows import OURS
from agents.insight.audit_page import note_name
from agents.insight.briefing_known import Alarm, Decision, Deed
from agents.insight.finding import NOW as GRAVE
from agents.insight.forecast_promises import from_json
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.autonomy.overview import Overview
    from agents.durability.finding_rows import FindingRow
    from agents.durability.journal import Journal
    from agents.durability.task_persistence import QuestionRow
    from agents.insight.briefing_known import Forecast, Period

MAX_WORDS = 160
FOUND = "found by the audit"
JOB = "briefing"  # its own failures are told by the run that failed


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """What the journal tells: what waits, what is red, what was done in the period, what the last briefing promised."""

    decisions: tuple[Decision, ...]
    alarms: tuple[Alarm, ...]
    done: tuple[Deed, ...]
    promised: tuple[Forecast, ...]


def work_facts(root: Path, journal: Journal, period: Period, now: datetime) -> WorkFacts:
    """All of it; what is personal and kept apart is left out. `now` is aware."""
    overview = business_of(look(root, journal, now))
    with journal.begin() as sql:
        done = tuple(_deeds(root, sql, period))
        promised = from_json(read_meta(sql, promise_name(period.earlier(1))))
        grave = tuple(map(_found, open_findings(sql, GRAVE)))
    return WorkFacts((*grave, *_decisions(overview)), tuple(_alarms(overview)), done, promised)


def promise_name(period: Period) -> str:
    """Under which name the journal keeps what the briefing of a period promised."""
    return f"promised {period.kind} {period.day}"


def _decisions(overview: Overview) -> Iterator[Decision]:
    """Proposals, those that expire first first; then questions, the oldest first."""
    for row in sorted(overview.pending, key=lambda each: (overview.until(each), each.id)):
        until = as_local(overview.until(row)).date()
        yield Decision(asked_in(row), row.id, f"{row.risk} risk", "yes, as proposed", until)
    for question in overview.questions:
        yield _question(question)


def _found(row: FindingRow) -> Decision:
    return Decision(plain(row.words, MAX_WORDS), note_name(date.fromisoformat(row.last_seen)), FOUND, "a tick there")


def _question(row: QuestionRow) -> Decision:
    fields = json.loads(row.ask)
    choices = [text for text, _weight in fields["choices"]]
    advice = f'"{plain(str(choices[0]), MAX_WORDS)}"' if choices else ""
    return Decision(plain(str(fields["question"]), MAX_WORDS), row.id, "a question", advice)


def _alarms(overview: Overview) -> Iterator[Alarm]:
    if overview.stopped:
        yield Alarm(f"Everything stands still: {plain(overview.stopped)}")
    for row in overview.approved:
        if row.state == "unknown":
            yield Alarm(f"Nobody knows whether this happened: {asked_in(row)}", row.id)
    for state in overview.jobs.states:
        if state.failing and state.job.built_in != JOB:
            yield Alarm(f"The job {plain(state.job.name)} fails: {plain(state.failing.words, MAX_WORDS)}")
    for each in overview.overdue:
        who = f"You promised {plain(each.other)}" if each.said_by == OURS else f"{plain(each.other)} promised you"
        yield Alarm(f"{who}, due {each.due}: {plain(each.words, MAX_WORDS)}", each.task)


def _deeds(root: Path, sql: Connection, period: Period) -> Iterator[Deed]:
    start, end = _midnight(period.start), _midnight(period.end + timedelta(days=1))
    rows = effects_between(sql, start.isoformat(), end.isoformat())
    apart = look_apart(root, sql, {row.task for row in rows}).tasks
    for row in rows:
        if row.task not in apart:
            yield Deed(plain(receipt_from_json(row.receipt).summary), row.id)


def _midnight(day: date) -> datetime:
    """The beginning of a local day, in UTC."""
    return from_local(datetime.combine(day, time())).astimezone(UTC)
