"""The sample company: the same each time, believable, and fit for any books."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import BankBook, BillBook, Payment
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit
from agents.connectors.sample.company import sample_story
from agents.connectors.sample.customers import CUSTOMERS, SILENT
from agents.connectors.sample.dice import Dice, sample_iban

if TYPE_CHECKING:
    from agents.connectors.sample.story import Story

TODAY = date(2026, 11, 28)
DAYS = [TODAY, date(2027, 1, 1), date(2028, 2, 29), date(2027, 3, 31), date(2027, 5, 3)]


@pytest.mark.parametrize("seed", [1, 7])
def test_a_seed_and_a_day_are_one_story(seed: int) -> None:
    assert repr(sample_story(TODAY, seed)) == repr(sample_story(TODAY, seed))
    assert sample_story(TODAY, seed).steps != sample_story(TODAY, seed + 1).steps


@pytest.mark.parametrize("today", DAYS)
@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_two_years_up_to_yesterday_with_what_is_odd(today: date, seed: int) -> None:
    story = sample_story(today, seed)
    days = [each.day for each in story.moves] + [each.day for each in story.steps]
    assert max(days) < today
    assert 720 <= (today - min(days)).days <= 765
    assert today - max(each.day for each in story.moves) <= timedelta(days=6)
    ids = {each.bank_id: each for each in story.moves}
    assert len(ids) == len(story.moves)
    assert {each.kind for each in story.labels} == {
        "amount",
        "changed_iban",
        "duplicate_payment",
        "duplicate_subscription",
        "price_rise",
        "unused",
    }
    assert all(ids[bank_id].party == label.party for label in story.labels for bank_id in label.bank_ids)


@pytest.mark.parametrize("today", DAYS)
def test_nobody_pays_before_they_are_asked_or_more_than_that(today: date) -> None:
    asked: dict[str, tuple[date, Decimal]] = {}
    for step in sample_story(today).steps:
        match step.order:
            case InvoiceCreate() | BillBook() as order:
                asked[step.number] = (step.day, order.totals.gross)
            case InvoiceCredit() as order:
                assert asked[order.number] == (asked[order.number][0], order.total)
                asked[order.number] = (step.day, Decimal(0))
            case BankBook() as order:
                for move in order.moves:
                    parts = move.reason.parts if isinstance(move.reason, Payment) else ()
                    for part in parts:
                        since, rest = asked[part.number]
                        assert move.day > since
                        assert rest >= part.amount
                        asked[part.number] = (since, rest - part.amount)


def paid_late(story: Story, customer: str) -> list[int]:
    """How many days after the due date each payment of a customer came, the first of each invoice."""
    due = {
        each.number: each.day + timedelta(days=each.order.due_days)
        for each in story.steps
        if isinstance(each.order, InvoiceCreate) and each.order.customer == customer
    }
    first: dict[str, int] = {}
    for move in story.moves:
        for part in move.reason.parts if isinstance(move.reason, Payment) else ():
            if part.number in due:
                first.setdefault(part.number, (move.day - due[part.number]).days)
    return list(first.values())


def test_each_customer_has_a_way_to_pay() -> None:
    """Banks rest at weekends, so that a payment may come two days later than its payer wanted."""
    story = sample_story(TODAY)
    for customer in CUSTOMERS:
        late = paid_late(story, customer.name)
        assert late
        assert all(customer.late - customer.spread <= each <= customer.late + customer.spread + 2 for each in late)
    ordered = [each for each in story.steps if isinstance(each.order, InvoiceCreate) and each.order.customer == SILENT]
    assert len(paid_late(story, SILENT)) == len(ordered) - 1
    assert TODAY - ordered[-1].day > timedelta(days=90)


def test_it_has_all_that_books_meet() -> None:
    story = sample_story(TODAY)
    counted = Counter(each.reason.kind for each in story.moves)
    assert min(counted[kind] for kind in ("payment", "spending", "transfer")) >= 30
    assert counted["unexplained"] == 1
    assert sum(isinstance(each.order, InvoiceCredit) for each in story.steps) == 1
    assert sum("13th" in each.text for each in story.moves) >= 2
    assert sum(each.party == "Tax Office Sampletown" for each in story.moves) >= 7
    bought = [each for each in story.moves if each.reason.kind == "spending"]
    bare = sum(not each.reason.receipt for each in bought if each.reason.kind == "spending")
    assert 0 < bare < len(bought) / 2
    named = [each.reason.receipt for each in bought if each.reason.kind == "spending" and each.reason.receipt]
    assert len(set(named)) == len(named)
    assert set(named) <= set(story.receipts)


def test_the_statements_add_up() -> None:
    balance = Decimal(0)
    for step in sample_story(TODAY).steps:
        if isinstance(step.order, BankBook):
            balance += sum(each.amount for each in step.order.moves)
            assert (step.order.closing, step.order.closed_on) == (balance, step.day)


def test_accounts_have_right_check_digits() -> None:
    for name in ("Harbour Bakery", "x"):
        iban = sample_iban(name)
        assert len(iban) == 22
        assert int(iban[4:] + "1314" + iban[2:4]) % 97 == 1


def test_chance_is_fair_and_keeps_its_word() -> None:
    dice = Dice(5)
    thrown = Counter(dice.between(1, 6, "throw", at) for at in range(6000))
    assert set(thrown) == {1, 2, 3, 4, 5, 6}
    assert all(850 < many < 1150 for many in thrown.values())
    assert 2200 < sum(dice.happens(40, at) for at in range(6000)) < 2600
