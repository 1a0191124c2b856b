"""Questions to the owner: filed, answered in the note or by command, and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.pauses import Pauses
from agents.autonomy.read_notes import LOOK_EVERY_S, LOOK_SHARE
from agents.autonomy.shelving import done_folder
from agents.autonomy.views import ask_from_row, ask_to_json
from agents.clock import as_local
from agents.durability.alerts import raise_alert
from agents.durability.journal import journal_id, newest_seq, read_meta
from agents.durability.task_persistence import QuestionRow, add_question, questions_in, questions_of, update_question
from agents.durability.transitions import Transition, local_text
from agents.reasoning.planner import read_answer, render_question
from agents.security.audit_logger import Fact
from agents.security.secret_patterns import masked
from agents.vault.files import read_regular
from agents.vault.layout import DONE, NEEDS_ACTION, note_id
from agents.vault.neutralize import code_span, visible
from agents.vault.note import MAX_NOTE_BYTES, Problem, decode_note
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.autonomy.places import Entry, Places, Signature
    from agents.autonomy.shelving import Shelf
    from agents.durability.transitions import Recorder, Writing
    from agents.reasoning.brain import AskOwner


class Questions:
    """The questions of one vault."""

    def __init__(self, recorder: Recorder, shelf: Shelf) -> None:
        self._recorder = recorder
        self._shelf = shelf
        self._places: Places = shelf.places
        self._clock = recorder.clock
        self._read: dict[str, tuple[str, Signature]] = {}
        self._shown = Pauses(recorder.clock)
        self._rested: object = None  # how all stood when every note was read as it lies
        self._due_s = float("-inf")

    def ask(self, writing: Writing, task: str, ask: AskOwner, about: str = "") -> str:
        """File a question unless the same is open already; its id. `about` is a proposal whose outcome is unknown."""
        asked = questions_of(writing.sql, task)
        for each in asked:
            if each.move_key == ask.key and each.state == "open":
                return each.id
        now = self._clock.now().replace(microsecond=0)
        epoch = f"{read_meta(writing.sql, 'epoch', '1')}\0{journal_id(writing.sql)}"
        question = note_id(as_local(now).date(), "question", task, f"{ask.key}\0{len(asked)}\0{epoch}")
        note = render_question(question, task, ask, as_local(now))
        row = QuestionRow(question, task, ask.key, ask_to_json(ask), note, now.isoformat(), "open", about=about)
        add_question(writing.sql, row)
        fact = Fact("runner", "question.filed", question, task)
        operation = Operation("create", f"{NEEDS_ACTION}/{question}.md", text=note)
        writing.record(Transition(fact, f"Ask {question}", (operation,)))
        return question

    def withdraw(self, writing: Writing, task: str) -> None:
        """Close what is still asked in a task that is over; what became of an effect must be answered all the same."""
        for row in questions_of(writing.sql, task):
            if row.state == "open" and not row.about:
                self.drop(writing, row)

    def drop(self, writing: Writing, row: QuestionRow) -> None:
        """Ask one question no longer."""
        update_question(writing.sql, row.id, state="withdrawn", consumed=True)
        self._close(writing, row, "no longer asked")

    def look(self) -> int:
        """Take in the answers that stand in notes; how many things were done.

        While nothing stirs and every note was read as it lies, a look is due after a thousand times its own length.
        """
        began_s = self._clock.monotonic_s()
        with self._recorder.journal.begin() as sql:
            standing = (self._places.stirs(NEEDS_ACTION), newest_seq(sql))
            if standing == self._rested and began_s < self._due_s:
                return 0
            rows = questions_in(sql, "open")
        self._read = {row.id: self._read[row.id] for row in rows if row.id in self._read}
        moved = sum(self._look_at(row) for row in rows)
        all_lie = all(self._read.get(row.id, (DONE,))[0] == NEEDS_ACTION for row in rows)
        self._rested = standing if all_lie and not moved else None
        ended_s = self._clock.monotonic_s()
        self._due_s = ended_s + min(LOOK_EVERY_S, LOOK_SHARE * (ended_s - began_s))
        return moved

    def _look_at(self, row: QuestionRow) -> int:
        entry = self._places.find(f"{row.id}.md", NEEDS_ACTION, DONE)
        if entry is None:
            self._read.pop(row.id, None)
            return self._show_again(row, "question.shown_again")
        if self._read.get(row.id) != (entry.folder, entry.signature):
            answer = self._answer_in(row, entry)
            # only an answer must be complete; a note without one is read again when it changes
            if not (self._places.is_quiet(entry) if answer is None else self._places.settled(entry)):
                self._read.pop(row.id, None)
                return 0
            self._read[row.id] = (entry.folder, entry.signature)
            if isinstance(answer, str):
                self.take(row, answer, "in the note")
                return 1
            if isinstance(answer, Problem):
                self._hold(row, entry, answer)
        return 0 if entry.folder == NEEDS_ACTION else self._show_again(row, "question.put_back")

    def _answer_in(self, row: QuestionRow, entry: Entry) -> str | Problem | None:
        content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES)
        text = content if isinstance(content, Problem) else decode_note(content)
        answer = text if isinstance(text, Problem) else read_answer(text, ask_from_row(row))
        return acceptable(row, answer) if isinstance(answer, str) else answer

    def _hold(self, row: QuestionRow, entry: Entry, problem: Problem) -> None:
        with self._recorder.begin() as writing:
            words = f"Your answer to {row.id} is held: {problem.message}."
            raise_alert(writing, row.id, words, self._clock.now(), occasion=str(entry.signature))

    def _show_again(self, row: QuestionRow, what: str) -> int:
        """Deleting a question's note, or filing it without an answer, is no answer: it is shown again."""
        if not self._shown.due(row.id):
            return 0
        self._shown.tried(row.id)
        line = EditText("line", f"- {self._time()} not answered yet", "History")
        with self._recorder.begin() as writing:
            operations = self._shelf.bring(f"{row.id}.md", (DONE,), NEEDS_ACTION, line, text=row.note)
            fact = Fact("runner", what, row.id, row.task)
            writing.record(Transition(fact, f"Show {row.id} again", operations))
        return 1

    def take(self, row: QuestionRow, answer: str, how: str) -> None:
        """Take in an answer that is `acceptable`; the question's note goes to Done."""
        with self._recorder.begin() as writing:
            at = self._clock.now().isoformat()
            update_question(writing.sql, row.id, state="answered", answer=answer, answered_at=at)
            fact = Fact("owner", "question.answered", row.id, row.task, {"how": how}, approved_by="owner")
            entry = self._places.find(f"{row.id}.md", NEEDS_ACTION, DONE)
            paths = (entry.path,) if entry else ()
            writing.record(Transition(fact, f"Answer {row.id}", author="owner", paths=paths))
            self._close(writing, row, f"answered ({how}): {code_span(visible(' | '.join(answer.splitlines())))}")

    def _close(self, writing: Writing, row: QuestionRow, words: str) -> None:
        line = EditText("line", f"- {self._time()} {words}", "History")
        done = done_folder(self._clock.now())
        operations = self._shelf.bring(f"{row.id}.md", (NEEDS_ACTION, DONE), done, line, text=row.note)
        fact = Fact("runner", "question.closed", row.id, row.task)
        writing.record(Transition(fact, f"Close {row.id}", operations))

    def _time(self) -> str:
        return local_text(self._clock.now())


