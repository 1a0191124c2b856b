"""The risk table: how sure must we be that it is the owner who says yes?

A pure function of what is at stake, where the arguments come from, and the owner's limit. Raising the amount or
tainting an argument never lowers the tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.connectors.contract import Money, Stakes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.contract import Action

POLICY = "risk-table-1"


class Tier(StrEnum):
    """low: a move; medium: a plain move; high: a move with proof."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    TWO = "two"


@dataclass(frozen=True, slots=True)
class Risk:
    """The tier, and the rule that decided, in the owner's words."""

    tier: Tier
    why: str


def assess(action: Action, provenance: Mapping[str, str], sender: str, limit: Money) -> Risk:
    """The tier of one action. `sender` is the address the task came from; `limit` is for money that leaves."""
    if action.stakes is Stakes.MESSAGE:
        return _message(action, provenance, sender)
    if action.stakes is Stakes.MONEY_FORGIVEN:
        return _forgiven(action.money, limit)
    return _FIXED[action.stakes]


_FIXED = {
    Stakes.FILING: Risk(Tier.LOW, "nothing leaves and nothing is lost"),
    Stakes.MONEY_ASKED: Risk(Tier.MEDIUM, "an invoice we issue; it can be undone by a credit note"),
    Stakes.MONEY_LEAVES: Risk(Tier.HIGH, "money leaves"),
    Stakes.DELETION: Risk(Tier.HIGH, "something is deleted"),
    Stakes.PUBLIC: Risk(Tier.HIGH, "everybody can read it"),
}


def _message(action: Action, provenance: Mapping[str, str], sender: str) -> Risk:
    source = provenance.get(action.recipient_argument, "unknown")
    if sender and action.recipient().casefold() == sender.casefold():
        return Risk(Tier.MEDIUM, "an answer to the one who wrote")
    if source.split(":")[0] in {"owner", "contacts"}:
        return Risk(Tier.MEDIUM, "to somebody you named")
    return Risk(Tier.HIGH, "the recipient was taken from the text of a mail")


def _forgiven(money: Money | None, limit: Money) -> Risk:
    if money is not None and money.currency == limit.currency and money.amount <= limit.amount:
        return Risk(Tier.MEDIUM, f"money is forgiven, up to your limit of {limit.amount} {limit.currency}")
    return Risk(Tier.HIGH, f"money is forgiven above your limit of {limit.amount} {limit.currency}")
