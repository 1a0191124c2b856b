"""Past proposals, decided again: what another policy would have asked for them. Reads only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.policy_rows import PastProposal, past_proposals
from agents.security.permission_manager import Begun, Request, Role, Verb
from agents.security.policy_words import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from sqlalchemy import Connection

    from agents.connectors.contract import Action, Money
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


class PastRequests:
    """Makes of past proposals, oldest first, what was asked; what was begun on the same day is counted."""

    def __init__(self, models: Mapping[str, type[Action]]) -> None:
        self._models = models
        self._day: date | None = None
        self._begun: dict[tuple[str, str], Begun] = {}

    def of(self, past: PastProposal) -> Request | None:
        """What was asked when it was proposed; None when nothing here knows its action any more."""
        action = read_action(past, self._models)
        if action is None:
            return None
        at, money = as_local(datetime.fromisoformat(past.created_at)), action.money
        if at.date() != self._day:
            self._day = at.date()
            self._begun.clear()
        today = tuple(self._begun.values())
        if past.intent_at:
            self._count(action.action, money)
        return Request(
            role=Role.VAULT,
            verb=Verb.APPROVE,
            at=at,
            action=action.action,
            stakes=action.stakes.value,
            amount=money.amount if money else None,
            currency=money.currency if money else "",
            counterparty=action.recipient(),
            source=source_of(action, json.loads(past.provenance), past.sender),
            today=today,
        )

    def _count(self, kind: str, money: Money | None) -> None:
        key = (kind, money.currency if money else "")
        before = self._begun.get(key, Begun(kind, 0, Decimal(0) if money else None, key[1]))
        together = before.amount + money.amount if money and before.amount is not None else before.amount
        self._begun[key] = Begun(kind, before.count + 1, together, key[1])


def read_action(past: PastProposal, models: Mapping[str, type[Action]]) -> Action | None:
    """The action of a past proposal; None when it is of a kind or a shape that nothing here knows."""
    model = models.get(str(json.loads(past.action).get("action")))
    try:
        return model.model_validate_json(past.action) if model else None
    except ValueError:
        return None


def source_of(action: Action, provenance: Mapping[str, str], sender: str) -> str:
    """Where the counterparty comes from: 'sender' is the one who wrote."""
    if sender and action.recipient().casefold() == sender.casefold():
        return "sender"
    return provenance.get(action.recipient_argument, "").split(":")[0]


def differences(
    sql: Connection, old: Policy, new: Policy, models: Mapping[str, type[Action]], now: datetime
) -> Differences:
    """Which of the proposals of the last 90 days the two policies decide otherwise."""
    asked = PastRequests(models)
    past = ((each.id, asked.of(each)) for each in past_proposals(sql, now - PERIOD))
    decided = [(name, old.decide(request), new.decide(request)) for name, request in past if request]
    found = [*_that_differ(decided)]
    return Differences(tuple(found[:SHOWN]), max(0, len(found) - SHOWN), len(decided))


def _that_differ(decided: Iterable[tuple[str, Ruling, Ruling]]) -> Iterator[Difference]:
    for name, then, now in decided:
        if then.level is not now.level:
            yield Difference(name, f"{LEVELS[then.level]} ({then.rule})", f"{LEVELS[now.level]} ({now.rule})")
