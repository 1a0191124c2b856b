"""Which cost a movement that went out is, by what the same payee was paid for before. Pure.

Two entries or more that all say the same are proof enough to propose it; what else is known is asked about. VAT is
never told by a line of a bank, only by a receipt. A payee whose bills are in the books is left to those.
Known flaw: two firms that differ only in their legal form, or in numbers, are one payee here, as for what recurs.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import payee_key
from agents.connectors.book_figures import PRIVATELY
from agents.connectors.book_orders import CATEGORY_PATTERN, MAX_CATEGORY_CHARS, Cost, Spending, Transfer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agents.connectors.bank.slips import Slip
    from agents.connectors.book_figures import PastCost
    from agents.connectors.book_orders import Move

LEAST_ALIKE = 2


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one payee. `shares`: what it was before, each with its percentage, the most frequent first.

    One case more than there were is counted, for what it never was; none are known when `shares` is empty.
    """

    moves: tuple[Move, ...]
    shares: tuple[tuple[str, int], ...] = ()
    is_sure: bool = False
    is_billed: bool = False

    @property
    def sum(self) -> Decimal:
        """What went out to the payee, more than nothing."""
        return -sum((each.amount for each in self.moves), Decimal("0.00"))


def known_of(moves: Iterable[Move], past: Iterable[PastCost]) -> tuple[Known, ...]:
    """What is known of the payees of movements that went out, the greatest sum first."""
    before: dict[str, list[PastCost]] = {}
    for each in past:
        if key := payee_key(each.payee):
            before.setdefault(key, []).append(each)
    groups: dict[str, list[Move]] = {}
    for move in moves:  # without a payee each stands for itself
        groups.setdefault(payee_key(move.party) or f"\0{move.bank_id}", []).append(move)
    found = [_known(tuple(some), before.get(key, ())) for key, some in groups.items()]
    return tuple(sorted(found, key=lambda each: (-each.sum, each.moves[0].bank_id)))


def names_of(chart: Iterable[str]) -> Mapping[str, str]:
    """The names that can be given, by how they are compared: those of the owner's chart, and that it was private."""
    return {"personal": PRIVATELY} | {name.casefold(): name for name in (PRIVATELY, *chart) if can_be_said(name)}


def usual_names(past: Iterable[PastCost], chart: Iterable[str]) -> tuple[str, ...]:
    """The costs that can be named, those that the owner had most often first."""
    counted = Counter(name for each in past for name in each.names)
    known = {name for name in names_of(chart).values() if name != PRIVATELY}
    return tuple(sorted(known, key=lambda name: (-counted[name], name)))


def explained(move: Move, name: str, slip: Slip | None = None, *, with_vat: bool = True) -> Move:
    """The movement with what it was for: private, or a cost, with the VAT of its receipt where there is one.

    `with_vat` False: the owner gets no VAT back, so that the cost is all that was paid.
    """
    if name == PRIVATELY:
        return move.model_copy(update={"reason": Transfer(account="Private")})
    shares = slip.costs if slip and with_vat else ((-move.amount, Decimal(0)),)
    costs = tuple(Cost(category=name, net=net, tax=rate) for net, rate in shares)
    return move.model_copy(update={"reason": Spending(costs=costs, receipt=slip.path if slip else "")})


def _known(moves: tuple[Move, ...], before: Sequence[PastCost]) -> Known:
    if any(each.is_billed for each in before):
        return Known(moves, is_billed=True)
    counted = Counter(name for each in before for name in each.names)
    if not all(map(can_be_said, counted)):
        return Known(moves)
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    shares = tuple((name, 100 * many // (len(before) + 1)) for name, many in ranked)
    return Known(moves, shares, is_sure=len(shares) == 1 and len(before) >= LEAST_ALIKE)


def can_be_said(name: str) -> bool:
    """Whether an order can name it: no account below another one ('Office:Paper') can."""
    return name == PRIVATELY or (len(name) <= MAX_CATEGORY_CHARS and bool(re.fullmatch(CATEGORY_PATTERN, name)))
