"""What a brain wants to do becomes a proposal, unless the owner has dealt with just that in this task before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.approval.proposals import Draft
from agents.autonomy.done_before import done_before
from agents.autonomy.shelving import done_folder
from agents.autonomy.views import outcomes
from agents.connectors.contract import sha256_hex
from agents.durability.proposal_rows import OPEN, TO_EMPLOYEE, ProposalRow, proposals_of, update_proposal
from agents.durability.transitions import Transition, local_text
from agents.errors import NotAllowed
from agents.reasoning.brain import AskOwner, Choice
from agents.security.audit_logger import Fact
from agents.security.secret_patterns import kinds_in, masked
from agents.vault.files import read_regular
from agents.vault.layout import APPROVED, DONE, PENDING, REJECTED
from agents.vault.store import EditText

if TYPE_CHECKING:
    from datetime import datetime

    from agents.approval.decisions import Decisions
    from agents.autonomy.shelving import Shelf
    from agents.autonomy.turns import TurnPorts
    from agents.connectors.contract import Action
    from agents.durability.task_persistence import TaskRow
    from agents.durability.transitions import Recorder, Writing
    from agents.reasoning.brain import Decision, ProposeAction

MAX_DOCUMENT_BYTES = 25_000_000
DEALT_WITH = (*OPEN, "done", "rejected", "superseded")
STUCK = AskOwner(
    key="stuck",
    question="I do not know how to go on with this task. What shall I do?",
    choices=(Choice("file it, nothing is to be done"), Choice("I do it myself")),
)
FILES = replace(STUCK, key="files")
SECRET = replace(STUCK, key="secret")
TRY_AGAIN = Choice("I have changed my handbook: try again")
NEVER = "never:"  # how the key of a question begins about what a rule of the owner forbids; the move's key follows


class Proposing:
    """The proposals of tasks, from the brain's wish to their withdrawal."""

    def __init__(self, recorder: Recorder, decisions: Decisions, shelf: Shelf, ports: TurnPorts) -> None:
        self._recorder = recorder
        self._decisions = decisions
        self._shelf = shelf
        self._ports = ports

    def propose(self, writing: Writing, row: TaskRow, decision: Decision, move: ProposeAction) -> str | AskOwner:
        """File the proposal; its id, empty when nothing is to be filed, or what must be asked instead."""
        if move.action.action.startswith(TO_EMPLOYEE):  # what only the owner says, or an assistant proposes to say
            return replace(STUCK, question="I would have to answer or order myself here. What shall I do?")
        earlier = proposals_of(writing.sql, row.id)
        if _is_dealt_with(earlier, move):
            return ""
        if kinds := kinds_in(move.action.canonical().decode()):
            return replace(SECRET, question=f"What I would propose holds a secret ({kinds}). What shall I do?")
        if reason := self._seal_files(writing, row.id, move.action):
            return replace(FILES, question=reason)
        for each in earlier:
            if each.move_key == move.key and each.state == "waiting":
                self._withdraw(writing, each)
        draft = Draft(
            task=row.id,
            move_key=move.key,
            action=move.action,
            provenance=move.provenance,
            quote=masked(move.quote),
            rule=decision.rule,
            brain=decision.brain or self._ports.brain.name,
            warnings=(
                *map(masked, move.warnings),
                *done_before(writing.sql, self._shelf.places, self._shelf.store, move.action),
            ),
        )
        try:
            return self._decisions.propose(writing, draft, self._ports.policy()).id
        except NotAllowed as err:
            fact = Fact("runner", "proposal.refused", row.id, row.id, {"action": move.action.action})
            writing.record(Transition(fact, f"Propose nothing in {row.id}"))
            question = f"{move.action.title()} I do not propose this: {err}. What shall I do?"
            return AskOwner(f"{NEVER}{move.key}", question, (TRY_AGAIN, *STUCK.choices))

    def withdraw(self, writing: Writing, task: str) -> None:
        """Take back what still waits for the owner in a task that is over."""
        for each in proposals_of(writing.sql, task):
            if each.state == "waiting":
                self._withdraw(writing, each)

    def _withdraw(self, writing: Writing, row: ProposalRow) -> None:
        withdraw_proposal(writing, self._shelf, row, self._recorder.clock.now())

    def _seal_files(self, writing: Writing, task: str, action: Action) -> str:
        """Keep the bytes of every attachment; why not, or empty. Only documents of this task's receipts are known."""
        known = {
            document.sha256: document
            for outcome in outcomes(writing.sql, task, self._ports.models)
            if outcome.receipt
            for document in outcome.receipt.documents
        }
        for sealed in action.sealed_files:
            document = known.get(sealed.sha256)
            content = document and read_regular(self._recorder.store.path(document.path), MAX_DOCUMENT_BYTES)
            if not isinstance(content, bytes) or sha256_hex(content) != sealed.sha256:
                return f"The file {sealed.name} is gone or was changed since it was made. What shall I do?"
            self._ports.blobs.put(content)
        return ""


def withdraw_proposal(writing: Writing, shelf: Shelf, row: ProposalRow, now: datetime) -> None:
    """Take one proposal back of which nothing has happened; its note goes to Done."""
    update_proposal(writing.sql, row.id, {"state": "withdrawn", "consumed": True})
    line = EditText("line", f"- {local_text(now)} withdrawn; nothing was done", "History")
    folders = (PENDING, APPROVED, REJECTED, DONE)
    operations = shelf.bring(f"{row.id}.md", folders, done_folder(now), line, text=row.note)
    fact = Fact("runner", "proposal.withdrawn", row.id, row.task, {"digest": row.digest}, "withdrawn")
    writing.record(Transition(fact, f"Withdraw {row.id}", operations))


def _is_dealt_with(earlier: tuple[ProposalRow, ...], move: ProposeAction) -> bool:
    """Whether just this waits, is done or was turned down, or this move runs or waits as the owner edited it."""
    sealed = move.action.canonical().decode()
    if any(each.action == sealed and each.state in DEALT_WITH for each in earlier):
        return True
    states = {each.state for each in earlier if each.move_key == move.key}
    return bool(states & {"approved", "unknown"}) or {"superseded", "waiting"} <= states
