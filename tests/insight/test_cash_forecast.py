"""The cash of the weeks ahead: reckoned by hand where nothing is left to chance, and in shares where something is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from agents.insight.cash_forecast import CashPlan, Dated, Month, Owed, cash_forecast, with_change
from agents.insight.draws import Draws
from agents.insight.pay_dates import PastInvoice, habits_of

TODAY = date(2026, 11, 2)  # a Monday
D = Decimal
PLAN = CashPlan(TODAY, "EUR", D("1000.00"))


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def test_what_is_sure_is_the_same_in_every_course() -> None:
    """1,000.00; a bill of before on the next day, rent on day 7, 900.00 in on day 8, and what is beyond the weeks."""
    plan = replace(
        PLAN,
        dated=(
            Dated("bill", D("-150.25"), in_days(-20)),
            Dated("rent", D("-900.00"), in_days(7)),
            Dated("sold", D("900.00"), in_days(8)),
            Dated("later", D("-9999.00"), in_days(15)),
        ),
    )
    found = cash_forecast(plan, 2)
    assert [(each.end, each.low, each.middle, each.high) for each in found.weeks] == [
        (in_days(7), *[D("-50.25")] * 3),
        (in_days(14), *[D("849.75")] * 3),
    ]
    assert (found.below_zero, found.low_point, found.low_week) == (1, D("-50.25"), in_days(7))


def test_the_day_within_a_week_on_which_nothing_is_left_counts() -> None:
    plan = replace(PLAN, dated=(Dated("out", D("-1000.01"), in_days(3)), Dated("in", D("500.00"), in_days(4))))
    found = cash_forecast(plan, 1)
    assert found.weeks[0].low == D("499.99")
    assert (found.below_zero, found.low_point) == (1, D("-0.01"))


def test_an_invoice_comes_as_its_customer_pays_and_the_chance_of_running_dry_is_that_of_its_coming_late() -> None:
    """A bill of all that is there falls on day 10; half of the invoices came 5 days after they were due, half 15."""
    paid = [PastInvoice("Globex", in_days(-90 - at), in_days(-90 - at + (5, 15)[at % 2])) for at in range(40)]
    habits = habits_of(paid, TODAY)
    plan = replace(
        PLAN,
        owed=(Owed("Globex", D("600.00"), in_days(0)),),
        dated=(Dated("out", D("-1200.00"), in_days(10)),),
        habits=habits,
    )
    found = cash_forecast(plan, 3)
    assert 0.42 < found.below_zero < 0.58
    assert (found.weeks[1].low, found.weeks[1].high) == (D("-200.00"), D("400.00"))
    assert found.low_point == D("-200.00")
    assert found.weeks[2].middle == D("400.00")
    early = replace(plan, dated=(Dated("out", D("-1200.00"), in_days(20)),))
    assert cash_forecast(early, 3).below_zero < 0.05


def test_what_nobody_will_pay_does_not_come() -> None:
    paid = [PastInvoice("Globex", in_days(-90 - at), in_days(-88 - at)) for at in range(20)]
    plan = replace(PLAN, owed=(Owed("Globex", D("600.00"), in_days(-400)),), habits=habits_of(paid, TODAY))
    assert cash_forecast(plan, 13).weeks[-1].high == D("1000.00")


def test_while_nobody_knows_how_customers_pay_it_comes_within_thirty_days_of_being_due() -> None:
    plan = replace(PLAN, owed=(Owed("A", D("1.00"), in_days(-5)), Owed("B", D("2.00"), in_days(30))))
    found = cash_forecast(plan, 9)
    assert [found.weeks[at].low for at in (0, 4, 8)] == [D("1000.00"), D("1001.00"), D("1003.00")]
    assert found.weeks[0].high == D("1001.00")


def test_what_is_yet_to_be_sold_and_spent_moves_within_its_forecast() -> None:
    """December: sold 800.00, four of five chances for 400.00 to 1,600.00, paid at once; costs are sure."""
    sold = Month(date(2026, 12, 1), D("400.00"), D("800.00"), D("1600.00"))
    spent = Month(date(2026, 12, 1), D("100.00"), D("100.00"), D("100.00"))
    paid_at_once = habits_of([PastInvoice("A", in_days(-9 - at), in_days(-9 - at)) for at in range(30)], TODAY)
    plan = replace(PLAN, sales=(sold,), costs=(spent,), terms_days=0, habits=paid_at_once)
    last = cash_forecast(plan, 10).weeks[-1]
    assert D("1280.00") < last.low < D("1320.00")
    assert D("1680.00") < last.middle < D("1720.00")
    assert D("2420.00") < last.high < D("2580.00")
    later = cash_forecast(replace(plan, terms_days=60), 10).weeks[-1]
    assert later.high == D("900.00")  # nothing of it is paid yet


def test_what_is_left_of_a_month_falls_on_the_days_that_are_left() -> None:
    spent = Month(date(2026, 11, 1), *[D("90.00")] * 3)
    weeks = cash_forecast(replace(PLAN, as_of=date(2026, 11, 12), costs=(spent,)), 3).weeks
    assert [each.middle for each in weeks] == [D("955.00"), D("910.00"), D("910.00")]  # on the 18th and the 25th
    at_the_end = cash_forecast(replace(PLAN, as_of=date(2026, 11, 28), costs=(spent,)), 1)
    assert at_the_end.weeks[0].middle == D("910.00")


def test_what_the_owner_thinks_of_doing_is_added_to_every_course() -> None:
    plan = replace(PLAN, owed=(Owed("A", D("500.00"), in_days(3)),))
    changed = with_change(plan, "hire", [(in_days(10), D("-300.00")), (in_days(24), D("-300.00"))])
    before, after = cash_forecast(plan, 6), cash_forecast(changed, 6)
    less = [one.low - other.low for one, other in zip(before.weeks, after.weeks, strict=True)]
    assert less == [0, 300, 300, 600, 600, 600]


def test_the_same_plan_gives_the_same_forecast_and_draws_are_those_they_always_were() -> None:
    plan = replace(PLAN, owed=tuple(Owed(f"{at}", D("10.00"), in_days(at)) for at in range(20)))
    assert cash_forecast(plan) == cash_forecast(plan)
    draws = Draws("cash")
    assert [round(draws.share(), 6) for _ in range(3)] == FIRST_DRAWS
    shares = [draws.share() for _ in range(2000)]
    assert 0.48 < sum(shares) / len(shares) < 0.52
    assert {draws.one_of("abc") for _ in range(50)} == set("abc")
    assert 4 <= draws.between(4, 5) <= 5
    around = sorted(draws.around(10, 2) for _ in range(2000))
    assert 9.8 < around[1000] < 10.2
    assert 11.7 < around[1682] < 12.3  # one spread above


FIRST_DRAWS = [0.785983, 0.02715, 0.329888]
