"""Who may do what: a pure function over typed requests that names the rule that decided.

Two kinds of rules (ADR 0038). A grant says how little is asked where it holds; a demand says how much is asked at
least. The answer is the easiest grant, raised to the strictest demand; without a grant it is no. What nobody knows
grants nothing, and where a demand depends on it, a proof is asked. Amounts bound grants from above and demands from
below, so raising an amount never makes the answer easier. Above all rules stands what each role is for: no rule lets
the agent approve, or anybody approve what they proposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from agents.security.permission_checks import checks_of, evened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, time


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


HUMAN = frozenset({Role.OWNER, Role.APPROVER, Role.ACCOUNTANT, Role.VAULT})
_OF_PEOPLE = frozenset({Verb.READ, Verb.VERIFY, Verb.FILE, Verb.PROPOSE, Verb.APPROVE})
MAY_AT_MOST: dict[Role, frozenset[Verb]] = {
    Role.OWNER: _OF_PEOPLE | {Verb.CHANGE_POLICY},
    Role.VAULT: _OF_PEOPLE | {Verb.CHANGE_POLICY},
    Role.APPROVER: _OF_PEOPLE,
    Role.ACCOUNTANT: _OF_PEOPLE,
    Role.AUDITOR: frozenset({Verb.READ, Verb.VERIFY}),
    Role.AGENT: frozenset({Verb.READ, Verb.PROPOSE}),
    Role.WATCHER: frozenset({Verb.FILE}),
    Role.EXECUTOR: frozenset({Verb.EXECUTE}),
}


@dataclass(frozen=True, slots=True)
class Begun:
    """Effects of one action begun within a day; `amount` is their sum in `currency`, None when they move no money."""

    action: str
    stakes: str
    count: int
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. None and "" mean that nobody knows.

    `source` is where the counterparty comes from ('owner', 'contacts', 'sender', 'mail', ...); `known_days` since when
    we know them; `country` is theirs (ISO 3166, two letters), never that of an IP address. `today` is what else was
    begun within a day, by action and currency, without this one. `at` is local time. `proposer` and `by` name a
    person or a part of us. `approved` is how much the yes was worth with which something is executed; None = no yes.
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
    today: tuple[Begun, ...] | None = None
    proposer: str = ""
    by: str = ""
    approved: Level | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a rule holds; what is left out holds always. Names are alternatives: one of them is enough.

    Grants are bounded by `up_to`, `day_sum_up_to` and `count_up_to`, demands by `above`, `day_sum_above` and
    `count_above`; amounts are in `currency`. Sums and counts are of all that the rule is about and was begun within a
    day, this one included. `from_time` to `to_time` is local and half open; it may pass midnight. `weekdays` are 0
    (Monday) to 6.
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
        ValueError: it grants nothing, a grant is bounded from below or a demand from above, or an amount has no
            currency or is no number.
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
        from_above, from_below = (when.up_to, when.day_sum_up_to), (when.above, when.day_sum_above)
        wrong = (*from_above, when.count_up_to) if self.demands else (*from_below, when.count_above)
        amounts = [each for each in (*from_above, *from_below) if each is not None]
        if not self.demands and self.level is Level.DENY:
            raise ValueError(f"{self.name}: a no is a demand")
        if any(each is not None for each in wrong):
            raise ValueError(f"{self.name}: more would be easier")
        if amounts and not (when.currency and all(map(Decimal.is_finite, amounts))):
            raise ValueError(f"{self.name}: an amount needs its currency")


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer, and the name of the rule that decided."""

    level: Level
    rule: str


NO_GRANT = Ruling(Level.DENY, "nothing allows it")
NOT_ITS_PART = Ruling(Level.DENY, "this is never up to them, whatever a rule says")
OWN_PROPOSAL = Ruling(Level.DENY, "nobody approves what they proposed themselves")
NOT_APPROVED = Ruling(Level.DENY, "only what is approved is carried out")


class Policy:
    """Rules, sorted once so that a decision looks only at those that can hold."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._sorted: dict[tuple[Role, Verb, str, str], tuple[tuple[_Ready, ...], tuple[_Ready, ...]]] = {}

    def decide(self, request: Request) -> Ruling:
        """The easiest grant that holds, raised to the strictest demand; one nobody can rule out asks for a proof."""
        if never := _never(request):
            return never
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
        """Grants from the easiest, demands from the strictest; of rules that say the same, the first one speaks."""
        kind = (request.role, request.verb, request.action, request.stakes)
        found = self._sorted.get(kind)
        if found is None:
            rules = [each for each in self.rules if _is_about(each, request)]
            grants = sorted((each for each in rules if not each.demands), key=lambda each: each.level)
            demands = sorted((each for each in rules if each.demands), key=lambda each: -each.level)
            found = self._sorted[kind] = tuple(map(_Ready, grants)), tuple(map(_Ready, demands))
        return found


def _never(request: Request) -> Ruling | None:
    """What no rule can allow."""
    if request.verb not in MAY_AT_MOST[request.role]:
        return NOT_ITS_PART
    if request.verb is Verb.EXECUTE and request.approved is None:
        return NOT_APPROVED
    own = request.by.strip().casefold()
    if request.verb is Verb.APPROVE and own and own == request.proposer.strip().casefold():
        return OWN_PROPOSAL
    return None


class _Ready:
    """A rule with the conditions it has, and no others."""

    def __init__(self, rule: Rule) -> None:
        self.ruling = Ruling(rule.level, rule.name)
        self._when = evened(rule.when)
        self._action = rule.action
        self._checks = checks_of(rule.when)

    def holds(self, request: Request) -> bool | None:
        """Whether every condition holds; None when that depends on what nobody knows."""
        known: bool | None = True
        for check in self._checks:
            holds = check(self._when, self._action, request)
            if holds is False:
                return False
            known = known and holds
        return known


def _is_about(rule: Rule, request: Request) -> bool:
    """Whether it can hold for requests of this role, verb, action and stakes."""
    if request.role not in rule.roles or request.verb not in rule.verbs:
        return False
    if rule.when.stakes and request.stakes and request.stakes not in rule.when.stakes:
        return False
    return fnmatchcase(request.action, rule.action)
