"""What a change of the rules makes easier: a pure comparison, careful rather than exact (ADR 0039).

A new grant is covered when one old grant holds wherever it does and asks no more; an old demand is kept when one new
demand holds wherever it did and asks no less. If all are, no request is answered more easily, since an answer is the
easiest grant raised to the strictest demand. Rules that only together come to the same count as easier.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from agents.security.permission_manager import Conditions, Level, Policy, Role, Rule, Verb
from agents.security.rule_words import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

MIDNIGHT_US = 24 * 3_600 * 1_000_000
_OF_A_DAY = ("day_sum_up_to", "day_sum_above", "count_up_to", "count_above")
_SETS = ("counterparties", "sources", "stakes", "countries")
_COMPARED = frozenset(
    {
        *_SETS,
        *("up_to", "above", "day_sum_up_to", "day_sum_above", "currency"),
        *("count_up_to", "count_above", "known_days", "newer_than_days", "weekdays", "from_time", "to_time"),
    }
)
_OTHERS = tuple(each.name for each in fields(Conditions) if each.name not in _COMPARED)  # these must be the same


def loosens(old: Policy, new: Policy) -> tuple[str, ...]:
    """What could become easier, a line for each rule; empty only when no request is answered more easily."""
    granted = (f"allowed from now on: {in_words(each)}" for each in new.rules if _eases(each, old, new))
    dropped = (f"asked no longer: {in_words(each)}" for each in old.rules if _is_dropped(each, new))
    return tuple(dict.fromkeys([*granted, *dropped]))


def tightens(old: Policy, new: Policy) -> tuple[str, ...]:
    """What could become harder, a line for each rule."""
    dropped = (f"allowed no longer: {in_words(each)}" for each in old.rules if _eases(each, new, old))
    demanded = (f"asked from now on: {in_words(each)}" for each in new.rules if _is_dropped(each, old))
    return tuple(dict.fromkeys([*dropped, *demanded]))


def _about(rule: Rule) -> Iterator[tuple[Role, Verb]]:
    return ((role, verb) for role in sorted(rule.roles) for verb in sorted(rule.verbs))


def _speaks_of(rule: Rule, who: tuple[Role, Verb]) -> bool:
    return who[0] in rule.roles and who[1] in rule.verbs


def _eases(grant: Rule, old: Policy, new: Policy) -> bool:
    """Whether a grant of the new policy may answer a request more easily than the old policy does."""
    return not grant.demands and any(not _is_covered(grant, who, old, new) for who in _about(grant))


def _is_covered(grant: Rule, who: tuple[Role, Verb], old: Policy, new: Policy) -> bool:
    about = [each for each in new.rules if each.demands and _speaks_of(each, who) and _holds_within(grant, each)]
    level = max((each.level for each in about), default=grant.level)
    asked = max(level, grant.level)  # demands that hold wherever the grant does raise it
    return asked is Level.DENY or any(
        not each.demands and _speaks_of(each, who) and each.level <= asked and _holds_within(grant, each)
        for each in old.rules
    )


def _is_dropped(demand: Rule, new: Policy) -> bool:
    """Whether something that a demand of the old policy asks may not be asked by the new one."""
    return demand.demands and any(not _is_kept(demand, who, new) for who in _about(demand))


def _is_kept(demand: Rule, who: tuple[Role, Verb], new: Policy) -> bool:
    mine = [each for each in new.rules if _speaks_of(each, who)]
    if all(each.level >= demand.level for each in mine if not each.demands):
        return True  # whatever is granted asks as much
    return any(each.demands and each.level >= demand.level and _holds_within(demand, each) for each in mine)


def _holds_within(narrow: Rule, wide: Rule) -> bool:
    """Whether the wide rule holds wherever the narrow one does, and nobody can rule it out where nobody knows."""
    counted = any(getattr(wide.when, each) is not None for each in _OF_A_DAY)
    if counted and (narrow.action, narrow.when.stakes) != (wide.action, wide.when.stakes):
        return False  # each counts what it is about
    return _is_pattern_within(narrow.action, wide.action) and implies(narrow.when, wide.when)


def _is_pattern_within(narrow: str, wide: str) -> bool:
    if wide in {narrow, "*"}:
        return True
    # a star of the narrow pattern is matched by a star of the wide one alone; other signs are not compared
    return not set("?[") & {*narrow, *wide} and fnmatchcase(narrow, wide)


def implies(narrow: Conditions, wide: Conditions) -> bool:
    """Whether the wide conditions hold wherever the narrow ones do, one by one."""
    return (
        all(_is_subset(getattr(narrow, name), getattr(wide, name)) for name in _SETS)
        and all(getattr(narrow, name) == getattr(wide, name) for name in _OTHERS)
        and _are_amounts_within(narrow, wide)
        and _is_at_most(narrow.count_up_to, wide.count_up_to)
        and _is_at_least(narrow.count_above, wide.count_above)
        and _is_at_least(narrow.known_days, wide.known_days)
        and _is_at_most(narrow.newer_than_days, wide.newer_than_days)
        and (narrow.weekdays or frozenset(range(7))) <= (wide.weekdays or frozenset(range(7)))
        and all(any(a >= c and b <= d for c, d in _hours(wide)) for a, b in _hours(narrow))
    )


def _is_subset(narrow: frozenset[str], wide: frozenset[str]) -> bool:
    return not wide or (bool(narrow) and narrow <= wide)


def _are_amounts_within(narrow: Conditions, wide: Conditions) -> bool:
    money = (wide.up_to, wide.above, wide.day_sum_up_to, wide.day_sum_above)
    if any(each is not None for each in money) and narrow.currency != wide.currency:
        return False
    return (
        _is_at_most(narrow.up_to, wide.up_to)
        and _is_at_least(narrow.above, wide.above)
        and _is_at_most(narrow.day_sum_up_to, wide.day_sum_up_to)
        and _is_at_least(narrow.day_sum_above, wide.day_sum_above)
    )


def _is_at_most(narrow: Decimal | int | None, wide: Decimal | int | None) -> bool:
    return wide is None or (narrow is not None and narrow <= wide)


def _is_at_least(narrow: Decimal | int | None, wide: Decimal | int | None) -> bool:
    return wide is None or (narrow is not None and narrow >= wide)


def _hours(when: Conditions) -> tuple[tuple[int, int], ...]:
    """The parts of a day in which it holds, in microseconds; one that passes midnight has two."""
    start, end = _microseconds(when.from_time), _microseconds(when.to_time)
    if start == end:
        return ((0, MIDNIGHT_US),)
    if start < end:
        return ((start, end),)
    return tuple(each for each in ((0, end), (start, MIDNIGHT_US)) if each[0] < each[1])


def _microseconds(at: time | None) -> int:
    at = at or time.min
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond
