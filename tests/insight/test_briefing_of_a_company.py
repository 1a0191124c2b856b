"""Promises about a briefing over the thirty metrics: one cent of one posting moves these numbers, and no other."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.insight.briefing_known import Known, Period
from agents.insight.briefing_numbers import moved
from agents.insight.briefing_targets import targets_of, unmeasured
from agents.insight.ceo_briefing_generator import generate
from agents.insight.company import Work
from agents.insight.financial_analyzer import measure
from agents.insight.goals import read_goals
from tests.insight.briefing_story import ON_TIME, story
from tests.insight.company_room import booked, books_of, company_of, invoice, proposal, task

if TYPE_CHECKING:
    from agents.insight.ceo_briefing_generator import Briefing

SUNDAY = date(2026, 11, 29)
GOALS = "## Revenue\n\n| month | target | currency |\n| --- | --- | --- |\n| 2026-11 | 8,000 | EUR |\n"
TARGETS = "## Key metrics\n\n| metric | target | alert when |\n| --- | --- | --- |\n"


def briefing(spent: str) -> Briefing:
    """The briefing of a company that paid so much for its rent on 25 November."""
    books = books_of(
        money=booked("Checking", ("2026-07-01", "20000.00"), ("11-10", "2000.00"), ("11-25", f"-{spent}")),
        earned=booked("Services", ("10-20", "1500.00"), ("11-10", "2000.00")),
        spent=booked("Rent", ("10-25", "800.00"), ("11-25", spent)),
        invoices=[
            invoice("INV-1", "Acme", "11-10", "2000.00", ("11-20", "2000.00")),
            invoice("INV-2", "Bo", "11-20", "10.00"),
        ],
    )
    company = company_of(books, goals=GOALS, on=SUNDAY)
    ends = [SUNDAY - timedelta(weeks=weeks) for weeks in range(5)]
    now, *earlier = (measure(company.back_to(end)) for end in ends)
    week = Period("week", SUNDAY - timedelta(days=6), SUNDAY)
    return generate(Known(week, now, tuple(earlier), targets=targets_of(company.goals, now)))


def test_one_cent_of_one_posting_moves_these_numbers_and_no_other() -> None:
    before, after = briefing("800.00"), briefing("800.01")
    assert [str(each) for each in moved(before.figures, after.figures)] == [
        "now cash (EUR)",
        "now cash (Checking, EUR)",
        "now profit.operating (month to date, EUR)",
        "now profit.operating (year to date, EUR)",
    ]
    lines = [*zip(before.text.splitlines(), after.text.splitlines(), strict=True)]
    assert [now.split(" | ")[:2] for was, now in lines if was != now and ", EUR |" in now] == [
        ["| Cash, EUR", "21,199.99"],
        ["| Cash, Checking, EUR", "21,199.99"],
        ["| Operating profit, month to date, EUR", "1,199.99"],
        ["| Operating profit, year to date, EUR", "1,899.99"],
    ]


@pytest.mark.parametrize(
    ("row", "wanted", "below", "above"),
    [
        ("| invoices paid on time | 90 % | below 75 % |", "90", "75", "None"),
        ("| receivables.on_time | | above 99 % |", "None", "None", "99"),
    ],
)
def test_a_goal_is_found_by_title_or_key(row: str, wanted: str, below: str, above: str) -> None:
    goals = read_goals(TARGETS + row)
    (found,) = targets_of(goals, story().now)
    assert (found.key, str(found.wanted), str(found.below), str(found.above)) == (ON_TIME.key, wanted, below, above)
    assert unmeasured(goals, story().now) == ()


def test_days_are_hours_where_a_figure_is_in_hours_and_the_other_way_round() -> None:
    tasks = [task("a", "11-20 08:00", mail=True)]
    work = Work(tuple(tasks), (proposal("p", "11-20 09:00", "11-20 10:00", "11-20 12:00", of="a"),))
    rows = (
        "| answer to a customer | within 1 day | later than 2 days |\n| receivables.dso | 36 hours | above 48 hours |\n"
    )
    books = books_of(invoices=[invoice("INV-2", "Bo", "11-20", "10.00")], earned=booked("Services", ("11-20", "10.00")))
    goals = read_goals(TARGETS + rows)
    found = {each.key: each for each in targets_of(goals, measure(company_of(books, work)))}
    assert (found["work.response_time"].wanted, found["work.response_time"].above) == (Decimal(24), Decimal(48))
    assert (found["receivables.dso"].wanted, found["receivables.dso"].above) == (Decimal("1.5"), Decimal(2))


def test_a_goal_of_what_is_not_known_is_none_and_one_of_no_figure_is_told() -> None:
    goals = read_goals(
        GOALS + "\n" + TARGETS + "| revenue against the plan | 100 % | below 80 % |\n| luck | much | none |\n"
    )
    assert targets_of(goals, story().now[3:]) == ()
    assert unmeasured(goals, story().now) == ("luck",)
