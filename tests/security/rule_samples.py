"""Rules, policies and requests out of a small world, so that rules meet and requests hit their bounds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

from agents.security.permission_manager import ALWAYS, Begun, Conditions, Level, Policy, Request, Role, Rule, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

Option = TypeVar("Option")
ACTIONS = ("invoice.create", "invoice.credit", "payment.make", "email.send")
PATTERNS = (*ACTIONS, "*", "invoice.*", "*.create", "payment.*", "invoice.[c]*", "invoice.?redit")
STAKES = ("message", "money_asked", "money_leaves")
NAMES = ("acme", "bolt")
SOURCES = ("owner", "mail")
COUNTRIES = ("DE", "KP")
AMOUNTS = tuple(map(Decimal, ("0", "10", "10.5", "500")))
HOURS = (time(0), time(8), time(18), time(23, 59))
ROLES = (Role.OWNER, Role.VAULT)
VERBS = (Verb.APPROVE, Verb.PROPOSE)
LEVELS = tuple(Level)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


EASY = Rule("everything", frozenset(ROLES), frozenset(VERBS), Level.ALLOW)


def sets(names: Sequence[str]) -> tuple[frozenset[str], ...]:
    """Every choice of some of them."""
    return tuple(frozenset(some) for size in range(1, len(names) + 1) for some in combinations(names, size))


VALUES: dict[str, Sequence[object]] = {
    "up_to": AMOUNTS,
    "above": AMOUNTS,
    "day_sum_up_to": AMOUNTS,
    "day_sum_above": AMOUNTS,
    "currency": ("EUR", "USD"),
    "count_up_to": (1, 2, 3),
    "count_above": (1, 2, 3),
    "known_days": (0, 1, 2),
    "newer_than_days": (0, 1, 2),
    "counterparties": sets(NAMES),
    "sources": sets(SOURCES),
    "stakes": sets(STAKES),
    "countries": sets(COUNTRIES),
    "weekdays": (frozenset({0}), frozenset({0, 1}), frozenset(range(7)), frozenset({5, 6})),
    "from_time": HOURS,
    "to_time": HOURS,
}
ONLY_DEMANDS = frozenset({"above", "day_sum_above", "count_above"})
ONLY_GRANTS = frozenset({"up_to", "day_sum_up_to", "count_up_to"})


@st.composite
def conditions(draw: st.DrawFn, *, demands: bool) -> Conditions:
    """At most two are set, so that rules hold now and then."""
    names = sorted(VALUES.keys() - (ONLY_GRANTS if demands else ONLY_DEMANDS))
    chosen = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    values = {name: draw(st.sampled_from(VALUES[name])) for name in chosen}
    return Conditions(**{"currency": "EUR", **values})  # type: ignore[arg-type] # values of their own conditions


@st.composite
def rules(draw: st.DrawFn, *, demands: bool | None = None) -> Rule:
    """A rule that is allowed: bounded from the side that its kind may be."""
    demands = draw(st.booleans()) if demands is None else demands
    return Rule(
        name=draw(st.sampled_from(("row 1", "row 2"))),
        roles=draw(st.sampled_from((frozenset({Role.VAULT}), frozenset(ROLES)))),
        verbs=draw(st.sampled_from((frozenset({Verb.APPROVE}), frozenset(VERBS)))),
        level=draw(st.sampled_from(LEVELS if demands else LEVELS[:-1])),
        action=draw(st.sampled_from(PATTERNS)),
        when=draw(conditions(demands=demands)),
        demands=demands,
    )


@st.composite
def changes(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """A policy and what became of it by one edit: a rule gone, new, or with one thing of another.

    Demands are edited above a grant of everything, so that they decide.
    """
    rule = draw(rules())
    others = [EASY] if rule.demands else draw(st.lists(rules(demands=True), max_size=1))
    edited = draw(st.sampled_from(("gone", "new", *("turned",) * 6)))
    after = [draw(turned(rule))] if edited == "turned" else []
    before, after = ([], [rule]) if edited == "new" else ([rule], after)
    return Policy([*others, *before]), Policy([*others, *after])


@st.composite
def turned(draw: st.DrawFn, rule: Rule) -> Rule:
    """The rule with one thing of another rule of its kind; mostly with another value of what is set."""
    part = draw(st.sampled_from(("level", "action", "roles", "verbs", *("when",) * 6)))
    if part != "when":
        return replace(rule, **{part: getattr(draw(rules(demands=rule.demands)), part)})
    names = sorted(VALUES.keys() - (ONLY_GRANTS if rule.demands else ONLY_DEMANDS))
    is_set = [each for each in names if getattr(rule.when, each) != getattr(ALWAYS, each)]
    name = draw(st.sampled_from([*names, *is_set * 6]))
    values = VALUES[name] if name == "currency" else (getattr(ALWAYS, name), *VALUES[name])
    return replace(rule, when=replace(rule.when, **{name: draw(st.sampled_from(values))}))


class Dice:
    """Falls the same way each time."""

    def __init__(self) -> None:
        self._thrown = 0

    def choice(self, options: Sequence[Option]) -> Option:
        self._thrown += 1
        digest = hashlib.sha256(str(self._thrown).encode()).digest()
        return options[int.from_bytes(digest[:4]) % len(options)]


def requests(number: int) -> tuple[Request, ...]:
    """As many requests, the same each time; they stand on the bounds of the rules above, and beside them."""
    dice = Dice()
    return tuple(_request(dice) for _ in range(number))


def _request(dice: Dice) -> Request:
    return Request(
        role=dice.choice((Role.VAULT, Role.VAULT, Role.OWNER)),
        verb=dice.choice((Verb.APPROVE, Verb.APPROVE, Verb.PROPOSE)),
        at=MONDAY + timedelta(days=dice.choice((0, 1, 5)), minutes=dice.choice(range(0, 24 * 60, 15))),
        action=dice.choice(ACTIONS),
        stakes=dice.choice(("", *STAKES)),
        amount=dice.choice((None, *AMOUNTS, Decimal("10.01"), Decimal(1000))),
        currency=dice.choice(("EUR", "EUR", "USD", "")),
        counterparty=dice.choice(("", *NAMES, "cato")),
        source=dice.choice(("", *SOURCES)),
        known_days=dice.choice((None, 0, 1, 2)),
        country=dice.choice(("", *COUNTRIES)),
        today=dice.choice((None, (), tuple(_begun(dice) for _ in range(dice.choice((0, 1, 2)))))),
    )


def _begun(dice: Dice) -> Begun:
    amount = dice.choice((None, *AMOUNTS))
    return Begun(
        dice.choice(ACTIONS), dice.choice(("", *STAKES)), dice.choice((1, 2)), amount, dice.choice(("EUR", "USD"))
    )
