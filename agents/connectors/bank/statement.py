"""What a bank tells about an account: its movements, and the balances around them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class BankLine:
    """One booked movement on an account.

    `bank_id` is the same in every export that holds this movement, and no other movement of the account has it.
    `day` is the day of booking, `amount` is more than nothing when money came in. `party` and `iban` are the other
    side; `reference` is what a machine reads (end-to-end or creditor reference), `text` what people wrote.
    `is_return`: the bank took an earlier movement back (a reversal, a direct debit that was returned).
    """

    bank_id: str
    day: date
    amount: Decimal
    currency: str
    party: str = ""
    text: str = ""
    reference: str = ""
    iban: str = ""
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What was on the account at the end of a day."""

    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account, in the order of the bank. `account` is its IBAN, or what the bank names it by.

    `opening` is before the first line, `closing` after the last; None where the export does not say. `left_out` counts
    what the bank announces and has not booked: it is in no line.
    """

    account: str
    currency: str
    lines: tuple[BankLine, ...]
    opening: Balance | None = None
    closing: Balance | None = None
    left_out: int = 0
