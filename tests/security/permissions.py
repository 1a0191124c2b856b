"""Random rules and requests: few values each, so that they meet."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from agents.security.permission_manager import Begun, Conditions, Level, Request, Role, Rule, Verb

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
VAULT, APPROVE = frozenset({Role.VAULT}), frozenset({Verb.APPROVE})
ACTIONS = ("payment.make", "payment.refund", "email.send", "invoice.create", "")
PATTERNS = ("*", "payment.*", "payment.make", "email.send")
STAKES = ("money_leaves", "message", "deletion")
NAMES = ("anna@client.example", "acme ltd", "eve@other.example")
SOURCES = ("owner", "contacts", "mail")
COUNTRIES = ("DE", "KP")
CURRENCIES = ("EUR", "USD")
AMOUNTS = tuple(map(Decimal, ("0", "0.01", "100", "499.99", "500", "500.01", "2000")))
DAYS = (0, 1, 29, 30, 31)
MINUTES = (0, 1, 479, 480, 720, 1079, 1080, 1439)


def rule(level: Level, when: Conditions | None = None, **others: Any) -> Rule:  # noqa: ANN401 (parts of a Rule)
    """A rule for a plain move that approves."""
    return Rule(
        **{"name": "r", "roles": VAULT, "verbs": APPROVE, "level": level, "when": when or Conditions(), **others}
    )


def ask(**facts: Any) -> Request:  # noqa: ANN401 (parts of a Request)
    """Somebody moves a note, on a Monday at noon."""
    return Request(**{"role": Role.VAULT, "verb": Verb.APPROVE, "at": MONDAY, **facts})


def _some(values: tuple[Any, ...]) -> st.SearchStrategy[frozenset[Any]]:
    return st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(values), min_size=1))


def _maybe(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


def _times() -> st.SearchStrategy[time | None]:
    return _maybe(MINUTES).map(lambda minute: None if minute is None else time(*divmod(minute, 60)))


def _shared() -> dict[str, st.SearchStrategy[Any]]:
    return {
        "currency": st.just("EUR"),
        "known_days": _maybe(DAYS),
        "newer_than_days": _maybe(DAYS),
        "counterparties": _some(NAMES),
        "sources": _some(SOURCES),
        "stakes": _some(STAKES),
        "countries": _some(COUNTRIES),
        "weekdays": _some(tuple(range(7))),
        "from_time": _times(),
        "to_time": _times(),
    }


def _conditions(*bounds: str) -> st.SearchStrategy[Conditions]:
    """At most three conditions at a time: with more, hardly anything ever holds."""
    bound: dict[str, st.SearchStrategy[Any]] = {each: st.sampled_from(AMOUNTS) for each in bounds[:2]}
    every = {**_shared(), **bound, bounds[2]: st.sampled_from((0, 1, 3, 10))}
    return st.lists(st.sampled_from(sorted(every)), max_size=3, unique=True).flatmap(
        lambda names: st.builds(Conditions, **{name: every[name] for name in {*names, "currency"}})
    )


GRANTS = st.builds(
    Rule,
    name=st.sampled_from(("g1", "g2", "g3")),
    roles=st.frozensets(st.sampled_from(Role), min_size=1),
    verbs=st.frozensets(st.sampled_from(Verb), min_size=1),
    level=st.sampled_from([each for each in Level if each is not Level.DENY]),
    action=st.sampled_from(PATTERNS),
    when=_conditions("up_to", "day_sum_up_to", "count_up_to"),
)
DEMANDS = st.builds(
    Rule,
    name=st.sampled_from(("d1", "d2", "d3")),
    roles=st.frozensets(st.sampled_from(Role), min_size=1),
    verbs=st.frozensets(st.sampled_from(Verb), min_size=1),
    level=st.sampled_from(Level),
    action=st.sampled_from(PATTERNS),
    when=_conditions("above", "day_sum_above", "count_above"),
    demands=st.sampled_from([True]),
)
RULES = st.lists(GRANTS | DEMANDS, max_size=8)
# rules about one role and verb, so that most of them have a say
BUSY_RULES = st.lists(
    (GRANTS | DEMANDS).map(
        lambda each: Rule(each.name, VAULT, APPROVE, each.level, each.action, each.when, demands=each.demands)
    ),
    max_size=10,
)
BEGUN = st.builds(
    Begun,
    action=st.sampled_from(ACTIONS[:4]),
    stakes=st.sampled_from(("", *STAKES)),
    count=st.integers(1, 4),
    amount=_maybe(AMOUNTS),
    currency=st.sampled_from(CURRENCIES),
)
_FACTS: dict[str, st.SearchStrategy[Any]] = {
    "at": st.builds(
        lambda day, minute: MONDAY.replace(hour=0) + timedelta(days=day, minutes=minute),
        st.integers(0, 6),
        st.sampled_from(MINUTES),
    ),
    "action": st.sampled_from(ACTIONS),
    "stakes": st.sampled_from(("", *STAKES)),
    "amount": _maybe(AMOUNTS),
    "currency": st.sampled_from(CURRENCIES),
    "counterparty": st.sampled_from(("", *NAMES, "Acme Ltd")),
    "source": st.sampled_from(("", *SOURCES)),
    "known_days": _maybe(DAYS),
    "country": st.sampled_from(("", *COUNTRIES, "kp")),
    "today": st.none() | st.lists(BEGUN, max_size=3).map(tuple),
}
REQUESTS = st.builds(
    Request,
    role=st.sampled_from(Role),
    verb=st.sampled_from(Verb),
    proposer=st.sampled_from(("", "robin", "claude")),
    by=st.sampled_from(("", "robin", "Robin ", "kim")),
    approved=st.none() | st.sampled_from(Level),
    **_FACTS,
)
BUSY_REQUESTS = st.builds(Request, role=st.just(Role.VAULT), verb=st.just(Verb.APPROVE), **_FACTS)
