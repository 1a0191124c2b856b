"""Says a word to the employee: one request in the journal, carried out like the owner's command, and found by its key.

What the runner then cannot carry out (nothing of the task failed, say) it tells as an alert, as after a command.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from agents.connectors.contract import Absent, CannotUndo, Found, Receipt
from agents.connectors.employee.actions import (
    AnswerQuestion,
    AskEmployee,
    PauseTask,
    ResumeTask,
    RetryTask,
)
from agents.durability.bell import ring
from agents.durability.journal import looking, noting
from agents.durability.said_words import SaidWord, find_word, say_word
from agents.durability.task_persistence import find_question, find_task
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.clock import Clock
    from agents.connectors.contract import Action, Attachments, Lookup

NAME = "employee"


class WordConnector:
    """Says words in one vault's journal."""

    name = NAME

    def __init__(self, state: Path, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    def __repr__(self) -> str:
        return f"WordConnector({str(self._state)!r})"

    def find(self, key: str, action: Action) -> Lookup:  # noqa: ARG002 - the key alone tells
        """Whether it was said."""
        with looking(self._state) as sql:
            said = find_word(sql, key)
        return Found(_receipt(said)) if said else Absent()

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:  # noqa: ARG002 - words have none
        """Say it, once.

        Raises:
            NotAllowed: it is no word we know, or what it is about is over.
        """
        with noting(self._state) as sql:
            said = find_word(sql, key)
            if said is None:
                said = say_word(sql, _word(sql, action, key, self._clock.now().isoformat()))
        ring(self._state)
        return _receipt(said)

    def release(self, key: str, action: Action) -> None:
        """The journal always knows."""

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:  # noqa: ARG002 - it is in the action
        """A pause is undone by going on, and the other way round."""
        if isinstance(action, PauseTask):
            return ResumeTask(task=action.task)
        if isinstance(action, ResumeTask):
            return PauseTask(task=action.task)
        return CannotUndo("what was said cannot be unsaid; cancel the task, or answer what it asks next")


def _word(sql: Connection, action: Action, key: str, at: str) -> SaidWord:
    """The word that an action stands for, when there is still somebody to hear it.

    Raises:
        NotAllowed: there is not.
    """
    if isinstance(action, AskEmployee):
        return SaidWord(key, at, "ask", "", action.text)
    if isinstance(action, AnswerQuestion):
        question = find_question(sql, action.question)
        if question is None or question.state != "open" or question.about:
            raise NotAllowed("The question is not open any more", hint="Look at what the task asks now.")
        return SaidWord(key, at, "answer", action.question, action.answer)
    if not isinstance(action, PauseTask | ResumeTask | RetryTask):
        raise NotAllowed(f"{action.action} is no word to the employee", hint="Let it be proposed again.")
    task = find_task(sql, action.task)
    if task is None or task.state == "done":
        raise NotAllowed("The task is over", hint="Look at the open tasks.")
    return SaidWord(key, at, action.action.partition(".")[2], action.task, "")


def _receipt(said: SaidWord) -> Receipt:
    about = f" {said.target}" if said.target else ""
    summary = f"said with your yes: {said.kind}{about}"
    return Receipt(NAME, f"request {said.number}", datetime.fromisoformat(said.at), summary)
