"""What the books expect on the bank account: open invoices and bills, who is known, what was booked before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from agents.connectors.bank.statement import BankLine

Part = tuple[str, Decimal]  # (number of an item, amount with the sign of the movement)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One invoice of ours (`is_incoming`) or bill of a vendor's that is not settled.

    `number` is what the books call it, `amount` what is still open: more than nothing, in `currency`. `references` are
    other names a payer may write: the creditor reference, the vendor's invoice number. `ibans` are accounts of the
    party. `booked` is what the books hold the open amount at in the currency of the bank account, when they differ.
    """

    number: str
    party: str
    amount: Decimal
    currency: str
    issued: date
    due: date
    is_incoming: bool
    references: tuple[str, ...] = ()
    ibans: tuple[str, ...] = ()
    booked: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody the books know, with the accounts they are known to use. Vendors are paid by us."""

    name: str
    ibans: tuple[str, ...] = ()
    is_vendor: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """A movement that is in the books already, with what it settled (parts as in a match)."""

    account: str
    line: BankLine
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """Everything the books know that a bank line may be about. `own_accounts` are as statements name them."""

    items: tuple[OpenItem, ...] = ()
    parties: tuple[Party, ...] = ()
    own_accounts: tuple[str, ...] = ()
    booked: tuple[Booked, ...] = ()


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far a line may be from what is expected.

    A fee is at most `fee_part` of the open amount and `fee_most` in the line's currency; one that the text names may
    be `named_fee_part`. A rate may differ by `rate_part` from the books'. Periods are in days.
    """

    fee_part: Decimal = Decimal("0.02")
    fee_most: Decimal = Decimal(50)
    named_fee_part: Decimal = Decimal("0.10")
    rate_part: Decimal = Decimal("0.05")
    before_issue_days: int = 3
    after_due_days: int = 120
    duplicate_days: int = 45
    return_days: int = 70
    refund_days: int = 400
    transfer_days: int = 5
