"""The conditions of rules, each a check of one request: it holds, it does not, or nobody knows (None). Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agents.security.permission_manager import Begun, Conditions, Request

    Check = Callable[[Conditions, str, Request], bool | None]  # of the conditions of a rule about such actions

MOVES_MONEY = frozenset({"money_asked", "money_leaves", "money_forgiven"})  # stakes whose amount is never nothing


def checks_of(when: Conditions) -> tuple[Check, ...]:
    """The checks of the conditions that are set."""
    return tuple(check for names, check in _CHECKS if any(getattr(when, each) not in _NOT_SET for each in names))


def evened(when: Conditions) -> Conditions:
    """Names and countries as they are compared."""
    names = frozenset(each.strip().casefold() for each in when.counterparties)
    return replace(when, counterparties=names, countries=frozenset(each.strip().upper() for each in when.countries))


def _amount(when: Conditions, _action: str, request: Request) -> bool | None:
    if request.amount is None:
        return _without_amount(request)
    beyond = request.currency != when.currency or not request.amount.is_finite()
    return _within(request.amount, when.up_to, when.above, beyond=beyond)


def _without_amount(request: Request) -> bool | None:
    """What moves no money is bounded by no amount; what does has one that nobody knows."""
    return None if not request.stakes or request.stakes in MOVES_MONEY else False


def _within(amount: Decimal, up_to: Decimal | None, above: Decimal | None, *, beyond: bool) -> bool:
    """`beyond`: it is in another currency, or no number, and so more than any bound."""
    if beyond:
        return up_to is None
    return (up_to is None or amount <= up_to) and (above is None or amount > above)


def _day_sum(when: Conditions, action: str, request: Request) -> bool | None:
    if request.amount is None:
        return _without_amount(request)
    if request.today is None:
        return None
    amounts = [(request.amount, request.currency)]
    amounts += [(each.amount, each.currency) for each in _begun(when, action, request) if each.amount is not None]
    beyond = any(currency != when.currency or not amount.is_finite() for amount, currency in amounts)
    total = Decimal(0) if beyond else sum((amount for amount, _ in amounts), Decimal(0))
    return _within(total, when.day_sum_up_to, when.day_sum_above, beyond=beyond)


def _begun(when: Conditions, action: str, request: Request) -> Iterator[Begun]:
    """What was begun within a day of that which the rule is about."""
    for each in request.today or ():
        if fnmatchcase(each.action, action) and not (when.stakes and each.stakes and each.stakes not in when.stakes):
            yield each


def _count(when: Conditions, action: str, request: Request) -> bool | None:
    if request.today is None:
        return None
    count = 1 + sum(each.count for each in _begun(when, action, request))
    few = when.count_up_to is None or count <= when.count_up_to
    return few and (when.count_above is None or count > when.count_above)


def _known(when: Conditions, _action: str, request: Request) -> bool | None:
    if request.known_days is None:
        return None
    old = when.known_days is None or request.known_days >= when.known_days
    return old and (when.newer_than_days is None or request.known_days < when.newer_than_days)


def _counterparty(when: Conditions, _action: str, request: Request) -> bool | None:
    return request.counterparty.strip().casefold() in when.counterparties if request.counterparty else None


def _source(when: Conditions, _action: str, request: Request) -> bool | None:
    return request.source in when.sources if request.source else None


def _stakes(when: Conditions, _action: str, request: Request) -> bool | None:
    return request.stakes in when.stakes if request.stakes else None


def _country(when: Conditions, _action: str, request: Request) -> bool | None:
    return request.country.upper() in when.countries if request.country else None


def _weekday(when: Conditions, _action: str, request: Request) -> bool:
    return request.at.weekday() in when.weekdays


def _time(when: Conditions, _action: str, request: Request) -> bool:
    start, end = when.from_time or time.min, when.to_time or time.min
    now = request.at.time()
    if start < end:
        return start <= now < end
    return now >= start or now < end


_NOT_SET: tuple[object, ...] = (None, frozenset())
_CHECKS: tuple[tuple[tuple[str, ...], Check], ...] = (
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
