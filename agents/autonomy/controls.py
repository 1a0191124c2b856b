"""The owner's words about a task: pause, resume, skip, retry, cancel; by command, or as `control:` in its note.

Each is carried out in one transition, together with what asked for it: the request is settled, or the property is
emptied, so a crash leaves either the word or what follows from it. Nothing here makes an effect or tears one apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.approval.gate import BY_COMMAND
from agents.autonomy.holds import Holds
from agents.autonomy.pauses import Pauses
from agents.autonomy.proposing import withdraw_proposal
from agents.autonomy.run_words import Idle, RunWords
from agents.autonomy.shelving import done_folder
from agents.connectors.contract import sha256_hex
from agents.durability.alerts import raise_alert
from agents.durability.control_rows import (
    CANCELLED,
    RETRIED,
    SKIPPED,
    HoldRow,
    InterventionRow,
    add_hold,
    add_intervention,
    cancelled_since,
    drop_hold,
    interventions_of,
)
from agents.durability.news import consume_news, news_of, tasks_with_news
from agents.durability.proposal_rows import ProposalRow, proposals_of
from agents.durability.said_words import is_said
from agents.durability.task_persistence import (
    QuestionRow,
    TaskRow,
    find_task,
    questions_of,
    settle_request,
    update_task,
)
from agents.durability.transitions import Transition, local_text
from agents.durability.wait_rows import end_wait, waits_of
from agents.errors import BadNote
from agents.security.audit_logger import Fact
from agents.vault.layout import CLAIMED, DONE, NEEDS_ACTION, PLANS
from agents.vault.note import Note, read_note
from agents.vault.note_edit import set_property
from agents.vault.plain import plain
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.autonomy.places import Entry
    from agents.autonomy.turns import Turns
    from agents.durability.task_persistence import RequestRow
    from agents.durability.transitions import Recorder, Writing

WORDS = ("pause", "resume", "skip", "retry", "cancel")
COMMANDS = frozenset({*WORDS, "drain"})
IN_NOTE = "in the note"
BY_YES = "as an assistant proposed"
CONTROL = "control"
MAX_WORDS = 120
TAKEN_CARE_OF = "the owner takes care of it"  # why an effect failed of which nobody knows whether it happened


@dataclass(frozen=True, slots=True)
class Said:
    """One word about a task (empty: about everything), how it was said, and what came with it."""

    word: str
    task: str
    how: str
    request: int = 0
    note: str = ""  # the path of the note it stands in
    emptied: tuple[EditText, ...] = ()  # what takes it out of there


class Controls:
    """Carries out the owner's words. `pauses` is what rests after an error; `run` the words about everything."""

    def __init__(self, recorder: Recorder, turns: Turns) -> None:
        self._recorder = recorder
        self._turns = turns
        self._shelf = turns.shelf
        self._clock = recorder.clock
        self.holds = Holds(recorder.journal)
        self.pauses = Pauses(recorder.clock)
        self.run = RunWords(recorder, self.holds)
        self._ways = {
            "pause": self._pause,
            "resume": self._resume,
            "skip": self._skip,
            "retry": self._retry,
            "cancel": self._cancel,
        }

    def by_command(self, row: RequestRow) -> str:
        """Carry out a request; why not, or empty."""
        with self._recorder.begin() as writing:
            said = Said(row.kind, row.target, BY_YES if is_said(row) else BY_COMMAND, row.number)
            idle = self._say(writing, said) if row.target else self.run.say(writing, row.kind, said.how)
            if idle is None or not idle.refused:
                settle_request(writing.sql, row.number, "done", "")
        self._after(said)
        return idle.words if idle and idle.refused else ""

    def by_note(self, task: str, entry: Entry, content: bytes) -> int:
        """Carry out the word in a task's note, or answer it there; how many things moved."""
        name, word = control_in(content.decode(errors="replace"))
        text = content.decode(errors="surrogateescape")
        with self._recorder.begin() as writing:
            try:
                emptied = (EditText("replace", set_property(text, name, ""), sha256_hex(content)),)
            except BadNote as err:
                words = f"The word in the note of {task} was not carried out: {err}. {err.hint}"
                raise_alert(writing, task, plain(words), self._clock.now())
                return 0
            said = Said(word, task, IN_NOTE, note=entry.path, emptied=emptied)
            idle = self._say(writing, said)
            if idle is not None:
                fact = Fact("runner", "control.answered", task, task)
                self._tell(writing, said, Transition(fact, f"Answer in {task}"), f"control: {idle.words}")
        self._after(said)
        return 1

    def _say(self, writing: Writing, said: Said) -> Idle | None:
        if said.word not in self._ways:
            return Idle(f'"{said.word[:40]}" is no word I know here; write one of {", ".join(WORDS)}')
        row = find_task(writing.sql, said.task)
        if row is None:
            return Idle("no task has this id")
        if row.state == "done":
            again = said.word == "cancel" and cancelled_since(writing.sql, row.id, "")
            return Idle("it is done already", refused=not again)
        return self._ways[said.word](writing, said, row)

    def _after(self, said: Said) -> None:
        """What is kept in memory follows the journal."""
        self.holds.changed()
        if said.word == "retry":
            with self._recorder.journal.begin() as sql:
                approved = [each.id for each in proposals_of(sql, said.task) if each.state == "approved"]
            self.pauses.forget(said.task, *approved)

    def _pause(self, writing: Writing, said: Said, row: TaskRow) -> Idle | None:
        if not add_hold(writing.sql, HoldRow(row.id, self._now(), said.how)):
            return Idle("it is paused already", refused=False)
        fact = Fact("owner", "task.paused", row.id, row.id, {"how": said.how}, approved_by="owner")
        self._tell(writing, said, Transition(fact, f"Pause {row.id}", author="owner"), "paused by owner")
        return None

    def _resume(self, writing: Writing, said: Said, row: TaskRow) -> Idle | None:
        if not drop_hold(writing.sql, row.id):
            return Idle("it is not paused", refused=False)
        fact = Fact("owner", "task.resumed", row.id, row.id, {"how": said.how}, approved_by="owner")
        self._tell(writing, said, Transition(fact, f"Resume {row.id}", author="owner"), "resumed by owner")
        return None

    def _skip(self, writing: Writing, said: Said, row: TaskRow) -> Idle | None:
        """What it waits for is left out, and the next turn hears of it."""
        proposals, questions = _waiting(writing.sql, row.id)
        waits = waits_of(writing.sql, row.id, "open")
        if not proposals and not questions and not waits:
            return _nothing(writing.sql, row.id, "it waits for nothing that could be left out")
        waiting: tuple[ProposalRow | QuestionRow, ...] = (*proposals, *questions)
        words = {each.id: title(each) for each in waiting} | {str(each.number): each.why for each in waits}
        fact = Fact("owner", "task.skipped", row.id, row.id, {"how": said.how}, approved_by="owner")
        told = f"skipped by owner: {'; '.join(words.values())}"
        self._tell(writing, said, Transition(fact, f"Skip in {row.id}", author="owner"), told)
        for each in proposals:
            withdraw_proposal(writing, self._shelf, each, self._clock.now())
        for asked in questions:
            self._turns.questions.drop(writing, asked)
        for wait in waits:
            end_wait(writing.sql, wait.number, SKIPPED, self._now())
        for left in waiting:
            known = InterventionRow(row.id, self._now(), SKIPPED, left.move_key, left.id, words[left.id])
            add_intervention(writing.sql, known)
        return None

    def _retry(self, writing: Writing, said: Said, row: TaskRow) -> Idle | None:
        """What failed or expired may be proposed again, and what rests after an error is due at once."""
        failed = _failed(writing.sql, row.id)
        if not failed and not _goes_on_alone(writing.sql, row):
            return _nothing(writing.sql, row.id, "nothing of it failed, and nothing rests after an error")
        fact = Fact("owner", "task.retried", row.id, row.id, {"how": said.how}, approved_by="owner")
        self._tell(writing, said, Transition(fact, f"Retry {row.id}", author="owner"), "owner wants another try")
        asked = {f"{each.move_key}-{each.state}" for each in failed}
        for question in questions_of(writing.sql, row.id):
            if question.state == "open" and question.move_key in asked:
                self._turns.questions.drop(writing, question)
        for each in failed:
            known = InterventionRow(row.id, self._now(), RETRIED, each.move_key, each.id, title(each))
            add_intervention(writing.sql, known)
        return None

    def _cancel(self, writing: Writing, said: Said, row: TaskRow) -> Idle | None:
        """The task is over; what is begun is looked up and not made anew (the executor asks for the cancelling)."""
        update_task(writing.sql, row.id, state="done")
        drop_hold(writing.sql, row.id)
        add_intervention(writing.sql, InterventionRow(row.id, self._now(), CANCELLED))
        consume_news(writing.sql, row.id, news_of(writing.sql, row.id))
        done, name = done_folder(self._clock.now()), f"{row.id}.md"
        line = self._line("cancelled by owner")
        operations = (
            *((Operation("edit", said.note, edits=said.emptied),) if said.note else ()),
            *self._shelf.bring(name, (CLAIMED, NEEDS_ACTION, DONE), done, line, text=row.note),
            *self._shelf.bring(f"plan-{name}", (PLANS,), done),
        )
        fact = Fact("owner", "task.cancelled", row.id, row.id, {"how": said.how}, approved_by="owner")
        writing.record(Transition(fact, f"Cancel {row.id}", operations, "owner", (said.note,) if said.note else ()))
        self._turns.end(writing, row.id)
        for each in _waiting(writing.sql, row.id)[0]:  # what was approved and is not begun
            withdraw_proposal(writing, self._shelf, each, self._clock.now())
        return None

    def _tell(self, writing: Writing, said: Said, what: Transition, words: str) -> None:
        """Record it with a line in the task's note; a word that stood there is taken out."""
        here = self._shelf.places.find(f"{said.task}.md", CLAIMED, NEEDS_ACTION)
        path = said.note or (here.path if here else "")
        edits = (*said.emptied, self._line(words))
        operations = (Operation("edit", path, edits=edits),) if path else ()
        writing.record(replace(what, operations=operations, paths=(said.note,) if said.note else ()))

    def _line(self, words: str) -> EditText:
        return EditText("line", f"- {local_text(self._clock.now())} {plain(words)}", "History")

    def _now(self) -> str:
        return self._clock.now().isoformat()


