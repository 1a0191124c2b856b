"""Words to the employee keep the promises of every connector: said once, found again, and refused when nobody hears."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from agents.connectors.contract import Action, Attachments, CannotUndo, ConnectorContext
from agents.connectors.employee.actions import AnswerQuestion, AskEmployee, PauseTask, ResumeTask, RetryTask
from agents.connectors.employee.manifest import MANIFEST
from agents.connectors.employee.word_connector import WordConnector
from agents.durability.journal import Journal
from agents.durability.task_persistence import (
    QuestionRow,
    TaskRow,
    add_question,
    add_task,
    requests_pending,
    update_task,
)
from agents.errors import NotAllowed
from tests.clock import NOON, FrozenClock
from tests.connectors.contract import KEY, NO_SECRETS, ConnectorContract

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import Connector

TASK, QUESTION = "2026-11-23-email-0123456789", "2026-11-23-question-0123456789"


@dataclass
class JournalService:
    """A journal with one open task that asks a question."""

    vault: Path
    action: Action = field(default_factory=lambda: PauseTask(task=TASK))
    attachments: Attachments = field(default_factory=dict)
    secrets: tuple[str, ...] = ("a private word",)

    def __post_init__(self) -> None:
        ask = '{"key": "what", "question": "What?", "choices": [["file it", 0]], "quote": ""}'
        with (journal := Journal.open(self.vault)).begin() as sql:
            add_task(sql, TaskRow(TASK, NOON.isoformat(), "waiting", 1, "", "{}", "", "", "", ""))
            add_question(sql, QuestionRow(QUESTION, TASK, "what", ask, "", NOON.isoformat(), "open"))
        journal.close()

    def open(self) -> Connector:
        return WordConnector(self.vault, FrozenClock())

    def effects(self) -> int:
        return len(self.said())

    def said(self) -> list[tuple[str, str, str]]:
        with (journal := Journal.open(self.vault)).begin() as sql:
            rows = [(row.kind, row.target, row.text) for row in requests_pending(sql)]
        journal.close()
        return rows

    def lose_the_next_answer(self) -> bool:
        return False

    def end(self) -> None:
        with (journal := Journal.open(self.vault)).begin() as sql:
            update_task(sql, TASK, state="done")
        journal.close()


class TestContract(ConnectorContract):
    """The suite that every connector passes, here with a pause."""

    @pytest.fixture
    def service(self, tmp_path: Path) -> JournalService:
        return JournalService(tmp_path)


@pytest.fixture
def service(tmp_path: Path) -> JournalService:
    return JournalService(tmp_path)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (PauseTask(task=TASK), ("pause", TASK, "")),
        (ResumeTask(task=TASK), ("resume", TASK, "")),
        (RetryTask(task=TASK), ("retry", TASK, "")),
        (AnswerQuestion(task=TASK, question=QUESTION, answer="file it"), ("answer", QUESTION, "file it")),
        (AskEmployee(task=TASK, text="Send the books."), ("ask", "", "Send the books.")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_each_word_is_said_as_its_command_would(
    service: JournalService, action: Action, said: tuple[str, str, str]
) -> None:
    service.open().execute(action, KEY, {})
    assert service.said() == [said]


def test_a_pause_and_going_on_undo_each_other_and_nothing_else_is_undone(service: JournalService) -> None:
    connector = service.open()
    receipt = connector.execute(service.action, KEY, {})
    assert connector.compensate(PauseTask(task=TASK), receipt) == ResumeTask(task=TASK)
    assert connector.compensate(ResumeTask(task=TASK), receipt) == PauseTask(task=TASK)
    assert isinstance(connector.compensate(RetryTask(task=TASK), receipt), CannotUndo)


def test_nothing_is_said_about_what_is_over_or_unknown(service: JournalService) -> None:
    other = f"{TASK}-other"
    for action in (PauseTask(task=other), AnswerQuestion(task=TASK, question=other, answer="file it")):
        with pytest.raises(NotAllowed):
            service.open().execute(action, KEY, {})
    service.end()
    with pytest.raises(NotAllowed, match="The task is over"):
        service.open().execute(service.action, KEY, {})
    assert service.said() == []


@pytest.mark.parametrize("task", ["", "everything", "drain", "[[STOP]]", f"{TASK}\n", "../2026-11-23-email-0123456789"])
def test_words_are_about_one_task_and_never_about_everything(task: str) -> None:
    with pytest.raises(ValidationError):
        PauseTask(task=task)


def test_the_service_needs_no_connecting_and_opens_on_its_state_folder(service: JournalService) -> None:
    context = ConnectorContext(service.vault, service.vault, FrozenClock(), NO_SECRETS)
    assert MANIFEST.capabilities(context) == ()
    assert MANIFEST.open(context).name == "employee"
    assert [each.model_fields["action"].default for each in MANIFEST.actions] == [
        "employee.pause",
        "employee.resume",
        "employee.retry",
        "employee.answer",
        "employee.ask",
    ]


@pytest.mark.parametrize("action", [PauseTask(task=TASK), ResumeTask(task=TASK), RetryTask(task=TASK)])
def test_every_word_says_what_it_does_and_that_nothing_leaves(action: Action) -> None:
    assert TASK in action.title()
    assert action.undo()
    assert (action.recipient(), action.recipient_argument, action.stakes.value) == ("", "task", "filing")
