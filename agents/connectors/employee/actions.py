"""What an assistant may propose to be said to the employee: let a task rest, go on, try again; an answer; a request.

Each is the owner's to say, so none happens without their yes (ADR 0047).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from agents.connectors.contract import Action, Row, Stakes
from agents.vault.neutralize import is_hidden

MAX_WORDS_CHARS = 4_000
NoteName = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}-[a-z0-9-]{1,80}$")]


def _words(text: str) -> str:
    """The text when an owner who reads it sees all of it.

    Raises:
        ValueError: it is empty, or has characters that nobody sees.
    """
    if not text.strip():
        raise ValueError("it says nothing")
    if any(map(is_hidden, text)):
        raise ValueError("characters that nobody sees are not allowed here")
    return text


Words = Annotated[str, Field(max_length=MAX_WORDS_CHARS), AfterValidator(_words)]


class _AboutTask(Action):
    """Words about one task."""

    task: NoteName

    def rows(self) -> tuple[Row, ...]:
        """The task."""
        return (Row("task", self.task, "task"),)

    def recipient(self) -> str:
        """Nobody outside."""
        return ""

    def undo(self) -> str:
        """What takes it back, in words."""
        return "no, but nothing leaves by it"

    @property
    def stakes(self) -> Stakes:
        """Nothing leaves, and nothing is lost."""
        return Stakes.FILING

    @property
    def recipient_argument(self) -> str:
        """Where the task was named decides, since there is no recipient."""
        return "task"


class PauseTask(_AboutTask):
    """Let a task rest."""

    action: Literal["employee.pause"] = "employee.pause"

    def title(self) -> str:
        """'Let the task 2026-11-23-email-0123456789 rest?'."""
        return f"Let the task {self.task} rest?"

    def undo(self) -> str:
        """It can go on again."""
        return "yes, by letting it go on"


class ResumeTask(_AboutTask):
    """Let a paused task go on."""

    action: Literal["employee.resume"] = "employee.resume"

    def title(self) -> str:
        """'Let the task 2026-11-23-email-0123456789 go on?'."""
        return f"Let the task {self.task} go on?"

    def undo(self) -> str:
        """It can be paused again."""
        return "yes, by pausing it"


class RetryTask(_AboutTask):
    """Try again what failed or expired in a task."""

    action: Literal["employee.retry"] = "employee.retry"

    def title(self) -> str:
        """'Try again what failed in the task 2026-11-23-email-0123456789?'."""
        return f"Try again what failed in the task {self.task}?"


class AnswerQuestion(_AboutTask):
    """Answer a question to the owner with one of its choices."""

    action: Literal["employee.answer"] = "employee.answer"
    question: NoteName
    answer: Annotated[Words, Field(max_length=300)]

    def title(self) -> str:
        """'Answer the question 2026-11-23-question-0123456789 with "red"?'."""
        return f'Answer the question {self.question} with "{self.answer}"?'

    def rows(self) -> tuple[Row, ...]:
        """The task, the question, the answer."""
        question = Row("question", self.question, "question")
        return (*super().rows(), question, Row("answer", self.answer, "answer"))


class AskEmployee(_AboutTask):
    """File a request as a new task; its words count as text from outside, whoever says yes."""

    action: Literal["employee.ask"] = "employee.ask"
    text: Words

    def title(self) -> str:
        """What a yes does, without the words: they stand in a block of their own."""
        return "File this request of a connected assistant as a new task?"

    def rows(self) -> tuple[Row, ...]:
        """The task it is about, and the words, in a fence."""
        return (*super().rows(), Row("request", f"{self.text.rstrip()}\n", "text"))


WORDS_OF_ASSISTANTS: tuple[type[_AboutTask], ...] = (PauseTask, ResumeTask, RetryTask, AnswerQuestion, AskEmployee)
