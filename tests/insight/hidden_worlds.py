"""The sample company's movements with odd things hidden among them, and with as many that only look odd.

Each case knows its payee, so that a finding tells by its payee which case it is about. What the sample company does
itself is known too: what is odd there on purpose counts neither way, everything else that is found there is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import recurring_charges, with_unused
from agents.connectors.bank.statement import BankLine
from agents.connectors.book_figures import SourceRow
from agents.connectors.book_orders import BillBook, Payment, Spending
from agents.connectors.sample.company import sample_story
from agents.connectors.sample.dice import Dice
from agents.insight.anomaly_facts import Bill, Facts, Kind, Moved, Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.connectors.sample.story import Story

EUR = "EUR"
LETTERS = "abcdefghij"
MONTHS = 14
FIXED = {"Sampletown Telecom", "Cloudvault", "Quayside Property", "Sample Bank", "Sample Health Fund"}


@dataclass
class Chances:
    """Numbers in a row, each another one, the same for a seed."""

    dice: Dice
    drawn: int = 0

    def randint(self, least: int, most: int) -> int:
        self.drawn += 1
        return self.dice.between(least, most, "hidden", self.drawn)

    def choice(self, among: tuple[int, ...]) -> int:
        return among[self.randint(0, len(among) - 1)]


@dataclass
class World:
    """One company on a day, in the making."""

    today: date
    dice: Chances
    moves: list[Moved] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    ibans: dict[str, tuple[str, ...]] = field(default_factory=dict)
    announced: dict[str, Decimal] = field(default_factory=dict)
    cancelled: dict[str, date] = field(default_factory=dict)
    trials: dict[str, Trial] = field(default_factory=dict)
    mentions: dict[str, date] = field(default_factory=dict)
    own: set[tuple[Kind, str]] = field(default_factory=set)  # what is odd in the sample company on purpose
    taken: set[str] = field(default_factory=set)
    named: int = 0

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def euros(self, least: int, most: int) -> Decimal:
        """An amount that is not round."""
        return Decimal(self.dice.randint(least, most)) + Decimal(self.dice.randint(1, 99)) / 100

    def payee(self) -> str:
        """Somebody new; letters only, since numbers do not tell payees apart."""
        self.named += 1
        return "Firm " + "".join(LETTERS[int(digit)] for digit in f"{self.named:04}")

    def pay(self, payee: str, days_ago: int, amount: Decimal, **about: str) -> Moved:
        """Money goes out; less than nothing comes in."""
        bank_id = f"x{len(self.moves):05}"
        row = SourceRow(self.ago(days_ago), f"world:{len(self.moves)}", payee, -amount, EUR)
        self.moves.append(Moved(bank_id, payee, row, **about))
        return self.moves[-1]

    def bill(self, payee: str, reference: str, total: Decimal, days_ago: int) -> None:
        row = SourceRow(self.ago(days_ago), f"bill:{reference}", payee, total, EUR)
        self.bills.append(Bill(payee, reference, total, row))

    def some_payment(self, wanted: Callable[[Moved], bool]) -> int:
        """Where a payment of the company stands, if it can be one of a payee to whom nothing was done yet."""
        places = [
            at
            for at, each in enumerate(self.moves)
            if each.bank_id.startswith("S")
            and each.paid > 0
            and self.ago(70) <= each.row.day <= self.ago(8)
            and not any(each.payee == payee for _, payee in self.own)
            and wanted(each)
        ]
        fresh = [at for at in places if self.moves[at].payee not in self.taken] or places
        at = fresh[self.dice.randint(0, len(fresh) - 1)]
        self.taken.add(self.moves[at].payee)
        return at

    def instead(self, at: int, amount: Decimal | None = None, iban: str = "") -> None:
        """Make a movement another one."""
        old = self.moves[at]
        row = old.row if amount is None else replace(old.row, amount=-amount)
        self.moves[at] = replace(old, row=row, iban=iban or old.iban)

    def monthly(self, payee: str, amount: Decimal, *, last: int = 5, count: int = MONTHS, **about: str) -> None:
        """A charge every 30 days or so, the last one so many days ago."""
        for number in reversed(range(count)):
            self.pay(payee, last + 30 * number + (self.dice.randint(0, 2) if number else 0), amount, **about)

    def facts(self) -> Facts:
        lines = [
            BankLine(each.bank_id, each.row.day, each.row.amount, EUR, each.payee, iban=each.iban)
            for each in self.moves
        ]
        series = with_unused(recurring_charges(lines, self.today), self.mentions, self.today)
        told = (self.ibans, self.announced, self.cancelled, self.trials)
        return Facts(self.today, self.moves, self.bills, series, *told)


def company(today: date, seed: int) -> World:
    """The sample company as it is."""
    story = sample_story(today, seed)
    world = World(today, Chances(Dice(seed)))
    _told(world, story)
    for label in story.labels:
        world.own.add((Kind(label.kind), label.party))
    return world


def _told(world: World, story: Story) -> None:
    numbers = {each.number: each.order.reference for each in story.steps if isinstance(each.order, BillBook)}
    for each in story.steps:
        if isinstance(each.order, BillBook):
            ago = (world.today - each.day).days
            world.bill(each.order.vendor, each.order.reference, each.order.totals.gross, ago)
    for move in story.moves:
        category = move.reason.costs[0].category if isinstance(move.reason, Spending) else ""
        paid = move.reason.parts if isinstance(move.reason, Payment) else ()
        reference = numbers.get(paid[0].number, "") if paid else ""
        row = SourceRow(move.day, move.bank_id, f"{move.party} · {move.text}", move.amount, EUR)
        world.moves.append(Moved(move.bank_id, move.party, row, move.iban, reference, category))


def bill_paid_twice(world: World, payee: str) -> Moved:
    total = world.euros(60, 900)
    world.bill(payee, "R-77", total, 40)
    world.pay(payee, 30, total, reference="R-77")
    return world.pay(payee, 30 - world.dice.choice((1, 3, 5, 7, 25)), total, reference="R-77")


def sum_paid_twice(world: World, payee: str) -> Moved:
    total = world.euros(60, 900)
    for days in (200, 150, 110):
        world.pay(payee, days, world.euros(60, 900))
    world.pay(payee, 20, total)
    return world.pay(payee, 20 - world.dice.randint(0, 7), total)


def far_too_much(world: World, payee: str) -> Moved:
    usual = world.euros(40, 200)
    for number in range(1, 9):
        days = 20 + number * 37 + world.dice.randint(0, 14)
        world.pay(payee, days, usual * Decimal(world.dice.randint(85, 115)) / 100)
    return world.pay(payee, 12, usual * Decimal(world.dice.randint(25, 90)) / 10)


def far_too_much_of_a_fixed_price(world: World, payee: str) -> Moved:
    usual = world.euros(40, 200)
    for number in range(1, 9):
        world.pay(payee, 20 + number * 37, usual)
    return world.pay(payee, 12, usual * Decimal(world.dice.randint(14, 60)) / 10)


def large_to_somebody_new(world: World, payee: str) -> Moved:
    return world.pay(payee, world.dice.randint(1, 80), world.euros(1010, 6000))


def round_to_a_new_account(world: World, payee: str) -> Moved:
    return world.pay(
        payee, world.dice.randint(1, 80), Decimal(100 * world.dice.randint(5, 40)), iban=f"XX{payee[5:].upper()}9"
    )


def another_account(world: World, payee: str) -> Moved:
    for number in range(1, 5):
        world.pay(payee, 20 + number * 45, world.euros(100, 900), iban=f"XX{payee[5:].upper()}1")
    return world.pay(payee, world.dice.randint(1, 15), world.euros(100, 900), iban=f"XX{payee[5:].upper()}2")


def did_not_come(world: World, payee: str) -> None:
    world.monthly(payee, world.euros(9, 300), last=42 + world.dice.randint(0, 2))


def dearer(world: World, payee: str) -> Moved:
    price = world.euros(9, 90)
    world.monthly(payee, price, last=32)
    return world.pay(payee, 2, price * Decimal(world.dice.randint(107, 135)) / 100)


def two_plans(world: World, payee: str) -> None:
    price = world.euros(9, 90)
    world.monthly(payee, price, last=3)
    world.monthly(payee, price * Decimal(world.dice.choice((50, 70, 130, 190))) / 100, last=14, count=8)


def nobody_uses_it(world: World, payee: str) -> None:
    world.monthly(payee, world.euros(9, 90))
    world.mentions[payee] = world.ago(world.dice.randint(70, 200))


def charged_after_cancelling(world: World, payee: str) -> None:
    world.monthly(payee, world.euros(9, 90), last=world.dice.randint(1, 20))
    world.cancelled[payee] = world.ago(25)


def trial_ends_soon(world: World, payee: str) -> None:
    world.trials[payee] = Trial(world.ago(-world.dice.randint(0, 7)), world.euros(9, 90), EUR)


def the_companys_payment_twice(world: World, _payee: str) -> Moved:
    first = world.moves[world.some_payment(lambda each: each.paid > 25 and each.payee not in FIXED)]
    ago = (world.today - first.row.day).days - world.dice.randint(0, 7)
    return world.pay(first.payee, ago, first.paid, iban=first.iban, reference=first.reference)


def the_companys_fixed_price_gone_wrong(world: World, _payee: str) -> Moved:
    at = world.some_payment(lambda each: each.payee in FIXED)
    world.instead(at, world.moves[at].paid * world.dice.randint(13, 60) / 10)
    return world.moves[at]


def the_companys_purchase_far_too_large(world: World, _payee: str) -> Moved:
    at = world.some_payment(lambda each: each.category in {"Travel", "Office", "Other"})
    world.instead(at, world.moves[at].paid * world.dice.randint(40, 300) / 10)
    return world.moves[at]


def the_companys_vendor_at_another_account(world: World, payee: str) -> Moved:
    at = world.some_payment(lambda each: each.payee not in FIXED and _is_last(world, each))
    world.instead(at, iban=f"XX{payee[5:].upper()}7")
    return world.moves[at]


def _is_last(world: World, move: Moved) -> bool:
    return move.row.day == max(each.row.day for each in world.moves if each.payee == move.payee)


INJECTED: tuple[tuple[Callable[[World, str], Moved | None], Kind], ...] = (
    (bill_paid_twice, Kind.DUPLICATE_PAYMENT),
    (sum_paid_twice, Kind.DUPLICATE_PAYMENT),
    (far_too_much, Kind.AMOUNT),
    (far_too_much_of_a_fixed_price, Kind.AMOUNT),
    (large_to_somebody_new, Kind.NEW_PAYEE),
    (round_to_a_new_account, Kind.NEW_ACCOUNT),
    (another_account, Kind.CHANGED_IBAN),
    (did_not_come, Kind.MISSING_BILL),
    (dearer, Kind.PRICE_RISE),
    (two_plans, Kind.DUPLICATE_SUBSCRIPTION),
    (nobody_uses_it, Kind.UNUSED),
    (charged_after_cancelling, Kind.AFTER_CANCELLATION),
    (trial_ends_soon, Kind.TRIAL_ENDS),
    (the_companys_payment_twice, Kind.DUPLICATE_PAYMENT),
    (the_companys_fixed_price_gone_wrong, Kind.AMOUNT),
    (the_companys_purchase_far_too_large, Kind.AMOUNT),
    (the_companys_vendor_at_another_account, Kind.CHANGED_IBAN),
)
