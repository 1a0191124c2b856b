"""The way lines really come: a month at a time, against what is open by then, with what was booked before."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.bank.matching import reconcile
from agents.connectors.bank.open_items import Booked, Expected
from tests.connectors.bank.grading import grade
from tests.connectors.bank.labelled_year import LabelledYear
from tests.connectors.bank.small_business import year_of

if TYPE_CHECKING:
    from agents.connectors.bank.statement import Statement


def lines_of(year: LabelledYear, month: int) -> tuple[Statement, ...]:
    return tuple(
        replace(each, lines=tuple(line for line in each.lines if line.day.month == month)) for each in year.statements
    )


def books_before(year: LabelledYear, month: int) -> Expected:
    """As the owner has put them right: everything of the earlier months is booked as it truly was."""
    before = [(each.account, line) for each in year.statements for line in each.lines if line.day.month < month]
    booked = tuple(Booked(account, line, year.truths[account, line.bank_id].parts) for account, line in before)
    paid: dict[str, Decimal] = {}
    for number, amount in (part for each in booked for part in each.parts):
        paid[number] = paid.get(number, Decimal(0)) + amount
    items = [
        replace(item, amount=item.amount - abs(paid.get(item.number, Decimal(0))))
        for item in year.expected.items
        if item.issued.month <= month and not (item.booked and item.number in paid)
    ]
    return replace(year.expected, items=tuple(item for item in items if item.amount > 0), booked=booked)


@pytest.mark.parametrize("seed", [31, 32])
def test_a_month_at_a_time_is_as_right_as_a_whole_year(seed: int) -> None:
    year = year_of(seed)
    wrong: list[str] = []
    booked = right = matchable = 0
    for month in range(1, 13):
        statements = lines_of(year, month)
        ids = {(each.account, line.bank_id) for each in statements for line in each.lines}
        truths = {line_id: truth for line_id, truth in year.truths.items() if line_id in ids}
        part = LabelledYear(seed, statements, year.expected, truths)
        mark = grade(part, reconcile(statements, books_before(year, month)))
        wrong += mark.wrong
        booked, right, matchable = booked + mark.booked, right + mark.right, matchable + mark.matchable
    assert len(wrong) <= 0.005 * booked, "\n".join(wrong[:5])
    assert right >= 0.85 * matchable
