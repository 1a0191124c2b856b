"""Dashboard.md: what waits for the owner, on one page. Generated; only the marked region is the owner's.

A pure function of the overview: the same state gives the same page, so an idle run changes nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.receipts import receipt_from_json
from agents.vault.layout import is_note_name
from agents.vault.note_edit import emit_note
from agents.vault.plain import plain

if TYPE_CHECKING:
    from agents.autonomy.overview import Overview
    from agents.connectors.contract import Capability
    from agents.durability.proposal_rows import ProposalRow
    from agents.durability.task_persistence import QuestionRow

MAX_QUESTION = 90
SHOWN = 50  # rows of each list; a page that shows ten thousand is read by nobody


def render_dashboard(overview: Overview, capabilities: tuple[Capability, ...]) -> str:
    """The page."""
    parts = ["# Dashboard"]
    if overview.stopped:
        parts.append(f"> [!danger] Everything stands still: {plain(overview.stopped)}\n> Delete the file to go on.")
    if overview.paused:
        parts.append(f"> [!warning] {overview.paused}")  # our own sentence
    parts += [_waiting(overview), _working(overview), _alerts(overview), _recent(overview), _works(capabilities)]
    parts.append(
        "## Yours\nThis region is yours; the rest of the page is written anew.\n%% yours: begin %%\n%% yours: end %%"
    )
    return emit_note({"type": "dashboard", "tags": ["dashboard"]}, "\n\n".join(part for part in parts if part) + "\n")


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
        rows += [_pending(each) for each in overview.pending[:SHOWN]]
        rows += _more(waiting, "in Pending_Approval")
    if overview.questions:
        rows += ["", "## To answer", *(_question(each) for each in overview.questions[:SHOWN])]
        rows += _more(len(overview.questions), "in Needs_Action")
    return "\n".join(rows)


def _pending(row: ProposalRow) -> str:
    until = as_local(row.expires).strftime("%Y-%m-%d %H:%M")
    return f"| {_title(row)} | [[{row.id}]] | {row.risk} | {until} |"


def _title(row: ProposalRow) -> str:
    """The question as the note asks it; its words are neutralised there."""
    heading = next((line for line in row.note.splitlines() if line.startswith("# ")), "")
    return heading.removeprefix("# ") or row.action_name


def _question(row: QuestionRow) -> str:
    return f"- [[{row.id}]] {plain(str(json.loads(row.ask)['question']), MAX_QUESTION)}"


def _working(overview: Overview) -> str:
    if not overview.in_progress and not overview.approved:
        return ""
    rows = ["## In progress", *(f"- [[{each}]]" for each in overview.in_progress[:SHOWN])]
    rows += _more(max(len(overview.in_progress), overview.working), "in In_Progress")
    rows += [f"- [[{each.id}]] approved, not done yet" for each in overview.approved[:SHOWN]]
    return "\n".join(rows)


def _alerts(overview: Overview) -> str:
    if not overview.alerts:
        return ""
    return "\n".join(["## Alerts", *(f"- {_link(each)}" for each in overview.alerts)])


def _link(name: str) -> str:
    """A link to a note of ours; a name that somebody else gave is only shown."""
    return f"[[{name}]]" if is_note_name(f"{name}.md") else plain(name)


def _recent(overview: Overview) -> str:
    if not overview.recent:
        return f"## Done\n{_many(overview.done, 'task')} so far."
    rows = ["## Done", f"{_many(overview.done, 'task')} so far. The last effects:"]
    for each in overview.recent:
        receipt = receipt_from_json(each.receipt)
        rows.append(f"- {as_local(receipt.at).strftime('%Y-%m-%d %H:%M')} [[{each.id}]]: {plain(receipt.summary)}")
    return "\n".join(rows)


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
