"""What is looked at for anomalies, and what one is. Pure.

Whatever came from outside - payees, texts - stands here as it came: who shows it makes it harmless.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import Concern, payee_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from agents.connectors.bank.recurring import Series
    from agents.connectors.book_figures import SourceRow

WEEKLY = (7, 14)


class Kind(StrEnum):
    """What is odd, the gravest first."""

    CHANGED_IBAN = "changed_iban"  # a known vendor was paid to another account than before
    DUPLICATE_PAYMENT = "duplicate_payment"
    AFTER_CANCELLATION = "after_cancellation"
    NEW_ACCOUNT = "new_account"  # the first payment to somebody, to an account nobody knew, and of a round sum
    AMOUNT = "amount"  # far from what the payee usually gets
    NEW_PAYEE = "new_payee"
    DUPLICATE_SUBSCRIPTION = "duplicate_subscription"
    PRICE_RISE = "price_rise"
    TRIAL_ENDS = "trial_ends"
    UNUSED = "unused"
    MISSING_BILL = "missing_bill"  # one that comes regularly has not come


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement of the bank as the books have it; `row.amount` is less than nothing when money went out.

    `reference` is the vendor's own number that it names, `category` the cost that it was ('Salaries'), each if known.
    """

    bank_id: str
    payee: str
    row: SourceRow
    iban: str = ""
    reference: str = ""
    category: str = ""

    @property
    def paid(self) -> Decimal:
        """What went out, more than nothing; less than nothing when it came in."""
        return -self.row.amount


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill that the books hold. `total` is with VAT, `row` the entry that took it in."""

    vendor: str
    reference: str
    total: Decimal
    row: SourceRow


@dataclass(frozen=True, slots=True)
class Trial:
    """Something that is free up to a day, with it, and costs `price` afterwards."""

    ends: date
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is odd: amounts in the currency of the books, spans of time in days."""

    new_payee: Decimal = Decimal(1000)
    round_sum: Decimal = Decimal(500)
    small_purchase: Decimal = Decimal(25)
    looks_back: int = 92
    history: int = 90  # of movements before somebody can be called new


@dataclass(frozen=True)
class Facts:
    """All that is known on a day. Movements are of all accounts, bills of all vendors, in any order.

    `ibans`: accounts that somebody proved to be the payee's, besides those that were paid before. `series` come from
    `with_unused`. `announced`: the price, VAT included, that a payee told beforehand; `cancelled`: the last day that is
    paid for; `trials`: by payee. All of them by payee, in any spelling.
    """

    today: date
    moves: Sequence[Moved]
    bills: Sequence[Bill] = ()
    series: Sequence[Series] = ()
    ibans: Mapping[str, Sequence[str]] = field(default_factory=dict)
    announced: Mapping[str, Decimal] = field(default_factory=dict)
    cancelled: Mapping[str, date] = field(default_factory=dict)
    trials: Mapping[str, Trial] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def since(self) -> date:
        """From when on movements are judged; those before are what they are compared with."""
        return self.today - timedelta(days=self.limits.looks_back)

    @cached_property
    def by_payee(self) -> Mapping[tuple[str, str], tuple[Moved, ...]]:
        """The movements of each payee and currency up to today, the oldest first."""
        keys = {payee: payee_key(payee) for payee in {each.payee for each in self.moves}}
        found: dict[tuple[str, str], list[Moved]] = {}
        for each in sorted(self.moves, key=lambda each: (each.row.day, each.bank_id)):
            if keys[each.payee] and each.row.day <= self.today:
                found.setdefault((keys[each.payee], each.row.currency), []).append(each)
        return {of: tuple(found[of]) for of in sorted(found)}

    @cached_property
    def first_day(self) -> date:
        """From when on anything is known."""
        return min((each.row.day for each in self.moves), default=self.today)

    @cached_property
    def weekly(self) -> frozenset[str]:
        """The movements, by bank id, that come every week or two."""
        return frozenset(each for one in self.series if one.period_days in WEEKLY for each in one.charges)

    @cached_property
    def dearer(self) -> frozenset[str]:
        """The last charge, by bank id, of each subscription that looks dearer than before."""
        return frozenset(one.charges[-1] for one in self.series if Concern.PRICE_RISE in one.concerns)

    @cached_property
    def by_id(self) -> Mapping[str, Moved]:
        """Every movement by its bank id."""
        return {each.bank_id: each for each in self.moves}

    @cached_property
    def billed(self) -> Mapping[str, tuple[Bill, ...]]:
        """The bills of each vendor."""
        found: dict[str, tuple[Bill, ...]] = {}
        for each in self.bills:
            key = payee_key(each.vendor)
            found[key] = (*found.get(key, ()), each)
        return found


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something odd. `rows` are the movements that show it, the one it is about last; `signs` are weak ones, in words.

    `key` is the same as long as it is the same thing. `amount` is more than nothing. `words` is a sentence.
    """

    kind: Kind
    payee: str
    amount: Decimal
    currency: str
    rows: tuple[SourceRow, ...]
    words: str
    key: str
    signs: tuple[str, ...] = ()


def key_of(kind: Kind, payee: str, what: str) -> str:
    """What tells a finding from others, and is the same every week."""
    return f"{kind}:{payee_key(payee)}:{what}"
