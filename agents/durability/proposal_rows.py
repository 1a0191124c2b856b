"""Proposals, intents and receipts, as rows of the journal.

A proposal is 'waiting', then 'approved', 'rejected', 'expired', 'superseded' or 'withdrawn'; an approved one becomes
'done', 'failed', 'unknown' (the owner is asked), or 'rejected' as long as nothing happened. States only move forward,
except unknown -> approved on the owner's word that nothing happened (`resolution` is 'absent' until it is taken in),
and approved -> waiting when the owner moves or changes the note before anything happened. `intent_at` is when the
effect was last about to be made: the effects of an hour are counted by it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select, update

from agents.durability.schema import PROPOSALS
from agents.durability.statements import parts
from agents.durability.task_persistence import columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

OPEN = ("waiting", "approved", "unknown")
OF_CONTACTS = "contacts."  # how the names of changes of contacts begin: code that compares proposes them, no model
TO_EMPLOYEE = "employee."  # how the names of actions begin that are words to the employee


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One sealed action. `action` is its canonical JSON, `note` the note as rendered, `receipt` JSON or empty."""

    id: str
    task: str
    move_key: str
    action: str
    digest: str
    key: str
    note: str
    provenance: str
    quote: str
    rule: str
    brain: str
    risk: str
    policy: str
    epoch: int
    created_at: str
    expires_at: str
    state: str
    decided_by: str = ""
    decided_how: str = ""
    decided_at: str = ""
    reason: str = ""
    intent_at: str = ""
    resolution: str = ""
    receipt: str = ""
    undoes: str = ""
    consumed: bool = False

    @property
    def action_name(self) -> str:
        """As in 'invoice.create'."""
        return str(json.loads(self.action)["action"])

    @property
    def is_to_employee(self) -> bool:
        """Whether it is a word to the employee that an assistant proposed: the brain is not told of it."""
        return self.action_name.startswith(TO_EMPLOYEE)

    @property
    def expires(self) -> datetime:
        """When it expires, aware."""
        return datetime.fromisoformat(self.expires_at)

    @property
    def created(self) -> datetime:
        """When it was proposed, aware."""
        return datetime.fromisoformat(self.created_at)


def seal_digest(action: str, proposal: str, task: str, expires_at: str) -> str:
    """The SHA-256 (hex) that seals an action, as canonical JSON, to its proposal, with the files it names."""
    fields = json.loads(action)
    sealed = {
        "action": fields,
        "attachments": [*_files_in(fields)],
        "expires": expires_at,
        "proposal": proposal,
        "task": task,
    }
    return hashlib.sha256(
        json.dumps(sealed, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def _files_in(value: object) -> Iterator[str]:
    """The digests of the files an action names, in order."""
    if isinstance(value, dict) and set(value) == {"name", "sha256"}:
        yield str(value["sha256"])
        return
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _files_in(each)


def add_proposal(sql: Connection, row: ProposalRow) -> None:
    """A new proposal."""
    sql.execute(insert(PROPOSALS).values(**{name: getattr(row, name) for name in row.__slots__}))


def find_proposal(sql: Connection, proposal: str) -> ProposalRow | None:
    """One proposal, or None."""
    row = sql.execute(select(PROPOSALS).where(PROPOSALS.c.id == proposal)).first()
    return ProposalRow(**columns(row)) if row else None


def proposals_in(sql: Connection, *states: str, limit: int | None = None) -> tuple[ProposalRow, ...]:
    """The proposals in these states, oldest first; not more than `limit`."""
    wanted = select(PROPOSALS).where(PROPOSALS.c.state.in_(states)).order_by(PROPOSALS.c.created_at, PROPOSALS.c.id)
    return tuple(ProposalRow(**columns(row)) for row in sql.execute(wanted.limit(limit)))


def proposals_of(sql: Connection, task: str) -> tuple[ProposalRow, ...]:
    """All proposals of one task, oldest first."""
    wanted = select(PROPOSALS).where(PROPOSALS.c.task == task).order_by(PROPOSALS.c.created_at, PROPOSALS.c.id)
    return tuple(ProposalRow(**columns(row)) for row in sql.execute(wanted))


def done_proposals(sql: Connection) -> Iterator[ProposalRow]:
    """Everything that was ever done, one after the other."""
    for row in sql.execute(select(PROPOSALS).where(PROPOSALS.c.state == "done").order_by(PROPOSALS.c.id)):
        yield ProposalRow(**columns(row))


def open_actions(sql: Connection, action: str) -> tuple[tuple[str, str], ...]:
    """Task and canonical JSON of each action of this name that waits, or is about to happen."""
    wanted = PROPOSALS.c.state.in_(OPEN) & PROPOSALS.c.action.like(f'%"action":"{action}"%')
    return tuple(
        (row.task, row.action) for row in sql.execute(select(PROPOSALS.c.task, PROPOSALS.c.action).where(wanted))
    )


def tasks_of_receipts(sql: Connection, action: str) -> dict[str, str]:
    """The tasks from which actions of this name were done, by what the provider calls what came of them."""
    provider_id = func.json_extract(PROPOSALS.c.receipt, "$.provider_id")
    done = PROPOSALS.c.action.like(f'%"action":"{action}"%') & (PROPOSALS.c.receipt != "")
    return {str(row[0]): str(row.task) for row in sql.execute(select(provider_id, PROPOSALS.c.task).where(done))}


def action_behind(sql: Connection, action: str, provider_id: str) -> str | None:
    """The canonical JSON of the action of this name that was done and that the provider calls so; None = unknown."""
    named = func.json_extract(PROPOSALS.c.receipt, "$.provider_id") == provider_id
    done = PROPOSALS.c.action.like(f'%"action":"{action}"%') & (PROPOSALS.c.receipt != "")
    row = sql.execute(select(PROPOSALS.c.action).where(done & named).order_by(PROPOSALS.c.created_at)).first()
    return None if row is None else str(row.action)


def intents_since(sql: Connection, moment: datetime) -> dict[str, datetime]:
    """When the proposals whose effect was begun after an aware moment were begun last, by id."""
    wanted = select(PROPOSALS.c.id, PROPOSALS.c.intent_at).where(PROPOSALS.c.intent_at > moment.isoformat())
    return {row.id: datetime.fromisoformat(row.intent_at) for row in sql.execute(wanted)}


def actions_of(sql: Connection, proposals: Collection[str]) -> dict[str, tuple[str, str]]:
    """The name and the canonical JSON of these proposals' actions, by id."""
    found: dict[str, tuple[str, str]] = {}
    for some in parts(proposals):
        for row in sql.execute(select(PROPOSALS.c.id, PROPOSALS.c.action).where(PROPOSALS.c.id.in_(some))):
            found[row.id] = (str(json.loads(row.action)["action"]), row.action)
    return found


class ActionNames:
    """The names of proposals' actions. Each is read once: the action is JSON, and its name never changes."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, sql: Connection, proposals: Collection[str]) -> Mapping[str, str]:
        """The name of each proposal's action, as in 'invoice.create'; only these are kept in mind."""
        self._known = {each: self._known[each] for each in proposals if each in self._known}
        unknown = [each for each in proposals if each not in self._known]
        self._known |= {each: name for each, (name, _) in actions_of(sql, unknown).items()}
        return self._known


def update_proposal(sql: Connection, proposal: str, values: Mapping[str, str | bool]) -> None:
    """Change columns of one proposal."""
    sql.execute(update(PROPOSALS).where(PROPOSALS.c.id == proposal).values(**values))
