"""What reconciling says about each bank line: what it is, how sure that is, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.connectors.bank.open_items import Part
    from agents.connectors.bank.statement import BankLine

NOTHING = Decimal("0.00")
AUTO_SCORE = 0.98
LineId = tuple[str, str]  # (account, bank id): a bank id is unique within its account only


class Kind(StrEnum):
    """What a line is."""

    REFERENCE = "reference"  # names its item and has its amount
    AMOUNT = "amount"  # amount, party and date of one item
    PARTIAL = "partial"
    INSTALMENT = "instalment"  # one of many that settle an item together
    JOINT = "joint"  # one payment for many items
    FEE = "fee"  # settles its item, less a fee
    EXCHANGE = "exchange"  # an item of another currency
    OVERPAID = "overpaid"  # more than is open: the rest is a credit
    REFUND = "refund"  # money of an earlier line given back
    RETURN = "return"  # an earlier line taken back by a bank: its items are open again
    TRANSFER = "transfer"  # between own accounts
    DUPLICATE = "duplicate"
    UNEXPLAINED = "unexplained"


class Verdict(StrEnum):
    """What may happen with a match."""

    AUTO = "auto"
    PROPOSED = "proposed"
    UNEXPLAINED = "unexplained"


class Flag(StrEnum):
    """What the owner must see before anything else."""

    CHANGED_DETAILS = "changed_details"  # a known vendor, and an account that is not known for them


@dataclass(frozen=True, slots=True)
class Match:
    """One line explained. `parts`, `fee`, `difference` and `rest` add up to the line's amount, signs included.

    A part has the sign of the movement: money that came in for an invoice is more than nothing, a paid bill less, and
    a return takes its parts back. Parts are in the line's currency; an item of another currency is settled whole, at
    what the books hold it at, with `difference` from the rate. `rest` belongs to no item: the credit of an
    overpayment, the whole amount of a transfer, of a refund or of what is unexplained. `other` is the line this one
    belongs to: the original of a return, refund or duplicate, the other leg of a transfer.
    """

    account: str
    line: BankLine
    kind: Kind
    verdict: Verdict
    score: float
    parts: tuple[Part, ...] = ()
    fee: Decimal = NOTHING
    difference: Decimal = NOTHING
    rest: Decimal = NOTHING
    reasons: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    other: LineId | None = None

    @property
    def id(self) -> LineId:
        """What names the line among those of all accounts."""
        return self.account, self.line.bank_id


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All lines of the statements in their order, explained or not."""

    matches: tuple[Match, ...]

    def auto(self) -> tuple[Match, ...]:
        """What may be booked without asking."""
        return tuple(each for each in self.matches if each.verdict is Verdict.AUTO)
