"""The risk table: how sure must we be that it is the owner who says yes?

The policy answers: rules of ours, which are these, and those of the handbook, which may ask for more, or for less where
they say so (DESIGN 3). Raising the amount or tainting an argument never lowers the tier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from agents.connectors.contract import Money, Stakes
from agents.security.permission_manager import Conditions, Level, Policy, Request, Role, Rule, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agents.connectors.contract import Action
    from agents.security.permission_manager import Begun, Ruling

POLICY = "risk-table-1"
FROM_TEXT = "the recipient was taken from the text of a mail"
FROM_MODEL = "the recipient is a word of the model that stands in nothing of yours"
# what a machine wrote, or what is the first of its kind, is never done without somebody's yes
_ASKED_ANYWAY = frozenset({"agent", "model", "first"})
# the model's word is trusted no more than text from outside, whatever a row says of that; what is booked was approved
_COUNTS_AS = {"model": "mail", "note": "mail", "books": "receipt"}
_ROW = re.compile(r"line (\d+) of your handbook \((.*)\)", re.DOTALL)


class Tier(StrEnum):
    """low: a move; medium: a plain move; high: a move with proof; two: two people with proof; never: not at all."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    TWO = "two"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Risk:
    """The tier, and the rule that decided, in the owner's words; `line` is its row in the handbook, 0 = it is ours.

    `is_allowed`: a row of the handbook lets it be done without anybody's yes.
    """

    tier: Tier
    why: str
    line: int = 0
    is_allowed: bool = False

    @property
    def rule(self) -> str:
        """The rule, and where it stands."""
        return f"{row_name(self.line)} ({self.why})" if self.line else self.why


@dataclass(frozen=True, slots=True)
class Case:
    """An action somebody wants to be approved. `sender` is the address its task came from, `by` who proposes it.

    `is_approved`: it is about to be carried out.
    """

    action: Action
    provenance: Mapping[str, str]
    sender: str = ""
    by: Role = Role.AGENT
    is_approved: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at a moment of local time, as a `Request` has it; None and "" = nobody knows."""

    at: datetime
    known_days: int | None = None
    country: str = ""
    today: tuple[Begun, ...] | None = None


def assess(case: Case, facts: Facts, policy: Policy) -> Risk:
    """What a yes to it must be worth; never, when it may not even be proposed, or not be carried out now."""
    rulings = [  # of those that ask the same, the first is named
        policy.decide(request_about(case, facts, Role.VAULT, Verb.APPROVE)),
        policy.decide(request_about(case, facts, case.by, Verb.PROPOSE)),
    ]
    if case.is_approved:
        rulings.append(policy.decide(request_about(case, facts, Role.EXECUTOR, Verb.EXECUTE)))
    return _risk(max(rulings, key=lambda each: each.level), case)


def _risk(ruling: Ruling, case: Case) -> Risk:
    plain = Tier.LOW if case.action.stakes is Stakes.FILING else Tier.MEDIUM
    tiers = {Level.PROVE: Tier.HIGH, Level.TWO: Tier.TWO, Level.DENY: Tier.NEVER}
    row = _ROW.fullmatch(ruling.rule)
    asked_anyway = any(each.partition(":")[0] in _ASKED_ANYWAY for each in case.provenance.values())
    allowed = ruling.level is Level.ALLOW and row is not None and not asked_anyway  # never without the owner's row
    why, line = (row[2], int(row[1])) if row else (ruling.rule, 0)
    if why == FROM_TEXT and _said_source(case) == "model":
        why = FROM_MODEL
    return Risk(tiers.get(ruling.level, plain), why, line, allowed)


def row_name(line: int) -> str:
    """How a row of the handbook is named; a rule's name is this and its words in brackets."""
    return f"line {line} of your handbook"


def request_about(case: Case, facts: Facts, role: Role, verb: Verb) -> Request:
    """The question to the policy."""
    action, money = case.action, case.action.money
    return Request(
        role=role,
        verb=verb,
        at=facts.at,
        action=action.action,
        stakes=action.stakes.value,
        amount=money.amount if money else None,
        currency=money.currency if money else "",
        counterparty=action.recipient(),
        source=_source(case),
        known_days=facts.known_days,
        country=facts.country,
        today=facts.today,
        approved=Level.ASK if case.is_approved else None,
    )


