"""Which receipt or bill belongs to which movement of the bank: by amount, day and name. Pure.

A movement and a paper are a pair where the amount is the same to the cent, the day fits, the names are alike, and
neither fits anything else as well. What fits without that is a doubt for the owner, never a pair.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.connectors.bank.party_names import NameIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

BEFORE_DAYS = 1  # a bank far east or west of the shop
RECEIPT_DAYS, BILL_DAYS = 10, 60  # until the bank books what was paid with a card; until a bill is paid
Key = tuple[str, str]  # (account, bank id): a bank id is unique within its account only


@dataclass(frozen=True, slots=True)
class Slip:
    """A receipt or a bill. `path` is its file in the vault; `total` more than nothing, VAT included.

    `costs`: the nets with their rates in percent, which make the total with their VAT; `is_unclear`: VAT stands on it,
    and how much of which rate is not plain. `said`: what the owner answered when asked whose expense it is.
    """

    path: str
    task: str
    vendor: str
    days: tuple[date, ...]
    total: Decimal
    currency: str
    costs: tuple[tuple[Decimal, Decimal], ...]
    is_bill: bool = False
    is_unclear: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement that is booked and has no receipt. `amount` is less than nothing; `cost` what it was, if known."""

    account: str
    bank_id: str
    day: date
    amount: Decimal
    currency: str
    party: str
    text: str = ""
    cost: str = ""

    @property
    def key(self) -> Key:
        """What names it among those of all accounts."""
        return self.account, self.bank_id


@dataclass(frozen=True, slots=True)
class Pairs:
    """What belongs together, by movement: one paper for sure, or several things that may be."""

    sure: Mapping[Key, Slip] = field(default_factory=dict)
    doubtful: Mapping[Key, tuple[Slip, ...]] = field(default_factory=dict)


def fits(slip: Slip, move: Moved) -> bool:
    """Whether amount and day are those of the movement."""
    if move.amount != -slip.total or move.currency != slip.currency:
        return False
    most = BILL_DAYS if slip.is_bill else RECEIPT_DAYS
    return any(-BEFORE_DAYS <= (move.day - day).days <= most for day in slip.days)


def pairs(moves: Iterable[Moved], slips: Sequence[Slip]) -> Pairs:
    """What of these belongs together."""
    fitting = {move: [each for each in slips if fits(each, move)] for move in moves}
    names = NameIndex(each.vendor for each in slips if each.vendor)
    alike = {move: [each for each in found if _is_of(each, move, names)] for move, found in fitting.items() if found}
    wanted: dict[str, int] = {}
    for found in alike.values():
        for each in found:
            wanted[each.path] = wanted.get(each.path, 0) + 1
    sure = {move.key: found[0] for move, found in alike.items() if len(found) == 1 and wanted[found[0].path] == 1}
    taken = {each.path for each in sure.values()}
    left = {move.key: tuple(each for each in fitting[move] if each.path not in taken) for move in alike}
    return Pairs(sure, {key: found for key, found in left.items() if found and key not in sure})


def _is_of(slip: Slip, move: Moved, names: NameIndex) -> bool:
    found = names.find(move.party or move.text)
    return bool(slip.vendor) and slip.vendor in found.same | found.close
