"""What is asked of `forecast`, and what it shows of open invoices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from agents.console.forecast_command import wish_of
from agents.console.forecast_view import machine_view, shown
from agents.errors import NotAllowed
from agents.insight.cash_forecast import Dated, Owed
from agents.insight.pay_dates import PastInvoice
from agents.insight.predictive_analytics import Change, KnownBusiness, business_forecast

TODAY = date(2026, 11, 12)
D = Decimal


@pytest.mark.parametrize(
    ("hire", "start", "wish"),
    [
        ("3000/month", "2027-02", Change(D(3000), 30, date(2027, 2, 1))),
        ("99.50/week", "2026-12-24", Change(D("99.50"), 7, date(2026, 12, 24))),
        ("12000/year", "", Change(D(12000), 365, date(2026, 12, 1))),
        ("", "", None),
    ],
)
def test_what_the_owner_thinks_of_doing_is_read(hire: str, start: str, wish: Change | None) -> None:
    assert wish_of(hire, start, TODAY) == wish


@pytest.mark.parametrize(
    ("hire", "start"),
    [("3000", "2027-02"), ("3000/month", "soon"), ("3000/month", "2027-13"), ("-1/month", ""), ("", "2027-02")],
)
def test_what_cannot_be_read_is_refused_with_an_example(hire: str, start: str) -> None:
    with pytest.raises(NotAllowed, match="cannot be read"):
        wish_of(hire, start, TODAY)


def test_open_invoices_are_told_with_their_day_and_those_that_nobody_can_foresee_as_such() -> None:
    past = [
        PastInvoice("Globex", TODAY - timedelta(days=30 * at), TODAY - timedelta(days=30 * at - 9))
        for at in range(2, 9)
    ]
    owed = [
        Owed("Globex", D("700.00"), TODAY + timedelta(days=5)),
        Owed("Globex\n[[x]]", D("800.00"), date(2025, 1, 1)),
    ]
    owed += [Owed("Small", D("1.00"), TODAY)] * 8
    known = KnownBusiness(TODAY, "EUR", D("-10.00"), invoices=tuple(past), owed=tuple(owed), work=(4,) * 13)
    known = replace(known, bills=(Dated("all", D("-50.00"), TODAY),))
    found = business_forecast(known, 2)
    told = "\n".join(shown(found, None))
    assert "Chance to fall below zero within 2 weeks: certain" in told
    assert "due 2026-11-17, 9" in told
    assert "likely 2026-11-26 (2026-11-24 to 2026-11-28)" in told
    assert "due 2025-01-01, overdue: longer open than any that was paid; ask" in told
    assert "\n[[x]]" not in told
    assert "and 2 smaller ones (--json tells all)" in told
    assert "New tasks next week: about 4 (4 to 4)" in told
    assert all(len(line) <= 120 for line in told.splitlines())
    listed = machine_view(found, None)["open_invoices"]
    assert isinstance(listed, list)
    assert (len(listed), listed[0]["paid"]["middle"]) == (10, date(2026, 11, 26))


def test_a_chance_is_told_in_percent() -> None:
    owed = (Owed("Globex", D("100.00"), TODAY),)
    known = KnownBusiness(
        TODAY, "EUR", D("0.00"), owed=owed, bills=(Dated("b", D("-50.00"), TODAY + timedelta(days=15)),)
    )
    told = "\n".join(shown(business_forecast(known, 5), None))
    assert "Chance to fall below zero within 5 weeks: 5" in told
    assert "fewer than five invoices were paid so far" in told
