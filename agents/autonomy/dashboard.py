"""Dashboard.md: what waits for the owner, on one page. Generated; only the marked region is the owner's.

A pure function of the overview: the same state gives the same page, so an idle run changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from agents.autonomy.away_times import last_day
from agents.autonomy.overview import SHOWN
from agents.clock import as_local
from agents.connectors.receipts import receipt_from_json
from agents.durability.control_rows import DRAIN, EVERYTHING, HoldRow
from agents.durability.promise_rows import OURS
from agents.vault.layout import is_note_name
from agents.vault.note_edit import emit_note
from agents.vault.plain import plain

if TYPE_CHECKING:
    from agents.autonomy.jobs import Jobs, JobState
    from agents.autonomy.overview import Overview
    from agents.connectors.contract import Capability
    from agents.durability.promise_rows import PromiseRow
    from agents.durability.proposal_rows import ProposalRow
    from agents.durability.task_persistence import QuestionRow

MAX_QUESTION = 90


def render_dashboard(overview: Overview, capabilities: tuple[Capability, ...], model: str = "") -> str:
    """The page. `model` is the section about what asking a model costs. What is kept apart has a section of its own."""
    parts = ["# Dashboard"]
    everything, overview = overview, business_of(overview)
    if overview.stopped:
        parts.append(f"> [!danger] Everything stands still: {plain(overview.stopped)}\n> Delete the file to go on.")
    parts += _in_force(overview)
    if overview.intake_paused:
        parts.append(f"> [!warning] {overview.intake_paused}")  # our own sentence
    parts += [
        _waiting(overview),
        _overdue(overview),
        _working(overview),
        _alerts(overview),
        _jobs(overview.jobs),
        _recent(overview),
    ]
    parts += [_personal(everything), model, _works(capabilities)]
    parts.append(
        "## Yours\nThis region is yours; the rest of the page is written anew.\n%% yours: begin %%\n%% yours: end %%"
    )
    return emit_note({"type": "dashboard", "tags": ["dashboard"]}, "\n\n".join(part for part in parts if part) + "\n")


def business_of(overview: Overview) -> Overview:
    """The overview without what is personal and kept apart."""
    tasks = overview.apart.tasks
    if not tasks:
        return overview
    return replace(
        overview,
        pending=tuple(each for each in overview.pending if each.task not in tasks),
        questions=tuple(each for each in overview.questions if each.task not in tasks),
        in_progress=tuple(each for each in overview.in_progress if each not in tasks),
        approved=tuple(each for each in overview.approved if each.task not in tasks),
        recent=tuple(each for each in overview.recent if each.task not in tasks),
        overdue=tuple(each for each in overview.overdue if each.task not in tasks),
        to_decide=max(0, overview.to_decide - overview.apart.to_decide),
        working=max(0, overview.working - sum(each in tasks for each in overview.in_progress)),
        limited={each: wait for each, wait in overview.limited.items() if each not in _ids(overview)},
    )


def _ids(overview: Overview) -> frozenset[str]:
    """The approved proposals that are kept apart."""
    return frozenset(each.id for each in overview.approved if each.task in overview.apart.tasks)


def _personal(overview: Overview) -> str:
    """What waits or goes on of what is personal and kept apart; empty when nothing does."""
    tasks = overview.apart.tasks
    rows = [_decision(each, overview.until(each)) for each in overview.pending if each.task in tasks]
    rows += [_question(each) for each in overview.questions if each.task in tasks]
    rows += [f"- [[{each}]]{_paused(overview, each)}" for each in overview.in_progress if each in tasks]
    rows += [f"- [[{each}]] approved, not done yet" for each in sorted(_ids(overview))]
    rows += [_effect(each) for each in overview.recent if each.task in tasks]
    rows += [_promise(each) for each in overview.overdue if each.task in tasks]
    return "\n".join(["## Personal, kept apart", *rows]) if rows else ""


def _decision(row: ProposalRow, until: datetime) -> str:
    return f"- [[{row.id}]] {asked_in(row)} ({row.risk} risk, until {_minute(until)})"


def _in_force(overview: Overview) -> list[str]:
    """What the owner holds, and whether they are away."""
    parts = []
    if everything := overview.held(EVERYTHING):
        words = "No turn is taken and nothing approved is done. Type `resume`, or delete `PAUSE.md`, to go on."
        parts.append(f"> [!warning] Everything is paused, {_since(everything)}\n> {words}")
    if draining := overview.held(DRAIN):
        words = "The run ends when what is begun is done; the next one takes in new tasks again."
        parts.append(f"> [!warning] Nothing new is begun, {_since(draining)}\n> {words}")
    decisions, questions = overview.waited
    if overview.away_until:
        parts.append(f"> [!info] You are away until {last_day(overview.away_until)}: nothing expires meanwhile.")
    elif decisions or questions:
        waited = f"{_many(decisions, 'decision')} and {_many(questions, 'question')} waited for you"
        parts.append(f"> [!info] You were away until {last_day(overview.was_away)}: {waited}.")
    return parts


def _since(hold: HoldRow) -> str:
    return f"{plain(hold.how)}, since {as_local(datetime.fromisoformat(hold.at)).strftime('%Y-%m-%d %H:%M')}"


def _waiting(overview: Overview) -> str:
    if not overview.pending and not overview.questions:
        return "> [!success] Nothing waits for you."
    waiting = max(len(overview.pending), overview.to_decide)
    decisions, questions = _many(waiting, "decision"), _many(len(overview.questions), "question")
    rows = [f"> [!todo] {decisions} and {questions} wait for you."]
    if overview.pending:
        rows += [
            "",
            "## To decide",
            "| decide | note | risk | until |",
            "| --- | --- | --- | --- |",
        ]
        rows += [_pending(each, overview.until(each)) for each in overview.pending[:SHOWN]]
        rows += _more(waiting, "in Pending_Approval")
    if overview.questions:
        rows += ["", "## To answer", *(_question(each) for each in overview.questions[:SHOWN])]
        rows += _more(len(overview.questions), "in Needs_Action")
    return "\n".join(rows)


def _pending(row: ProposalRow, until: datetime) -> str:
    return f"| {asked_in(row)} | [[{row.id}]] | {row.risk} | {_minute(until)} |"


def asked_in(row: ProposalRow) -> str:
    """The question as the note asks it; its words are neutralised there."""
    heading = next((line for line in row.note.splitlines() if line.startswith("# ")), "")
    return heading.removeprefix("# ") or row.action_name


def _question(row: QuestionRow) -> str:
    return f"- [[{row.id}]] {plain(str(json.loads(row.ask)['question']), MAX_QUESTION)}"


def _working(overview: Overview) -> str:
    if not overview.in_progress and not overview.approved:
        return ""
    rows = ["## In progress", *(f"- [[{each}]]{_paused(overview, each)}" for each in overview.in_progress[:SHOWN])]
    rows += _more(max(len(overview.in_progress), overview.working), "in In_Progress")
    free = [each.id for each in overview.approved if each.id not in overview.limited]
    rows += [f"- [[{name}]] approved, not done yet" for name in free[:SHOWN]]
    limited = islice(overview.limited.items(), SHOWN)
    rows += [f"- [[{name}]] approved; {plain(wait.words)}" for name, wait in limited]
    rows += _more(len(overview.limited), "approved, held by your limits")
    return "\n".join(rows)


def _paused(overview: Overview, task: str) -> str:
    hold = overview.held(task)
    return f" paused {_since(hold)}" if hold else ""


def _overdue(overview: Overview) -> str:
    if not overview.overdue:
        return ""
    rows = ["## Promises that are overdue", *(_promise(each) for each in overview.overdue[:SHOWN])]
    return "\n".join([*rows, *_more(len(overview.overdue), "promises; `promises` lists all")])


def _promise(row: PromiseRow) -> str:
    who = f"you to {plain(row.other)}" if row.said_by == OURS else f"{plain(row.other)} to you"
    return f"- {row.due}: {who}, {plain(row.words, MAX_QUESTION)} [[{row.task}]] (promise {row.number})"


def _alerts(overview: Overview) -> str:
    if not overview.alerts:
        return ""
    return "\n".join(["## Alerts", *(f"- {_link(each)}" for each in overview.alerts)])


def _jobs(jobs: Jobs) -> str:
    """Every job of the schedule; one that fails stands out, whatever else happened to it since."""
    if not jobs.states:
        return ""
    rows = ["## Schedules"]
    for each in jobs.states:
        if each.failing:
            words = plain(each.failing.words)
            rows.append(f"> [!danger] {plain(each.job.name)} fails since {_minute(each.failing.due)}: {words}\n")
    rows += ["| job | when | last run | how it ended | next |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*rows, *map(_job, jobs.states)])


def _job(state: JobState) -> str:
    last = _minute(state.last.due) if state.last else "never run yet"
    words = f": {plain(state.last.words, MAX_QUESTION)}" if state.last and state.last.words else ""
    ended = f"[[{state.last.note}\\|{state.last.state}]]{words}" if state.last else ""
    due = _minute(state.next) if state.next else "counts from the next run of the employee on"
    return f"| {plain(state.job.name)} | {plain(state.job.says)} | {last} | {ended} | {due} |"


def _minute(moment: datetime) -> str:
    return as_local(moment).strftime("%Y-%m-%d %H:%M")


def _link(name: str) -> str:
    """A link to a note of ours; a name that somebody else gave is only shown."""
    return f"[[{name}]]" if is_note_name(f"{name}.md") else plain(name)


def _recent(overview: Overview) -> str:
    if not overview.recent:
        return f"## Done\n{_many(overview.done, 'task')} so far."
    rows = ["## Done", f"{_many(overview.done, 'task')} so far. The last effects:"]
    return "\n".join([*rows, *map(_effect, overview.recent)])


def _effect(row: ProposalRow) -> str:
    receipt = receipt_from_json(row.receipt)
    return f"- {_minute(receipt.at)} [[{row.id}]]: {plain(receipt.summary)}"


def _works(capabilities: tuple[Capability, ...]) -> str:
    rows = ["## What works", "| what | how | next step |", "| --- | --- | --- |"]
    for each in capabilities:
        cells = (each.name, f"{each.state.value}: {each.says}", each.next_step)
        rows.append(f"| {' | '.join(' '.join(cell.split()).replace('|', '/') for cell in cells)} |")
    return "\n".join(rows)


def _more(number: int, where: str) -> list[str]:
    """What tells of the rows that are not shown: an empty line first, which ends a table."""
    return ["", f"... and {number - SHOWN} more {where}."] if number > SHOWN else []


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