def _source(case: Case) -> str:
    """Where the recipient comes from: from the one who wrote, or as its argument says; 'computed' without one."""
    action, argument = case.action, case.action.recipient_argument
    if case.sender and action.recipient().casefold() == case.sender.casefold():
        return "sender"
    known = argument in case.provenance or argument in type(action).model_fields
    source = _said_source(case) if known else "computed"
    return "" if source == "unknown" else _COUNTS_AS.get(source, source)


def _said_source(case: Case) -> str:
    return case.provenance.get(case.action.recipient_argument, "").partition(":")[0]


@lru_cache(maxsize=8)
def policy_of(limit: Money, handbook: tuple[Rule, ...] = ()) -> Policy:
    """The owner's rules and ours; of those that say the same, the owner's is named. `limit` is for money forgiven."""
    return Policy((*handbook, *default_rules(limit)))


OWNERS = frozenset({Role.OWNER, Role.VAULT})


def default_rules(limit: Money) -> tuple[Rule, ...]:
    """Our rules: all of them grants, so that the handbook may say otherwise in both directions."""
    up_to = f"{limit.amount} {limit.currency}"
    return (
        *_parts(),
        _yes(Stakes.FILING, Level.ASK, "nothing leaves and nothing is lost"),
        _yes(Stakes.MONEY_ASKED, Level.ASK, "an invoice we issue; it can be undone by a credit note"),
        _yes(Stakes.MONEY_LEAVES, Level.PROVE, "money leaves"),
        _yes(Stakes.DELETION, Level.PROVE, "something is deleted"),
        _yes(Stakes.PUBLIC, Level.PROVE, "everybody can read it"),
        _yes(Stakes.MESSAGE, Level.ASK, "an answer to the one who wrote", sources=frozenset({"sender"})),
        _yes(Stakes.MESSAGE, Level.ASK, "to somebody you named", sources=frozenset({"owner", "contacts"})),
        _yes(Stakes.MESSAGE, Level.PROVE, FROM_TEXT),
        _yes(Stakes.MONEY_FORGIVEN, Level.ASK, f"money is forgiven, up to your limit of {up_to}", limit=limit),
        _yes(Stakes.MONEY_FORGIVEN, Level.PROVE, f"money is forgiven above your limit of {up_to}"),
    )


def _yes(
    stakes: Stakes, level: Level, name: str, *, sources: frozenset[str] = frozenset(), limit: Money | None = None
) -> Rule:
    bound, currency = (limit.amount, limit.currency) if limit else (None, "")
    when = Conditions(up_to=bound, currency=currency, sources=sources, stakes=frozenset({stakes.value}))
    return Rule(name, OWNERS, frozenset({Verb.APPROVE}), level, when=when)


def _parts() -> tuple[Rule, ...]:
    """What each part of us does, and what the owner may do besides saying yes."""
    reading = frozenset({Verb.READ})
    return (
        Rule("an agent reads and proposes", frozenset({Role.AGENT}), reading | {Verb.PROPOSE}, Level.ALLOW),
        Rule("a watcher files what comes", frozenset({Role.WATCHER}), frozenset({Verb.FILE}), Level.ALLOW),
        Rule("what is approved is carried out", frozenset({Role.EXECUTOR}), frozenset({Verb.EXECUTE}), Level.ALLOW),
        Rule("an auditor reads and verifies", frozenset({Role.AUDITOR}), reading | {Verb.VERIFY}, Level.ALLOW),
        Rule("who decides may read", frozenset({Role.APPROVER, Role.ACCOUNTANT}), reading, Level.ALLOW),
        Rule("it is your vault", OWNERS, reading | {Verb.VERIFY, Verb.FILE, Verb.PROPOSE}, Level.ALLOW),
        Rule("only you change your rules", OWNERS, frozenset({Verb.CHANGE_POLICY}), Level.PROVE),
    )
