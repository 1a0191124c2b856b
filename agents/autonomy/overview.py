"""How the vault stands: what waits for the owner, what is done, what is held. Read from journal and folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.autonomy.intake_pause import pause_words
from agents.autonomy.queries import count_tasks, newest_effects, task_ids
from agents.clock import as_local
from agents.durability.proposal_rows import ProposalRow, proposals_in
from agents.durability.task_persistence import QuestionRow, questions_in, requests_pending
from agents.durability.waiting_rows import BEGUN, count_waiting
from agents.vault.layout import NEEDS_ACTION, QUARANTINE
from agents.vault.stop_note import stop_reason

if TYPE_CHECKING:
    from pathlib import Path

    from agents.durability.journal import Journal


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of one vault. `alerts` and `quarantine` are note names without suffix.

    `pending` and `in_progress` may be only the first ones: `to_decide` and `working` say how many there are of each.
    `paused` says why nothing new is begun; empty = it is.
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
    to_decide: int = 0
    working: int = 0
    paused: str = ""

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
            "done": self.done,
            "quarantine": list(self.quarantine),
            "requests": self.requests,
            "stopped": self.stopped,
            "paused": self.paused,
        }


def look(root: Path, journal: Journal, recent: int = 10, at_most: int | None = None) -> Overview:
    """The overview now, with so many `recent` effects, and `at_most` so many of what waits and what is in progress.

    Changes nothing.
    """
    with journal.begin() as sql:
        questions = questions_in(sql, "open")
        pending = proposals_in(sql, "waiting", limit=at_most)
        approved = proposals_in(sql, "approved", "unknown", limit=at_most)
        filed = task_ids(sql, "filed", limit=at_most)
        claimed = task_ids(sql, *BEGUN, limit=at_most)
        to_decide, working = count_waiting(sql), sum(count_tasks(sql, state) for state in BEGUN)
        paused = pause_words(sql)
        done = count_tasks(sql, "done")
        ended = newest_effects(sql, recent)
        requests = len(requests_pending(sql))
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
        to_decide=to_decide,
        working=working,
        paused=paused,
    )


def _names(folder: Path) -> tuple[str, ...]:
    if not folder.is_dir():
        return ()
    return tuple(sorted(PurePosixPath(each.name).stem for each in folder.iterdir() if not each.name.startswith(".")))
