"""Other ways to explain a line, ranked, for the owner to choose from. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.bank.evidence import Likeness, Seen
from agents.connectors.bank.findings import Desk, Finding, Use
from agents.connectors.bank.matches import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

MOST_CANDIDATES = 5
_MOST_OF_AMOUNT = 20  # items of one amount that are looked at
_WORTH = {Likeness.OTHER: 0.2, Likeness.UNKNOWN: 0.4, Likeness.CLOSE: 0.6, Likeness.NAME: 0.7, Likeness.ACCOUNT: 0.75}
_NAMED = 0.85


class Candidates:
    """Finds what else a line may be."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._by_amount: dict[tuple[bool, str, Decimal], list[int]] = {}
        for place, item in enumerate(desk.allotment.items):
            self._by_amount.setdefault((item.is_incoming, item.currency, item.amount), []).append(place)

    def of(self, seen: Seen, finding: Finding | None) -> tuple[Candidate, ...]:
        """The best ways first; what was found stands among them."""
        found: dict[tuple[int, ...], Candidate] = {}
        if finding and finding.uses:
            parts = tuple((self._desk.item(use.place).number, use.part) for use in finding.uses)
            places = tuple(use.place for use in finding.uses)
            found[places] = Candidate(parts, finding.score, finding.reasons[0])
        for use, score, reason in self._others(seen):
            part = (self._desk.item(use.place).number, use.part)
            found.setdefault((use.place,), Candidate((part,), score, reason))
        return tuple(sorted(found.values(), key=lambda each: (-each.score, each.parts))[:MOST_CANDIDATES])

    def _others(self, seen: Seen) -> Iterator[tuple[Use, float, str]]:
        for shared in (*seen.mentions.exact, *seen.mentions.loose):
            for place in shared[:_MOST_OF_AMOUNT]:
                if use := self._use(seen, place):
                    yield use, _NAMED, "It is named."
        listed = self._by_amount.get((seen.sign > 0, seen.line.currency, seen.target), [])
        for place in listed[:_MOST_OF_AMOUNT]:
            use = self._use(seen, place)
            if use and use.taken == seen.target:
                yield use, _WORTH[seen.likeness(self._desk.item(place).party)], "It has the amount."

    def _use(self, seen: Seen, place: int) -> Use | None:
        """As much of the line as the item can take; None when it can take nothing."""
        item = self._desk.item(place)
        if item.is_incoming != (seen.sign > 0) or item.currency != seen.line.currency:
            return None
        taken = min(seen.target, self._desk.available(seen, place))
        return Use(place, taken, seen.sign * taken) if taken else None
