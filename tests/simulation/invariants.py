"""What must hold whatever happened. The numbers are those of the crash invariants in docs/decisions/0025."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select

from agents.durability.proposal_rows import ProposalRow, proposals_in
from agents.durability.schema import EVENTS, QUESTIONS, TASKS
from tests.simulation.owner import DECIDING
from tests.simulation.witness import EVERY_STATE, PromiseBroken

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from tests.simulation.world import World

STATE_FOLDERS = ("Needs_Action", "In_Progress/runner", "Done", "Done/*")
DECIDED = ("Done", "Done/*", "Rejected")
WHOLE = {".md": b"\n", ".beancount": b"\n", ".jsonl": b"\n", ".pdf": b"%%EOF\n", ".eml": b"\n"}
RUNNER_NOTE = "Health/runner.md"


def holds(condition: object, words: str) -> None:
    if not condition:
        raise PromiseBroken(words)


def lying(vault: Path, name: str, *folders: str) -> list[str]:
    """Where notes of this name lie."""
    found = (path for folder in folders for path in vault.glob(f"{folder}/{name}.md"))
    return sorted(path.relative_to(vault).as_posix() for path in found)


def nothing_is_half_done(world: World) -> None:
    """I7, in what anybody can see: no file has lost its end, whatever the process was doing."""
    for path in sorted(world.vault.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.parts) and path.suffix in WHOLE:
            content = path.read_bytes()
            torn = content and path.parent.name != "Logs" and not content.endswith(WHOLE[path.suffix])
            holds(not torn or path.parent.name == "Inbox", f"I7: {path.relative_to(world.vault)} is half written")


def after_recovery(world: World) -> None:
    """What holds as soon as a process has begun: nothing happened twice, and nothing lies around."""
    keys = world.keys()
    holds(len(keys) == len(set(keys)), f"I2: something happened twice: {keys}")
    left = [*world.vault.rglob(".ai-employee-*"), *(world.state / "history.git").rglob("*.lock")]
    holds(not left, f"I7: left behind: {left}")
    nothing_is_half_done(world)


def at_the_end(world: World) -> None:
    """Everything, when the faults are over and nothing moves any more."""
    after_recovery(world)
    journal = world.journal()
    try:
        with journal.begin() as sql:
            _mails_are_kept(world, sql)
            tasks = _tasks_are_somewhere(world, sql)
            proposals = {row.id: row for row in proposals_in(sql, *EVERY_STATE)}
            asked = [row for row in sql.execute(select(QUESTIONS)) if row.state == "open"]
    finally:
        journal.close()
    _effects_are_told(world, proposals, {row.about for row in asked})
    _all_waits_or_is_done(tasks, proposals, {row.task for row in asked})
    for row in asked:
        holds(lying(world.vault, row.id, "Needs_Action"), f"I9: the question {row.id} is not shown")
    report = world.verified()
    late = {f"{each}: the note {each}.md was changed after it was approved" for each in world.owner.edited}
    broken = sorted({*report.broken, *report.unchecked} - late)  # a note edited after its effect is told as such
    holds(not broken, f"I5: verify says {broken}")


def _mails_are_kept(world: World, sql: Connection) -> None:
    known = {row.content_sha256: row.task for row in sql.execute(select(EVENTS))}
    for content in world.owner.sent:
        digest = hashlib.sha256(content).hexdigest()
        holds(digest in known, f"I1: a mail was lost: {content[:400]!r}")
        holds([*world.vault.glob(f"Files/*/sha-{digest[:16]}.eml")], f"I1: an original was lost: {digest}")
    holds(not [*world.vault.glob("Inbox/*.eml")], "I9: something still lies in the Inbox")


def _tasks_are_somewhere(world: World, sql: Connection) -> dict[str, str]:
    tasks = {str(row.id): str(row.state) for row in sql.execute(select(TASKS))}
    for task, state in tasks.items():
        places = lying(world.vault, task, *STATE_FOLDERS)
        if state == "done" and not places and task in world.owner.thrown_away:
            continue  # it was finished, and the owner deleted the note before anybody saw it put back
        holds(len(places) == 1, f"I1: {task} is {state} and lies in {places}")
        there = "Done/" if state == "done" else "In_Progress/"
        holds(places[0].startswith(there), f"I1: {task} is {state} and lies in {places}")
    return tasks


def _effects_are_told(world: World, proposals: dict[str, ProposalRow], doubted: set[str]) -> None:
    for row in proposals.values():
        happened = world.happened(row.key)
        holds(happened <= 1, f"I2: {row.id} happened {happened} times")
        owners_word = "the owner's word" in row.receipt or "takes care" in row.reason
        if row.state == "done":
            holds(row.receipt and (happened or owners_word), f"I4: {row.id} is done, and did not happen")
        elif row.state == "unknown":
            holds(row.id in doubted, f"I4: nobody is asked whether {row.id} happened")
        else:
            holds(not happened or owners_word, f"I4: {row.id} happened and is {row.state}")
        _note_is_somewhere(world, row)


def _note_is_somewhere(world: World, row: ProposalRow) -> None:
    """One note of a proposal, where its state says; what the owner laid elsewhere lies there or in Quarantine."""
    decided = row.state not in {"waiting", "approved", "unknown"}
    places = lying(world.vault, row.id, *(DECIDED if decided else DECIDING))
    if row.id in world.owner.meddled:
        elsewhere = lying(world.vault, f"{row.id}*", *DECIDED, *DECIDING, "Quarantine")
        stands_for_it = row.state == "unknown"  # its question does, until the answer brings the note to Done
        holds(places or stands_for_it or (decided and elsewhere), f"I1: {row.id} is {row.state} and lies nowhere")
    else:
        holds(len(places) == 1, f"I1: {row.id} is {row.state} and lies in {places}")


def _all_waits_or_is_done(tasks: dict[str, str], proposals: dict[str, ProposalRow], asked: set[str]) -> None:
    stuck = [row.id for row in proposals.values() if row.state == "approved"]
    holds(not stuck, f"I9: approved and not done: {stuck}")
    waiting = {row.task for row in proposals.values() if row.state in {"waiting", "unknown"}}
    for task, state in tasks.items():
        holds(state == "done" or (state == "waiting" and task in waiting | asked), f"I9: {task} is {state}, for nobody")


def snapshot(world: World) -> dict[str, str]:
    """All the world can see of the vault, and the newest commit."""
    found = {path.relative_to(world.vault).as_posix(): path for path in world.vault.rglob("*")}
    files = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in found.items()
        if path.is_file() and name != RUNNER_NOTE
    }
    head = world.state / "history.git/refs/heads/main"
    return files | {"HEAD": head.read_text(encoding="utf-8")}
