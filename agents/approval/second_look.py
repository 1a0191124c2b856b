"""The policy once more, just before an effect: the rules and the facts may not be those of the yes.

What now asks for more than the yes was worth does not happen: the owner is asked again, with the reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.approval.gate import BY_RULE
from agents.approval.policy_facts import risk_now
from agents.approval.proof import enough_proof
from agents.approval.proposals import Draft
from agents.approval.risk import Case, Risk, Tier
from agents.durability.proposal_rows import update_proposal
from agents.durability.task_persistence import find_task
from agents.security.permission_manager import Role

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.approval.decisions import Decisions, Policy
    from agents.connectors.contract import Action
    from agents.durability.proposal_rows import ProposalRow
    from agents.durability.transitions import Writing


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Looks at approved proposals as the policy is now; it is read before the transaction of the look begins."""

    decisions: Decisions
    policy: Policy

    def objection(self, sql: Connection, row: ProposalRow, action: Action, now: datetime) -> Risk | None:
        """What the yes is not worth any more; None = it is enough. `sql` is the transaction that notes the intent."""
        task = find_task(sql, row.task)
        by = Role.VAULT if row.undoes else Role.AGENT
        case = Case(action, json.loads(row.provenance), task.sender if task else "", by, is_approved=True)
        risk = risk_now(sql, case, self.policy, now, without=row.id)
        said = risk.is_allowed or row.decided_by != BY_RULE  # the yes of a row that holds no more is none
        enough = said and risk.tier is not Tier.NEVER and enough_proof(sql, replace(row, risk=risk.tier))
        return None if enough else risk

    def ask_again(self, writing: Writing, row: ProposalRow, action: Action, risk: Risk) -> ProposalRow:
        """Close the proposal, and file the same order anew with what it needs now."""
        update_proposal(writing.sql, row.id, {"state": "superseded", "reason": f"it needs more now: {risk.rule}"[:500]})
        draft = Draft(
            task=row.task,
            move_key=row.move_key,
            action=action,
            provenance=json.loads(row.provenance),
            quote=row.quote,
            rule=row.rule,
            brain=row.brain,
            warnings=(f"You said yes to this as {row.id}. Nothing was done, for it needs more now: {risk.rule}.",),
            undoes=row.undoes,
        )
        return self.decisions.propose(writing, draft, self.policy)
