"""What the cards of a file would change among the contacts there are. Pure; nothing the owner wrote is replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.contacts.actions import Change
from agents.connectors.contacts.reader import by_way
from agents.connectors.contacts.values import MAX_VALUES, Values, ways

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    changes: list[Change] = []
    for each in people:
        same = next((known[way][0] for way in ways(each) if way in known), None)
        if same is None:
            changes.append(Change(note="", values=each))
        elif (added := _news(each, same.values)) is not None:
            changes.append(Change(note=same.stem, values=added))
    return Plan(tuple(changes), len(cards) - len(people), len(people) - len(changes))


def _joined(cards: Sequence[Values]) -> list[Values]:
    people: list[Values] = []
    at: dict[str, int] = {}
    for card in cards:
        number = next((at[way] for way in ways(card) if way in at), None)
        if number is None:
            number = next((n for n, each in enumerate(people) if each == card), len(people))
        if number == len(people):
            people.append(card)
        else:
            people[number] = united(people[number], card)
        at |= dict.fromkeys(ways(card), number)
    return people


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


def _news(card: Values, known: Values) -> Values | None:
    """What of a card is new to a contact, None when nothing is. A company or address is, where there was none."""
    same_ways = {*ways(known)}
    names = {each.casefold() for each in (known.name, *known.aliases, known.company)}
    added = Values(
        company="" if known.company else card.company,
        emails=tuple(each for each in card.emails if each.casefold() not in same_ways),
        phones=tuple(each for each in card.phones if same_ways.isdisjoint(ways(Values(phones=(each,))) or {each})),
        aliases=tuple(each for each in (card.name, *card.aliases) if each and each.casefold() not in names),
        address=() if known.address else card.address,
    )
    return None if added == Values() else added
