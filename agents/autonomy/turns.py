"""One turn of a task: claim, let the brain decide, and file what it decided.

The brain returns typed moves; here they become a plan, proposals, questions, or the end. A turn is one journal
transaction: either all of it is filed, or the turn is taken again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.approval.proposals import Draft
from agents.autonomy.views import ask_to_json, outcomes, task_view
from agents.clock import as_local
from agents.connectors.contract import Action, sha256_hex
from agents.durability.alerts import raise_alert
from agents.durability.journal import read_meta
from agents.durability.proposal_rows import OPEN, ProposalRow, proposals_of, update_proposal
from agents.durability.task_persistence import (
    QuestionRow,
    TaskRow,
    add_question,
    consume_news,
    find_task,
    questions_of,
    update_question,
    update_task,
)
from agents.durability.transitions import Recorder, Transition, Writing, local_text
from agents.reasoning.brain import AskOwner, Brain, Choice, Decision, Finish, OwnerFiles, ProposeAction
from agents.reasoning.planner import render_plan, render_question
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import DONE, IN_PROGRESS, NEEDS_ACTION, PENDING, PLANS, WORKER, month_folder, note_id
from agents.vault.note import Note, Problem, read_note
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.approval.decisions import Decisions, Policy
    from agents.autonomy.places import Places
    from agents.durability.blobs import Blobs

MAX_NOTE_BYTES = 1_000_000
MAX_DOCUMENT_BYTES = 25_000_000
CLAIMED = f"{IN_PROGRESS}/{WORKER}"
STUCK = AskOwner(
    key="stuck",
    question="I do not know how to go on with this task. What shall I do?",
    choices=(Choice("file it, nothing is to be done"), Choice("I do it myself")),
)


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
        self._recorder = recorder
        self._decisions = decisions
        self._places = places
        self._ports = ports
        self._clock = recorder.clock

    def claim(self, row: TaskRow) -> None:
        """Move the note to In_Progress; from now on the task is ours."""
        name = f"{row.id}.md"
        with self._recorder.begin() as writing:
            update_task(writing.sql, row.id, state="claimed")
            line = EditText("line", f"- {self._time()} claimed", "History")
            operation = Operation("move", f"{NEEDS_ACTION}/{name}", f"{CLAIMED}/{name}", edits=(line,))
            if self._places.find(name, NEEDS_ACTION) is None:
                operation = Operation("create", f"{CLAIMED}/{name}", text=row.note)
            fact = Fact("runner", "task.claimed", row.id, row.id)
            writing.record(Transition(fact, f"Claim {row.id}", (operation,)))

    def take(self, task: str) -> str:
        """One turn; what was decided, in words.

        Raises:
            Transient: the brain did not answer; the turn is taken again.
        """
        with self._recorder.journal.begin() as sql:
            row = find_task(sql, task)
            if row is None:
                return "no such task"
            view = task_view(sql, row, self._owner_category(row))
            known = outcomes(sql, task, self._ports.models)
        files = self._ports.owner_files()
        decision = self._ports.brain.decide(view, known, files.facts)
        with self._recorder.begin() as writing:
            self._name_problems(writing, files)
            self._file(writing, row, decision)
        return decision.rule

    def _owner_category(self, row: TaskRow) -> str:
        """The category the owner wrote into the note, when it is not the one we wrote."""
        path = self._places.find(f"{row.id}.md", CLAIMED, NEEDS_ACTION)
        found = read_regular(self._recorder.store.path(path), MAX_NOTE_BYTES) if path else Problem(0, "gone")
        if isinstance(found, Problem):
            return ""
        note, first = read_note(found.decode(errors="replace")), read_note(row.note)
        if not isinstance(note, Note) or not isinstance(first, Note):
            return ""
        now = str(note.properties.get("category", ""))
        return "" if now in {"", str(first.properties.get("category", "")), row.category} else now

    def _name_problems(self, writing: Writing, files: OwnerFiles) -> None:
        for problem in files.problems:
            words = f"{problem.file}, line {problem.line}: {problem.message}"
            raise_alert(writing, problem.file, words, self._clock.now())

    def _file(self, writing: Writing, row: TaskRow, decision: Decision) -> None:
        consume_news(writing.sql, row.id)
        links: dict[str, str] = {each.move_key: each.id for each in proposals_of(writing.sql, row.id)}
        links |= {each.move_key: each.id for each in questions_of(writing.sql, row.id)}
        finished = [move for move in decision.moves if isinstance(move, Finish)]
        for move in decision.moves:
            if isinstance(move, ProposeAction):
                self._propose(writing, row, decision, move, links)
            elif isinstance(move, AskOwner):
                self._ask(writing, row, move, links)
        if not finished and not self._open(writing, row.id):
            self._ask(writing, row, STUCK, links)
        state = "done" if finished else "waiting"
        update_task(
            writing.sql,
            row.id,
            state=state,
            turn=row.turn + 1,
            category=decision.category,
            rule=decision.rule,
            brain=self._ports.brain.name,
        )
        self._plan(writing, row, decision, links)
        if finished:
            self._finish(writing, row, finished[0])

    def _propose(
        self, writing: Writing, row: TaskRow, decision: Decision, move: ProposeAction, links: dict[str, str]
    ) -> None:
        sealed = move.action.canonical().decode()
        earlier = [each for each in proposals_of(writing.sql, row.id) if each.action == sealed]
        if any(each.state in {*OPEN, "done", "rejected"} for each in earlier):
            return  # it waits, it is done, or the owner said no to just this
        if reason := self._seal_files(writing, row.id, move.action):
            self._ask(writing, row, replace(STUCK, key="files", question=reason), links)
            return
        for each in proposals_of(writing.sql, row.id):
            if each.move_key == move.key and each.state == "waiting":
                self._withdraw(writing, each)
        draft = Draft(
            task=row.id,
            move_key=move.key,
            action=move.action,
            provenance=move.provenance,
            quote=move.quote,
            rule=decision.rule,
            brain=self._ports.brain.name,
            warnings=move.warnings,
        )
        links[move.key] = self._decisions.propose(writing, draft, self._ports.policy()).id

    def _seal_files(self, writing: Writing, task: str, action: Action) -> str:
        """Keep the bytes of every attachment; why not, or empty. Only documents of this task's receipts are known."""
        known = {
            document.sha256: document
            for outcome in outcomes(writing.sql, task, self._ports.models)
            if outcome.receipt
            for document in outcome.receipt.documents
        }
        for sealed in action.sealed_files:
            document = known.get(sealed.sha256)
            content = document and read_regular(self._recorder.store.path(document.path), MAX_DOCUMENT_BYTES)
            if not isinstance(content, bytes) or sha256_hex(content) != sealed.sha256:
                return f"The file {sealed.name} is gone or was changed since it was made. What shall I do?"
            self._ports.blobs.put(content)
        return ""

    def _withdraw(self, writing: Writing, row: ProposalRow) -> None:
        update_proposal(writing.sql, row.id, {"state": "withdrawn", "consumed": True})
        line = EditText("line", f"- {self._time()} withdrawn; nothing was done", "History")
        fact = Fact("runner", "proposal.withdrawn", row.id, row.task, {"digest": row.digest}, "withdrawn")
        operation = Operation("move", f"{PENDING}/{row.id}.md", f"{self._done()}/{row.id}.md", edits=(line,))
        writing.record(Transition(fact, f"Withdraw {row.id}", (operation,)))

    def _ask(self, writing: Writing, row: TaskRow, ask: AskOwner, links: dict[str, str]) -> None:
        asked = questions_of(writing.sql, row.id)
        if any(each.move_key == ask.key and each.state == "open" for each in asked):
            return
        links[ask.key] = self.ask(writing, row.id, ask, number=len(asked))

    def ask(self, writing: Writing, task: str, ask: AskOwner, *, number: int, about: str = "") -> str:
        """File one question; its id. `about` is a proposal whose outcome is unknown."""
        now = self._clock.now().replace(microsecond=0)
        epoch = read_meta(writing.sql, "epoch", "1")
        question = note_id(as_local(now).date(), "question", task, f"{ask.key}\0{number}\0{epoch}")
        note = render_question(question, task, ask, as_local(now))
        row = QuestionRow(question, task, ask.key, ask_to_json(ask), note, now.isoformat(), "open", about=about)
        add_question(writing.sql, row)
        fact = Fact("runner", "question.filed", question, task)
        writing.record(
            Transition(fact, f"Ask {question}", (Operation("create", f"{NEEDS_ACTION}/{question}.md", text=note),))
        )
        return question

    def _open(self, writing: Writing, task: str) -> bool:
        return any(each.state in OPEN for each in proposals_of(writing.sql, task)) or any(
            each.state == "open" for each in questions_of(writing.sql, task)
        )

    def _plan(self, writing: Writing, row: TaskRow, decision: Decision, links: Mapping[str, str]) -> None:
        notes = (f"turn {row.turn + 1}", f"brain {self._ports.brain.name}")
        text = render_plan(row.id, decision, links, notes)
        plan = f"{PLANS}/plan-{row.id}.md"
        line = EditText("line", f"- {self._time()} planned: {decision.rule}", "History")
        category = EditText("property", decision.category, "category")
        link = EditText("property", f"[[plan-{row.id}]]", "plan")
        operations = [
            Operation("generate", plan, text=text),
            Operation("edit", f"{CLAIMED}/{row.id}.md", edits=(line, category, link)),
        ]
        fact = Fact("runner", "task.planned", row.id, row.id, {"rule": decision.rule, "turn": str(row.turn + 1)})
        writing.record(Transition(fact, f"Plan {row.id}: {decision.rule}", tuple(operations)))

    def _finish(self, writing: Writing, row: TaskRow, move: Finish) -> None:
        self.close_open(writing, row.id)
        line = EditText("line", f"- {self._time()} done: {move.summary}", "History")
        self._to_done(writing, row.id, line, Fact("runner", "task.done", row.id, row.id))

    def _to_done(self, writing: Writing, task: str, line: EditText, fact: Fact) -> None:
        name, plan = f"{task}.md", f"plan-{task}.md"
        operations = (
            Operation("move", f"{CLAIMED}/{name}", f"{self._done()}/{name}", edits=(line,)),
            Operation("move", f"{PLANS}/{plan}", f"{self._done()}/{plan}"),
        )
        writing.record(Transition(fact, f"Finish {task}", operations))

    def close_open(self, writing: Writing, task: str) -> None:
        """Withdraw what still waits for the owner in a task that is over."""
        for proposal in proposals_of(writing.sql, task):
            if proposal.state == "waiting":
                self._withdraw(writing, proposal)
        for question in questions_of(writing.sql, task):
            if question.state == "open" and not question.about:
                update_question(writing.sql, question.id, state="withdrawn", consumed=True)
                self.file_question(writing, question.id, task, "no longer asked")

    def file_question(self, writing: Writing, question: str, task: str, words: str) -> None:
        """Move a question's note to Done."""
        line = EditText("line", f"- {self._time()} {words}", "History")
        name = f"{question}.md"
        operation = Operation("move", f"{NEEDS_ACTION}/{name}", f"{self._done()}/{name}", edits=(line,))
        fact = Fact("runner", "question.closed", question, task)
        writing.record(Transition(fact, f"Close {question}", (operation,)))

    def _done(self) -> str:
        return month_folder(DONE, as_local(self._clock.now()).date())

    def _time(self) -> str:
        return local_text(self._clock.now())
