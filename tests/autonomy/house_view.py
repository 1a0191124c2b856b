"""What became of it: the looks at a vault that tests take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.autonomy.overview import Overview, look
from agents.durability.journal import Journal, links
from agents.durability.proposal_rows import find_proposal, proposals_in
from agents.durability.task_persistence import find_task
from agents.durability.verification import Verification
from agents.security.audit_logger import fields_of
from agents.vault.layout import IN_PROGRESS, PENDING
from tests.stock_git import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agents.durability.proposal_rows import ProposalRow
    from agents.durability.task_persistence import TaskRow
    from agents.durability.verification import Report
    from agents.vault.history import CommitRecord, History
    from tests.clock import FrozenClock


class HouseView:
    """Reads vault, journal and history; a `House` is one."""

    vault: Path
    clock: FrozenClock
    journal: Journal
    history: History
    trust: Callable[[CommitRecord], bool]

    def sees(self) -> Overview:
        return look(self.vault, self.journal, self.clock.now())

    def waiting(self) -> list[str]:
        return [row.id for row in self.sees().pending]

    def row(self, name: str) -> ProposalRow:
        with self.journal.begin() as sql:
            found = find_proposal(sql, name)
        assert found is not None
        return found

    def task(self, name: str) -> TaskRow:
        with self.journal.begin() as sql:
            found = find_task(sql, name)
        assert found is not None
        return found

    def the_task(self) -> str:
        """The id of the one task there is."""
        (task,) = self.tasks()
        return task

    def tasks(self) -> list[str]:
        return [str(each["target"]) for each in self.events() if each["action_type"] == "task.filed"]

    def proposals(self, *states: str) -> list[str]:
        with self.journal.begin() as sql:
            return [row.id for row in proposals_in(sql, *states)]

    def events(self) -> list[dict[str, object]]:
        with self.journal.begin() as sql:
            return [dict(fields_of(link)) for link in links(sql)]

    def happened(self, name: str = "") -> list[str]:
        """What happened to one id, or to all, in order."""
        return [str(each["action_type"]) for each in self.events() if name in {"", each["target"], each["task"]}]

    def alerts(self) -> list[str]:
        """The headlines of all alerts."""
        found = sorted((self.vault / "Needs_Action").glob("*-alert-*.md"))
        return [re.findall(r"(?m)^# (.*)$", each.read_text(encoding="utf-8"))[0] for each in found]

    def verified(self) -> Report:
        return Verification(self.vault, self.journal, self.history, self.trust).run()

    def git(self, *words: str) -> str:
        return git(self.vault, *words)

    def is_sound(self) -> bool:
        """Everything verifies, stock git sees a clean and signed history, and nothing is left between folders."""
        report = self.verified()
        assert report.broken == []
        assert report.unchecked == []
        assert self.git("status", "--porcelain") == ""
        assert set(self.git("log", "--format=%G?").split()) == {"G"}
        return True

    def open_notes(self) -> list[str]:
        places = (IN_PROGRESS, PENDING, "Approved", "Plans")
        return sorted(each.stem for place in places for each in (self.vault / place).rglob("*.md"))
