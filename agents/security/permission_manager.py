"""Who may do what: a pure function over typed requests that names the rule that decided.

Two kinds of rules (ADR 0038). A grant says how little is asked where it holds; a demand says how much is asked at
least. The answer is the easiest grant, raised to the strictest demand; without a grant it is no. What nobody knows
grants nothing, and where a demand depends on it, a proof is asked. Amounts bound grants from above and demands from
below, so raising an amount never makes the answer easier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import IntEnum, StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from decimal import Decimal


class Role(StrEnum):
    """Who asks. `vault`: whoever can write the folder, since a move has no author."""

    OWNER = "owner"
    APPROVER = "approver"
    ACCOUNTANT = "accountant"
    AUDITOR = "auditor"
    AGENT = "agent"
    WATCHER = "watcher"
    EXECUTOR = "executor"
    VAULT = "vault"


class Verb(StrEnum):
    """What somebody wants to do."""

    READ = "read"
    VERIFY = "verify"
    FILE = "file"  # what arrived becomes a task
    PROPOSE = "propose"
    APPROVE = "approve"
    EXECUTE = "execute"
    CHANGE_POLICY = "change_policy"


class Level(IntEnum):
    """How much is asked before it may be: nothing, a plain yes, a proof that it is the owner, two people; or never."""

    ALLOW = 0
    ASK = 1
    PROVE = 2
    TWO = 3
    DENY = 4


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. None and "" mean that nobody knows.

    `source` is where the counterparty comes from ('owner', 'contacts', 'sender', 'mail', ...); `known_days` since when
    we know them; `country` is theirs (ISO 3166, two letters), never that of an IP address. `day_sum` and `day_count`
    are what was begun today of this kind, this one included; `day_sum` in `currency`. `at` is local and aware.
    `proposer` and `by` name a person or a part of us.
    """

    role: Role
    verb: Verb
    at: datetime
    action: str = ""
    stakes: str = ""
    amount: Decimal | None = None
    currency: str = ""
    counterparty: str = ""
    source: str = ""
    known_days: int | None = None
    country: str = ""
    day_sum: Decimal | None = None
    day_count: int | None = None
    proposer: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a rule holds; what is left out holds always. Names are alternatives: one of them is enough.

    Grants are bounded by `up_to`, `day_sum_up_to` and `count_up_to`, demands by `above`, `day_sum_above` and
    `count_above`; amounts are in `currency`. `from_time` to `to_time` is local and half open; it may pass midnight.
    `weekdays` are 0 (Monday) to 6.
    """

    up_to: Decimal | None = None
    above: Decimal | None = None
    day_sum_up_to: Decimal | None = None
    day_sum_above: Decimal | None = None
    currency: str = ""
    count_up_to: int | None = None
    count_above: int | None = None
    known_days: int | None = None  # known for so long at least
    newer_than_days: int | None = None  # known for less
    counterparties: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    stakes: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()
    from_time: time | None = None
    to_time: time | None = None


ALWAYS = Conditions()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `demands` False: a grant of `level`; True: at least `level`. `action` is a pattern as in 'payment.*'.

    Raises:
        ValueError: a grant is bounded from below or a demand from above, or an amount names no currency.
    """

    name: str
    roles: frozenset[Role]
    verbs: frozenset[Verb]
    level: Level
    action: str = "*"
    when: Conditions = ALWAYS
    demands: bool = False

    def __post_init__(self) -> None:
        """Refuse what would make more easier."""
        when = self.when
        money = (when.up_to, when.day_sum_up_to), (when.above, when.day_sum_above)
        wrong = (*money[0], when.count_up_to) if self.demands else (*money[1], when.count_above)
        if any(each is not None for each in wrong):
            raise ValueError(f"{self.name}: more would be easier")
        if any(each is not None for each in (*money[0], *money[1])) and not when.currency:
            raise ValueError(f"{self.name}: an amount needs its currency")


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer, and the name of the rule that decided."""

    level: Level
    rule: str


NO_GRANT = Ruling(Level.DENY, "nothing allows it")


class Policy:
    """Rules, sorted once so that a decision looks only at those that can hold."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._sorted: dict[tuple[Role, Verb, str], tuple[tuple[_Ready, ...], tuple[_Ready, ...]]] = {}

    def decide(self, request: Request) -> Ruling:
        """The easiest grant that holds, raised to the strictest demand; one nobody can rule out asks for a proof."""
        grants, demands = self._of(request)
        ruling = next((each.ruling for each in grants if each.holds(request)), NO_GRANT)
        for each in demands:
            if each.ruling.level <= ruling.level:
                break
            holds = each.holds(request)
            if holds:
                ruling = each.ruling
            elif holds is None and ruling.level < Level.PROVE:
                ruling = Ruling(min(each.ruling.level, Level.PROVE), each.ruling.rule)
        return ruling

    def _of(self, request: Request) -> tuple[tuple[_Ready, ...], tuple[_Ready, ...]]:
        """Grants from the easiest, demands from the strictest."""
        kind = (request.role, request.verb, request.action)
        found = self._sorted.get(kind)
        if found is None:
            rules = [each for each in self.rules if _is_about(each, request)]
            grants = sorted((each for each in rules if not each.demands), key=lambda each: each.level)
            demands = sorted((each for each in rules if each.demands), key=lambda each: -each.level)
            found = self._sorted[kind] = tuple(map(_Ready, grants)), tuple(map(_Ready, demands))
        return found


