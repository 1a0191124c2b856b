"""What a business is likely to see: what goes into its cash, once and on its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from agents.insight.cash_forecast import Dated, Owed
from agents.insight.pay_dates import PastInvoice
from agents.insight.predictive_analytics import (
    Change,
    KnownBusiness,
    Repeating,
    business_forecast,
    cash_plan,
    change_days,
    money_forecast,
)

TODAY = date(2026, 11, 12)
D = Decimal
KNOWN = KnownBusiness(TODAY, "EUR", D("5000.00"))
RENT = Repeating("Landlord", D("800.00"), date(2026, 11, 30), 30)


def plan_of(known: KnownBusiness, weeks: int = 9) -> list[tuple[str, Decimal, date]]:
    """What is on its day in the cash of a business."""
    nothing = money_forecast((), TODAY, 4)
    return [(each.name, each.amount, each.day) for each in cash_plan(known, nothing, nothing, None, weeks).dated]


def test_bills_taxes_and_what_comes_again_are_on_their_days() -> None:
    bill, vat = Dated("Paper & Co", D("-90.00"), date(2026, 11, 20)), Dated("VAT", D("-300.00"), date(2027, 1, 10))
    missing = Repeating("Hoster", D("10.00"), date(2026, 11, 8), 30)
    known = replace(KNOWN, bills=(bill,), taxes=(vat,), repeating=(RENT, missing))
    assert plan_of(known) == [
        ("Paper & Co", D("-90.00"), date(2026, 11, 20)),
        ("VAT", D("-300.00"), date(2027, 1, 10)),
        ("Landlord", D("-800.00"), date(2026, 11, 30)),
        ("Landlord", D("-800.00"), date(2026, 12, 30)),
        ("Hoster", D("-10.00"), date(2026, 11, 13)),  # it did not come on its day: expected tomorrow
        ("Hoster", D("-10.00"), date(2026, 12, 8)),
        ("Hoster", D("-10.00"), date(2027, 1, 8)),
    ]


def test_a_charge_that_was_billed_is_paid_once() -> None:
    known = replace(KNOWN, bills=(Dated("LANDLORD", D("-800.00"), date(2026, 11, 29)),), repeating=(RENT,))
    assert plan_of(known) == [
        ("LANDLORD", D("-800.00"), date(2026, 11, 29)),
        ("Landlord", D("-800.00"), date(2026, 12, 30)),
    ]


def test_of_what_is_yet_to_come_only_what_is_not_known_otherwise_counts() -> None:
    """Costs of 1,000.00 a month: 100.00 are booked already, 800.00 are the rent on the 30th."""
    known = replace(
        KNOWN,
        revenue=(D("3000.00"),) * 24,
        costs=(D("1000.00"),) * 24,
        revenue_so_far=D("1200.00"),
        costs_so_far=D("100.00"),
        repeating=(RENT,),
    )
    revenue, costs = (money_forecast(each, TODAY, 3) for each in (known.revenue, known.costs))
    plan = cash_plan(known, revenue, costs, None, 9)
    assert [each.middle for each in plan.sales] == [D("1800.00"), D("3000.00"), D("3000.00")]
    assert [each.middle for each in plan.costs] == [D("100.00"), D("200.00"), D("200.00")]
    assert [each.day for each in plan.costs] == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    more = cash_plan(replace(known, revenue_so_far=D("9000.00")), revenue, costs, None, 9)
    assert more.sales[0].high == 0


@pytest.mark.parametrize(
    ("period", "start", "days"),
    [
        (30, date(2026, 12, 1), [date(2026, 12, 31), date(2027, 1, 31)]),
        (30, date(2026, 10, 1), [date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31)]),
        (7, date(2027, 1, 20), [date(2027, 1, 20), date(2027, 1, 27), date(2027, 2, 3)]),
        (91, date(2026, 11, 30), [date(2026, 11, 30)]),
        (365, date(2027, 2, 1), [date(2027, 2, 1)]),
        (30, date(2027, 2, 1), []),
    ],
)
def test_what_the_owner_thinks_of_doing_is_paid_from_its_start_on(period: int, start: date, days: list[date]) -> None:
    assert change_days(Change(D("10.00"), period, start), TODAY, 12) == tuple((day, D("-10.00")) for day in days)


def test_a_business_is_told_whole_and_says_what_it_rests_on() -> None:
    past = [
        PastInvoice("Globex", TODAY - timedelta(days=30 * at), TODAY - timedelta(days=30 * at - 9))
        for at in range(1, 9)
    ]
    known = replace(
        KNOWN,
        revenue=(D("3000.00"),) * 24,
        costs=(D("1000.00"),) * 5,
        invoices=tuple(past),
        owed=(Owed("Globex", D("700.00"), TODAY),),
        work=(3,) * 20,
        left_out=("BILL-1 is in USD and not counted.",),
    )
    found = business_forecast(known, 13, Change(D("1000.00"), 30, TODAY))
    assert (found.revenue.backtest is None, found.costs.backtest is None) == (False, True)
    assert "only 5 points" in found.costs.why
    assert found.pay
    assert found.pay[0].middle == TODAY + timedelta(days=9)
    assert [round(each.middle) for each in found.work.steps] == [3, 3, 3, 3]
    assert found.changed
    assert found.changed.weeks[-1].middle == found.cash.weeks[-1].middle - 3000
    assert found.assumptions[0].startswith("Open invoices are paid as each customer paid so far")
    assert found.assumptions[-1] == "BILL-1 is in USD and not counted."
    bare = business_forecast(KNOWN, 1)
    assert (bare.changed, bare.pay, bare.revenue.months) == (None, None, ())
    assert bare.cash.weeks[0].middle == D("5000.00")
    assert bare.assumptions[0].startswith("Nobody can say yet when customers pay")
