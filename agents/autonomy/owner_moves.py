"""What the owner said with files: decisions, answers, dragged tasks, and what does not belong where it lies."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.approval.gate import Found, Kind, judge
from agents.autonomy.turns import CLAIMED
from agents.autonomy.views import ask_from_row
from agents.connectors.contract import sha256_hex
from agents.durability.alerts import raise_alert
from agents.durability.proposal_rows import ProposalRow, find_proposal, proposals_in
from agents.durability.task_persistence import (
    QuestionRow,
    TaskRow,
    add_reopening,
    find_task,
    questions_in,
    tasks_in,
    update_question,
    update_task,
)
from agents.durability.transitions import Transition, local_text
from agents.reasoning.planner import read_answer
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import (
    APPROVED,
    DONE,
    NEEDS_ACTION,
    PENDING,
    QUARANTINE,
    REJECTED,
    is_conflict_copy,
)
from agents.vault.neutralize import code_span, visible
from agents.vault.note import Problem
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.approval.decisions import Decisions, Policy
    from agents.autonomy.places import Entry, Places
    from agents.autonomy.turns import Turns
    from agents.connectors.contract import Action
    from agents.durability.transitions import Recorder, Writing

MAX_NOTE_BYTES = 1_000_000
DECIDING = (APPROVED, REJECTED, PENDING)


class OwnerMoves:
    """Reads the folders in which the owner speaks."""

    def __init__(
        self,
        recorder: Recorder,
        places: Places,
        decisions: Decisions,
        turns: Turns,
        models: Mapping[str, type[Action]],
        policy: Callable[[], Policy],
    ) -> None:
        self._recorder = recorder
        self._places = places
        self._decisions = decisions
        self._turns = turns
        self._models = models
        self._policy = policy
        self._clock = recorder.clock
        self._undecided: dict[str, tuple[int, int, int]] = {}

    def look(self) -> int:
        """Take in everything the owner said since the last look; how many things that were."""
        return self._proposals() + self._strangers() + self._questions() + self._dragged()

    def _proposals(self) -> int:
        with self._recorder.journal.begin() as sql:
            waiting = {f"{row.id}.md": row for row in proposals_in(sql, "waiting")}
        found: dict[str, list[Entry]] = {}
        for folder in DECIDING:
            for entry in self._places.entries(folder):
                if entry.name in waiting and entry.kind == "file":
                    found.setdefault(entry.name, []).append(entry)
        return sum(self._decide(row, found.get(name, [])) for name, row in waiting.items())

    def _decide(self, row: ProposalRow, entries: list[Entry]) -> int:
        if not entries and self._clock.now() < row.expires:
            return self._show_again(row)
        settled = [self._places.settled(each) for each in entries]
        if self._nothing_new(row, entries) or not all(settled):
            return 0
        notes = self._read(entries)
        if isinstance(notes, Problem):
            return self._hold(row, notes.message)
        return self._judge(row, entries, notes)

    def _read(self, entries: list[Entry]) -> list[Found] | Problem:
        notes = []
        for entry in entries:
            content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES)
            if isinstance(content, Problem):
                return Problem(content.line, f"{entry.folder}: {content.message}")
            notes.append(Found(entry.folder, content.decode(errors="replace")))
        return notes

    def _judge(self, row: ProposalRow, entries: list[Entry], notes: list[Found]) -> int:
        verdict = judge(row, notes, self._clock.now(), self._models)
        if verdict.kind in {Kind.WAIT, Kind.HOLD} and len(entries) == 1:
            self._undecided[row.id] = entries[0].signature
        if verdict.kind is Kind.WAIT:
            return 0
        here = [note.folder for note in notes]
        order = (REJECTED, *DECIDING) if verdict.kind is Kind.REJECT else DECIDING
        folder = next((each for each in order if each in here), "")
        self._decisions.settle(row, verdict, folder, self._policy())
        return 0 if verdict.kind is Kind.HOLD else 1

    def _nothing_new(self, row: ProposalRow, entries: list[Entry]) -> bool:
        """A note read before, unchanged, still where it waits: not read again on every tick."""
        waits = len(entries) == 1 and self._undecided.get(row.id) == entries[0].signature
        return waits and entries[0].folder == PENDING and self._clock.now() < row.expires

    def _show_again(self, row: ProposalRow) -> int:
        """Deleting a pending note is no decision: it is written again."""
        if self._places.find(f"{row.id}.md", DONE):
            return 0
        with self._recorder.begin() as writing:
            fact = Fact("runner", "proposal.shown_again", row.id, row.task, {"digest": row.digest})
            operation = Operation("create", f"{PENDING}/{row.id}.md", text=row.note)
            writing.record(Transition(fact, f"Show {row.id} again", (operation,)))
        return 1

    def _hold(self, row: ProposalRow, words: str) -> int:
        with self._recorder.begin() as writing:
            raise_alert(writing, row.id, f"Held: {words}.", self._clock.now())
        return 0

    def _strangers(self) -> int:
        """What lies in Approved and is no waiting proposal."""
        return sum(self._stranger(entry) for entry in self._places.entries(APPROVED))

    def _stranger(self, entry: Entry) -> int:
        stem = PurePosixPath(entry.name).stem
        with self._recorder.journal.begin() as sql:
            row = find_proposal(sql, stem) if entry.name == f"{stem}.md" else None
        if entry.kind == "file" and row is not None and row.state in {"waiting", "approved", "unknown"}:
            return 0
        if entry.kind == "link":
            return self._remove_link(entry)
        if entry.kind != "file":
            return self._only_tell(entry, "There is something in Approved that is no note; nothing was run.")
        if not self._places.settled(entry):
            return 0
        if is_conflict_copy(entry.name):
            return self._only_tell(
                entry, "A conflict copy lies in Approved; it is held. Keep one note and delete the other."
            )
        return self._quarantine(entry, row)

    def _remove_link(self, entry: Entry) -> int:
        target = code_span(visible(str(self._recorder.store.path(entry.path).readlink())))
        with self._recorder.begin() as writing:
            fact = Fact("runner", "approved.link_removed", entry.folder)
            operation = Operation("unlink", entry.path)
            writing.record(Transition(fact, "Remove a link from Approved", (operation,)))
            words = "A link lay in Approved. It was removed and nothing was run; its target was not touched."
            raise_alert(
                writing, sha256_hex(repr(entry.signature).encode())[:10], words, self._clock.now(), detail=target
            )
        return 1

    def _only_tell(self, entry: Entry, words: str) -> int:
        about = sha256_hex(entry.name.encode())[:10]
        with self._recorder.begin() as writing:
            raise_alert(writing, about, words, self._clock.now(), detail=code_span(visible(entry.name)))
        return 0

    def _quarantine(self, entry: Entry, row: ProposalRow | None) -> int:
        content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES * 30)
        if isinstance(content, Problem):
            return self._only_tell(entry, f"A file in Approved is held: {content.message}.")
        digest = sha256_hex(content)[:10]
        label = f"{row.id}-again" if row else "unknown"
        kept = f"{QUARANTINE}/{label}-{digest}-{self._clock.now().strftime('%H%M%S')}.md"
        words = "A note in Approved is not one that waits for you; nothing was run."
        if row is not None:
            words = f"{row.id} is {row.state} already; the note in Approved was put aside and nothing was run."
        with self._recorder.begin() as writing:
            fact = Fact("runner", "approved.quarantined", row.id if row else "unknown", parameters={"sha256": digest})
            operation = Operation("move", entry.path, kept)
            writing.record(Transition(fact, "Quarantine a note from Approved", (operation,)))
            name = code_span(visible(entry.name))
            detail = f"It was named {name} and lies in `{kept}`."
            raise_alert(writing, kept, words, self._clock.now(), detail=detail)
        return 1

    def _questions(self) -> int:
        with self._recorder.journal.begin() as sql:
            open_questions = questions_in(sql, "open")
        if not open_questions:
            return 0
        here = {entry.name: entry for entry in self._places.entries(NEEDS_ACTION) if entry.kind == "file"}
        return sum(self._question(row, here.get(f"{row.id}.md")) for row in open_questions)

    def _question(self, row: QuestionRow, entry: Entry | None) -> int:
        if entry is None or self._undecided.get(row.id) == entry.signature or not self._places.settled(entry):
            return 0
        content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES)
        answer = (
            content
            if isinstance(content, Problem)
            else read_answer(content.decode(errors="replace"), ask_from_row(row))
        )
        if answer is None or isinstance(answer, Problem):
            self._undecided[row.id] = entry.signature
            if isinstance(answer, Problem):
                with self._recorder.begin() as writing:
                    raise_alert(
                        writing, row.id, f"Your answer to {row.id} is held: {answer.message}.", self._clock.now()
                    )
            return 0
        self.answer(row, answer, "in the note")
        return 1

    def answer(self, row: QuestionRow, answer: str, how: str) -> None:
        """Take in an answer; the question's note goes to Done."""
        with self._recorder.begin() as writing:
            update_question(
                writing.sql, row.id, state="answered", answer=answer, answered_at=self._clock.now().isoformat()
            )
            fact = Fact("owner", "question.answered", row.id, row.task, {"how": how}, approved_by="owner")
            path = f"{NEEDS_ACTION}/{row.id}.md"
            writing.record(Transition(fact, f"Answer {row.id}", author="owner", paths=(path,)))
            self._turns.file_question(writing, row.id, row.task, f"answered ({how}): {code_span(visible(answer))}")

    def _dragged(self) -> int:
        """Tasks the owner put somewhere else: back to Needs_Action, or to Done."""
        with self._recorder.journal.begin() as sql:
            ours = [find_task(sql, PurePosixPath(each.name).stem) for each in self._places.entries(NEEDS_ACTION)]
            waiting = tasks_in(sql, "waiting")
        moved = sum(self._again(row) for row in ours if row is not None and row.state in {"waiting", "done"})
        claimed = {entry.name for entry in self._places.entries(CLAIMED)}
        return moved + sum(self._closed(row) for row in waiting if f"{row.id}.md" not in claimed)

    def _again(self, row: TaskRow) -> int:
        name = f"{row.id}.md"
        here = self._places.find(name, NEEDS_ACTION)
        if here is None or self._places.find(name, CLAIMED):
            return 0
        with self._recorder.begin() as writing:
            add_reopening(writing.sql, row.id, self._clock.now().isoformat())
            update_task(writing.sql, row.id, state="waiting")
            fact = Fact("owner", "task.reopened", row.id, row.id, approved_by="owner")
            writing.record(Transition(fact, f"Reopen {row.id}", author="owner", paths=(here,)))
            line = EditText("line", f"- {local_text(self._clock.now())} put back by owner", "History")
            operations = [Operation("move", here, f"{CLAIMED}/{name}", edits=(line,))]
            plan = self._places.find(f"plan-{name}", DONE)
            if plan:
                operations.append(Operation("move", plan, f"Plans/plan-{name}"))
            claimed = Fact("runner", "task.claimed", row.id, row.id)
            writing.record(Transition(claimed, f"Claim {row.id}", tuple(operations)))
        return 1

    def _closed(self, row: TaskRow) -> int:
        name = f"{row.id}.md"
        here = self._places.find(name, CLAIMED, NEEDS_ACTION, DONE)
        if here is None:
            return self._restore(row)
        if not here.startswith(f"{DONE}/"):
            return 0
        with self._recorder.begin() as writing:
            update_task(writing.sql, row.id, state="done")
            fact = Fact("owner", "task.closed", row.id, row.id, approved_by="owner")
            paths = (here, f"{CLAIMED}/{name}")
            writing.record(Transition(fact, f"Close {row.id}", author="owner", paths=paths))
            self._turns.close_open(writing, row.id)
            self._plan_to_done(writing, name)
        return 1

    def _plan_to_done(self, writing: Writing, name: str) -> None:
        month = f"{DONE}/{self._clock.now().astimezone().strftime('%Y-%m')}"
        fact = Fact("runner", "plan.closed", f"plan-{name.removesuffix('.md')}")
        operation = Operation("move", f"Plans/plan-{name}", f"{month}/plan-{name}")
        writing.record(Transition(fact, f"Close the plan of {name.removesuffix('.md')}", (operation,)))

    def _restore(self, row: TaskRow) -> int:
        """An open task's note is gone: nothing gets lost, it is written again."""
        with self._recorder.begin() as writing:
            fact = Fact("runner", "task.shown_again", row.id, row.id)
            operation = Operation("create", f"{CLAIMED}/{row.id}.md", text=row.note)
            writing.record(Transition(fact, f"Show {row.id} again", (operation,)))
        return 1