class _Ready:
    """A rule with the conditions it has, and no others."""

    def __init__(self, rule: Rule) -> None:
        self.ruling = Ruling(rule.level, rule.name)
        self._when = rule.when
        self._checks = [check for names, check in _CHECKS if any(_is_set(rule.when, name) for name in names)]

    def holds(self, request: Request) -> bool | None:
        """Whether every condition holds; None when that depends on what nobody knows."""
        known: bool | None = True
        for check in self._checks:
            holds = check(self._when, request)
            if holds is False:
                return False
            known = known and holds
        return known


def _is_about(rule: Rule, request: Request) -> bool:
    return request.role in rule.roles and request.verb in rule.verbs and fnmatchcase(request.action, rule.action)


def _is_set(when: Conditions, name: str) -> bool:
    return getattr(when, name) not in (None, frozenset())


def _amount(when: Conditions, request: Request) -> bool:
    return _within(when.up_to, when.above, when.currency, request.amount, request.currency)


def _day_sum(when: Conditions, request: Request) -> bool:
    return _within(when.day_sum_up_to, when.day_sum_above, when.currency, request.day_sum, request.currency)


def _within(up_to: Decimal | None, above: Decimal | None, bound: str, amount: Decimal | None, currency: str) -> bool:
    """What moves no money is bounded by no amount; another currency is more than any bound."""
    if amount is None:
        return False
    beyond = currency != bound
    return (up_to is None or (not beyond and amount <= up_to)) and (above is None or beyond or amount > above)


def _count(when: Conditions, request: Request) -> bool | None:
    if request.day_count is None:
        return None
    few = when.count_up_to is None or request.day_count <= when.count_up_to
    return few and (when.count_above is None or request.day_count > when.count_above)


def _known(when: Conditions, request: Request) -> bool | None:
    if request.known_days is None:
        return None
    old = when.known_days is None or request.known_days >= when.known_days
    return old and (when.newer_than_days is None or request.known_days < when.newer_than_days)


def _counterparty(when: Conditions, request: Request) -> bool | None:
    return request.counterparty.casefold() in when.counterparties if request.counterparty else None


def _source(when: Conditions, request: Request) -> bool | None:
    return request.source in when.sources if request.source else None


def _stakes(when: Conditions, request: Request) -> bool | None:
    return request.stakes in when.stakes if request.stakes else None


def _country(when: Conditions, request: Request) -> bool | None:
    return request.country in when.countries if request.country else None


def _weekday(when: Conditions, request: Request) -> bool:
    return request.at.weekday() in when.weekdays


def _time(when: Conditions, request: Request) -> bool:
    start, end = when.from_time or time.min, when.to_time or time.min
    now = request.at.time()
    if start < end:
        return start <= now < end
    return now >= start or now < end


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Conditions, Request], bool | None]], ...] = (
    (("stakes",), _stakes),
    (("counterparties",), _counterparty),
    (("sources",), _source),
    (("up_to", "above"), _amount),
    (("day_sum_up_to", "day_sum_above"), _day_sum),
    (("count_up_to", "count_above"), _count),
    (("known_days", "newer_than_days"), _known),
    (("countries",), _country),
    (("weekdays",), _weekday),
    (("from_time", "to_time"), _time),
)
