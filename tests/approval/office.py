"""An approved proposal, a service, and the executor between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.approval.decisions import Decisions, Policy
from agents.approval.executor import Executor, Ports, Result
from agents.approval.gate import Kind, Verdict
from agents.approval.risk import Tier
from agents.durability.proposal_rows import ProposalRow, find_proposal, update_proposal
from agents.durability.task_persistence import TaskRow, add_task, find_task
from agents.errors import NotAllowed, OutcomeUnknown, Transient
from agents.vault.layout import APPROVED, PENDING
from tests.approval.examples import INVOICE, MODELS, POLICY, TASK, draft
from tests.approval.proofs import listed
from tests.approval.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.connectors.contract import Action
    from tests.durability.room import Room

DONE = "Done/2026-11/{}.md"
SILENCE = OutcomeUnknown("no answer in 10 s", hint="Look at the service.")
BUSY = Transient("the service is busy", hint="Wait.")
REFUSED = NotAllowed("the *ledger* refuses", hint="Look at line 7.")


@dataclass
class Office:
    """A room with one approved proposal, a service, and an executor as a new process has it."""

    room: Room
    action: Action = INVOICE
    stop: str | None = None
    failpoint: Callable[[str], None] = lambda _name: None
    models: dict[str, type[Action]] = field(default_factory=lambda: dict(MODELS))
    connected: bool = True
    refusal: str = ""
    policy: Policy = POLICY

    def __post_init__(self) -> None:
        self.asked: list[tuple[str, datetime]] = []
        self.service = Service(self.room.state / "effects", self.room.vault)
        with self.room.recorder.begin() as writing:
            if find_task(writing.sql, TASK) is None:
                add_task(writing.sql, TaskRow(TASK, "", "waiting", 1, "", "{}", "# Task\n", "", "", ""))
            decisions = Decisions(self.room.recorder, self.room.clock)
            self.id = decisions.propose(writing, draft(self.action), self.policy).id
        (self.room.vault / f"{PENDING}/{self.id}.md").rename(self.room.vault / f"{APPROVED}/{self.id}.md")
        code = listed(self.room.journal, self.room.clock.now())[0] if self.row.risk == Tier.HIGH else ""
        decisions.settle(self.row, Verdict(Kind.APPROVE, "moved", code=code), APPROVED, self.policy)

    @property
    def row(self) -> ProposalRow:
        with self.room.journal.begin() as sql:
            found = find_proposal(sql, self.id)
        assert found is not None
        return found

    def change(self, **values: str) -> None:
        with self.room.journal.begin() as sql:
            update_proposal(sql, self.id, values)

    def move(self, here: str, there: str) -> None:
        """As the owner does."""
        (self.room.vault / f"{here}/{self.id}.md").rename(self.room.vault / f"{there}/{self.id}.md")

    def run(self) -> tuple[Result, str]:
        """One try, as a tick makes it."""
        connectors = dict.fromkeys(self.models, self.service) if self.connected else {}
        ports = Ports(
            connectors,
            self.models,
            self.room.blobs,
            stop_reason=lambda: self.stop,
            policy=lambda: self.policy,
            failpoint=self.failpoint,
            refusal=self._refusal,
        )
        return Executor(self.room.recorder, ports).run(self.row)

    def _refusal(self, _sql: Connection, row: ProposalRow, now: datetime) -> str:
        self.asked.append((row.id, now))
        return self.refusal

    def places(self) -> list[str]:
        return [path for path in self.room.notes(logs=False) if self.id in path]

    def alerts(self) -> list[str]:
        return [text for path, text in self.room.notes(logs=False).items() if "alert" in path]

    def holds(self) -> None:
        """Every record agrees, also after a restart."""
        self.room.recorder.flush()
        assert self.room.verify().broken == []
        assert self.room.restart() == ()


def is_done(office: Office, effects: int = 1) -> None:
    assert office.service.effects == [office.row.key] * effects
    assert office.row.state == "done"
    assert office.places() == [DONE.format(office.id)]
    office.holds()
