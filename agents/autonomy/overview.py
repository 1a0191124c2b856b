"""How the vault stands: what waits for the owner, what is done, what is held. Read from journal and folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.autonomy.queries import count_tasks, newest_effects, task_ids
from agents.autonomy.rate_gate import rate_waits
from agents.clock import as_local
from agents.durability.proposal_rows import ProposalRow, proposals_in
from agents.durability.task_persistence import QuestionRow, questions_in, requests_pending
from agents.vault.layout import NEEDS_ACTION, QUARANTINE
from agents.vault.stop_note import stop_reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from agents.approval.rate_limits import Wait
    from agents.durability.journal import Journal


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of one vault. `alerts` and `quarantine` are note names without suffix.

    `held` is what waits for the owner's limits, of `approved`, in the order in which it will leave.
    """

    tasks: tuple[str, ...]
    in_progress: tuple[str, ...]
    alerts: tuple[str, ...]
    questions: tuple[QuestionRow, ...]
    pending: tuple[ProposalRow, ...]
    approved: tuple[ProposalRow, ...]
    recent: tuple[ProposalRow, ...]
    done: int
    quarantine: tuple[str, ...]
    requests: int
    stopped: str
    held: Mapping[str, Wait] = field(default_factory=dict)

    def machine_view(self) -> dict[str, object]:
        """The overview as `status --json` prints it."""
        return {
            "needs_action": [*self.tasks, *self.alerts],
            "in_progress": list(self.in_progress),
            "questions": [each.id for each in self.questions],
            "pending_approval": [
                {
                    "id": each.id,
                    "action": each.action_name,
                    "risk": each.risk,
                    "expires": as_local(each.expires).isoformat(),
                }
                for each in self.pending
            ],
            "approved": [each.id for each in self.approved],
            "held_by_limits": [
                {
                    "id": name,
                    "limit": f"{wait.limit.at_most} {wait.limit.pattern} per {wait.limit.per}",
                    "until": as_local(wait.until).isoformat() if wait.until else None,
                }
                for name, wait in self.held.items()
            ],
            "done": self.done,
            "quarantine": list(self.quarantine),
            "requests": self.requests,
            "stopped": self.stopped,
        }


def look(root: Path, journal: Journal, now: datetime, recent: int = 10) -> Overview:
    """The overview at an aware moment, with so many `recent` effects; changes nothing."""
    with journal.begin() as sql:
        questions = questions_in(sql, "open")
        pending = proposals_in(sql, "waiting")
        approved = proposals_in(sql, "approved", "unknown")
        filed = task_ids(sql, "filed")
        claimed = task_ids(sql, "claimed", "waiting")
        done = count_tasks(sql, "done")
        ended = newest_effects(sql, recent)
        requests = len(requests_pending(sql))
        held = rate_waits(root, sql, now)
    here = _names(root / NEEDS_ACTION)
    return Overview(
        tasks=filed,
        in_progress=claimed,
        alerts=tuple(name for name in here if "-alert-" in name),
        questions=questions,
        pending=pending,
        approved=approved,
        recent=ended,
        done=done,
        quarantine=_names(root / QUARANTINE),
        requests=requests,
        stopped=stop_reason(root) or "",
        held=held,
    )


def _names(folder: Path) -> tuple[str, ...]:
    if not folder.is_dir():
        return ()
    return tuple(sorted(PurePosixPath(each.name).stem for each in folder.iterdir() if not each.name.startswith(".")))
