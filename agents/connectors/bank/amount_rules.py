"""Lines that do not name what they pay: by amount, party and date; one payment for many; another currency. Pure.

An amount alone is never enough: every rule here begins with the party.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.bank.evidence import Likeness, Seen
from agents.connectors.bank.findings import ASK, Desk, Finding, Use, least_likeness
from agents.connectors.bank.matches import NOTHING, Kind
from agents.connectors.bank.reference_rules import DOUBTED, STRONG, SURE, WEAK, named_items
from agents.connectors.bank.references import plain, tail_of
from agents.connectors.bank.subset_sums import chance_of_accident, subsets_of_sum
from agents.connectors.books import cents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

GUESS = 0.6
_LIKELY_ACCIDENT = 0.005


def by_amount(seen: Seen, desk: Desk) -> Finding | None:
    """The party is known, and one item of theirs has the amount and is of the time."""
    parties = seen.known_parties()
    fitting = [place for party in parties for place in desk.of_amount(seen, party, seen.target)]
    if not fitting:
        return None
    free = [place for place in fitting if desk.is_free(seen, [place])]
    if not free:
        return None
    told = [place for place in free if _tails_of(desk, place) & seen.mentions.tails]
    chosen = fitting if len(fitting) == 1 else told
    if len(chosen) != 1 or chosen[0] not in free:
        uses = desk.whole(seen, free[:1])
        several = Finding(Kind.AMOUNT, GUESS, (f"{len(fitting)} of theirs have the amount.",), uses, is_loose=True)
        return desk.checked(seen, several)
    number = desk.item(chosen[0]).number
    reason = f"{number} is the only one of theirs with this amount."
    found = Finding(Kind.AMOUNT, STRONG if told else SURE, (reason,), desk.whole(seen, chosen))
    if seen.mentions.named_tails and not told:
        found = found.at_most(DOUBTED, "The number in its text is another one.")
    others = [each for each in desk.of_party(seen, desk.item(chosen[0]).party) if each != chosen[0]]
    if _two_make_it(seen, desk, others):
        found = found.at_most(DOUBTED, "Two others of theirs make up the amount too.")
    if _are_in_parts(seen, desk, others):
        found = found.at_most(DOUBTED, "They pay another one in parts.")
    return _doubted(seen, desk, found)


def by_sum(seen: Seen, desk: Desk) -> Finding | None:
    """The party is known, and some of their items together have the amount, in one way only."""
    parties = seen.known_parties()
    if len(parties) != 1:
        return None
    places = desk.of_party(seen, parties[0])
    amounts = [desk.certainly(seen, each) for each in places]
    sums = subsets_of_sum(amounts, seen.target)
    if not sums or not desk.is_free(seen, [places[at] for at in sums[0]]):
        return None
    uses = desk.whole(seen, [places[at] for at in sums[0]])
    if len(sums) > 1:
        several = Finding(Kind.JOINT, GUESS, ("Their items make up the amount in several ways.",), uses, is_loose=True)
        return desk.checked(seen, several)
    found = Finding(Kind.JOINT, SURE, ("Only these of theirs together have the amount.",), uses)
    if len(uses) < len(places) and chance_of_accident(amounts) > _LIKELY_ACCIDENT:
        found = found.at_most(ASK, "They have so many that some make up any amount.")
    if _are_in_parts(seen, desk, places):
        found = found.at_most(DOUBTED, "They pay one of theirs in parts.")
    if seen.mentions.named_tails and not all(_tails_of(desk, use.place) & seen.mentions.tails for use in uses):
        found = found.at_most(DOUBTED, "The number in its text is not one of all of them.")
    return _doubted(seen, desk, found)


def by_exchange(seen: Seen, desk: Desk) -> Finding | None:
    """One item of another currency, at about what the books hold it at; the bank's amount counts."""
    named = named_items(seen, desk)
    foreign = [place for place in named.places if desk.item(place).currency != seen.line.currency]
    told = [place for place in foreign if _tells_amount(seen, desk, place)]
    if not named.places:
        foreign = told = _told_in_text(seen, desk)
    if len(foreign) != 1 or len(named.places) > 1:
        return None
    place = foreign[0]
    item, is_open = desk.item(place), desk.available(seen, place)
    if not is_open or not desk.is_free(seen, [place]):
        return None
    held = item.booked * is_open / item.amount if item.booked else seen.target
    held = cents(held)
    uses = (Use(place, is_open, seen.sign * held),)
    reason = f"{item.number} over {is_open} {item.currency}, held at {held} {seen.line.currency}."
    found = Finding(Kind.EXCHANGE, STRONG, (reason,), uses, difference=seen.line.amount - seen.sign * held)
    if not item.booked or abs(seen.target - held) > desk.tolerances.rate_part * held:
        found = found.at_most(WEAK, "The rate is not what the books expect.")
    if is_open != item.amount:
        found = found.at_most(ASK, "A part of it was paid before.")
    if not told and not (named.places and named.is_exact):
        found = found.at_most(DOUBTED, "Neither the number nor the amount is written in full.")
    if not named.is_clear:
        found = found.at_most(ASK, "The number is that of several items.")
    return _doubted(seen, desk, found, can_be_late=bool(named.places))


