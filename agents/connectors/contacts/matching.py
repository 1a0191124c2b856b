"""What the cards of a file would change among the contacts there are. Pure; nothing the owner wrote is replaced."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from agents.connectors.contacts.actions import Change
from agents.connectors.contacts.reader import by_way
from agents.connectors.contacts.values import MAX_VALUES, Values, name_form, ways
from agents.security.personal_numbers import e164

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from agents.connectors.contacts.reader import Contact


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change, how many cards were one person, and how many brought nothing new."""

    changes: tuple[Change, ...]
    merged: int
    known: int


def plan(cards: Sequence[Values], contacts: Sequence[Contact]) -> Plan:
    """Cards that share a mail address or a phone number are one; then each is a new contact, or adds to one we know."""
    people = _joined(cards)
    known = by_way(contacts)
    ways_to: dict[str, set[str]] = {}
    for way, sharing in known.items():
        for contact in sharing:
            ways_to.setdefault(contact.path, set()).add(way)
    changes: list[Change] = []
    for each, leading in people:
        same = next((known[way][0] for way in leading if way in known), None)
        if same is None:
            changes.append(Change(note="", values=each))
        elif (added := _news(each, same.values, ways_to[same.path])) is not None:
            changes.append(Change(note=same.stem, values=added))
    return Plan(tuple(changes), len(cards) - len(people), len(people) - len(changes))


def _joined(cards: Sequence[Values]) -> list[tuple[Values, tuple[str, ...]]]:
    """Each person with the ways to them: cards that share a way, also through others, or that say the same.

    A way is asked of each card once, and every way and wording is looked up: no card is compared with all others.
    """
    leading = [tuple(ways(card)) for card in cards]
    before: dict[Hashable, int] = {}  # a way or a wording, and the first card that has it
    joins = [*range(len(cards))]  # for each card an earlier one of the same person, or itself
    for number, card in enumerate(cards):
        for key in (*leading[number], _wording(card)):
            one, other = _first(joins, before.setdefault(key, number)), _first(joins, number)
            joins[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for number in range(len(cards)):
        groups.setdefault(_first(joins, number), []).append(number)
    return [_person([cards[each] for each in group], leading[first]) for first, group in groups.items()]


def _first(joins: list[int], number: int) -> int:
    """The first card of the same person; the way there is made shorter."""
    while joins[number] != number:
        joins[number] = joins[joins[number]]
        number = joins[number]
    return number


def _wording(card: Values) -> Hashable:
    """What a card says, its name in whatever case and order."""
    return (name_form(card.name) or card.name.casefold(), card.model_copy(update={"name": ""}))


def _person(cards: Sequence[Values], leading: tuple[str, ...]) -> tuple[Values, tuple[str, ...]]:
    """`leading`: the ways of the first card."""
    whole = reduce(united, cards)
    return whole, leading if len(cards) == 1 else tuple(ways(whole))


def united(first: Values, second: Values) -> Values:
    """Both in one; where there is room for one value only, the first one's stays."""
    names = (name for name in (second.name, *second.aliases) if name.casefold() != first.name.casefold())
    return Values(
        name=first.name or second.name,
        company=first.company or second.company,
        emails=_more(first.emails, second.emails),
        phones=_more(first.phones, second.phones),
        aliases=_more(first.aliases, tuple(filter(None, names)) if first.name else second.aliases),
        address=first.address or second.address,
    )


def _more(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    known = {each.casefold() for each in first}
    return (*first, *(each for each in second if each.casefold() not in known))[:MAX_VALUES]


def _news(card: Values, known: Values, leading: set[str]) -> Values | None:
    """What of a card is new to a contact, None when nothing is. A company or address is, where there was none.

    `leading`: the ways to the contact.
    """
    same_ways = {*leading, *known.phones}
    names = {each.casefold() for each in (known.name, *known.aliases, known.company)}
    added = Values(
        company="" if known.company else card.company,
        emails=tuple(each for each in card.emails if each.casefold() not in same_ways),
        phones=tuple(each for each in card.phones if each not in same_ways and e164(each) not in same_ways),
        aliases=tuple(each for each in (card.name, *card.aliases) if each and each.casefold() not in names),
        address=() if known.address else card.address,
    )
    return None if added == Values() else added
