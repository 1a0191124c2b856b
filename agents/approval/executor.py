"""The executor: the only code that makes an effect.

Order: intent (durable, committed) -> look the key up -> effect with the key -> receipt (durable) -> note to Done ->
commit. A crash anywhere ends in the look-up: nothing happens twice. No answer is never 'it did not happen'.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.approval.proposals import digest_of
from agents.clock import as_local
from agents.connectors.contract import Absent, Attachments, CannotKnow, Connector, Found, Lookup, Receipt, sha256_hex
from agents.connectors.receipts import receipt_to_json
from agents.durability.alerts import raise_alert
from agents.durability.journal import last_link, read_meta
from agents.durability.proposal_rows import ProposalRow, update_proposal
from agents.durability.transitions import Transition, local_text
from agents.errors import EmployeeError, NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from agents.security.audit_logger import Fact
from agents.vault.layout import APPROVED, DONE, PENDING, month_folder
from agents.vault.plain import plain
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.connectors.contract import Action
    from agents.durability.blobs import Blobs
    from agents.durability.transitions import Recorder


class Result(StrEnum):
    """What became of one approved proposal."""

    DONE = "done"
    STOPPED = "stopped"
    LATER = "later"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ports:
    """What the executor works with: connectors and models by action name, sealed files, and the STOP check."""

    connectors: Mapping[str, Connector]
    models: Mapping[str, type[Action]]
    blobs: Blobs
    stop_reason: Callable[[], str | None]
    failpoint: Callable[[str], None] = lambda _name: None


class Executor:
    """Carries out approved proposals, one at a time."""

    def __init__(self, recorder: Recorder, ports: Ports) -> None:
        self._recorder = recorder
        self._ports = ports
        self._clock = recorder.clock

    def run(self, row: ProposalRow) -> tuple[Result, str]:
        """Make the effect of one approved proposal at most once; what became of it, in words."""
        if reason := self._ports.stop_reason():
            return Result.STOPPED, reason
        try:
            action = self._unseal(row)
            attachments = self._attachments(action)
        except NotAllowed as err:
            return self._fail(row, str(err), err.hint)
        connector = self._ports.connectors.get(action.action)
        if connector is None:
            return Result.LATER, f"nothing here can do {action.action}"
        commit = self._intend(row)
        self._ports.failpoint("intent")
        return self._perform(row, action, connector, attachments, commit)

    def _unseal(self, row: ProposalRow) -> Action:
        model = self._ports.models.get(row.action_name)
        if model is None:
            raise NotAllowed(f"{row.action_name} is not known", hint="Nothing; it was refused.")
        action = model.model_validate_json(row.action)
        digest = digest_of(action, row.id, row.task, row.expires)
        if digest != row.digest or sha256_hex(f"{row.id}\0{digest}".encode()) != row.key:
            raise NotAllowed(f"{row.id} is not what was sealed", hint="Run `verify`; the journal was changed.")
        with self._recorder.journal.begin() as sql:
            epoch = int(read_meta(sql, "epoch", "1"))
        if epoch != row.epoch:
            raise NotAllowed(f"{row.id} belongs to an earlier epoch", hint="Let it be proposed again.")
        return action

    def _attachments(self, action: Action) -> Attachments:
        found: Attachments = {}
        for sealed in action.sealed_files:
            content = self._ports.blobs.get(sealed.sha256)
            if content is None:
                raise NotAllowed(f"the sealed file {sealed.name} is gone or was changed", hint="Propose it again.")
            found[sealed.sha256] = content
        return found

    def _intend(self, row: ProposalRow) -> str:
        """Write down, for good, that the effect is about to be made; the commit that says so."""
        if row.intent_at:
            return row.intent_commit
        with self._recorder.begin() as writing:
            update_proposal(writing.sql, row.id, {"intent_at": self._clock.now().isoformat()})
            fact = Fact("executor", "effect.intended", row.id, row.task, {"digest": row.digest}, "approved", "owner")
            writing.record(Transition(fact, f"Intend {row.id}"))
        commit = self._recorder.flush()
        with self._recorder.journal.begin() as sql:
            update_proposal(sql, row.id, {"intent_commit": commit})
        return commit

    def _perform(
        self, row: ProposalRow, action: Action, connector: Connector, attachments: Attachments, commit: str
    ) -> tuple[Result, str]:
        try:
            known: Lookup = Absent() if row.resolution == "absent" else connector.find(row.key, action)
            if isinstance(known, Absent):
                if reason := self._ports.stop_reason():
                    return Result.STOPPED, reason
                self._ports.failpoint("before effect")
                known = self._effect(row, action, connector, attachments)
        except Transient as err:
            return Result.LATER, f"{err} {err.hint}"
        except NotAllowed as err:
            return self._fail(row, str(err), err.hint)
        except NeedsOwner as err:
            return self._wait_for_owner(row, err)
        if isinstance(known, Found):
            return self._receive(row, known.receipt, commit)
        question = known.question if isinstance(known, CannotKnow) else "Nothing answered; did it happen?"
        return Result.UNKNOWN, question

    def _effect(self, row: ProposalRow, action: Action, connector: Connector, attachments: Attachments) -> Lookup:
        try:
            receipt = connector.execute(action, row.key, attachments)
        except OutcomeUnknown as err:
            found = connector.find(row.key, action)  # a provider may show it late: 'not there' is not 'did not happen'
            return CannotKnow(f"{err} {err.hint}") if isinstance(found, Absent) else found
        self._ports.failpoint("after effect")
        return Found(receipt)

    def _receive(self, row: ProposalRow, receipt: Receipt, commit: str) -> tuple[Result, str]:
        """The receipt is durable, then the note goes to Done with it, in one transition."""
        with self._recorder.begin() as writing:
            before = last_link(writing.sql)
            seq = before.seq + 1 if before else 1
            values = {"state": "done", "receipt": receipt_to_json(receipt)}
            update_proposal(writing.sql, row.id, values)
            fact = Fact(
                "executor",
                "effect.done",
                row.id,
                row.task,
                {"digest": row.digest, "provider": receipt.provider, "provider_id": receipt.provider_id},
                "approved",
                "owner",
            )
            text = receipt_text(row, receipt, commit, as_local(self._clock.now()).strftime("%Y-%m-%d %H:%M:%S"), seq)
            operations = self.close(row, EditText("append", text))
            writing.record(Transition(fact, f"Done {row.id}", operations, paths=receipt.paths))
        return Result.DONE, receipt.summary

    def close(self, row: ProposalRow, edit: EditText) -> tuple[Operation, ...]:
        """What moves the proposal's note to Done with one edit, wherever it lies now."""
        name = f"{row.id}.md"
        target = f"{month_folder(DONE, as_local(self._clock.now()).date())}/{name}"
        for folder in (APPROVED, PENDING):
            if self._recorder.store.path(f"{folder}/{name}").is_file():
                return (Operation("move", f"{folder}/{name}", target, edits=(edit,)),)
        return (Operation("create", target, text=row.note), Operation("edit", target, edits=(edit,)))

    def _fail(self, row: ProposalRow, words: str, hint: str) -> tuple[Result, str]:
        with self._recorder.begin() as writing:
            update_proposal(writing.sql, row.id, {"state": "failed", "reason": words[:500]})
            fact = Fact(
                "executor", "effect.refused", row.id, row.task, {"digest": row.digest}, "approved", "owner", "failed"
            )
            line = EditText("line", f"- not done: {plain(words)}", "History")
            writing.record(Transition(fact, f"Refused {row.id}", self.close(row, line)))
            raise_alert(writing, row.id, f"Not done: {row.id}. {plain(words)} {plain(hint)}", self._clock.now())
        return Result.FAILED, words

    def _wait_for_owner(self, row: ProposalRow, err: EmployeeError) -> tuple[Result, str]:
        with self._recorder.begin() as writing:
            raise_alert(writing, row.id, f"{row.id} waits: {plain(str(err))} {plain(err.hint)}", self._clock.now())
        return Result.LATER, f"{err} {err.hint}"


def receipt_text(row: ProposalRow, receipt: Receipt, commit: str, done: str, seq: int) -> str:
    """The section a proposal ends with when it is done."""
    decided = local_text(datetime.fromisoformat(row.decided_at))
    parts = [
        f"done {done}",
        f"approved by {row.decided_by} ({row.decided_how}, {decided})",
        plain(receipt.summary),
        f"intent in commit {commit[:7]}",
        f"event {seq}",
    ]
    lines = ["## Receipt", " · ".join(parts)]
    lines += [f"- {plain(name)}: {plain(value)}" for name, value in receipt.details.items()]
    lines += [f"- [[{document.name}]]" for document in receipt.documents]
    return "\n".join(lines) + "\n"
