"""What follows from a verdict of the gate: rows, moves and words, in one transition each.

Rejected, expired, edited, conflicted and unknown are five different visible outcomes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agents.approval.gate import BY_RULE, Kind, Verdict, half_said
from agents.approval.policy_facts import Intents, risk_now
from agents.approval.proof import NOTE, Attempt, Outcome, count_yes, enough_proof, few_left, prove
from agents.approval.proposals import Draft, Seal, seal
from agents.approval.risk import Case, Risk, Tier, row_name
from agents.clock import as_local
from agents.connectors.contract import sha256_hex
from agents.durability.alerts import raise_alert
from agents.durability.credential_rows import take_yeses_back, yes_holders
from agents.durability.journal import journal_id, read_meta
from agents.durability.policy_rows import digest_in_force
from agents.durability.proposal_rows import ProposalRow, add_proposal, find_proposal, proposals_of, update_proposal
from agents.durability.task_persistence import find_task
from agents.durability.transitions import Transition, local_text
from agents.errors import NotAllowed
from agents.security.audit_logger import Fact
from agents.security.permission_manager import Role
from agents.vault.files import read_regular
from agents.vault.layout import APPROVED, DONE, PENDING, QUARANTINE, REJECTED, month_folder
from agents.vault.neutralize import code_span
from agents.vault.plain import plain
from agents.vault.store import MAX_NOTE_BYTES, EditText, Operation, edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from agents.approval.expiry import Period
    from agents.clock import Clock
    from agents.connectors.contract import Action, Money, SecretStore
    from agents.durability.transitions import Recorder, Writing
    from agents.security.permission_manager import Policy as Permissions
    from agents.security.permission_manager import Rule


@dataclass(frozen=True, slots=True)
class Policy:
    """What the owner's files say about proposals.

    How long they wait, the limit for money, when nobody is there, and who may do what. `intents` counts what was begun.
    `in_force` are the rules that decide; None = those that limit and permissions make.
    """

    days: int
    limit: Money
    away: tuple[Period, ...] = ()
    permissions: tuple[Rule, ...] = ()
    intents: Intents = field(default_factory=lambda: Intents({}))
    in_force: Permissions | None = None


NO_CODE = EditText("property", "", "code")


class Decisions:
    """Turns verdicts and drafts into transitions."""

    def __init__(self, recorder: Recorder, clock: Clock, secrets: SecretStore | None = None) -> None:
        self._recorder = recorder
        self._clock = clock
        self._secrets = secrets

    def propose(self, writing: Writing, draft: Draft, policy: Policy) -> ProposalRow:
        """Seal a draft and file its note; the row.

        Raises:
            NotAllowed: a rule of the owner says never.
        """
        risk = self._risk(writing.sql, draft, policy)
        if risk.tier is Tier.NEVER:
            raise NotAllowed(f"{risk.rule} says never", hint="Change the handbook if it should be possible.")
        earlier = [each for each in proposals_of(writing.sql, draft.task) if each.move_key == draft.move_key]
        epoch = int(read_meta(writing.sql, "epoch", "1"))
        by = Seal(self._clock.now(), policy.days, risk, epoch, journal_id(writing.sql))
        row = seal(replace(draft, sibling=len(earlier)), by)
        add_proposal(writing.sql, row)
        told = {"digest": row.digest, "risk": row.risk, "policy": digest_in_force(writing.sql)}
        fact = Fact("runner", "proposal.filed", row.id, row.task, told)
        note = Operation("create", f"{PENDING}/{row.id}.md", text=row.note)
        writing.record(Transition(fact, f"Propose {row.id}", (note,)))
        if risk.is_allowed:
            self._allow(writing, row, risk)
        return row

    def _allow(self, writing: Writing, row: ProposalRow, risk: Risk) -> None:
        """The owner's row says yes; the note waits in Pending_Approval, where the owner may still say no."""
        values = {"state": "approved", "decided_by": BY_RULE, "decided_how": risk.rule}
        update_proposal(writing.sql, row.id, {**values, "decided_at": self._clock.now().isoformat()})
        parameters = {"digest": row.digest, "how": row_name(risk.line)}
        fact = Fact("runner", "proposal.allowed", row.id, row.task, parameters, "allowed", BY_RULE)
        writing.record(Transition(fact, f"Allow {row.id}"))

    def _risk(self, sql: Connection, draft: Draft, policy: Policy) -> Risk:
        task = find_task(sql, draft.task)
        by = Role.VAULT if draft.undoes else Role.AGENT
        case = Case(draft.action, draft.provenance, task.sender if task else "", by)
        return risk_now(sql, case, policy, self._clock.now())

    def settle(self, row: ProposalRow, verdict: Verdict, folder: str, policy: Policy) -> bool:
        """Carry out one verdict about a waiting proposal whose note lies in `folder` ('' = in none).

        False when its code cannot be looked at now: the same note is to be judged again.
        """
        steps = {
            Kind.APPROVE: self._approved,
            Kind.REJECT: self.reject,
            Kind.EXPIRED: self._expired,
            Kind.HOLD: self._held,
            Kind.TEXT_EDITED: self._text_edited,
            Kind.UNREADABLE: self._unreadable,
        }
        with self._recorder.begin() as writing:
            now = find_proposal(writing.sql, row.id)
            if now is None or now.state != "waiting":
                return True  # single use: whatever was said, it is decided already
            if verdict.kind is Kind.APPROVE and verdict.code and not verdict.proof:
                attempt = prove(writing.sql, verdict.code, row.id, NOTE, self._clock.now(), self._secrets)
                if attempt.outcome is not Outcome.PROVED:
                    return self._not_proved(writing, row, verdict, folder, attempt)
                verdict = replace(verdict, proof=attempt.words)
            if verdict.kind is Kind.APPROVE and verdict.proof and not self._is_whole(writing, row, verdict, folder):
                return True
            if verdict.action is not None:
                self._superseded(writing, row, verdict, folder, (_draft_again(row, verdict.action), policy))
            elif verdict.kind in steps:
                steps[verdict.kind](writing, row, verdict, folder)
        return True

    def _decide(self, writing: Writing, row: ProposalRow, state: str, verdict: Verdict) -> None:
        values: dict[str, str | bool] = {"state": state, "decided_how": verdict.how, "reason": verdict.reason[:500]}
        by = "runner" if state == "expired" else "owner"
        update_proposal(writing.sql, row.id, {**values, "decided_by": by, "decided_at": self._clock.now().isoformat()})

    def _said(self, sql: Connection, row: ProposalRow, verdict: Verdict, word: str) -> Fact:
        parameters = {"digest": row.digest, "how": verdict.how, "proof": verdict.proof or "none, so as `vault`"}
        parameters["policy"] = digest_in_force(sql)
        return Fact("owner", f"proposal.{word}", row.id, row.task, parameters, word, "owner")

    def _is_whole(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str) -> bool:
        """Whether this yes is enough; one of two is kept, and the note comes back and says so."""
        said_before = yes_holders(writing.sql, row.id)
        if not count_yes(writing.sql, row.id, verdict.proof, self._clock.now()):
            return enough_proof(writing.sql, row)  # the same command again, after a crash
        if enough_proof(writing.sql, row):
            return True
        holders = yes_holders(writing.sql, row.id)
        shown = (NO_CODE, EditText("property", half_said(holders), "proof"))
        back = self._back_to_pending(row, folder, self._sha256(row, folder)) if folder else ()
        pending = f"{PENDING}/{row.id}.md"
        again = (*back, Operation("create", pending, text=row.note), Operation("edit", pending, edits=shown))
        parameters = {"digest": row.digest, "how": verdict.how, "proof": verdict.proof}
        fact = Fact("owner", "proposal.half_approved", row.id, row.task, parameters, "waiting", "owner")
        event = writing.record(Transition(fact, f"One of two yes to {row.id}", again))
        if holders == said_before:
            words = f"{row.id} has your yes already; it waits for another person's."
            raise_alert(writing, row.id, words, self._clock.now(), occasion=str(event))
        return False

    def _approved(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str) -> None:
        self._decide(writing, row, "approved", verdict)
        both = EditText("property", half_said(yes_holders(writing.sql, row.id)), "proof")
        edits = (Operation("edit", f"{folder}/{row.id}.md", edits=(both,)),) if row.risk == Tier.TWO and folder else ()
        writing.record(
            Transition(
                self._said(writing.sql, row, verdict, "approved"),
                f"Approve {row.id}",
                (*self._code_gone(row, verdict, folder), *edits),
                author="owner",
                paths=_both(row.id, folder, PENDING),
            )
        )
        if verdict.proof.startswith("code ") and (few := few_left(writing.sql)):
            raise_alert(writing, "proof", few, self._clock.now(), occasion=row.id)

    def _not_proved(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str, attempt: Attempt) -> bool:
        """A wrong code is taken out and the proposal is shown again; a code nobody may look at now stays."""
        if attempt.outcome is not Outcome.WRONG:
            self._held(writing, row, replace(verdict, reason=attempt.words), folder)
            return False
        fact = Fact("runner", "proof.wrong", row.id, row.task, {"digest": row.digest}, "held")
        operations = self._back_to_pending(row, folder, self._sha256(row, folder))
        event = writing.record(Transition(fact, f"Show {row.id} again", operations))
        words = f"{row.id} is not approved: {plain(attempt.words)}. Write another code and say yes again."
        raise_alert(writing, row.id, words, self._clock.now(), occasion=str(event))
        return True

    def _code_gone(self, row: ProposalRow, verdict: Verdict, folder: str) -> tuple[Operation, ...]:
        """What takes a code out of the note before the note is in a commit."""
        edit = Operation("edit", f"{folder}/{row.id}.md", edits=(NO_CODE,))
        return (edit,) if verdict.code and folder else ()

    def reject(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str) -> None:
        """The owner says no: the note lies in Rejected from now on, and nowhere else."""
        self._decide(writing, row, "rejected", verdict)
        target = f"{REJECTED}/{row.id}.md"
        reason = f" · {code_span(verdict.reason)}" if verdict.reason else ""
        line = self._history(f"rejected by owner ({verdict.how}){reason}")
        said = self._said(writing.sql, row, verdict, "rejected")
        brought = (*self._code_gone(row, verdict, folder), *self._brought(row, folder, target, line))
        paths = _both(row.id, folder, PENDING)
        operations = (*brought, *self._copies_aside(row, folder))
        writing.record(Transition(said, f"Reject {row.id}", operations, "owner", paths))

    def take_back(self, writing: Writing, row: ProposalRow) -> None:
        """The owner moved or changed the note of an approved proposal before anything happened: it waits again."""
        values = dict.fromkeys(("decided_how", "decided_by", "decided_at", "reason"), "")
        update_proposal(writing.sql, row.id, {**values, "state": "waiting"})
        take_yeses_back(writing.sql, row.id, self._clock.now())
        fact = Fact("owner", "proposal.taken_back", row.id, row.task, {"digest": row.digest}, "waiting", "owner")
        paths = _both(row.id, APPROVED, PENDING)
        gone = EditText("property", "", "proof")
        edits = tuple(Operation("edit", path, edits=(gone,)) for path in paths) if row.risk == Tier.TWO else ()
        writing.record(Transition(fact, f"Take {row.id} back", edits, author="owner", paths=paths))

    def _expired(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str) -> None:
        self._decide(writing, row, "expired", Verdict(Kind.EXPIRED, verdict.how, "no decision in time"))
        when = as_local(verdict.until or row.expires).strftime("%Y-%m-%d %H:%M")
        fact = Fact("runner", "proposal.expired", row.id, row.task, {"digest": row.digest}, "expired")
        line = self._history(f"expired {when}; nothing was done")
        operations = (*self._code_gone(row, verdict, folder), *self._to_done(row, folder, line))
        writing.record(Transition(fact, f"Expire {row.id}", (*operations, *self._copies_aside(row, folder))))

    def _held(self, writing: Writing, row: ProposalRow, verdict: Verdict, _folder: str) -> None:
        raise_alert(writing, row.id, f"{row.id} is held: {plain(verdict.reason)}.", self._clock.now())

    def _history(self, words: str) -> EditText:
        return EditText("line", f"- {local_text(self._clock.now())} {words}", "History")

    def _to_done(self, row: ProposalRow, folder: str, line: EditText) -> tuple[Operation, ...]:
        month = month_folder(DONE, as_local(self._clock.now()).date())
        return self._brought(row, folder, f"{month}/{row.id}.md", line)

    def _brought(self, row: ProposalRow, folder: str, target: str, line: EditText) -> tuple[Operation, ...]:
        """The note at `target` with one more line: moved there, or written again when it lies nowhere."""
        source = f"{folder}/{row.id}.md" if folder else ""
        edit = Operation("edit", target, edits=(line,))
        if source == target:
            return (edit,)
        move = (Operation("move", source, target, edits=(line,)),) if source else ()
        return (*move, Operation("create", target, text=row.note), edit)

    def _copies_aside(self, row: ProposalRow, folder: str) -> tuple[Operation, ...]:
        """What else bears the proposal's name in the folders of decision."""
        found = [each for each in (PENDING, APPROVED) if each != folder]
        return tuple(
            Operation("move", path, f"{QUARANTINE}/{row.id}-from-{each.lower().replace('_', '-')}.md")
            for each in found
            if self._recorder.store.path(path := f"{each}/{row.id}.md").is_file()
        )

    def _superseded(
        self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str, proposing: tuple[Draft, Policy]
    ) -> None:
        if (risk := self._risk(writing.sql, *proposing)).tier is Tier.NEVER:
            self._unreadable(writing, row, replace(verdict, reason=f"{risk.rule} says never"), folder)
            return
        self._decide(writing, row, "superseded", Verdict(Kind.EDITED, "in the block", "edited by the owner"))
        self._edited(writing, row, verdict, folder, "superseded")
        again = self.propose(writing, *proposing)
        line = self._history(f"edited by owner; proposed again as [[{again.id}]]")
        fact = Fact("runner", "proposal.superseded", row.id, row.task, {"by": again.id}, "superseded")
        writing.record(Transition(fact, f"Supersede {row.id}", self._to_done(row, folder, line)))

    def _edited(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str, status: str) -> int:
        """What the owner wrote is committed as theirs, before anything is done about it."""
        fact = Fact("owner", "proposal.edited", row.id, row.task, {"digest": row.digest}, status, "owner")
        gone, paths = self._code_gone(row, verdict, folder), _both(row.id, folder, PENDING)
        return writing.record(Transition(fact, f"Edit {row.id}", gone, "owner", paths))

    def _back_to_pending(self, row: ProposalRow, folder: str, sha256: str) -> tuple[Operation, ...]:
        """The sealed note in Pending_Approval instead of what lies in `folder`, while that is still `sha256`."""
        pending, back = f"{PENDING}/{row.id}.md", EditText("replace", row.note, sha256)
        if folder == PENDING:
            return (Operation("edit", pending, edits=(back,)),)
        return (Operation("move", f"{folder}/{row.id}.md", pending, edits=(back,)),)

    def _text_edited(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str) -> None:
        again = self._back_to_pending(row, folder, self._sha256(row, folder, without_code=bool(verdict.code)))
        words = f"In {row.id} you changed the text, not the order; edit the block and move it again."
        self._show_again(writing, row, self._edited(writing, row, verdict, folder, "held"), again, words)

    def _unreadable(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str) -> None:
        kept = f"{QUARANTINE}/{row.id}-edited-{self._sha256(row, folder)[:10]}.md"
        operations = (
            Operation("move", f"{folder}/{row.id}.md", kept),
            Operation("create", f"{PENDING}/{row.id}.md", text=row.note),
        )
        why = "may not be done" if verdict.kind is Kind.EDITED else "could not be read"
        words = f"Your edit of {row.id} {why} ({plain(verdict.reason)}); the proposal is shown again."
        self._show_again(writing, row, self._edited(writing, row, verdict, folder, "held"), operations, words)

    def _show_again(
        self, writing: Writing, row: ProposalRow, event: int, operations: tuple[Operation, ...], words: str
    ) -> None:
        """The sealed note lies in Pending_Approval again, unchanged; each time the owner is told."""
        fact = Fact("runner", "proposal.shown_again", row.id, row.task, {"digest": row.digest}, "held")
        writing.record(Transition(fact, f"Show {row.id} again", operations))
        raise_alert(writing, row.id, words, self._clock.now(), occasion=str(event))

    def _sha256(self, row: ProposalRow, folder: str, *, without_code: bool = False) -> str:
        """Of the note as it lies there, or will when its code is taken out; 'gone' when nobody can read it by now."""
        found = read_regular(self._recorder.store.path(f"{folder}/{row.id}.md"), MAX_NOTE_BYTES)
        if not isinstance(found, bytes):
            return "gone"
        return sha256_hex(edited(found, (NO_CODE,)) if without_code else found)


def _both(proposal: str, *folders: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{folder}/{proposal}.md" for folder in folders if folder))


def _draft_again(row: ProposalRow, action: Action) -> Draft:
    """The owner's edit as a new draft: what they changed now comes from them."""
    before, after = json.loads(row.action), json.loads(action.canonical())
    provenance = json.loads(row.provenance)
    changed = (name for name in {*provenance, *after} if [*_named(name, before)] != [*_named(name, after)])
    return Draft(
        task=row.task,
        move_key=row.move_key,
        action=action,
        provenance={**provenance, **dict.fromkeys(changed, "owner")},
        quote=row.quote,
        rule=row.rule,
        brain=row.brain,
        read_as=True,
        undoes=row.undoes,
    )


def _named(name: str, value: object) -> Iterator[object]:
    """Everything of this name in a JSON value, at any depth: the tax of an invoice stands in its lines."""
    if isinstance(value, dict):
        yield from (inner for key, inner in value.items() if key == name)
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        yield from _named(name, each)
