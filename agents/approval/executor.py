"""The executor: the only code that makes an effect.

Order: intent (durable, committed) -> look the key up -> effect with the key -> receipt (durable) -> note to Done ->
commit. A crash anywhere ends in the look-up: nothing happens twice. No answer is never 'it did not happen'.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.approval.decisions import Decisions
from agents.approval.gate import Found as Note
from agents.approval.gate import Kind, Verdict, judge, same_content, still_says_yes
from agents.approval.proof import enough_proof
from agents.approval.proposals import digest_of
from agents.approval.receipt_section import receipt_text
from agents.approval.risk import Risk, Tier
from agents.approval.second_look import SecondLook
from agents.clock import as_local
from agents.connectors.contract import Absent, Attachments, CannotKnow, Connector, Found, Lookup, Receipt, sha256_hex
from agents.connectors.receipts import receipt_to_json
from agents.durability.alerts import raise_alert, tell_waiting
from agents.durability.control_rows import cancelled_since
from agents.durability.counterparty_rows import remember_counterparty
from agents.durability.journal import commits_of, last_link, read_meta
from agents.durability.proposal_rows import ProposalRow, find_proposal, update_proposal
from agents.durability.transitions import Transition, local_text
from agents.errors import EmployeeError, NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from agents.security.audit_logger import Fact
from agents.vault.files import MISSING, read_regular
from agents.vault.layout import APPROVED, DONE, PENDING, QUARANTINE, REJECTED, month_folder
from agents.vault.plain import plain
from agents.vault.store import MAX_NOTE_BYTES, EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.approval.decisions import Policy
    from agents.connectors.contract import Action
    from agents.durability.blobs import Blobs
    from agents.durability.transitions import Recorder, Writing


DID_NOT_HAPPEN = "absent"  # a proposal's `resolution` after the owner said so


class Result(StrEnum):
    """What became of one approved proposal."""

    DONE = "done"
    STOPPED = "stopped"
    LATER = "later"
    REJECTED = "rejected"
    WAITING = "waiting"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ports:
    """What the executor works with: connectors and models by action name, sealed files, the STOP check, the policy.

    `refusal` says why the owner's limits hold an effect back now; empty = they do not.
    """

    connectors: Mapping[str, Connector]
    models: Mapping[str, type[Action]]
    blobs: Blobs
    stop_reason: Callable[[], str | None]
    policy: Callable[[], Policy]
    failpoint: Callable[[str], None] = lambda _name: None
    refusal: Callable[[Connection, ProposalRow, datetime], str] = lambda _sql, _row, _now: ""


class Executor:
    """Carries out approved proposals, one at a time."""

    def __init__(self, recorder: Recorder, ports: Ports) -> None:
        self._recorder = recorder
        self._ports = ports
        self._clock = recorder.clock
        self._decisions = Decisions(recorder, recorder.clock)

    def run(self, row: ProposalRow) -> tuple[Result, str]:
        """Make the effect of one approved proposal at most once; what became of it, in words."""
        with self._recorder.journal.begin() as sql:
            now = find_proposal(sql, row.id)
        if now is None or now.state != "approved":
            return Result.LATER, f"{row.id} is not approved"
        if reason := self._ports.stop_reason():
            return Result.STOPPED, reason
        try:
            return self._run(now)
        except Transient as err:
            return Result.LATER, f"{err} {err.hint}"
        except EmployeeError as err:
            return self._wait_for_owner(now, err)

    def _run(self, row: ProposalRow) -> tuple[Result, str]:
        begun = bool(row.intent_at)  # an effect may have happened: look it up before anything else is decided
        try:
            action = self._unseal(row)
        except NotAllowed as err:
            doubt = begun and row.resolution != DID_NOT_HAPPEN
            return (Result.UNKNOWN, f"{err} {err.hint}") if doubt else self._fail(row, err)
        connector = self._ports.connectors.get(action.action)
        if connector is None:
            return Result.LATER, f"nothing here can do {action.action}"
        if row.resolution == DID_NOT_HAPPEN:
            self._release(row, action, connector)
        if begun:
            self._recorder.flush()  # the intent is in the history, whatever comes
            if not isinstance(known := _look_up(row, action, connector), Absent):
                return self._conclude(row, known)
        try:
            attachments = self._allowed(row, action)
        except NotAllowed as err:
            return self._fail(row, err)
        return self._taken_back(row) or self._perform(row, action, connector, attachments)

    def _unseal(self, row: ProposalRow) -> Action:
        """The sealed action.

        Raises:
            NotAllowed: it is not known, or not what was sealed.
        """
        try:
            action = self._ports.models[row.action_name].model_validate_json(row.action)
        except (KeyError, TypeError, ValueError) as err:
            raise NotAllowed(f"The order of {row.id} is not known here", hint="Let it be proposed again.") from err
        digest = digest_of(action, row.id, row.task, row.expires)
        if digest != row.digest or sha256_hex(f"{row.id}\0{digest}".encode()) != row.key:
            raise NotAllowed(f"{row.id} is not what was sealed", hint="Run `verify`; the journal was changed.")
        return action

    def _allowed(self, row: ProposalRow, action: Action) -> Attachments:
        """The sealed files of an effect that may be made now.

        Raises:
            NotAllowed: the approval is of an earlier epoch, lacks its proof, or a file is not what was sealed.
        """
        with self._recorder.journal.begin() as sql:
            epoch, proved = int(read_meta(sql, "epoch", "1")), enough_proof(sql, row)
        if not proved:
            words = f"{row.id} is of high risk and no proof was given that is enough"
            raise NotAllowed(words, hint="Let it be proposed again.")
        if epoch != row.epoch:
            raise NotAllowed(f"{row.id} belongs to an earlier epoch", hint="Let it be proposed again.")
        found: Attachments = {}
        for sealed in action.sealed_files:
            content = self._ports.blobs.get(sealed.sha256)
            if content is None:
                raise NotAllowed(
                    f"The sealed file {sealed.name} is gone or was changed", hint="Let it be proposed again."
                )
            found[sealed.sha256] = content
        return found

    def _release(self, row: ProposalRow, action: Action, connector: Connector) -> None:
        """The owner's word counts once: a crash from here on leads to the question again, not to a second try."""
        with self._recorder.journal.begin() as sql:
            update_proposal(sql, row.id, {"resolution": "released"})
        connector.release(row.key, action)

    def _taken_back(self, row: ProposalRow) -> tuple[Result, str] | None:
        """What became of a yes the owner has thought better of, and nothing happened in between; None = it stands."""
        if self._recorder.store.path(f"{REJECTED}/{row.id}.md").is_file():
            return self._reject(row)
        if not row.resolution and self._cancelled(row):
            return self._end(row)
        if self._yes_stands(row):
            return None
        with self._recorder.begin() as writing:
            self._decisions.take_back(writing, row)
        return Result.WAITING, "its note says no yes any more, and nothing happened"

    def _reject(self, row: ProposalRow) -> tuple[Result, str]:
        found = read_regular(self._recorder.store.path(f"{REJECTED}/{row.id}.md"), MAX_NOTE_BYTES)
        note = found.decode(errors="replace") if isinstance(found, bytes) else ""
        verdict = judge(row, [Note(REJECTED, note)], self._clock.now(), self._ports.models)
        with self._recorder.begin() as writing:
            self._decisions.reject(writing, row, verdict, REJECTED)
        return Result.REJECTED, "you took your yes back before anything happened"

    def _cancelled(self, row: ProposalRow) -> bool:
        with self._recorder.journal.begin() as sql:
            return cancelled_since(sql, row.task, row.decided_at)

    def _end(self, row: ProposalRow) -> tuple[Result, str]:
        """Its task was cancelled when an effect might have been on its way, and nothing had happened."""
        here = (each for each in (APPROVED, PENDING) if self._recorder.store.path(f"{each}/{row.id}.md").is_file())
        with self._recorder.begin() as writing:
            self._decisions.reject(writing, row, Verdict(Kind.REJECT, "its task was cancelled"), next(here, ""))
        return Result.REJECTED, "you cancelled its task before anything happened"

    def _yes_stands(self, row: ProposalRow) -> bool:
        """Whether the owner has left the note as it was when they said yes; deleting it takes nothing back."""
        paths = {folder: self._recorder.store.path(f"{folder}/{row.id}.md") for folder in (APPROVED, PENDING)}
        read = {folder: read_regular(path, MAX_NOTE_BYTES) for folder, path in paths.items()}
        there = {folder: content for folder, content in read.items() if content != MISSING}
        notes = [
            Note(folder, each.decode(errors="replace")) for folder, each in there.items() if isinstance(each, bytes)
        ]
        return not there or (len(notes) == len(there) and still_says_yes(row, notes))

    def _perform(
        self, row: ProposalRow, action: Action, connector: Connector, attachments: Attachments
    ) -> tuple[Result, str]:
        if held := self._intend(row, action):
            return held
        self._ports.failpoint("intent")
        if not isinstance(known := _look_up(row, action, connector), Absent):
            return self._conclude(row, known)
        if reason := self._ports.stop_reason():
            return Result.STOPPED, reason
        self._ports.failpoint("before effect")
        try:
            receipt = connector.execute(action, row.key, attachments)
        except NotAllowed as err:
            return self._fail(row, err)
        except OutcomeUnknown as err:
            return self._conclude(row, _look_up_after(err, row, action, connector))
        self._ports.failpoint("after effect")
        return self._receive(row, receipt)

    def _intend(self, row: ProposalRow, action: Action) -> tuple[Result, str] | None:
        """Write down, for good and in the history, that the effect is about to be made; why it may not be, or None.

        Each try counts from now on and not twice, so that no window ever holds more than the owner allows: limits and
        policy are asked in the transaction that notes the intent.
        """
        now, look = self._clock.now(), SecondLook(self._decisions, self._ports.policy())
        with self._recorder.begin() as writing:
            if full := self._ports.refusal(writing.sql, row, now):
                return Result.LATER, full
            if risk := look.objection(writing.sql, row, action, now):
                return self._ask_again(writing, row, action, risk, look)
            update_proposal(writing.sql, row.id, {"intent_at": now.isoformat()})
            if not row.intent_at:
                digest = {"digest": row.digest}
                fact = Fact("executor", "effect.intended", row.id, row.task, digest, "approved", row.decided_by)
                writing.record(Transition(fact, f"Intend {row.id}"))
        self._recorder.flush()
        return None

    def _ask_again(
        self, writing: Writing, row: ProposalRow, action: Action, risk: Risk, look: SecondLook
    ) -> tuple[Result, str]:
        """The yes is not worth enough any more; what is never done waits for a change of the handbook.

        Raises:
            NeedsOwner: a rule says never.
        """
        if risk.tier is Tier.NEVER:
            hint = "Change the handbook, or take your yes back."
            raise NeedsOwner(f"{risk.rule} says never.", hint=hint)
        again = look.ask_again(writing, row, action, risk)
        line = f"- {local_text(self._clock.now())} not done: {plain(risk.rule)}; asked again as [[{again.id}]]"
        fact = Fact("executor", "proposal.asked_again", row.id, row.task, {"by": again.id}, "superseded")
        operations = self.close(writing, row, EditText("line", line, "History"))
        writing.record(Transition(fact, f"Ask again about {row.id}", operations))
        return Result.WAITING, f"it needs more than your yes now ({risk.rule}); it waits for you as {again.id}"

    def _conclude(self, row: ProposalRow, known: Found | CannotKnow) -> tuple[Result, str]:
        if isinstance(known, Found):
            return self._receive(row, known.receipt)
        return Result.UNKNOWN, known.question

    def _receive(self, row: ProposalRow, receipt: Receipt) -> tuple[Result, str]:
        """The receipt is durable, then the note goes to Done with it, in one transition."""
        with self._recorder.begin() as writing:
            before = last_link(writing.sql)
            seq = before.seq + 1 if before else 1
            commit = (commits_of(writing.sql, row.id, "effect.intended") or ("",))[-1]
            update_proposal(writing.sql, row.id, {"state": "done", "receipt": receipt_to_json(receipt)})
            remember_counterparty(writing.sql, self._unseal(row).recipient(), self._clock.now())
            proof = {"digest": row.digest, "provider": receipt.provider, "provider_id": receipt.provider_id}
            fact = Fact("executor", "effect.done", row.id, row.task, proof, "approved", row.decided_by)
            text = receipt_text(row, receipt, commit, as_local(self._clock.now()).strftime("%Y-%m-%d %H:%M:%S"), seq)
            operations = self.close(writing, row, EditText("append", text))
            writing.record(Transition(fact, f"Done {row.id}", operations, paths=receipt.paths))
        return Result.DONE, receipt.summary

    def close(self, writing: Writing, row: ProposalRow, edit: EditText) -> tuple[Operation, ...]:
        """What brings the proposal's note to Done with one edit, wherever it lies now, also when it is gone.

        Done shows what was sealed: a note that was changed too late goes to Quarantine, and the owner is told.
        """
        name = f"{row.id}.md"
        target = f"{month_folder(DONE, as_local(self._clock.now()).date())}/{name}"
        here = [each for each in (APPROVED, PENDING, REJECTED) if self._recorder.store.path(f"{each}/{name}").is_file()]
        moves = [Operation("move", f"{each}/{name}", target, edits=(edit,)) for each in here[:1]]
        if here and (kept := self._changed_too_late(row, f"{here[0]}/{name}")):
            moves = [Operation("move", f"{here[0]}/{name}", kept)]
            words = f"You changed {row.id} when your yes was carried out already; your version lies in {kept}."
            raise_alert(writing, row.id, words, self._clock.now())
        return (*moves, Operation("create", target, text=row.note), Operation("edit", target, edits=(edit,)))

    def _changed_too_late(self, row: ProposalRow, path: str) -> str:
        """Where a note goes that does not say what was sealed; empty when it does, or cannot be read."""
        found = read_regular(self._recorder.store.path(path), MAX_NOTE_BYTES)
        if not isinstance(found, bytes) or same_content(row.note, found.decode(errors="replace")):
            return ""
        return f"{QUARANTINE}/{row.id}-edited-{sha256_hex(found)[:10]}.md"

    def _fail(self, row: ProposalRow, err: EmployeeError) -> tuple[Result, str]:
        words = plain(str(err))
        with self._recorder.begin() as writing:
            update_proposal(writing.sql, row.id, {"state": "failed", "reason": str(err)[:500]})
            digest = {"digest": row.digest}
            fact = Fact("executor", "effect.refused", row.id, row.task, digest, "approved", row.decided_by, "failed")
            line = EditText("line", f"- {local_text(self._clock.now())} not done: {words}", "History")
            writing.record(Transition(fact, f"Refused {row.id}", self.close(writing, row, line)))
            raise_alert(writing, row.id, f"Not done: {row.id}. {words} {plain(err.hint)}", self._clock.now())
        return Result.FAILED, str(err)

    def _wait_for_owner(self, row: ProposalRow, err: EmployeeError) -> tuple[Result, str]:
        with self._recorder.begin() as writing:
            tell_waiting(writing, row.id, err, self._clock.now())
        return Result.LATER, f"{err} {err.hint}"


def _look_up(row: ProposalRow, action: Action, connector: Connector) -> Lookup:
    try:
        return connector.find(row.key, action)
    except (NotAllowed, OutcomeUnknown) as err:
        return CannotKnow(f"{err} {err.hint}")


def _look_up_after(
    silence: OutcomeUnknown, row: ProposalRow, action: Action, connector: Connector
) -> Found | CannotKnow:
    """A provider may show an effect late: after a call without an answer, 'not there' is not 'did not happen'."""
    try:
        known = _look_up(row, action, connector)
    except EmployeeError:  # the next try would begin with a look-up that may say Absent: the owner is asked now
        known = Absent()
    return CannotKnow(f"{silence} {silence.hint}") if isinstance(known, Absent) else known