def _doubted(seen: Seen, desk: Desk, found: Finding, *, can_be_late: bool = False) -> Finding:
    """What takes from a match by party: another account, another number, another time."""
    places = [use.place for use in found.uses]
    likeness = least_likeness(desk, seen, places)
    if likeness < Likeness.NAME:
        found = found.at_most(ASK, "The other side is not certain to be the party.")
    if any(desk.known.is_new_account(seen, desk.item(place).party) for place in places):
        found = found.at_most(DOUBTED, "The account is not one we know of the party.")
    if seen.mentions.has_unknown or seen.settled:
        found = found.at_most(DOUBTED, "It names a number that is not open.")
    if desk.is_stale(seen, places) and not can_be_late:
        found = found.at_most(ASK, "It was due long ago.")
    if desk.is_early(seen, places):
        found = found.at_most(ASK, "It is older than the invoice.")
    return desk.checked(seen, found)


def _tails_of(desk: Desk, place: int) -> frozenset[str]:
    """The ends of an item's numbers as people write them alone, with and without zeros."""
    item = desk.item(place)
    tails = [tail_of(each) for each in (item.number, *item.references)]
    return frozenset(form for tail in tails if tail for form in (tail, tail.lstrip("0")))


def _two_make_it(seen: Seen, desk: Desk, others: Sequence[int]) -> bool:
    """Whether two of the other items add up to the amount."""
    before: set[Decimal] = set()
    for amount in (desk.certainly(seen, each) for each in others):
        if seen.target - amount in before:
            return True
        before.add(amount)
    return False


def _are_in_parts(seen: Seen, desk: Desk, others: Sequence[int]) -> bool:
    """Whether one of these was paid in part, or may have been, and can take the amount."""
    return any(
        desk.certainly(seen, each) >= seen.target and desk.available(seen, each) < desk.item(each).amount
        for each in others
    )


def _tells_amount(seen: Seen, desk: Desk, place: int) -> bool:
    item = desk.item(place)
    return item.amount in seen.amounts and item.currency.casefold() in plain(seen.line.text)


def _told_in_text(seen: Seen, desk: Desk) -> list[int]:
    """The items of the party whose amount in their own currency stands in the text."""
    found = [
        place
        for party in seen.known_parties()
        for currency in desk.currencies
        if currency != seen.line.currency
        for amount in sorted(seen.amounts)
        if amount > NOTHING
        for place in desk.of_amount(seen, party, amount, currency)
    ]
    return [place for place in found if _tells_amount(seen, desk, place)]


def guess(seen: Seen, desk: Desk) -> Finding | None:
    """The oldest item of the party that a line without a name may be a part of; never more than a proposal."""
    parties = seen.known_parties()
    places = [place for party in parties for place in desk.of_party(seen, party)]
    fitting = [place for place in places if desk.available(seen, place) > seen.target]
    if not fitting:
        return _all_and_more(seen, desk, places)
    reason = f"It may be a part of {desk.item(fitting[0]).number}, the oldest of theirs that is open."
    use = Use(fitting[0], seen.target, seen.line.amount)
    score = WEAK if len(places) == 1 else GUESS
    return desk.checked(seen, Finding(Kind.PARTIAL, score, (reason,), (use,)))


def _all_and_more(seen: Seen, desk: Desk, places: Sequence[int]) -> Finding | None:
    """One item alone is open, and a little less than what came."""
    if len(places) != 1:
        return None
    uses = desk.whole(seen, places)
    reason = f"{desk.item(places[0]).number} is all that is open of theirs, and it is less."
    return desk.checked(seen, Finding(Kind.OVERPAID, GUESS, (reason,), uses))
