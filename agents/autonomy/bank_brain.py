"""Hands statements of the bank in the inbox to code that reads them; all else the brain behind it does.

A statement is compared with the books by code, so no model sees it. What it takes is loaded with the first statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.engine import UNKEPT
from agents.reasoning.decision_wire import decision_from_json, decision_to_json
from agents.vault.files import read_regular
from agents.vault.layout import FILES
from agents.vault.outline import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from agents.connectors.book_figures import BookReports
    from agents.connectors.contract import Action
    from agents.durability.engine import Steps
    from agents.reasoning.brain import Brain, Decision, Facts, Outcome, TaskView

CATEGORY = "bank_statement"
MAX_BYTES, HEAD_BYTES, MARK = 40_000_000, 4_000, b"camt.05"
TABLES = ("csv", "tsv", "txt")
FORMATS = ("mt940", "ofx", "qfx", "sta", "xml", *TABLES)


class BankBrain:
    """A brain in front of another one. `reports`: the figures of the books as they are now; `models`: all actions."""

    def __init__(
        self, root: Path, inner: Brain, models: Mapping[str, type[Action]], reports: Callable[[], BookReports]
    ) -> None:
        self._root = root.resolve()
        self._inner = inner
        self._models = models
        self._reports = reports

    @property
    def name(self) -> str:
        """That of the brain behind it."""
        return self._inner.name

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps = UNKEPT) -> Decision:
        """The next moves, decided in one step; of most tasks by the brain behind it."""
        if not _may_be_statement(task):
            return self._inner.decide(task, outcomes, facts, steps)
        kept = steps.run("bank", lambda: self._decided(task, outcomes, facts))
        return (
            decision_from_json(kept, self._models)
            if kept is not None
            else self._inner.decide(task, outcomes, facts, steps)
        )

    def _decided(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> JsonValue:
        """The decision as JSON; None for a file of XML, or a table, that is no statement."""
        from agents.autonomy.bank_tables import TableTasks  # noqa: PLC0415 (readers and rules: 2 MB, used rarely)
        from agents.autonomy.bank_tasks import BankTasks, end  # noqa: PLC0415 (the same)

        content = kept_file(self._root, task)
        is_told = isinstance(content, bytes) and MARK in content[:HEAD_BYTES]
        if task.attachments[0].stored.endswith(".xml") and not is_told:
            return None
        if isinstance(content, Problem):
            return None if is_table(task) else decision_to_json(end(f"the file cannot be read: {content.message}"))
        tasks = BankTasks(self._reports)
        if not is_table(task):
            return decision_to_json(tasks.decide(task, content, outcomes, facts))
        decision = TableTasks(self._root, tasks, self._reports).decide(task, content, outcomes, facts)
        return None if decision is None else decision_to_json(decision)


def kept_file(root: Path, task: TaskView) -> bytes | Problem:
    """The bytes of the one file of a task, in the vault whose resolved folder is `root`."""
    places = sorted((root / FILES).glob(f"*/{task.attachments[0].stored}"))
    return read_regular(places[0], MAX_BYTES) if places else Problem(0, "it is not there any more")


def is_table(task: TaskView) -> bool:
    """Whether the one file of a task may be a table."""
    return len(task.attachments) == 1 and task.attachments[0].stored.rpartition(".")[2] in TABLES


def _may_be_statement(task: TaskView) -> bool:
    """Whether it is a file in a format of bank statements, or of XML or text, which other things are too."""
    if task.kind != "file" or task.category not in {"", CATEGORY} or len(task.attachments) != 1:
        return False
    return task.attachments[0].stored.rpartition(".")[2] in FORMATS
