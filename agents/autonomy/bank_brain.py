"""Hands statements of the bank in the inbox to code that reads them; all else the brain behind it does.

A statement is compared with the books by code, so no model sees it. What it takes is loaded with the first statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.code_brain import CodeBrain, kept_file, since_reopened
from agents.vault.outline import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from agents.autonomy.dropped_slips import Slips
    from agents.connectors.book_figures import BookReports
    from agents.connectors.contract import Action
    from agents.reasoning.brain import Brain, Decision, Facts, Outcome, TaskView

CATEGORY = "bank_statement"
MAX_BYTES, HEAD_BYTES, MARK = 40_000_000, 4_000, b"camt.05"
TABLES = ("csv", "tsv", "txt")
FORMATS = ("mt940", "ofx", "qfx", "sta", "xml", *TABLES)


class BankBrain(CodeBrain):
    """Takes statements, and reports of payment services.

    `reports`: the figures of the books as they are now; `slips`: opens the owner's receipts.
    """

    STEP = "bank"

    def __init__(
        self,
        root: Path,
        inner: Brain,
        models: Mapping[str, type[Action]],
        reports: Callable[[], BookReports],
        slips: Callable[[], Slips] | None = None,
    ) -> None:
        super().__init__(inner, models)
        self._root = root.resolve()
        self._reports = reports
        self._slips = slips

    def may_be_mine(self, task: TaskView) -> bool:
        """Whether it is a file in a format of bank statements, or of XML or text, which other things are too."""
        if task.kind != "file" or task.category not in {"", CATEGORY} or len(task.attachments) != 1:
            return False
        return task.attachments[0].stored.rpartition(".")[2] in FORMATS

    def decided(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision | None:
        """The next moves; None for a file of XML, or a table, that is no statement."""
        from agents.autonomy.bank_tables import TableTasks  # noqa: PLC0415 (readers and rules: 2 MB, used rarely)
        from agents.autonomy.bank_tasks import SUBJECT, BankTasks, booking_in  # noqa: PLC0415 (the same)

        slips = self._slips() if self._slips else None
        tasks = BankTasks(self._reports, slips)
        if booking_in(since_reopened(outcomes)):
            return tasks.decide(task, b"", outcomes, facts)  # what follows needs the file no more
        content = kept_file(self._root, task.attachments[0].stored, MAX_BYTES)
        is_told = isinstance(content, bytes) and MARK in content[:HEAD_BYTES]
        if task.attachments[0].stored.endswith(".xml") and not is_told:
            return None
        if isinstance(content, Problem):
            return None if is_table(task) else SUBJECT.end(f"the file cannot be read: {content.message}")
        if not is_table(task):
            return tasks.decide(task, content, outcomes, facts)
        return TableTasks(self._root, tasks, self._reports, slips).decide(task, content, outcomes, facts)


def is_table(task: TaskView) -> bool:
    """Whether the task is about one file that may be a table."""
    return (
        task.kind == "file" and len(task.attachments) == 1 and task.attachments[0].stored.rpartition(".")[2] in TABLES
    )
