"""One turn of a task: claim, see what is to be asked of the brain, and file what it decided.

The brain returns typed moves; here they become a plan, proposals, questions, waits, or the end. A turn is one journal
transaction: either all of it is filed, or the turn is taken again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agents.autonomy.bad_rows import tell_bad_rows
from agents.autonomy.caps import CAP, CHOICES, GO_ON, Caps, fingerprint
from agents.autonomy.conditions import Conditions
from agents.autonomy.learning import learn
from agents.autonomy.owner_category import new_word, remember, remembered
from agents.autonomy.owner_priority import reckon_priority
from agents.autonomy.proposing import FILES, NEVER, STUCK, Proposing
from agents.autonomy.questions import Questions, asked_elsewhere
from agents.autonomy.shelving import Shelf, done_folder
from agents.autonomy.views import outcomes
from agents.autonomy.waits import DEADLOCK, Waits, after
from agents.durability.journal import journal_id
from agents.durability.news import consume_news, news_of
from agents.durability.proposal_rows import OPEN, proposals_of
from agents.durability.task_persistence import TaskRow, find_task, questions_of, update_task
from agents.durability.transitions import Transition, local_text
from agents.durability.turn_rows import TurnRow, add_turn
from agents.durability.wait_rows import is_waiting, withdraw_waits
from agents.reasoning.brain import AskOwner, Brain, Decision, Finish, Move, ProposeAction, Step, WaitUntil
from agents.reasoning.planner import render_plan
from agents.reasoning.setbacks import left_out
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import CLAIMED, NEEDS_ACTION, PLANS
from agents.vault.note import MAX_NOTE_BYTES
from agents.vault.plain import plain
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from agents.approval.decisions import Decisions, Policy
    from agents.autonomy.places import Entry, Places
    from agents.autonomy.thinking import Thought
    from agents.connectors.contract import Action
    from agents.durability.blobs import Blobs
    from agents.durability.transitions import Recorder, Writing
    from agents.reasoning.brain import Outcome
    from agents.reasoning.urgency import Urgency

BAD_ROWS = "bad rows"  # what was told about the owner's files, so that it is told again when it comes back


@dataclass(frozen=True, slots=True)
class TurnPorts:
    """What a turn works with. `policy` is what the handbook says of proposals."""

    brain: Brain
    models: Mapping[str, type[Action]]
    blobs: Blobs
    policy: Callable[[], Policy]
    conditions: Conditions = field(default_factory=Conditions)
    caps: Caps = field(default_factory=Caps)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the brain is asked about: a task as it stands, in the journal of this id.

    `word` is the owner's own for its category, or empty.
    """

    row: TaskRow
    word: str
    journal: str


