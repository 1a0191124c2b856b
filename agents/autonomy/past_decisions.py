"""Past proposals, decided again: what another policy would have asked for them. Reads only."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.approval.policy_facts import country_of
from agents.approval.risk import Case, Facts, request_about
from agents.clock import as_local
from agents.durability.counterparty_rows import first_dealt_with
from agents.durability.policy_rows import PastProposal, past_proposals
from agents.security.permission_manager import Begun, Role, Verb
from agents.security.rule_words import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from sqlalchemy import Connection

    from agents.connectors.contract import Action
    from agents.security.permission_manager import Policy, Ruling

PERIOD = timedelta(days=90)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One proposal that would be decided otherwise: what was asked, and what would be, in words."""

    id: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Differences:
    """The first of them, how many more there are, and among how many proposals."""

    shown: tuple[Difference, ...]
    more: int
    among: int


class PastCases:
    """Makes of past proposals, oldest first, what was to be decided; what was begun on the same day is counted."""

    def __init__(self, sql: Connection, models: Mapping[str, type[Action]]) -> None:
        self._sql = sql
        self._models = models
        self._day: date | None = None
        self._begun: dict[tuple[str, str], Begun] = {}
        self._since: dict[str, datetime | None] = {}

    def of(self, past: PastProposal) -> tuple[Case, Facts] | None:
        """What was known when it was proposed; None when nothing here knows its action any more."""
        action = read_action(past, self._models)
        if action is None:
            return None
        created = datetime.fromisoformat(past.created_at)
        at = as_local(created)
        if at.date() != self._day:
            self._day = at.date()
            self._begun.clear()
        by = Role.VAULT if past.undoes else Role.AGENT
        case = Case(action, json.loads(past.provenance), past.sender, by)
        facts = Facts(
            at, self._known_days(action.recipient(), created), country_of(action), tuple(self._begun.values())
        )
        if past.intent_at:
            self._count(action)
        return case, facts

    def _known_days(self, name: str, at: datetime) -> int | None:
        """As `policy_facts.known_days` has it; each name is looked up once."""
        if not name.strip():
            return None
        if name not in self._since:
            self._since[name] = first_dealt_with(self._sql, name)
        since = self._since[name]
        return max(0, (at - since).days) if since else 0

    def _count(self, action: Action) -> None:
        money = action.money
        key = (action.action, money.currency if money else "")
        before = self._begun.get(key) or Begun(
            action.action, action.stakes.value, 0, Decimal(0) if money else None, key[1]
        )
        together = None if money is None or before.amount is None else before.amount + money.amount
        self._begun[key] = replace(before, count=before.count + 1, amount=together)


def read_action(past: PastProposal, models: Mapping[str, type[Action]]) -> Action | None:
    """The action of a past proposal; None when it is of a kind or a shape that nothing here knows."""
    model = models.get(str(json.loads(past.action).get("action")))
    try:
        return model.model_validate_json(past.action) if model else None
    except ValueError:
        return None


def ruling(case: Case, facts: Facts, policy: Policy) -> Ruling:
    """How much a policy asks before it may be done, as `risk.assess` has it."""
    asked = request_about(case, facts, Role.VAULT, Verb.APPROVE), request_about(case, facts, case.by, Verb.PROPOSE)
    return max(map(policy.decide, asked), key=lambda each: each.level)


def differences(
    sql: Connection, old: Policy, new: Policy, models: Mapping[str, type[Action]], now: datetime
) -> Differences:
    """Which of the proposals of the last 90 days the two policies decide otherwise."""
    cases = PastCases(sql, models)
    past = ((each.id, cases.of(each)) for each in past_proposals(sql, now - PERIOD))
    decided = [(name, ruling(*known, old), ruling(*known, new)) for name, known in past if known]
    found = [*_that_differ(decided)]
    return Differences(tuple(found[:SHOWN]), max(0, len(found) - SHOWN), len(decided))


def _that_differ(decided: Iterable[tuple[str, Ruling, Ruling]]) -> Iterator[Difference]:
    for name, then, now in decided:
        if then.level is not now.level:
            yield Difference(name, f"{LEVELS[then.level]} ({then.rule})", f"{LEVELS[now.level]} ({now.rule})")
