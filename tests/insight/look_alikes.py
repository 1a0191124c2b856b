"""What looks odd and is not: each of these must be passed over."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.insight.anomaly_facts import Trial
from tests.insight.hidden_worlds import EUR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.insight.hidden_worlds import World


def two_coffees_on_a_day(world: World, payee: str) -> None:
    price = Decimal(world.dice.randint(290, 980)) / 100
    days = world.dice.randint(1, 80)
    world.pay(payee, days, price)
    world.pay(payee, days, price)


def two_tickets_as_always(world: World, payee: str) -> None:
    for days in (220, 170, 130, 60, 9):
        price = world.euros(30, 120)
        world.pay(payee, days, price)
        world.pay(payee, days, price)


def yearly_fee(world: World, payee: str) -> None:
    fee, last = world.euros(300, 900), world.dice.randint(1, 60)
    world.pay(payee, last + 365, fee)
    world.pay(payee, last, fee * Decimal("1.03"))


def yearly_fee_beside_a_monthly_one(world: World, payee: str) -> None:
    monthly, fee = world.euros(9, 60), world.euros(300, 900)
    world.monthly(payee, monthly)
    world.pay(payee, 20 + 367, fee)
    world.pay(payee, 20, fee)


def announced_rise(world: World, payee: str) -> None:
    price = world.euros(9, 90)
    world.monthly(payee, price, last=32)
    world.announced[payee.upper()] = price * Decimal("1.20")
    world.pay(payee, 2, price * Decimal("1.20"))


def thirteenth_wage(world: World, payee: str) -> None:
    """In November; where that is not within three months, as a year ago."""
    wage = world.euros(900, 2600)
    world.monthly(payee, wage, last=33, category="Salaries")
    november = [days for days in range(1, 90) if world.ago(days).month in {11, 12}]
    if november:
        world.pay(payee, november[len(november) // 2], wage * 2, category="Salaries")
    else:
        world.pay(payee, 370, wage * 2, category="Salaries")
        world.pay(payee, 3, wage * 2, category="Salaries")


def the_same_each_month(world: World, payee: str) -> None:
    world.monthly(payee, world.euros(200, 1500), category="Rent")


def the_same_each_week(world: World, payee: str) -> None:
    price = world.euros(40, 120)
    for number in range(40):
        world.pay(payee, 3 + 7 * number, price)


def paid_back_and_paid_again(world: World, payee: str) -> None:
    total = world.euros(60, 900)
    world.pay(payee, 20, total)
    world.pay(payee, 18, -total)
    world.pay(payee, 15, total)


def two_bills_over_one_sum(world: World, payee: str) -> None:
    total = world.euros(60, 900)
    for reference, days in (("A-1", 20), ("A-2", 17)):
        world.bill(payee, reference, total, days + 10)
        world.pay(payee, days, total, reference=reference)


def a_bill_in_two_halves(world: World, payee: str) -> None:
    half = world.euros(60, 400)
    world.bill(payee, "B-1", half * 2, 60)
    world.pay(payee, 50, half, reference="B-1")
    world.pay(payee, 20, half, reference="B-1")


def little_to_somebody_new(world: World, payee: str) -> None:
    world.pay(payee, world.dice.randint(1, 80), world.euros(20, 950), iban=f"XX{payee[5:].upper()}3")


def a_large_bill_of_somebody_new(world: World, payee: str) -> None:
    total = Decimal(100 * world.dice.randint(8, 50))
    world.bill(payee, "C-1", total, 30)
    world.pay(payee, 10, total, reference="C-1", iban=f"XX{payee[5:].upper()}4")


def two_accounts_since_long(world: World, payee: str) -> None:
    for number in range(1, 9):
        world.pay(payee, 5 + number * 40, world.euros(100, 900), iban=f"XX{payee[5:].upper()}{number % 2}")


def an_account_that_was_proven(world: World, payee: str) -> None:
    for number in range(1, 5):
        world.pay(payee, 20 + number * 45, world.euros(100, 900), iban=f"XX{payee[5:].upper()}1")
    world.ibans[payee] = (f"XX{payee[5:].upper()}2",)
    world.pay(payee, 9, world.euros(100, 900), iban=f"XX{payee[5:].upper()}2")


def a_few_days_late(world: World, payee: str) -> None:
    world.monthly(payee, world.euros(9, 300), last=30 + world.dice.randint(1, 7))


def electricity(world: World, payee: str) -> None:
    usual = world.euros(60, 140)
    for number in reversed(range(12)):
        world.pay(payee, 6 + 30 * number, usual * Decimal(world.dice.randint(880, 1120)) / 1000)


def cancelled_and_gone(world: World, payee: str) -> None:
    world.monthly(payee, world.euros(9, 90), last=42)
    world.cancelled[payee] = world.ago(30)


def charged_back_after_cancelling(world: World, payee: str) -> None:
    price = world.euros(9, 90)
    world.monthly(payee, price, last=12)
    world.cancelled[payee] = world.ago(25)
    world.pay(payee, 8, -price)


def trial_that_was_cancelled(world: World, payee: str) -> None:
    world.trials[payee] = Trial(world.today + timedelta(days=3), world.euros(9, 90), EUR)
    world.cancelled[payee] = world.ago(1)


def trial_that_goes_on(world: World, payee: str) -> None:
    world.trials[payee] = Trial(world.today + timedelta(days=world.dice.randint(8, 40)), world.euros(9, 90), EUR)


def in_use(world: World, payee: str) -> None:
    world.monthly(payee, world.euros(9, 90))
    world.mentions[payee] = world.ago(world.dice.randint(0, 50))


def dear_every_december(world: World, payee: str) -> None:
    usual, last = world.euros(40, 120), world.dice.randint(1, 60)
    for number in range(1, 14):
        world.pay(payee, last + number * 29, usual)
    world.pay(payee, last + 362, usual * 8)
    world.pay(payee, last, usual * Decimal("8.4"))


def at_a_weekend(world: World, payee: str) -> None:
    saturday = next(days for days in range(1, 8) if world.ago(days).weekday() == 5)
    for number in range(6):
        world.pay(payee, saturday + 35 * number, world.euros(30, 60))


LOOK_ALIKES: tuple[Callable[[World, str], None], ...] = (
    two_coffees_on_a_day,
    two_tickets_as_always,
    yearly_fee,
    yearly_fee_beside_a_monthly_one,
    announced_rise,
    thirteenth_wage,
    the_same_each_month,
    the_same_each_week,
    paid_back_and_paid_again,
    two_bills_over_one_sum,
    a_bill_in_two_halves,
    little_to_somebody_new,
    a_large_bill_of_somebody_new,
    two_accounts_since_long,
    an_account_that_was_proven,
    a_few_days_late,
    electricity,
    cancelled_and_gone,
    charged_back_after_cancelling,
    trial_that_was_cancelled,
    trial_that_goes_on,
    in_use,
    dear_every_december,
    at_a_weekend,
)
