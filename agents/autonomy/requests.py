"""What other processes asked of the runner: rows of the journal, carried out in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.approval.gate import Found, Kind, Verdict, judge, same_content
from agents.approval.proposals import Draft
from agents.approval.risk import Tier
from agents.connectors.contract import CannotUndo
from agents.connectors.receipts import receipt_from_json
from agents.durability.alerts import raise_alert
from agents.durability.proposal_rows import ProposalRow, find_proposal
from agents.durability.task_persistence import RequestRow, find_question, requests_pending, settle_request
from agents.vault.files import read_regular
from agents.vault.layout import APPROVED, PENDING
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.approval.decisions import Decisions, Policy
    from agents.autonomy.owner_moves import OwnerMoves
    from agents.autonomy.places import Places
    from agents.connectors.contract import Action, Connector
    from agents.durability.transitions import Recorder

MAX_NOTE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class RequestPorts:
    """Connectors and models by action name, and what the handbook says about proposals."""

    connectors: Mapping[str, Connector]
    models: Mapping[str, type[Action]]
    policy: Callable[[], Policy]


class Requests:
    """Carries out `approve`, `reject`, `answer` and `undo`; `ask` is a watcher's work."""

    def __init__(
        self,
        recorder: Recorder,
        places: Places,
        decisions: Decisions,
        moves: OwnerMoves,
        ports: RequestPorts,
    ) -> None:
        self._recorder = recorder
        self._places = places
        self._decisions = decisions
        self._moves = moves
        self._connectors = ports.connectors
        self._models = ports.models
        self._policy = ports.policy
        self._clock = recorder.clock

    def carry_out(self) -> int:
        """Everything pending; how many."""
        with self._recorder.journal.begin() as sql:
            pending = [row for row in requests_pending(sql) if row.kind != "ask"]
        for row in pending:
            refusal = self._one(row)
            with self._recorder.begin() as writing:
                settle_request(writing.sql, row.number, "refused" if refusal else "done", refusal)
                if refusal:
                    words = f"Your command `{row.kind} {row.target}` was not carried out: {refusal}."
                    raise_alert(writing, f"request-{row.number}", words, self._clock.now())
        return len(pending)

    def _one(self, row: RequestRow) -> str:
        if row.kind == "answer":
            return self._answer(row)
        with self._recorder.journal.begin() as sql:
            proposal = find_proposal(sql, row.target)
        if proposal is None:
            return "this id is not known"
        if row.kind == "undo":
            return self._undo(proposal)
        if proposal.state != "waiting":
            return f"it is {proposal.state} already"
        return self._approve(proposal) if row.kind == "approve" else self._reject(proposal, row.text)

    def _answer(self, row: RequestRow) -> str:
        with self._recorder.journal.begin() as sql:
            question = find_question(sql, row.target)
        if question is None or question.state != "open":
            return "this question is not open"
        self._moves.answer(question, row.text, "by command")
        return ""

    def _approve(self, proposal: ProposalRow) -> str:
        folder = self._folder(proposal)
        if folder:
            content = read_regular(self._recorder.store.path(f"{folder}/{proposal.id}.md"), MAX_NOTE_BYTES)
            if isinstance(content, Problem) or not same_content(proposal.note, content.decode(errors="replace")):
                return "its note was edited; move the note to Approved, and it is proposed as you meant it"
        now = self._clock.now()
        if judge(proposal, [Found(APPROVED, proposal.note)], now, self._models).kind is Kind.EXPIRED:
            return "it has expired"
        if proposal.risk == Tier.HIGH:
            return "it is of high risk and needs a proof that it is you; none is enrolled"
        self._decisions.settle(proposal, Verdict(Kind.APPROVE, "by command"), folder, self._policy())
        return ""

    def _reject(self, proposal: ProposalRow, reason: str) -> str:
        verdict = Verdict(Kind.REJECT, "by command", reason)
        self._decisions.settle(proposal, verdict, self._folder(proposal), self._policy())
        return ""

    def _folder(self, proposal: ProposalRow) -> str:
        found = self._places.find(f"{proposal.id}.md", PENDING, APPROVED)
        return found.rsplit("/", 1)[0] if found else ""

    def _undo(self, proposal: ProposalRow) -> str:
        undone = undoing(proposal, self._connectors, self._models)
        if isinstance(undone, CannotUndo):
            return undone.reason
        draft = Draft(
            task=proposal.task,
            move_key=f"undo:{proposal.id}",
            action=undone,
            provenance=dict.fromkeys(type(undone).model_fields, f"receipt:{proposal.id}"),
            quote="",
            rule="undo",
            brain="owner's command",
            undoes=proposal.id,
        )
        with self._recorder.begin() as writing:
            self._decisions.propose(writing, draft, self._policy())
        return ""


def undoing(
    proposal: ProposalRow, connectors: Mapping[str, Connector], models: Mapping[str, type[Action]]
) -> Action | CannotUndo:
    """The action that undoes a proposal's effect, or why there is none. Reads only."""
    if proposal.state != "done":
        return CannotUndo(f"nothing happened yet: it is {proposal.state}")
    connector, model = connectors.get(proposal.action_name), models.get(proposal.action_name)
    if connector is None or model is None:
        return CannotUndo(f"nothing here knows {proposal.action_name}")
    return connector.compensate(model.model_validate_json(proposal.action), receipt_from_json(proposal.receipt))
