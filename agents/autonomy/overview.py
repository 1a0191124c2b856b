"""How the vault stands: what waits for the owner, what is done, what is held. Read from journal and folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.approval.expiry import Period, waits_until
from agents.autonomy.away_times import AWAY_UNTIL, WAS_AWAY, known_absences, last_day
from agents.autonomy.domains_apart import Apart, look_apart
from agents.autonomy.intake_pause import pause_words
from agents.autonomy.jobs import Jobs, look_at_jobs
from agents.autonomy.queries import count_tasks, newest_effects, task_ids, task_states
from agents.autonomy.rate_gate import rate_waits
from agents.clock import as_local
from agents.durability.control_rows import DRAIN, EVERYTHING, HoldRow, holds
from agents.durability.credential_rows import first_yeses
from agents.durability.journal import read_meta
from agents.durability.promise_rows import OPEN, PromiseRow, promises_in
from agents.durability.proposal_rows import ProposalRow, proposals_in
from agents.durability.task_persistence import QuestionRow, questions_in, requests_pending
from agents.durability.waiting_rows import BEGUN, count_waiting
from agents.vault.layout import NEEDS_ACTION, QUARANTINE
from agents.vault.stop_note import stop_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.approval.rate_limits import Wait
    from agents.durability.journal import Journal

    OfTask = ProposalRow | QuestionRow | PromiseRow

SHOWN = 50  # rows of each list that a person is shown; ten thousand are read by nobody


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of one vault. `alerts` and `quarantine` are note names without suffix.

    `pending`, `approved` and what is in progress may be only the first ones: `to_decide` and `working` say how many
    there are. `intake_paused` says why nothing new is begun; empty = it is.

    `holds` are on open tasks, on everything or on what is new; `away` are all times away, `away_until` the end of the
    one that is now, `was_away` of the last one before (ISO, UTC; empty = none). `waited` is how many decisions and
    questions waited through it and still do. `limited` is what waits for the owner's limits, of all that is approved,
    in the order in which it will leave. `half_said` are proposals that wait for a second person, and who said yes.
    `apart` is what of all this is personal and kept apart; `overdue` are promises whose day is over.
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
    intake_paused: str = ""
    jobs: Jobs = field(default_factory=Jobs)
    limited: Mapping[str, Wait] = field(default_factory=dict)
    holds: tuple[HoldRow, ...] = ()
    away: tuple[Period, ...] = ()
    away_until: str = ""
    was_away: str = ""
    waited: tuple[int, int] = (0, 0)
    half_said: Mapping[str, str] = field(default_factory=dict)
    apart: Apart = field(default_factory=Apart)
    overdue: tuple[PromiseRow, ...] = ()

    def until(self, row: ProposalRow) -> datetime:
        """When a proposal really expires, aware: the time the owner is away does not count."""
        return waits_until(row.created, row.expires, self.away)

    def held(self, name: str) -> HoldRow | None:
        """The hold of this name, or None."""
        return next((each for each in self.holds if each.name == name), None)

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
                    "expires": as_local(self.until(each)).isoformat(),
                    **({"yes_of": self.half_said[each.id]} if each.id in self.half_said else {}),
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
                for name, wait in self.limited.items()
            ],
            "done": self.done,
            "quarantine": list(self.quarantine),
            "requests": self.requests,
            "stopped": self.stopped,
            "paused": [each.name for each in self.holds if each.name not in {EVERYTHING, DRAIN}],
            "paused_all": self.held(EVERYTHING) is not None,
            "draining": self.held(DRAIN) is not None,
            "away_until": last_day(self.away_until) if self.away_until else "",
            "intake_paused": self.intake_paused,
        }


def look(root: Path, journal: Journal, now: datetime, *, at_most: int | None = None, recent: int = 10) -> Overview:
    """The overview at an aware moment, with so many `recent` effects, and `at_most` so many rows of what waits.

    Changes nothing.
    """
    with journal.begin() as sql:
        questions, pending = questions_in(sql, "open"), proposals_in(sql, "waiting", limit=at_most)
        approved = proposals_in(sql, "approved", "unknown", limit=at_most)
        filed = task_ids(sql, "filed", limit=at_most)
        claimed = task_ids(sql, *BEGUN, limit=at_most)
        to_decide, working = count_waiting(sql), sum(count_tasks(sql, state) for state in BEGUN)
        paused = pause_words(sql)
        done, ended, requests = count_tasks(sql, "done"), newest_effects(sql, recent), len(requests_pending(sql))
        jobs = look_at_jobs(root, sql)
        held, away = holds(sql), known_absences(sql)
        open_tasks = {task for task, state in task_states(sql, held).items() if state != "done"}
        away_until, was_away = read_meta(sql, AWAY_UNTIL), read_meta(sql, WAS_AWAY)
        decisions = count_waiting(sql, before=was_away) if was_away else 0
        limited = rate_waits(root, sql, now)
        half_said = first_yeses(sql)
        overdue = promises_in(sql, OPEN, due_before=as_local(now).date())
        apart = _apart(root, sql, claimed, (pending, approved, ended, questions, overdue))
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
        intake_paused=paused,
        jobs=jobs,
        limited=limited,
        holds=tuple(each for name, each in held.items() if name in {EVERYTHING, DRAIN, *open_tasks}),
        away=away,
        away_until=away_until,
        was_away=was_away,
        waited=(decisions, sum(each.created_at < was_away for each in questions)),
        half_said=half_said,
        apart=apart,
        overdue=overdue,
    )


def _apart(root: Path, sql: Connection, tasks: Iterable[str], rows: Iterable[Iterable[OfTask]]) -> Apart:
    return look_apart(root, sql, (*tasks, *(row.task for some in rows for row in some)))


def _names(folder: Path) -> tuple[str, ...]:
    if not folder.is_dir():
        return ()
    return tuple(sorted(PurePosixPath(each.name).stem for each in folder.iterdir() if not each.name.startswith(".")))