class Turns:
    """Sees what a turn is about, and files it; one task at a time."""

    def __init__(self, recorder: Recorder, decisions: Decisions, places: Places, ports: TurnPorts) -> None:
        self.shelf = Shelf(places, recorder.store)
        self.questions = Questions(recorder, self.shelf)
        self.waits = Waits(recorder, ports.conditions)
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

    def look(self, task: str) -> Asked | None:
        """What the brain is to be asked about; None when there is nothing to ask, or the owner was asked instead."""
        with self._recorder.journal.begin() as sql:
            row = find_task(sql, task)
            news = news_of(sql, task)
            if row is None or row.state == "done":  # an effect ended after its task: the task stays closed
                consume_news(sql, task, news)
                return None
            if row.state != "claimed" and not any(news.values()):  # its turn was filed a moment ago
                return None
            known = outcomes(sql, task, self._ports.models)
            end = _closed_by(known)
            stop = None if end else self._ports.caps.stop(sql, row, self._clock.now())
            said = remembered(sql, task)
            asked = Asked(row, new_word(self._note(row), row, said) or said, journal_id(sql))
        if end is not None:
            self._close(row, end)
            return None
        if stop is not None:
            self._stop(row, stop)
            return None
        return asked

    def file(self, asked: Asked, thought: Thought) -> str:
        """File what the brain decided; the rule that decided, or empty when the task has gone on without it."""
        task, decision = asked.row.id, thought.decision
        with self._recorder.begin() as writing:
            row = find_task(writing.sql, task)
            if row is None or decision is None or row.state == "done" or row.turn != asked.row.turn:
                return ""
            tell_bad_rows(writing, BAD_ROWS, thought.bad_rows, self._clock.now())
            if asked.word:
                remember(writing.sql, task, asked.word)
            learn(writing, thought.lessons, self._clock.now())
            consume_news(writing.sql, task, thought.news)
            self._reckon(writing, row, thought.urgency)
            self._file(writing, row, decision, asked.word or decision.category)
        return decision.rule

    def _reckon(self, writing: Writing, row: TaskRow, urgency: Urgency | None) -> None:
        entry = self._entry(row)
        if urgency is not None and entry is not None:
            reckon_priority(writing, entry, self._note(row).encode(), urgency)

    def _close(self, row: TaskRow, end: Finish) -> None:
        """The owner closed the task with a word about a question of ours: the brain is not asked."""
        step = Step("Nothing is left to do", done=True)
        decision = Decision("owner", row.category, "Close the task as you said", (step,), "you said so", (end,))
        with self._recorder.begin() as writing:
            consume_news(writing.sql, row.id, news_of(writing.sql, row.id))
            self._file(writing, row, decision, row.category)

    def _stop(self, row: TaskRow, ask: AskOwner) -> None:
        """A cap stops the task: the owner says how it goes on."""
        with self._recorder.begin() as writing:
            consume_news(writing.sql, row.id, news_of(writing.sql, row.id))
            update_task(writing.sql, row.id, state="waiting")
            self.questions.ask(writing, row.id, ask)

    def end(self, writing: Writing, task: str) -> None:
        """Take back what still waits for the owner in a task that is over."""
        self._proposing.withdraw(writing, task)
        self.questions.withdraw(writing, task)
        withdraw_waits(writing.sql, task)
        self.waits.look_again()

    def _entry(self, row: TaskRow) -> Entry | None:
        return self._places.find(f"{row.id}.md", CLAIMED, NEEDS_ACTION)

    def _note(self, row: TaskRow) -> str:
        """The task's note as it is now; empty when there is none that can be read."""
        entry = self._entry(row)
        content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES) if entry else None
        return content.decode(errors="replace") if isinstance(content, bytes) else ""

    def _file(self, writing: Writing, row: TaskRow, decision: Decision, category: str) -> None:
        known = outcomes(writing.sql, row.id, self._ports.models)
        decision = replace(decision, moves=left_out(decision.moves, known))
        finish = next((move for move in decision.moves if isinstance(move, Finish)), None)
        unmet = self._ports.conditions.unmet(writing.sql, row.id, finish.holds) if finish else ""
        links = {each.move_key: each.id for each in proposals_of(writing.sql, row.id)}
        links |= {each.move_key: each.id for each in questions_of(writing.sql, row.id)}
        if finish is None:
            links |= self._make(writing, row, decision, known)
        done = finish is not None and not unmet
        update_task(
            writing.sql,
            row.id,
            state="done" if done else "waiting",
            turn=row.turn + 1,
            category=category,
            rule=decision.rule,
            brain=self._decider(decision),
        )
        told_apart = fingerprint(category, known, decision.moves, unmet)
        now, cost = self._clock.now().isoformat(), str(decision.cost_usd)
        add_turn(writing.sql, TurnRow(row.id, row.turn + 1, self._decider(decision), told_apart, cost, now, unmet))
        self._plan(writing, row, decision, links, category)
        if finish is not None and done:
            self.end(writing, row.id)
            self._finish(writing, row, finish)

    def _make(self, writing: Writing, row: TaskRow, decision: Decision, known: Sequence[Outcome]) -> dict[str, str]:
        """File proposals, questions and waits; ids by move. A task that waits for nothing is stuck: that is asked."""
        links: dict[str, str] = {}
        for move in decision.moves:
            made = self._made(writing, row, decision, move, known)
            if isinstance(made, AskOwner):
                links[made.key] = self.questions.ask(writing, row.id, made)
            elif made and not isinstance(move, Finish):
                links[move.key] = made
        if not self._waits(writing, row.id):
            links[STUCK.key] = self.questions.ask(writing, row.id, STUCK)
        return links

    def _made(
        self, writing: Writing, row: TaskRow, decision: Decision, move: Move, known: Sequence[Outcome]
    ) -> str | AskOwner | None:
        """The id of what was filed, if it has one, or what is to be asked."""
        if isinstance(move, ProposeAction):
            return self._proposing.propose(writing, row, decision, move)
        if isinstance(move, WaitUntil):
            return self.waits.file(writing, row.id, move, known)
        if isinstance(move, AskOwner):
            other = asked_elsewhere(writing.sql, row.id, move.shared)
            return self.waits.file(writing, row.id, after(other), known) if other else move
        return None

    def _waits(self, writing: Writing, task: str) -> bool:
        """Whether something of the task is on its way to or from the owner, or will wake it."""
        return (
            any(each.state in OPEN and not each.is_to_employee for each in proposals_of(writing.sql, task))
            or any(each.state == "open" for each in questions_of(writing.sql, task))
            or is_waiting(writing.sql, task)
        )

    def _plan(
        self, writing: Writing, row: TaskRow, decision: Decision, links: Mapping[str, str], category: str
    ) -> None:
        turn = str(row.turn + 1)
        cost = (f"{decision.cost_usd:.2f} USD",) if decision.cost_usd else ()
        text = render_plan(row.id, decision, links, (f"turn {turn}", f"brain {self._decider(decision)}", *cost))
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

    def _decider(self, decision: Decision) -> str:
        return decision.brain or self._ports.brain.name

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


def _closed_by(known: Sequence[Outcome]) -> Finish | None:
    """The end, when the last thing that happened is the owner's word about a question of ours and closes the task."""
    last = known[-1] if known else None
    if last is None or not (last.key in {STUCK.key, FILES.key, CAP, DEADLOCK} or last.key.startswith(NEVER)):
        return None
    if last.kind == "skipped":
        return Finish("closed as you said")
    ends = {choice.text for choice in (*STUCK.choices, *CHOICES)} - {GO_ON.text}
    return Finish(f"closed as you said: {last.value}") if last.kind == "answered" and last.value in ends else None
