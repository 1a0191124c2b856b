"""Lines that name what they pay: exactly, in part, together, less a fee, or more than is open. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.evidence import Likeness, Seen
from agents.connectors.bank.findings import ASK, Desk, Finding, Named, Use, least_likeness, parties_of
from agents.connectors.bank.matches import NOTHING, Kind
from agents.connectors.bank.subset_sums import subsets_of_sum
from agents.connectors.books import CENT

if TYPE_CHECKING:
    from collections.abc import Iterable

CERTAIN, STRONG, SURE, DOUBTED, WEAK = 1.0, 0.99, 0.98, 0.95, 0.8
_DISCOUNTS = (Decimal("0.02"), Decimal("0.03"))  # for paying early: VAT changes, so it is no fee
_MOST_OVER = Decimal("0.5")  # of the open amount; more is hardly a slip
_NEARLY_ALL = Decimal("0.05")  # that is missing; nobody owes so little on purpose


def named_items(seen: Seen, desk: Desk) -> Named:
    """What a line names, as far as money of its direction can settle it."""
    if seen.id not in desk.named:
        desk.named[seen.id] = _look_up(seen, desk)
    return desk.named[seen.id]


def _look_up(seen: Seen, desk: Desk) -> Named:
    if not seen.mentions.exact and not seen.mentions.loose:
        return Named((), is_exact=True, is_clear=True)
    found: dict[int, bool] = {}
    is_clear = True
    for shared, is_exact in [(each, True) for each in seen.mentions.exact] + [
        (each, False) for each in seen.mentions.loose
    ]:
        places = [place for place in shared if desk.item(place).is_incoming == (seen.sign > 0)]
        likeness = {place: seen.likeness(desk.item(place).party) for place in places}
        most = max(likeness.values(), default=Likeness.OTHER)
        best = [place for place in places if likeness[place] == most]
        is_clear = is_clear and len(best) <= 1
        found |= {place: is_exact for place in best[:1] if place not in found}
    return Named(tuple(found), all(found.values()), is_clear)


def by_reference(seen: Seen, desk: Desk) -> Finding | None:
    """The line names its items, and has what is open of them."""
    named = named_items(seen, desk)
    if not named.places or not _is_of_currency(seen, desk, named.places):
        return None
    uses = desk.whole(seen, named.places)
    if sum((use.taken for use in uses), NOTHING) != seen.target or any(not use.taken for use in uses):
        return None
    numbers = ", ".join(desk.item(place).number for place in named.places)
    kind = Kind.REFERENCE if len(uses) == 1 else Kind.JOINT
    found = Finding(kind, CERTAIN, (f"It names {numbers} and has the amount.",), uses)
    return _weighed(seen, desk, named, found)


def _weighed(seen: Seen, desk: Desk, named: Named, found: Finding) -> Finding:
    """How much the names of numbers are worth, beside who is on the other side."""
    found = _weighed_by_side(seen, desk, named, found)
    if not desk.is_free(seen, named.places):
        found = found.at_most(ASK, "Another line may be for it.")
    if not named.is_clear or len(parties_of(desk, named.places)) > 1:
        found = found.at_most(ASK, "The numbers belong to several parties.")
    if desk.is_early(seen, named.places):
        found = found.at_most(ASK, "It is older than the invoice.")
    return desk.checked(seen, found)


def _weighed_by_side(seen: Seen, desk: Desk, named: Named, found: Finding) -> Finding:
    likeness = least_likeness(desk, seen, named.places)
    if likeness is Likeness.OTHER:
        found = found.at_most(ASK, "It came from or went to somebody else whom we know.")
    elif likeness < Likeness.NAME:
        found = found.at_most(STRONG, "The other side's name or account is not known for it.")
        if seen.mentions.has_unknown:
            found = found.at_most(DOUBTED, "It names another number too, which is not open.")
    if not named.is_exact:
        found = found.at_most(SURE, "The number is not written in full.")
        if likeness < Likeness.CLOSE:
            found = replace(found.at_most(DOUBTED, "It may be the number of something else."), is_loose=True)
    return found


def by_named_gap(seen: Seen, desk: Desk) -> Finding | None:
    """The line names its items, and has more or less than is open of them."""
    if exact := by_reference(seen, desk):
        return exact
    named = named_items(seen, desk)
    if not named.places or not _is_of_currency(seen, desk, named.places) or _is_vague(seen, desk, named):
        return None
    uses = [use for use in desk.whole(seen, named.places) if use.taken]
    is_open = sum((use.taken for use in uses), NOTHING)
    if not is_open:
        return None
    if is_open == seen.target:
        kind = Kind.REFERENCE if len(uses) == 1 else Kind.JOINT
        found = Finding(kind, ASK, ("It has the amount of those it names that are open.",), tuple(uses))
    else:
        found = (
            _less_a_fee(seen, desk, uses, is_open)
            or (_too_little(seen, desk, uses) if seen.target < is_open else None)
            or _too_much(seen, desk, uses, is_open)
        )
    found = _weighed(seen, desk, named, found)
    if least_likeness(desk, seen, named.places) < Likeness.NAME or not named.is_exact or seen.mentions.has_unknown:
        found = found.at_most(ASK, "The amount is another one, and the rest is not certain enough.")
    return found


def _is_vague(seen: Seen, desk: Desk, named: Named) -> bool:
    """Whether neither the number nor the other side is certain: then another amount says it is something else."""
    return not named.is_exact and least_likeness(desk, seen, named.places) < Likeness.CLOSE


def _less_a_fee(seen: Seen, desk: Desk, uses: list[Use], is_open: Decimal) -> Finding | None:
    """Fees make what comes in smaller, and what goes out greater."""
    gap = seen.sign * (is_open - seen.target)
    limits = desk.tolerances
    if gap <= 0:
        return None
    is_named = gap in seen.fees and gap <= limits.named_fee_part * is_open
    if not is_named and gap > min(limits.fee_part * is_open, limits.fee_most):
        return None
    what = "is missing" if seen.sign > 0 else "more went out"
    reason = f"{gap} {what}, which the text calls a fee." if is_named else f"{gap} {what}, as for a fee."
    found = Finding(Kind.FEE, SURE, (reason,), tuple(uses), fee=-gap)
    if not is_named and any(abs(gap - is_open * each) < CENT for each in _DISCOUNTS):
        return found.at_most(DOUBTED, "It may be a discount for paying early.")
    return found


def _too_little(seen: Seen, desk: Desk, uses: list[Use]) -> Finding:
    if len(uses) > 1:
        return _some_of_the_named(seen, uses)
    place = uses[0].place
    found = Finding(
        Kind.PARTIAL,
        SURE,
        (f"It names {desk.item(place).number} and is a part of it.",),
        (Use(place, seen.target, seen.line.amount),),
    )
    if uses[0].taken - seen.target <= _NEARLY_ALL * uses[0].taken:
        return found.at_most(DOUBTED, "It is nearly all of it: a discount, or a fee?")
    others = [each for each in desk.of_amount(seen, desk.item(place).party, seen.target) if each != place]
    if others:
        return found.at_most(ASK, f"But it has exactly the amount of {desk.item(others[0]).number}.")
    if _sums_of_others(seen, desk, place, seen.target):
        return found.at_most(ASK, "But other invoices of the party add up to it.")
    return found


def _some_of_the_named(seen: Seen, uses: list[Use]) -> Finding:
    solutions = subsets_of_sum([use.taken for use in uses], seen.target, at_least=1)
    if solutions and len(solutions) == 1:
        chosen = tuple(uses[at] for at in solutions[0])
        return Finding(Kind.JOINT, ASK, ("It has the amount of some of those it names.",), chosen)
    left, some = seen.target, []
    for use in uses:
        taken = min(left, use.taken)
        if taken > 0:
            some.append(Use(use.place, taken, seen.sign * taken))
        left -= taken
    return Finding(Kind.PARTIAL, WEAK, ("It is less than those it names; the first ones come first.",), tuple(some))


def _too_much(seen: Seen, desk: Desk, uses: list[Use], is_open: Decimal) -> Finding:
    over = seen.target - is_open
    place = uses[0].place
    more = _also_paid(seen, desk, [use.place for use in uses], over)
    if more is not None and len(more) == 1 and desk.is_free(seen, more[0]):
        numbers = ", ".join(desk.item(each).number for each in more[0])
        joint = (*uses, *desk.whole(seen, more[0]))
        return Finding(Kind.JOINT, SURE, (f"It names some, and {numbers} of the party make up the rest.",), joint)
    found = Finding(Kind.OVERPAID, SURE, (f"It is {over} more than is open.",), tuple(uses))
    if more is None or more:
        return found.at_most(ASK, "Other invoices of the party may be in it.")
    if len(uses) > 1 or over > _MOST_OVER * is_open or is_open != desk.item(place).amount:
        return found.at_most(ASK, "That is too much for a slip.")
    return found


def _also_paid(seen: Seen, desk: Desk, places: list[int], over: Decimal) -> tuple[tuple[int, ...], ...] | None:
    """The other items of the party that make up the rest; None when that is not certain."""
    parties = parties_of(desk, places)
    if len(parties) > 1:
        return None
    others = [each for each in desk.of_party(seen, next(iter(parties))) if each not in places]
    sums = subsets_of_sum([desk.certainly(seen, each) for each in others], over, at_least=1)
    return None if sums is None else tuple(tuple(others[at] for at in each) for each in sums)


def _sums_of_others(seen: Seen, desk: Desk, place: int, target: Decimal) -> bool:
    others = [each for each in desk.of_party(seen, desk.item(place).party) if each != place]
    sums = subsets_of_sum([desk.certainly(seen, each) for each in others], target, enough=1)
    return sums is None or bool(sums)


def _is_of_currency(seen: Seen, desk: Desk, places: Iterable[int]) -> bool:
    return all(desk.item(place).currency == seen.line.currency for place in places)
