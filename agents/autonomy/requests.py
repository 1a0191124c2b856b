"""What other processes asked of the runner: rows of the journal, carried out in order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from agents.approval.gate import BY_COMMAND, Found, Kind, Verdict, judge
from agents.approval.proof import by_request, proof_of
from agents.approval.proposals import Draft
from agents.autonomy.assistant_proposals import PROPOSE, Wish, drafted, move_key_of
from agents.autonomy.controls import COMMANDS
from agents.autonomy.questions import acceptable
from agents.connectors.contract import CannotUndo
from agents.connectors.receipts import receipt_from_json
from agents.durability.alerts import raise_alert
from agents.durability.consent_rows import remember_tick, seen_tick
from agents.durability.proposal_rows import OPEN, ProposalRow, find_proposal, proposals_of, update_proposal
from agents.durability.said_words import is_said
from agents.durability.task_persistence import RequestRow, find_question, requests_pending, settle_request
from agents.durability.transitions import Transition
from agents.errors import EmployeeError, NotAllowed
from agents.security.audit_logger import Fact
from agents.security.secret_patterns import kinds_in, masked
from agents.vault.layout import APPROVED, PENDING, PRIVACY_NOTE
from agents.vault.neutralize import code_span, visible
from agents.vault.note import Problem
from agents.vault.plain import plain
from agents.vault.store import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.approval.decisions import Decisions, Policy
    from agents.autonomy.owner_moves import OwnerMoves
    from agents.autonomy.places import Entry, Places
    from agents.connectors.contract import Action, Connector
    from agents.durability.transitions import Recorder

PROOF = "proof"
PRIVACY = "privacy"
EDITED = "its note was edited; move the note to Approved, and it is proposed as you meant it"
DECISIONS = {"approve": {"approved", "unknown", "done", "failed"}, "reject": {"rejected"}}  # how a carried out one ends


@dataclass(frozen=True, slots=True)
class RequestPorts:
    """Connectors and models by action name, what the handbook says about proposals, and who carries out other kinds."""

    connectors: Mapping[str, Connector]
    models: Mapping[str, type[Action]]
    policy: Callable[[], Policy]
    others: Mapping[str, Callable[[RequestRow], str]] = field(default_factory=dict)


class Requests:
    """Carries out `approve`, `reject`, `answer`, `undo`, `propose` and words of control; `ask` is a watcher's."""

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
        self._own = {
            "answer": self._answer,
            PROPOSE: self._propose,
            PROOF: self._tell_proof,
            PRIVACY: self._tell_privacy,
            **ports.others,
        }

    def carry_out(self) -> int:
        """Everything pending; how many."""
        with self._recorder.journal.begin() as sql:
            pending = [row for row in requests_pending(sql) if row.kind != "ask"]
        for row in pending:
            refusal = self._one(row)
            with self._recorder.begin() as writing:
                settle_request(writing.sql, row.number, "refused" if refusal else "done", refusal)
                if refusal:
                    raise_alert(writing, f"request-{row.number}", _not_carried_out(row, refusal), self._clock.now())
        return len(pending)

    def _one(self, row: RequestRow) -> str:
        """Carry one out; why not, or empty. Again after a crash it finds itself carried out."""
        if row.kind in COMMANDS:
            return self._moves.controls.by_command(row)
        if row.kind in self._own:
            return self._own[row.kind](row)
        with self._recorder.journal.begin() as sql:
            proposal = find_proposal(sql, row.target)
        if proposal is None:
            return "this id is not known"
        if row.kind == "undo":
            return self._undo(row, proposal)
        return self._decide(row, proposal)

    def _answer(self, row: RequestRow) -> str:
        with self._recorder.journal.begin() as sql:
            question = find_question(sql, row.target)
        if question is None:
            return "this question is not open"
        answer = acceptable(question, row.text)
        if isinstance(answer, Problem):
            return answer.message
        if question.state != "open":
            return "" if question.answer == answer else "this question is not open"
        self._moves.questions.take(question, answer, BY_COMMAND)
        return ""

    def _propose(self, row: RequestRow) -> str:
        with self._recorder.journal.begin() as sql:
            wish = Wish(row.target, row.text, datetime.fromisoformat(row.at), move_key_of(row.number))
            draft = drafted(sql, wish, self._models)
        if isinstance(draft, str):
            return draft
        if kinds := kinds_in(draft.action.canonical().decode()):
            return f"it holds a secret ({kinds})"
        try:
            with self._recorder.begin() as writing:
                filed = self._decisions.propose(writing, draft, self._policy())
                if filed.is_to_employee:  # no turn of the task is to hear of it
                    update_proposal(writing.sql, filed.id, {"consumed": True})
        except NotAllowed as err:
            return str(err)
        return ""

    def _tell_proof(self, row: RequestRow) -> str:
        """What a command did with the list of codes becomes an event, and an alert where the owner must know."""
        with self._recorder.begin() as writing:
            word, _, told = row.text.partition(" ")
            fact = Fact("owner", f"proof.{word}", row.target, parameters={"request": str(row.number)})
            writing.record(Transition(fact, f"Codes: {word}"))
            if told:
                raise_alert(writing, "proof", told, self._clock.now(), occasion=str(row.number))
            settle_request(writing.sql, row.number, "done", "")
        return ""

    def _tell_privacy(self, row: RequestRow) -> str:
        """That the owner accepted what is sent to a model, or took it back; or they want the page as a note."""
        with self._recorder.begin() as writing:
            if row.target == PRIVACY_NOTE:
                if seen_tick(writing.sql) is None and self._places.entry(".", PRIVACY_NOTE):
                    return f"there is another note {PRIVACY_NOTE}; move it away first"
                remember_tick(writing.sql, ticked=False)
                written = Operation("generate", PRIVACY_NOTE, text=row.text)
                fact = Fact("runner", "privacy.shown", PRIVACY_NOTE)
                writing.record(Transition(fact, "Show the page about models", (written,)))
            else:
                fact = Fact("owner", f"privacy.{row.text}", row.target, parameters={"request": str(row.number)})
                writing.record(Transition(fact, f"Privacy: {row.text}"))
            settle_request(writing.sql, row.number, "done", "")
        return ""

    def _decide(self, row: RequestRow, proposal: ProposalRow) -> str:
        wanted = DECISIONS.get(row.kind)
        if wanted is None:
            return "nobody here knows this command"
        if proposal.state != "waiting":
            carried_out = proposal.decided_how == BY_COMMAND and proposal.state in wanted
            return "" if carried_out else f"it is {proposal.state} already"
        entries = [entry for entry in self._moves.entries(proposal.id) if entry.kind == "file"]
        verdict: Verdict | str = Verdict(Kind.REJECT, BY_COMMAND, masked(row.text))
        if row.kind == "approve":
            with self._recorder.journal.begin() as sql:
                proof = proof_of(sql, proposal.id, by_request(row.number))
            verdict = self._yes(proposal, entries, proof, datetime.fromisoformat(row.at).timestamp())
        if isinstance(verdict, str):
            return verdict
        self._decisions.settle(proposal, verdict, entries[0].folder if entries else "", self._policy())
        return ""

    def _yes(self, proposal: ProposalRow, entries: list[Entry], proof: str, said_s: float) -> Verdict | str:
        """The yes of a command, or why it is none: what the notes say counts as if they lay in Approved."""
        notes = self._moves.read(entries)
        if isinstance(notes, Problem):
            return f"its note cannot be read: {notes.message}"
        if len(notes) < 2:  # noqa: PLR2004 (it lies in one folder, or is gone)
            text = notes[0].text if notes else proposal.note
            folder = notes[0].folder if notes else PENDING
            notes = [Found(APPROVED if folder == PENDING else folder, text)]
        away = self._policy().away
        verdict = judge(proposal, notes, self._clock.now(), self._models, proof=proof, away=away)
        if verdict.kind is Kind.APPROVE and verdict.code and not proof:
            return "its note holds a code; say yes in the note, or take the code out"
        if verdict.kind is Kind.APPROVE:
            doubt = "" if proof else self._moves.doubt(entries, said_s)
            return self._moves.objection(proposal.id) or doubt or replace(verdict, how=BY_COMMAND)
        words = {Kind.REJECT: "its note says no", Kind.EXPIRED: "it has expired", Kind.HOLD: verdict.reason}
        return words.get(verdict.kind, EDITED)

    def _undo(self, row: RequestRow, proposal: ProposalRow) -> str:
        try:
            undone = undoing(proposal, self._connectors, self._models)
        except EmployeeError as err:
            return f"{err} {err.hint}"
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
        try:
            with self._recorder.begin() as writing:
                earlier = proposals_of(writing.sql, proposal.task)
                if any(each.undoes == proposal.id and each.state in {*OPEN, "done"} for each in earlier):
                    return "what undoes it was proposed before"
                self._decisions.propose(writing, draft, self._policy())
                settle_request(writing.sql, row.number, "done", "")
        except NotAllowed as err:
            return str(err)
        return ""


def _not_carried_out(row: RequestRow, refusal: str) -> str:
    if row.kind == PROPOSE:
        return f"What a connected assistant proposed for {plain(row.target)} was not taken up: {plain(refusal)}."
    command = code_span(visible(f"{row.kind} {row.target}"))
    if is_said(row):
        return f"You let a connected assistant say {command}, and it was not carried out: {plain(refusal)}."
    return f"Your command {command} was not carried out: {plain(refusal)}."


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
