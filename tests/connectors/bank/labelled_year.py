"""A year on the accounts of a small business, where each line carries what it truly is.

Written from what happens on business accounts, and knowing nothing of how lines are matched.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from agents.connectors.bank.open_items import Expected, OpenItem, Part, Party
from agents.connectors.bank.statement import BankLine, Statement
from tests.connectors.bank.people import Customer, Vendor, iban
from tests.simulation.dice import Dice

NOTHING = Decimal("0.00")
YEAR = 2026
LAST_DAY = date(YEAR, 12, 31)
LineId = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Truth:
    """What a line truly is. `other` is the line that it belongs to.

    `is_for_the_owner`: whatever it is, nobody but the owner may book it (a vendor's account has changed).
    """

    what: str
    parts: tuple[Part, ...] = ()
    fee: Decimal = NOTHING
    difference: Decimal = NOTHING
    rest: Decimal = NOTHING
    other: LineId | None = None
    is_for_the_owner: bool = False

    @property
    def has_a_match(self) -> bool:
        """Whether there is something in the books that the line belongs to, and that may be said without asking."""
        return bool(self.parts or self.other) and self.what != "duplicate" and not self.is_for_the_owner


@dataclass(frozen=True, slots=True)
class LabelledYear:
    seed: int
    statements: tuple[Statement, ...]
    expected: Expected
    truths: dict[LineId, Truth]


@dataclass(slots=True)
class Ledger:
    """What grows while the year is told: lines with their truths, and what the books hold."""

    seed: int
    dice: Dice = field(init=False)
    accounts: tuple[str, str, str] = field(init=False)
    lines: dict[str, list[BankLine]] = field(init=False)
    truths: dict[LineId, Truth] = field(default_factory=dict)
    items: list[OpenItem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Dice(self.seed, "year")
        main, savings, tax = (iban("DE", self.dice) for _ in range(3))
        self.accounts = (main, savings, tax)
        self.lines = {each: [] for each in self.accounts}

    def add(self, day: date, amount: Decimal, truth: Truth, account: str = "", **told: str | bool) -> LineId | None:
        """One line, unless its day is after the year; weekends have no bookings."""
        day += timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
        if day > LAST_DAY:
            return None
        account = account or self.accounts[0]
        bank_id = hashlib.sha256(f"{self.seed}/{len(self.truths)}".encode()).hexdigest()[:10]
        line = BankLine(bank_id, day, amount, "EUR", **told)  # type: ignore[arg-type]
        self.lines[account].append(line)
        self.truths[account, bank_id] = truth
        return account, bank_id

    def add_again(self, day: date, amount: Decimal, first: LineId, told: dict[str, str]) -> None:
        """The same payment again. Of two on one day, nobody can tell which is the first: it is that of the bank."""
        second = self.add(day, amount, Truth("duplicate", other=first), **told)
        if second and second < first and self._day(second) == self._day(first):
            self.truths[second] = self.truths[first]
            self.truths[first] = Truth("duplicate", other=second)

    def _day(self, line_id: LineId) -> date:
        return next(line.day for line in self.lines[line_id[0]] if line.bank_id == line_id[1])

    def invoice(self, customer: Customer, number: str, issued: date, amount: Decimal) -> OpenItem:
        """One invoice of ours."""
        rate = {"EUR": None, "USD": Decimal("0.92"), "GBP": Decimal("1.17")}[customer.currency]
        item = OpenItem(
            number=number,
            party=customer.name,
            amount=amount,
            currency=customer.currency,
            issued=issued,
            due=issued + timedelta(days=14),
            is_incoming=True,
            ibans=(customer.iban,) if customer.is_iban_known else (),
            booked=(amount * rate).quantize(Decimal("0.01")) if rate else None,
        )
        self.items.append(item)
        return item

    def bill(self, vendor: Vendor, reference: str, issued: date, amount: Decimal) -> OpenItem:
        """One bill of a vendor's."""
        item = OpenItem(
            number=f"bill-{YEAR}-{len(self.items):04}",
            party=vendor.name,
            amount=amount,
            currency="EUR",
            issued=issued,
            due=issued + timedelta(days=14),
            is_incoming=False,
            references=(reference,),
            ibans=(vendor.iban,),
        )
        self.items.append(item)
        return item

    def closed(self, customers: list[Customer], vendors: list[Vendor]) -> LabelledYear:
        """The year as the matcher gets it."""
        parties = [Party(each.name, (each.iban,) if each.is_iban_known else ()) for each in customers]
        parties += [Party(each.name, (each.iban,), is_vendor=True) for each in vendors]
        statements = [
            Statement(account, "EUR", tuple(sorted(lines, key=lambda line: (line.day, line.bank_id))))
            for account, lines in self.lines.items()
        ]
        expected = Expected(tuple(self.items), tuple(parties), self.accounts)
        return LabelledYear(self.seed, tuple(statements), expected, self.truths)
