"""One turn of a task: claim, let the brain decide, and file what it decided.

The brain returns typed moves; here they become a plan, proposals, questions, or the end. A turn is one journal
transaction: either all of it is filed, or the turn is taken again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.autonomy.owner_category import new_word, remember, remembered
from agents.autonomy.proposing import FILES, STUCK, Proposing
from agents.autonomy.questions import Questions
from agents.autonomy.shelving import Shelf, done_folder
from agents.autonomy.views import outcomes, task_view
from agents.durability.alerts import raise_alert
from agents.durability.journal import last_link, read_meta, write_meta
from agents.durability.proposal_rows import OPEN, proposals_of
from agents.durability.task_persistence import (
    TaskRow,
    consume_news,
    find_task,
    questions_of,
    update_task,
)
from agents.durability.transitions import Transition, local_text
from agents.reasoning.brain import AskOwner, Brain, Decision, Finish, Move, OwnerFiles, ProposeAction
from agents.reasoning.planner import render_plan
from agents.reasoning.setbacks import left_out
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import CLAIMED, NEEDS_ACTION, PLANS
from agents.vault.note import MAX_NOTE_BYTES
from agents.vault.plain import plain
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from agents.approval.decisions import Decisions, Policy
    from agents.autonomy.places import Entry, Places
    from agents.connectors.contract import Action
    from agents.durability.blobs import Blobs
    from agents.durability.transitions import Recorder, Writing
    from agents.reasoning.brain import Outcome

BAD_ROWS = "bad rows"  # what was told about the owner's files, so that it is told again when it comes back


@dataclass(frozen=True, slots=True)
class TurnPorts:
    """What a turn works with. `owner_files` reads handbook and rates; `policy` what the handbook says of proposals."""

    brain: Brain
    models: Mapping[str, type[Action]]
    blobs: Blobs
    owner_files: Callable[[], OwnerFiles]
    policy: Callable[[], Policy]


class Turns:
    """Takes turns; one task at a time."""

    def __init__(self, recorder: Recorder, decisions: Decisions, places: Places, ports: TurnPorts) -> None:
        self.shelf = Shelf(places, recorder.store)
        self.questions = Questions(recorder, self.shelf)
        self._proposing = Proposing(recorder, decisions, self.shelf, ports)
        self._recorder = recorder
        self._places = places
        self._ports = ports
        self._clock = recorder.clock

    def claim(self, row: TaskRow) -> None:
        """Move the note to In_Progress; from now on the task is ours."""
        with self._recorder.begin() as writing:
            update_task(writing.sql, row.id, state="claimed")
            line = EditText("line", f"- {self._time()} claimed", "History")
            operations = self.shelf.bring(f"{row.id}.md", (NEEDS_ACTION,), CLAIMED, line, text=row.note)
            fact = Fact("runner", "task.claimed", row.id, row.id)
            writing.record(Transition(fact, f"Claim {row.id}", operations))

    def take(self, task: str) -> str:
        """One turn; the rule that decided, or empty when there was nothing to decide.

        Raises:
            EmployeeError: the brain cannot decide now; nothing was filed.
        """
        with self._recorder.journal.begin() as sql:
            row = find_task(sql, task)
            if row is None or row.state == "done":  # an effect ended after its task: the task stays closed
                consume_news(sql, task)
                return ""
            said = remembered(sql, task)
            word = new_word(self._note(row), row, said) or said
            view = task_view(sql, row, word)
            known = outcomes(sql, task, self._ports.models)
        files = self._ports.owner_files()
        decision = self._ports.brain.decide(view, known, files.facts)
        with self._recorder.begin() as writing:
            self._tell_bad_rows(writing, files)
            if word != said:
                remember(writing.sql, task, word)
            self._file(writing, row, decision, _moves(decision, known), word or decision.category)
        return decision.rule

    def end(self, writing: Writing, task: str) -> None:
        """Take back what still waits for the owner in a task that is over."""
        self._proposing.withdraw(writing, task)
        self.questions.withdraw(writing, task)

    def _entry(self, row: TaskRow) -> Entry | None:
        return self._places.find(f"{row.id}.md", CLAIMED, NEEDS_ACTION)

    def _note(self, row: TaskRow) -> str:
        """The task's note as it is now; empty when there is none that can be read."""
        entry = self._entry(row)
        content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES) if entry else None
        return content.decode(errors="replace") if isinstance(content, bytes) else ""

    def _tell_bad_rows(self, writing: Writing, files: OwnerFiles) -> None:
        """Name every bad row of the owner's files once, and again when it was right in between."""
        rows = sorted({(each.file, each.line, each.message) for each in files.problems})
        now, before = json.dumps(rows), read_meta(writing.sql, BAD_ROWS, "[]")
        if now == before:
            return
        write_meta(writing.sql, BAD_ROWS, now)
        told, newest = [tuple(each) for each in json.loads(before)], last_link(writing.sql)
        for file, line, message in rows:
            if (file, line, message) not in told:
                words = f"{file}, line {line}: {plain(message)}"
                raise_alert(writing, file, words, self._clock.now(), occasion=str(newest))

    def _file(self, writing: Writing, row: TaskRow, decision: Decision, moves: tuple[Move, ...], category: str) -> None:
        consume_news(writing.sql, row.id)
        links = {each.move_key: each.id for each in proposals_of(writing.sql, row.id)}
        links |= {each.move_key: each.id for each in questions_of(writing.sql, row.id)}
        finish = next((move for move in moves if isinstance(move, Finish)), None)
        if finish is None:
            links |= self._make(writing, row, decision, [move for move in moves if not isinstance(move, Finish)])
        update_task(
            writing.sql,
            row.id,
            state="waiting" if finish is None else "done",
            turn=row.turn + 1,
            category=category,
            rule=decision.rule,
            brain=self._ports.brain.name,
        )
        self._plan(writing, row, decision, links, category)
        if finish is not None:
            self.end(writing, row.id)
            self._finish(writing, row, finish)

    def _make(
        self, writing: Writing, row: TaskRow, decision: Decision, moves: Iterable[ProposeAction | AskOwner]
    ) -> dict[str, str]:
        """File proposals and questions; their ids by move. A task that waits for nobody is stuck, and that is asked."""
        links: dict[str, str] = {}
        for move in moves:
            made = self._proposing.propose(writing, row, decision, move) if isinstance(move, ProposeAction) else move
            if isinstance(made, AskOwner):
                links[made.key] = self.questions.ask(writing, row.id, made)
            elif isinstance(made, str) and made:
                links[move.key] = made
        if not self._waits(writing, row.id):
            links[STUCK.key] = self.questions.ask(writing, row.id, STUCK)
        return links

    def _waits(self, writing: Writing, task: str) -> bool:
        """Whether something of the task is on its way to or from the owner."""
        return any(each.state in OPEN for each in proposals_of(writing.sql, task)) or any(
            each.state == "open" for each in questions_of(writing.sql, task)
        )

    def _plan(
        self, writing: Writing, row: TaskRow, decision: Decision, links: Mapping[str, str], category: str
    ) -> None:
        turn = str(row.turn + 1)
        text = render_plan(row.id, decision, links, (f"turn {turn}", f"brain {self._ports.brain.name}"))
        edits = (
            EditText("line", f"- {self._time()} planned: {plain(decision.rule)}", "History"),
            EditText("property", category, "category"),
            EditText("property", f"[[plan-{row.id}]]", "plan"),
        )
        operations = [Operation("generate", f"{PLANS}/plan-{row.id}.md", text=text)]
        if entry := self._entry(row):
            operations.append(Operation("edit", entry.path, edits=edits))
        fact = Fact("runner", "task.planned", row.id, row.id, {"rule": decision.rule, "turn": turn})
        writing.record(Transition(fact, f"Plan {row.id}: {decision.rule}", tuple(operations)))

    def _finish(self, writing: Writing, row: TaskRow, move: Finish) -> None:
        line = EditText("line", f"- {self._time()} done: {plain(move.summary)}", "History")
        name, plan, done = f"{row.id}.md", f"plan-{row.id}.md", done_folder(self._clock.now())
        operations = (
            *self.shelf.bring(name, (CLAIMED, NEEDS_ACTION), done, line, text=row.note),
            *self.shelf.aside(f"{done}/{plan}"),
            Operation("move", f"{PLANS}/{plan}", f"{done}/{plan}"),
        )
        writing.record(Transition(Fact("runner", "task.done", row.id, row.id), f"Finish {row.id}", operations))

    def _time(self) -> str:
        return local_text(self._clock.now())


def _moves(decision: Decision, known: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """The moves to make; what the owner said about a task that was stuck comes before what the brain says."""
    last = known[-1] if known else None
    if last and last.kind == "skipped" and last.key in {STUCK.key, FILES.key}:
        return left_out((Finish("closed"),), known)
    ends = {choice.text for choice in STUCK.choices}
    if last and last.kind == "answered" and last.key in {STUCK.key, FILES.key} and last.value in ends:
        return (Finish(f"closed as you said: {last.value}"),)
    return left_out(decision.moves, known)
