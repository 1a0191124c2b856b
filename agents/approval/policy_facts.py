"""What the policy is told of an action: since when we know the other side, their country, what was begun within a day.

All of it is counted from the journal in the caller's transaction, so two effects never count past each other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.approval.risk import Case, Facts, Risk, assess, policy_of
from agents.clock import as_local
from agents.connectors.contract import Money
from agents.durability.counterparty_rows import first_dealt_with
from agents.durability.proposal_rows import actions_of, intents_since
from agents.security.permission_manager import Begun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from agents.approval.decisions import Policy
    from agents.connectors.contract import Action

A_DAY = timedelta(hours=24)
_UNTOLD = Money(Decimal("Infinity"), "")  # an effect we can no longer read: more than any bound

_Told = tuple[str, str, Money | None]  # the action, what is at stake, the amount


class Intents:
    """What was begun of late, by action and currency. Each order is read once: what is sealed never changes."""

    def __init__(self, models: Mapping[str, type[Action]]) -> None:
        self._models = models
        self._known: dict[str, _Told] = {}

    def begun(self, sql: Connection, now: datetime, without: str = "") -> tuple[Begun, ...]:
        """What was begun in the last 24 hours, whatever became of it, `without` one proposal."""
        ids = [each for each in intents_since(sql, now - A_DAY) if each != without]
        unread = actions_of(sql, [each for each in ids if each not in self._known])
        told = {each: self._known.get(each) or self._read(*unread[each]) for each in ids}
        self._known = told
        amounts: dict[tuple[str, str, str | None], list[Decimal]] = {}
        for action, stakes, money in told.values():
            kind = action, stakes, money.currency if money else None
            amounts.setdefault(kind, []).append(money.amount if money else Decimal(0))
        return tuple(
            Begun(action, stakes, len(each), None if currency is None else sum(each, Decimal(0)), currency or "")
            for (action, stakes, currency), each in amounts.items()
        )

    def _read(self, name: str, sealed: str) -> _Told:
        try:
            action = self._models[name].model_validate_json(sealed)
        except (KeyError, ValueError):
            return name, "", _UNTOLD
        return name, action.stakes.value, action.money


def risk_now(sql: Connection, case: Case, policy: Policy, now: datetime, without: str = "") -> Risk:
    """What a yes to it must be worth now; `without` is its own proposal, when it was begun before."""
    begun = policy.intents.begun(sql, now, without)
    rules = policy.in_force or policy_of(policy.limit, policy.permissions)
    return assess(case, facts_about(sql, case.action, begun, now), rules)


def facts_about(sql: Connection, action: Action, begun: tuple[Begun, ...], now: datetime) -> Facts:
    """What the journal and the order itself tell."""
    return Facts(as_local(now), known_days(sql, action.recipient(), now), country_of(action), begun)


def known_days(sql: Connection, recipient: str, now: datetime) -> int | None:
    """For how many whole days we know them: since their first mail or our first effect; 0 = new, None = no name."""
    if not recipient.strip():
        return None
    since = first_dealt_with(sql, recipient)
    return max(0, (now - since).days) if since else 0


def country_of(action: Action) -> str:
    """The country of the account in the order, by a valid IBAN; empty when there is none, or several."""
    if not (texts := tuple(_texts(action.model_dump(mode="json")))):
        return ""
    from agents.security.personal_numbers import is_iban  # noqa: PLC0415 - many patterns, used rarely

    found = {each[:2] for each in texts if is_iban(each)}
    return found.pop() if len(found) == 1 else ""


def _texts(value: object) -> Iterator[str]:
    """Every value named `iban`, at any depth, without blanks."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if str(name).casefold() == "iban" and isinstance(inner, str):
                yield "".join(inner.split()).upper()
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
