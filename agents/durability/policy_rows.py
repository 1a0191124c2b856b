"""The policy in force and what waits to become it; rows of the journal.

The last version is in force. A change 'waiting' becomes 'confirmed' or 'closed'; at most one waits. A rule that is
suspended stands in the version and does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, select, update

from agents.durability.policy_schema import EARNED, POLICY_CHANGES, POLICY_VERSIONS, SUSPENDED_RULES
from agents.durability.schema import CHAIN, PROPOSALS, TASKS
from agents.durability.task_persistence import columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

PROPOSAL_EVENTS = '{"action_type":"proposal.'  # how the line of such an event begins: it is canonical JSON


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One policy that was in force since `since` (ISO, UTC). `rules` is JSON; 0 as its `number` before it has one.

    `how` it came: 'first', 'stricter', 'same', or 'confirmed' with a `proof`; `change` is what was confirmed.
    """

    number: int
    rules: str
    digest: str
    since: str
    how: str
    proof: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A change that makes something easier. `failing`: the owner's examples that do not hold under it, in words."""

    id: str
    rules: str
    digest: str
    failing: str
    note: str
    asked_at: str
    state: str = "waiting"
    ended_at: str = ""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A rule that was taken back: since when (ISO, UTC), and by the rejection of which proposal."""

    key: str
    since: str
    proposal: str


@dataclass(frozen=True, slots=True)
class EarnedRow:
    """How often in a row the owner said yes, without a change, to one kind of action for one counterparty.

    `highest` is the highest amount in `currency` ("" = no money); `most_a_day` the most on one local day, `that_day` so
    many on `day`; `offer` is the note that offered a rule.
    """

    kind: str
    counterparty: str
    currency: str
    times: int = 0
    highest: str = ""
    day: str = ""
    that_day: int = 0
    most_a_day: int = 0
    offer: str = ""


@dataclass(frozen=True, slots=True)
class PastProposal:
    """What the journal knows of a proposal that a policy decides about. `action` is canonical JSON."""

    id: str
    task: str
    action: str
    provenance: str
    risk: str
    created_at: str
    intent_at: str
    decided_at: str
    undoes: str
    sender: str


def policy_in_force(sql: Connection) -> PolicyVersion | None:
    """The newest version; None when there never was one."""
    row = sql.execute(select(POLICY_VERSIONS).order_by(POLICY_VERSIONS.c.number.desc()).limit(1)).first()
    return PolicyVersion(**columns(row)) if row else None


def digest_in_force(sql: Connection) -> str:
    """The digest of the policy in force, for the parameters of an event; "" before there is one."""
    newest = select(POLICY_VERSIONS.c.digest).order_by(POLICY_VERSIONS.c.number.desc()).limit(1)
    return sql.execute(newest).scalar() or ""


def add_version(sql: Connection, row: PolicyVersion) -> int:
    """A policy is in force from now on; its number."""
    values = {name: getattr(row, name) for name in row.__slots__ if name != "number"}
    return int(sql.execute(insert(POLICY_VERSIONS).values(**values).returning(POLICY_VERSIONS.c.number)).scalar_one())


def rename_rules(sql: Connection, version: int, rules: str) -> None:
    """The same rules under the names they have now."""
    sql.execute(update(POLICY_VERSIONS).where(POLICY_VERSIONS.c.number == version).values(rules=rules))


def add_change(sql: Connection, row: PolicyChange) -> None:
    """A change waits."""
    sql.execute(insert(POLICY_CHANGES).values(**{name: getattr(row, name) for name in row.__slots__}))


def find_change(sql: Connection, change: str) -> PolicyChange | None:
    """One change, or None."""
    row = sql.execute(select(POLICY_CHANGES).where(POLICY_CHANGES.c.id == change)).first()
    return PolicyChange(**columns(row)) if row else None


def waiting_change(sql: Connection) -> PolicyChange | None:
    """The change that waits for a confirmation, or None."""
    row = sql.execute(select(POLICY_CHANGES).where(POLICY_CHANGES.c.state == "waiting")).first()
    return PolicyChange(**columns(row)) if row else None


def end_change(sql: Connection, change: str, state: str, at: str) -> None:
    """It waits no more."""
    row = update(POLICY_CHANGES).where(POLICY_CHANGES.c.id == change)
    sql.execute(row.values(state=state, ended_at=at))


def suspensions(sql: Connection) -> dict[str, Suspension]:
    """The rules that are taken back, by key."""
    return {row.key: Suspension(**columns(row)) for row in sql.execute(select(SUSPENDED_RULES))}


def suspend_rule(sql: Connection, row: Suspension) -> None:
    """The rule does not count any more. It must not be suspended already."""
    sql.execute(insert(SUSPENDED_RULES).values(key=row.key, since=row.since, proposal=row.proposal))


def forget_suspensions(sql: Connection, but: Collection[str]) -> None:
    """A rule that is not in force any more is not suspended either; `but` are those that are."""
    for key in suspensions(sql).keys() - set(but):
        sql.execute(delete(SUSPENDED_RULES).where(SUSPENDED_RULES.c.key == key))


def earned(sql: Connection, kind: str, counterparty: str, currency: str) -> EarnedRow:
    """How far the owner's yes has come for this; from nothing when it is new."""
    row = sql.execute(select(EARNED).where(_is(kind, counterparty), EARNED.c.currency == currency)).first()
    return EarnedRow(**columns(row)) if row else EarnedRow(kind, counterparty, currency)


def keep_earned(sql: Connection, row: EarnedRow) -> None:
    """This is how far it has come."""
    sql.execute(delete(EARNED).where(_is(row.kind, row.counterparty), EARNED.c.currency == row.currency))
    sql.execute(insert(EARNED).values(**{name: getattr(row, name) for name in row.__slots__}))


def forget_earned(sql: Connection, kind: str, counterparty: str) -> None:
    """The count of this kind and counterparty begins anew, in every currency."""
    sql.execute(delete(EARNED).where(_is(kind, counterparty)))


def _is(kind: str, counterparty: str) -> ColumnElement[bool]:
    return and_(EARNED.c.kind == kind, EARNED.c.counterparty == counterparty)


def proposal_events(sql: Connection, after: int, up_to: int) -> tuple[tuple[int, str], ...]:
    """The numbers and lines of what happened to proposals after one event, up to another, in order."""
    found = select(CHAIN.c.seq, CHAIN.c.line).where(
        CHAIN.c.seq > after, CHAIN.c.seq <= up_to, func.substr(CHAIN.c.line, 1, len(PROPOSAL_EVENTS)) == PROPOSAL_EVENTS
    )
    return tuple((row.seq, row.line) for row in sql.execute(found.order_by(CHAIN.c.seq)))


_COLUMNS = [PROPOSALS.c[name] for name in PastProposal.__slots__ if name != "sender"]
_PAST: Select[Any] = select(*_COLUMNS, TASKS.c.sender).join(TASKS)


def past_proposals(sql: Connection, since: datetime) -> Iterator[PastProposal]:
    """What was proposed after an aware moment, oldest first."""
    wanted = _PAST.where(PROPOSALS.c.created_at > since.isoformat())
    for row in sql.execute(wanted.order_by(PROPOSALS.c.created_at, PROPOSALS.c.id)):
        yield PastProposal(**columns(row))


def past_proposal(sql: Connection, proposal: str) -> PastProposal | None:
    """One of them, or None."""
    row = sql.execute(_PAST.where(PROPOSALS.c.id == proposal)).first()
    return PastProposal(**columns(row)) if row else None
