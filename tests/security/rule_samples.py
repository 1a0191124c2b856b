"""Rules, policies and requests out of a small world, so that rules meet and requests hit their bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from agents.security.permission_manager import Begun, Conditions, Level, Policy, Request, Role, Rule, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

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
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def some(values: Sequence[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.just(frozenset[str]()) | st.frozensets(st.sampled_from(values))


def maybe(values: Sequence[Decimal]) -> st.SearchStrategy[Decimal | None]:
    return st.none() | st.none() | st.sampled_from(values)


CONDITIONS = st.builds(
    Conditions,
    up_to=maybe(AMOUNTS),
    above=maybe(AMOUNTS),
    day_sum_up_to=maybe(AMOUNTS),
    day_sum_above=maybe(AMOUNTS),
    currency=st.sampled_from(("EUR", "USD")),
    count_up_to=st.none() | st.none() | st.integers(1, 3),
    count_above=st.none() | st.none() | st.integers(1, 3),
    known_days=st.none() | st.none() | st.integers(0, 2),
    newer_than_days=st.none() | st.none() | st.integers(0, 2),
    counterparties=some(NAMES),
    sources=some(SOURCES),
    stakes=some(STAKES),
    countries=some(COUNTRIES),
    weekdays=st.just(frozenset[int]()) | st.frozensets(st.integers(0, 6)),
    from_time=st.none() | st.sampled_from(HOURS),
    to_time=st.none() | st.sampled_from(HOURS),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule that is allowed: bounded from the side that its kind may be."""
    when, demands = draw(CONDITIONS), draw(st.booleans())
    if demands:
        when = replace(when, up_to=None, day_sum_up_to=None, count_up_to=None)
    else:
        when = replace(when, above=None, day_sum_above=None, count_above=None)
    return Rule(
        name=draw(st.sampled_from(("row 1", "row 2"))),
        roles=draw(st.frozensets(st.sampled_from(ROLES), min_size=1)),
        verbs=draw(st.frozensets(st.sampled_from(VERBS), min_size=1)),
        level=draw(st.sampled_from(Level if demands else [each for each in Level if each < Level.DENY])),
        action=draw(st.sampled_from(PATTERNS)),
        when=when,
        demands=demands,
    )


BEGUN = st.builds(
    Begun,
    action=st.sampled_from(ACTIONS),
    stakes=st.sampled_from(("", *STAKES)),
    count=st.integers(1, 2),
    amount=st.none() | st.sampled_from(AMOUNTS),
    currency=st.sampled_from(("EUR", "USD")),
)
REQUESTS = st.builds(
    Request,
    role=st.sampled_from(ROLES),
    verb=st.sampled_from(VERBS),
    at=st.integers(0, 7 * 24 * 4).map(lambda quarter: MONDAY + timedelta(minutes=15 * quarter)),
    action=st.sampled_from(ACTIONS),
    stakes=st.sampled_from(("", *STAKES)),
    amount=st.none() | st.sampled_from((*AMOUNTS, Decimal("10.01"), Decimal(1000))),
    currency=st.sampled_from(("EUR", "USD", "")),
    counterparty=st.sampled_from(("", *NAMES, "cato")),
    source=st.sampled_from(("", *SOURCES)),
    known_days=st.none() | st.integers(0, 3),
    country=st.sampled_from(("", *COUNTRIES)),
    today=st.none() | st.lists(BEGUN, max_size=2).map(tuple),
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """A policy, and what became of it: rules gone, new, or the same with another level, pattern or condition."""
    old = draw(st.lists(rules(), max_size=5))
    new = [each for each in old if draw(st.integers(0, 5))]
    for at, each in enumerate(new):
        if draw(st.booleans()):
            new[at] = draw(turned(each))
    new += draw(st.lists(rules(), max_size=2))
    return Policy(old), Policy(new)


@st.composite
def turned(draw: st.DrawFn, rule: Rule) -> Rule:
    """The rule with one thing of another rule of its kind."""
    other = draw(rules().filter(lambda each: each.demands == rule.demands))
    part = draw(st.sampled_from(("level", "action", "roles", "verbs", "when")))
    if part != "when":
        return replace(rule, **{part: getattr(other, part)})
    name = draw(st.sampled_from(Conditions.__slots__))
    return replace(rule, when=replace(rule.when, **{name: getattr(other.when, name)}))
