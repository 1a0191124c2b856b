"""What the owner holds now: one task, everything, or what is new. Asked before every turn and every effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.control_rows import DRAIN, EVERYTHING, HoldRow, holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agents.durability.journal import Journal
    from agents.durability.task_persistence import TaskRow


class Holds:
    """The journal's holds, read once and again after each change: only the runner writes them."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._read: Mapping[str, HoldRow] | None = None

    def changed(self) -> None:
        """Something was held or let go."""
        self._read = None

    def known(self) -> Mapping[str, HoldRow]:
        """Every hold by name. Not to be asked for the first time while a transaction is open."""
        if self._read is None:
            with self._journal.begin() as sql:
                self._read = holds(sql)
        return self._read

    def held(self, task: str) -> str:
        """Why this task takes no turn and none of its effects is made, in words; empty when it may go on."""
        known = self.known()
        if EVERYTHING in known:
            return "everything is paused"
        return f"{task} is paused" if task in known else ""

    def draining(self) -> bool:
        """Whether no new task is begun, and the run ends when nothing else is left to do."""
        return DRAIN in self.known()

    def may_begin(self, filed: Iterable[TaskRow]) -> list[TaskRow]:
        """Which of these new tasks may be claimed."""
        return [] if self.draining() else [row for row in filed if not self.held(row.id)]
