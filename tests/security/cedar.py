"""Our rules as Cedar policies, to compare answers. Cedar only says yes or no, so there is one text for each level.

`at_most(rules, level)` permits what our policy answers with that level or an easier one. A sum within a day cannot be
added up in Cedar: the test hands it over, for each rule.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.security.permission_manager import Level, Request, Role, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Json = dict[str, object]

PARTS = """
forbid(principal == Role::"agent", action, resource) unless {[Action::"read", Action::"propose"].contains(action)};
forbid(principal == Role::"watcher", action, resource) unless {action == Action::"file"};
forbid(principal == Role::"executor", action, resource) unless {action == Action::"execute"};
forbid(principal == Role::"auditor", action, resource) unless {[Action::"read", Action::"verify"].contains(action)};
forbid(principal, action == Action::"execute", resource) unless {principal == Role::"executor" && context.approved};
forbid(principal in Group::"deciders", action == Action::"change_policy", resource);
forbid(principal, action == Action::"approve", resource) when {context.by != "" && context.by == context.proposer};
"""
GROUP: Json = {"type": "Group", "id": "deciders"}


def _entity(role: Role) -> Json:
    parents = [GROUP] if role in {Role.APPROVER, Role.ACCOUNTANT} else []
    return {"uid": {"type": "Role", "id": role.value}, "attrs": {}, "parents": parents}


ENTITIES: list[Json] = [
    {"uid": GROUP, "attrs": {}, "parents": []},
    *(_entity(each) for each in Role),
]


def at_most(rules: Sequence[Rule], level: Level) -> str:
    """The policies that permit what is answered with this level at most."""
    return PARTS + "\n".join(_policies(rules, level))


def _policies(rules: Sequence[Rule], level: Level) -> Iterator[str]:
    for number, rule in enumerate(rules):
        conditions = [*_conditions(rule, number)]
        if not rule.demands and rule.level <= level:
            yield from _each(rule, "permit", [f"{known} && {holds}" for known, holds in conditions])
        elif rule.demands and rule.level > level:
            cautious = min(rule.level, Level.PROVE) > level  # then what nobody can rule out is forbidden too
            words = [f"!({known}) || {holds}" if cautious else f"{known} && {holds}" for known, holds in conditions]
            yield from _each(rule, "forbid", words)


def _each(rule: Rule, effect: str, conditions: list[str]) -> Iterator[str]:
    for role in sorted(rule.roles):
        for verb in sorted(rule.verbs):
            when = " && ".join(f"({each})" for each in [f'context.action like "{rule.action}"', *conditions])
            yield f'{effect}(principal == Role::"{role}", action == Action::"{verb}", resource) when {{{when}}};'


def _conditions(rule: Rule, number: int) -> Iterator[tuple[str, str]]:
    """For each condition, what must be known, and what must hold then."""
    when = rule.when
    for name, of in (("counterparties", "counterparty"), ("sources", "source"), ("stakes", "stakes")):
        if names := getattr(when, name):
            yield f'context.{of} != ""', f"{json.dumps(sorted(names))}.contains(context.{of})"
    if when.countries:
        yield 'context.country != ""', f"{json.dumps(sorted(when.countries))}.contains(context.country)"
    yield from _money(when.up_to, when.above, "cents", "in_eur")
    yield from _money(when.day_sum_up_to, when.day_sum_above, f"day_{number}", f"day_in_eur_{number}")
    yield from _numbers(rule, number)
    if when.weekdays:
        yield "true", f"{sorted(when.weekdays)}.contains(context.weekday)"
    if when.from_time is not None or when.to_time is not None:
        start, end = (each.hour * 60 + each.minute if each else 0 for each in (when.from_time, when.to_time))
        both = "&&" if start < end else "||"
        yield "true", f"(context.minute >= {start} {both} context.minute < {end})"


def _money(up_to: Decimal | None, above: Decimal | None, of: str, same: str) -> Iterator[tuple[str, str]]:
    known, moves = f"(context.moves_nothing || context has {of})", "!context.moves_nothing"
    if up_to is not None:
        yield known, f"({moves} && context.{same} && context.{of} <= {_cents(up_to)})"
    if above is not None:
        yield known, f"({moves} && (!context.{same} || context.{of} > {_cents(above)}))"


def _numbers(rule: Rule, number: int) -> Iterator[tuple[str, str]]:
    when = rule.when
    if when.count_up_to is not None:
        yield f"context has count_{number}", f"context.count_{number} <= {when.count_up_to}"
    if when.count_above is not None:
        yield f"context has count_{number}", f"context.count_{number} > {when.count_above}"
    if when.known_days is not None:
        yield "context has known_days", f"context.known_days >= {when.known_days}"
    if when.newer_than_days is not None:
        yield "context has known_days", f"context.known_days < {when.newer_than_days}"


def _cents(amount: Decimal) -> int:
    return int(amount * 100)


def asked(request: Request, rules: Sequence[Rule]) -> Json:
    """The same question to Cedar."""
    return {
        "principal": f'Role::"{request.role}"',
        "action": f'Action::"{request.verb}"',
        "resource": 'Thing::"it"',
        "context": {**_facts(request), **_counted(request, rules)},
    }


def _facts(request: Request) -> Json:
    names = {each: getattr(request, each) for each in ("action", "stakes", "source")}
    folded = {each: getattr(request, each).strip().lower() for each in ("counterparty", "by", "proposer")}
    return {
        **names,
        **folded,
        "country": request.country.upper(),
        "approved": request.approved is not None,
        "minute": request.at.hour * 60 + request.at.minute,
        "weekday": request.at.weekday(),
        "in_eur": request.currency == "EUR",
        "moves_nothing": request.amount is None and request.stakes in {"message", "deletion"},
        **({} if request.amount is None else {"cents": _cents(request.amount)}),
        **({} if request.known_days is None else {"known_days": request.known_days}),
    }


def _counted(request: Request, rules: Sequence[Rule]) -> Json:
    """What a day adds up to, for each rule."""
    found: Json = {}
    for number, rule in enumerate(rules) if request.today is not None else ():
        stakes = {"", *(rule.when.stakes or {each.stakes for each in request.today or ()})}
        mine = [each for each in request.today or () if each.stakes in stakes and _like(each.action, rule.action)]
        found[f"count_{number}"] = 1 + sum(each.count for each in mine)
        if request.amount is not None:
            spent = [each for each in mine if each.amount is not None]
            found[f"day_{number}"] = _cents(request.amount) + sum(_cents(each.amount or Decimal(0)) for each in spent)
            found[f"day_in_eur_{number}"] = {request.currency, *(each.currency for each in spent)} == {"EUR"}
    return found


def _like(action: str, pattern: str) -> bool:
    head, star, _ = pattern.partition("*")
    return action.startswith(head) if star else action == pattern
