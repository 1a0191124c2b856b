"""What follows from a verdict of the gate: rows, moves and words, in one transition each.

Rejected, expired, edited, conflicted and unknown are five different visible outcomes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.approval.gate import Kind, Verdict
from agents.approval.proposals import Draft, Seal, seal
from agents.approval.risk import assess
from agents.clock import as_local
from agents.durability.alerts import raise_alert
from agents.durability.journal import read_meta
from agents.durability.proposal_rows import ProposalRow, add_proposal, proposals_of, update_proposal
from agents.durability.task_persistence import find_task
from agents.durability.transitions import Transition, local_text
from agents.security.audit_logger import Fact
from agents.vault.layout import DONE, PENDING, QUARANTINE, REJECTED, month_folder
from agents.vault.neutralize import code_span, visible
from agents.vault.plain import plain
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from agents.clock import Clock
    from agents.connectors.contract import Money
    from agents.durability.transitions import Recorder, Writing


@dataclass(frozen=True, slots=True)
class Policy:
    """What the handbook says about proposals: how long they wait, and the limit for money that leaves."""

    days: int
    limit: Money


class Decisions:
    """Turns verdicts and drafts into transitions."""

    def __init__(self, recorder: Recorder, clock: Clock) -> None:
        self._recorder = recorder
        self._clock = clock

    def propose(self, writing: Writing, draft: Draft, policy: Policy) -> ProposalRow:
        """Seal a draft and file its note; the row."""
        earlier = [each for each in proposals_of(writing.sql, draft.task) if each.move_key == draft.move_key]
        task = find_task(writing.sql, draft.task)
        risk = assess(draft.action, draft.provenance, task.sender if task else "", policy.limit)
        epoch = int(read_meta(writing.sql, "epoch", "1"))
        row = seal(replace(draft, sibling=len(earlier)), Seal(self._clock.now(), policy.days, risk, epoch))
        add_proposal(writing.sql, row)
        writing.record(
            Transition(
                Fact("runner", "proposal.filed", row.id, row.task, {"digest": row.digest, "risk": row.risk}),
                f"Propose {row.id}",
                (Operation("create", f"{PENDING}/{row.id}.md", text=row.note),),
            )
        )
        return row

    def settle(self, row: ProposalRow, verdict: Verdict, folder: str, policy: Policy) -> None:
        """Carry out one verdict about a waiting proposal whose note lies in `folder` ('' = in none)."""
        with self._recorder.begin() as writing:
            if verdict.kind is Kind.APPROVE:
                self._approved(writing, row, verdict, folder)
            elif verdict.kind is Kind.REJECT:
                self._rejected(writing, row, verdict, folder)
            elif verdict.kind is Kind.EXPIRED:
                self._expired(writing, row, folder)
            elif verdict.kind is Kind.EDITED:
                self._superseded(writing, row, verdict, folder, policy)
            elif verdict.kind is Kind.HOLD:
                words = f"Held: {verdict.reason}."
                raise_alert(writing, row.id, words, self._clock.now())
            else:
                self._sent_back(writing, row, verdict, folder)

    def _decide(self, writing: Writing, row: ProposalRow, state: str, verdict: Verdict) -> None:
        values: dict[str, str | bool] = {"state": state, "decided_how": verdict.how, "reason": verdict.reason[:500]}
        by = "runner" if state == "expired" else "owner"
        update_proposal(writing.sql, row.id, {**values, "decided_by": by, "decided_at": self._clock.now().isoformat()})

    def _said(self, row: ProposalRow, verdict: Verdict, word: str) -> Fact:
        parameters = {"digest": row.digest, "how": verdict.how, "proof": "none, so as `vault`"}
        return Fact("owner", f"proposal.{word}", row.id, row.task, parameters, word, "owner")

    def _approved(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str) -> None:
        self._decide(writing, row, "approved", verdict)
        writing.record(
            Transition(
                self._said(row, verdict, "approved"),
                f"Approve {row.id}",
                author="owner",
                paths=_both(row.id, folder, PENDING),
            )
        )

    def _rejected(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str) -> None:
        self._decide(writing, row, "rejected", verdict)
        name = f"{row.id}.md"
        reason = f" · {code_span(visible(verdict.reason))}" if verdict.reason else ""
        line = EditText(
            "line", f"- {local_text(self._clock.now())} rejected by owner ({verdict.how}){reason}", "History"
        )
        operations = [Operation("edit", f"{REJECTED}/{name}", edits=(line,))]
        if folder and folder != REJECTED:
            operations = [Operation("move", f"{folder}/{name}", f"{REJECTED}/{name}", edits=(line,))]
        elif not folder:
            operations.insert(0, Operation("create", f"{REJECTED}/{name}", text=row.note))
        said = self._said(row, verdict, "rejected")
        paths = _both(row.id, folder, PENDING)
        writing.record(Transition(said, f"Reject {row.id}", tuple(operations), "owner", paths))

    def _expired(self, writing: Writing, row: ProposalRow, folder: str) -> None:
        self._decide(writing, row, "expired", Verdict(Kind.EXPIRED, "no decision in time"))
        when = as_local(row.expires).strftime("%Y-%m-%d %H:%M")
        line = EditText("line", f"- expired {when}; nothing was done", "History")
        fact = Fact("runner", "proposal.expired", row.id, row.task, {"digest": row.digest}, "expired")
        operations = self._to_done(row, folder, line)
        writing.record(Transition(fact, f"Expire {row.id}", operations))

    def _to_done(self, row: ProposalRow, folder: str, line: EditText) -> tuple[Operation, ...]:
        name = f"{row.id}.md"
        target = f"{month_folder(DONE, as_local(self._clock.now()).date())}/{name}"
        if folder:
            return (Operation("move", f"{folder}/{name}", target, edits=(line,)),)
        return (Operation("create", target, text=row.note), Operation("edit", target, edits=(line,)))

    def _superseded(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str, policy: Policy) -> None:
        if verdict.action is None:
            return
        self._decide(writing, row, "superseded", Verdict(verdict.kind, verdict.how, "edited by the owner"))
        edited = Fact("owner", "proposal.edited", row.id, row.task, {"digest": row.digest}, "superseded", "owner")
        paths = _both(row.id, folder, PENDING)
        writing.record(Transition(edited, f"Edit {row.id}", author="owner", paths=paths))
        again = self.propose(writing, _draft_again(row, verdict), policy)
        line = EditText("line", f"- edited by owner; proposed again as [[{again.id}]]", "History")
        fact = Fact("runner", "proposal.superseded", row.id, row.task, {"by": again.id}, "superseded")
        writing.record(Transition(fact, f"Supersede {row.id}", self._to_done(row, folder, line)))

    def _sent_back(self, writing: Writing, row: ProposalRow, verdict: Verdict, folder: str) -> None:
        """The text was changed, or the block cannot be read: the sealed note is shown again, unchanged."""
        name, now = f"{row.id}.md", self._clock.now()
        pending = f"{PENDING}/{name}"
        paths = _both(row.id, folder, PENDING)
        edited = Fact("owner", "proposal.edited", row.id, row.task, {"digest": row.digest}, "held", "owner")
        writing.record(Transition(edited, f"Edit {row.id}", author="owner", paths=paths))
        if verdict.kind is Kind.UNREADABLE:
            kept = f"{QUARANTINE}/{row.id}-edited-{now.strftime('%Y%m%dt%H%M%Sz').lower()}.md"
            operations = [Operation("move", f"{folder}/{name}", kept), Operation("create", pending, text=row.note)]
            words = f"Your edit of {row.id} could not be read ({verdict.reason}); the proposal is shown again."
        else:
            back = EditText("replace", row.note)
            operations = [
                Operation("edit", pending, edits=(back,))
                if folder == PENDING
                else Operation("move", f"{folder}/{name}", pending, edits=(back,))
            ]
            words = f"In {row.id} you changed the text, not the order; edit the block and move it again."
        fact = Fact("runner", "proposal.shown_again", row.id, row.task, {"digest": row.digest}, "held")
        writing.record(Transition(fact, f"Show {row.id} again", tuple(operations)))
        raise_alert(writing, row.id, plain(words), now)


def _both(proposal: str, *folders: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{folder}/{proposal}.md" for folder in folders if folder))


def _draft_again(row: ProposalRow, verdict: Verdict) -> Draft:
    """The owner's edit as a new draft: what they changed now comes from them."""
    action = verdict.action
    if action is None:
        raise ValueError("an edited verdict carries the action")
    before, after = json.loads(row.action), json.loads(action.canonical())
    changed = {name: "owner" for name in after if after[name] != before.get(name)}
    return Draft(
        task=row.task,
        move_key=row.move_key,
        action=action,
        provenance={**json.loads(row.provenance), **changed},
        quote=row.quote,
        rule=row.rule,
        brain=row.brain,
        read_as=True,
        undoes=row.undoes,
    )