def control_in(text: str) -> tuple[str, str]:
    """The name of the property `control` as it is written, and its word; empty when it says nothing."""
    if CONTROL not in text.casefold():
        return "", ""
    note = read_note(text)
    properties = note.properties if isinstance(note, Note) else {}
    name = next((each for each in properties if each.casefold() == CONTROL), "")
    value = properties.get(name, "")
    return name, (value if isinstance(value, str) else ", ".join(value)).strip().casefold()


def title(row: ProposalRow | QuestionRow) -> str:
    """What a proposal or a question is about, as its note says it."""
    if isinstance(row, QuestionRow):
        words = str(json.loads(row.ask)["question"])
    else:
        heading = next((line for line in row.note.splitlines() if line.startswith("# ")), row.id)
        words = heading.removeprefix("# ").replace("\\", "")
    return words if len(words) <= MAX_WORDS else f"{words[:MAX_WORDS]} ..."


def _waiting(sql: Connection, task: str) -> tuple[list[ProposalRow], list[QuestionRow]]:
    """The proposals and questions of a task that are open, and of which nothing can have happened."""
    proposals = [
        each
        for each in proposals_of(sql, task)
        if each.state == "waiting" or (each.state == "approved" and not each.intent_at)
    ]
    return proposals, [each for each in questions_of(sql, task) if each.state == "open" and not each.about]


def _failed(sql: Connection, task: str) -> list[ProposalRow]:
    """The last try of each move, where it failed for sure or expired."""
    last = {each.move_key: each for each in proposals_of(sql, task) if not each.undoes and not each.is_to_employee}
    asked = {each.about for each in interventions_of(sql, task) if each.kind == RETRIED}
    return [
        each
        for each in last.values()
        if each.state in {"failed", "expired"} and each.id not in asked and each.reason != TAKEN_CARE_OF
    ]


def _goes_on_alone(sql: Connection, row: TaskRow) -> bool:
    """Whether its next step waits for nobody: a turn, or an effect that was approved."""
    approved = any(each.state == "approved" and not each.is_to_employee for each in proposals_of(sql, row.id))
    return approved or row.state != "waiting" or row.id in tasks_with_news(sql)


def _nothing(sql: Connection, task: str, words: str) -> Idle:
    doubted = next((each.id for each in proposals_of(sql, task) if each.state == "unknown"), "")
    more = f"; nobody knows whether {doubted} happened: answer the question about it" if doubted else ""
    return Idle(f"{words}{more}")