def asked_elsewhere(sql: Connection, task: str, shared: str) -> str:
    """The other task with an open question that is shared under these words; empty when there is none."""
    rows = questions_in(sql, "open") if shared else ()
    return next((row.task for row in rows if row.task != task and ask_from_row(row).shared == shared), "")


def acceptable(row: QuestionRow, answer: str) -> str | Problem:
    """The answer as it counts, without a secret in it, or why it cannot be taken.

    A choice counts however it is capitalised. What became of an effect is answered with one of the choices only.
    """
    ask = ask_from_row(row)
    if not ask.parts:
        return _acceptable(row, ask, answer)
    said = answer.split("\n" if "\n" in answer else "|")
    if len(said) != len(ask.parts):
        return Problem(0, f"answer all {len(ask.parts)} points, in their order, with | between the answers")
    taken = [_acceptable(row, part, words) for part, words in zip(ask.parts, said, strict=True)]
    return next((each for each in taken if isinstance(each, Problem)), None) or "\n".join(map(str, taken))


def _acceptable(row: QuestionRow, ask: AskOwner, answer: str) -> str | Problem:
    words = masked(" ".join(answer.split()))
    choices = [choice.text for choice in ask.choices]
    chosen = next((text for text in choices if text.casefold() == words.casefold()), "")
    if chosen:
        return chosen
    if not words:
        return Problem(0, "it is empty")
    return Problem(0, f"answer with one of: {'; '.join(choices)}") if row.about else words
