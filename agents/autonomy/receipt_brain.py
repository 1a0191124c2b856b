"""Joins a receipt or a bill the owner dropped to its movement of the bank; all else the brain behind it does.

That is where the movement is booked already; where the receipt came first, the statement's task finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.code_brain import CodeBrain, since_reopened
from agents.reasoning.billing_papers import PaperKind, read_paper
from agents.reasoning.triage import BILL, RECEIPT, classify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from agents.autonomy.dropped_slips import Slips
    from agents.connectors.book_figures import BookReports
    from agents.connectors.contract import Action
    from agents.reasoning.brain import Brain, Decision, Facts, Outcome, TaskView


class ReceiptBrain(CodeBrain):
    """Takes receipts and bills. `reports`: the figures of the books as they are now; `slips`: opens other papers."""

    STEP = "receipt"

    def __init__(
        self,
        root: Path,
        inner: Brain,
        models: Mapping[str, type[Action]],
        reports: Callable[[], BookReports],
        slips: Callable[[], Slips],
    ) -> None:
        super().__init__(inner, models)
        self._root = root.resolve()
        self._reports = reports
        self._slips = slips

    def may_be_mine(self, task: TaskView) -> bool:
        """Whether it is a file that looks like a receipt or a bill, or that the owner says is one."""
        if task.kind != "file" or len(task.attachments) != 1 or not task.attachments[0].text:
            return False
        is_paper = read_paper(task.attachments[0].text).kind is not PaperKind.OTHER
        return task.category in {RECEIPT, BILL} or (not task.category and is_paper)

    def decided(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision | None:
        """The next moves; None where no movement fits it, or the owner's rules or a suspicion say more of it."""
        from agents.autonomy.receipt_tasks import ReceiptTasks  # noqa: PLC0415 (as the brain for statements does)

        found = classify(task, facts.handbook.rules)
        if not task.category and (found.rule is not None or found.category not in {RECEIPT, BILL}):
            return None
        return ReceiptTasks(self._root, self._reports, self._slips()).decide(task, since_reopened(outcomes), facts)
