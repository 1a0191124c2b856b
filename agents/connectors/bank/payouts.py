"""Payouts of payment services: many invoices and a fee in one line, as the service's own list tells. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.bank.findings import ASK, Finding, Use
from agents.connectors.bank.matches import NOTHING, Kind
from agents.connectors.bank.party_names import NameIndex
from agents.connectors.bank.reference_rules import CERTAIN, DOUBTED, SURE
from agents.connectors.bank.references import ReferenceIndex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from agents.connectors.bank.evidence import Seen
    from agents.connectors.bank.findings import Desk
    from agents.connectors.bank.open_items import Payout


class Payouts:
    """What payment services told, each for one line."""

    def __init__(self, payouts: Sequence[Payout], numbers: dict[str, int]) -> None:
        self._payouts = payouts
        self._numbers = numbers
        self._references = ReferenceIndex((each.reference, place) for place, each in enumerate(payouts))
        self._services = NameIndex(each.service for each in payouts)
        self._by_net: dict[tuple[str, Decimal], list[int]] = {}
        self._used: set[int] = set()
        for place, each in enumerate(payouts):
            self._by_net.setdefault((each.currency, each.net), []).append(place)

    def find(self, seen: Seen, desk: Desk) -> Finding | None:
        """The payout that this line is."""
        fitting = [
            place
            for place in self._by_net.get((seen.line.currency, seen.line.amount), ())
            if place not in self._used and self._is_of(seen, self._payouts[place], desk.tolerances.payout_days)
        ]
        if not fitting or seen.line.amount <= 0:
            return None
        mentions = self._references.find(seen.line.reference, seen.line.text)
        named = [place for place in fitting if any(place in shared for shared in mentions.exact)]
        chosen = named or fitting
        self._used.add(chosen[0])
        found = self._settled(seen, desk, self._payouts[chosen[0]])
        if not named and (mentions.exact or mentions.has_unknown):
            found = found.at_most(ASK, "Its text names another payout.")
        if len(chosen) > 1:
            found = found.at_most(ASK, "Several payouts have this amount.")
        return found if named else found.at_most(SURE, "Known by service, amount and day.")

    def _is_of(self, seen: Seen, payout: Payout, days: int) -> bool:
        alike = self._services.find(seen.line.party)
        is_near = abs((seen.line.day - payout.day).days) <= days
        return is_near and payout.service in alike.same | alike.close

    def _settled(self, seen: Seen, desk: Desk, payout: Payout) -> Finding:
        """All charges that an open item can take; whatever it cannot is left for the owner."""
        uses: dict[int, Use] = {}
        left = NOTHING
        for number, amount in payout.charges:
            place = self._numbers.get(number, -1)
            before = uses[place].taken if place in uses else NOTHING
            can_take = place >= 0 and desk.item(place).currency == payout.currency
            if can_take and 0 < amount <= desk.available(seen, place) - before:
                uses[place] = Use(place, before + amount, before + amount)
            else:
                left += amount
        reason = f"Payout {payout.reference} of {payout.service}: {len(payout.charges)} charges less {payout.fee}."
        found = Finding(Kind.PAYOUT, CERTAIN, (reason,), tuple(uses.values()), fee=-payout.fee)
        return found.at_most(DOUBTED, f"{left} of it belongs to nothing that is open.") if left else found
