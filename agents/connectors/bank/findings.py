"""One way to explain a line, found by a rule and not granted yet; and what the rules look at. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from agents.connectors.bank.allotment import FOREVER, Allotment, Period, Purse
from agents.connectors.bank.matches import AUTO_SCORE, NOTHING, Flag, Kind, LineId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from agents.connectors.bank.evidence import Known, Likeness, Seen
    from agents.connectors.bank.open_items import OpenItem, Part, Tolerances

ASK = 0.9  # good, but the owner decides


@dataclass(frozen=True, slots=True)
class Use:
    """A part of an item: what is taken of it in its own currency, and what that is on the line, signed."""

    place: int
    taken: Decimal
    part: Decimal


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found; what its parts, fee and difference leave of the line is the rest.

    `is_loose`: it holds no item yet, because others fit as well. `given_back`: parts that a return takes back.
    """

    kind: Kind
    score: float
    reasons: tuple[str, ...]
    uses: tuple[Use, ...] = ()
    fee: Decimal = NOTHING
    difference: Decimal = NOTHING
    flags: tuple[Flag, ...] = ()
    other: LineId | None = None
    given_back: tuple[Part, ...] = ()
    is_loose: bool = False

    def at_most(self, score: float, reason: str) -> Finding:
        """The same, less sure for a reason."""
        return replace(self, score=min(self.score, score), reasons=(*self.reasons, reason))


@dataclass(frozen=True, slots=True)
class Named:
    """The open items that a line names. `is_clear`: no number could be two items'."""

    places: tuple[int, ...]
    is_exact: bool
    is_clear: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What every rule looks at. `returned` is the day on which a line was taken back, known before all rules.

    `allotment` holds what proposals offer too. `certain` holds only what is booked without asking: what somebody may
    still decline must not make another explanation look like the only one. `named` and `periods` keep answers.
    """

    known: Known
    allotment: Allotment
    certain: Allotment
    tolerances: Tolerances
    returned: dict[LineId, date] = field(default_factory=dict)
    currencies: tuple[str, ...] = ()
    named: dict[LineId, Named] = field(default_factory=dict)
    periods: dict[LineId, Period] = field(default_factory=dict)

    def item(self, place: int) -> OpenItem:
        """The item at a place."""
        return self.allotment.items[place]

    def period(self, seen: Seen) -> Period:
        """How long what the line pays stays paid."""
        known = self.periods.get(seen.id)
        if known is None:
            self.periods[seen.id] = known = Period(seen.line.day, self.returned.get(seen.id, FOREVER))
        return known

    def available(self, seen: Seen, place: int) -> Decimal:
        """What the line may take of an item."""
        return self.allotment.available(place, self.period(seen))

    def last_issue(self, seen: Seen) -> date:
        """Items issued later are not what the line is for."""
        return seen.line.day + timedelta(days=self.tolerances.before_issue_days)

    def of_amount(self, seen: Seen, party: str, amount: Decimal, currency: str = "") -> list[int]:
        """The items of a party of which exactly this much is open for the line, if only what is certain counts."""
        purse = Purse(party, seen.sign > 0, currency or seen.line.currency)
        return self.certain.of_amount(purse, amount, self.period(seen), self.last_issue(seen))

    def of_party(self, seen: Seen, party: str, currency: str = "") -> list[int]:
        """The items of a party that are open for the line, if only what is certain counts."""
        purse = Purse(party, seen.sign > 0, currency or seen.line.currency)
        return self.certain.of_party(purse, self.period(seen), self.last_issue(seen))

    def certainly(self, seen: Seen, place: int) -> Decimal:
        """What is open of an item for the line, if only what is certain counts."""
        return self.certain.available(place, self.period(seen))

    def is_free(self, seen: Seen, places: Iterable[int]) -> bool:
        """Whether no proposal holds anything of these."""
        return all(self.available(seen, place) == self.certainly(seen, place) for place in places)

    def whole(self, seen: Seen, places: Iterable[int]) -> tuple[Use, ...]:
        """All that is open of these items."""
        amounts = [(place, self.available(seen, place)) for place in places]
        return tuple(Use(place, amount, seen.sign * amount) for place, amount in amounts)

    def is_stale(self, seen: Seen, places: Iterable[int]) -> bool:
        """Whether an item was due so long ago that the amount alone does not say enough."""
        longest = timedelta(days=self.tolerances.after_due_days)
        return any(seen.line.day > self.item(place).due + longest for place in places)

    def is_early(self, seen: Seen, places: Iterable[int]) -> bool:
        """Whether an item was not even issued."""
        return any(self.item(place).issued > self.last_issue(seen) for place in places)

    def checked(self, seen: Seen, finding: Finding) -> Finding:
        """The finding, for the owner when a vendor's account is not the one we know."""
        parties = {self.item(use.place).party for use in finding.uses}
        if any(self.known.is_vendor(each) and self.known.is_new_account(seen, each) for each in parties):
            changed = finding.at_most(ASK, "The account is not one we know of this vendor.")
            return replace(changed, flags=(*changed.flags, Flag.CHANGED_DETAILS))
        return finding


def is_sure(finding: Finding) -> bool:
    """Whether it may be booked without asking."""
    return finding.score >= AUTO_SCORE and not finding.flags and not finding.is_loose


def parties_of(desk: Desk, places: Iterable[int]) -> set[str]:
    """Whose items these are."""
    return {desk.item(place).party for place in places}


def least_likeness(desk: Desk, seen: Seen, places: Iterable[int]) -> Likeness:
    """How sure the other side of the line is the party of all these items."""
    return min([seen.likeness(desk.item(place).party) for place in places])
