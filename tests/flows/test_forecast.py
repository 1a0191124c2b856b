"""What is likely to come, over the command line: out of the books, and what it would mean to hire somebody."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.flows.test_books import invoiced, own_entry, today

if TYPE_CHECKING:
    from datetime import date

    from tests.flows.employee import Employee


def month_before(back: int) -> date:
    day = today().replace(day=1)
    for _ in range(back):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def earned_and_spent(first: int, last: int) -> str:
    """What each month brought and cost, from so many months before to so many, as movements of the bank."""
    made = ""
    for back in range(last, first + 1):
        day = month_before(back) + timedelta(days=4)
        made += (
            f'\n{day} * "Harbour Bakery" "sold"\n  Assets:Bank:Checking  {5000 + 40 * (20 - back)}.00 EUR\n'
            f"  Income:Services\n"
            f'\n{day} * "Landlord" "rent"\n  bank_id: "rent-{day}"\n  Assets:Bank:Checking  -1200.00 EUR\n'
            f"  Expenses:Office\n"
        )
    return made


def test_what_is_likely_to_come_is_told_with_how_sure_it_is_and_what_hiring_would_mean(employee: Employee) -> None:
    assert "nothing is known yet" in employee.said("forecast")
    own_entry(employee, earned_and_spent(6, 1))
    told = employee.said("forecast")
    assert "The naive range: only 6 points are known, and a method needs 12" in " ".join(told.split())
    own_entry(employee, earned_and_spent(14, 7))
    invoiced(employee)
    told = " ".join(employee.said("forecast", "--hire", "3000/month", "--from", f"{months_later(2):%Y-%m}").split())
    assert "Tried 6 times on what came before" in told
    assert "A forecast is the mean of six ways" in told
    assert f"With 3,000.00 EUR a month from {months_later(2)}, paid on the last day of each:" in told
    assert "Nobody can say yet: fewer than five invoices were paid so far." in told
    listed = json.loads(employee.said("forecast", "--json", "--hire", "9000/month", "--weeks", "26"))
    alone, hired = listed["cash_forecast"], listed["what_if"]["cash_forecast"]
    assert listed["cash"] == "60200.00"  # 14 months of 3,800.00 and what each grew by
    assert len(alone["weeks"]) == len(hired["weeks"]) == 26
    paid = sum(months_later(each) - timedelta(days=1) <= today() + timedelta(weeks=26) for each in range(2, 9))
    assert Decimal(alone["weeks"][-1]["middle"]) - Decimal(hired["weeks"][-1]["middle"]) == paid * 9000
    assert alone["below_zero"] == 0
    assert [(each["amount"], each["paid"]) for each in listed["open_invoices"]] == [("1130.50", None)]
    assert json.loads(employee.said("forecast", "--json", "--hire", "9000/month", "--weeks", "26")) == listed
    assert "such as --hire 3000/month" in employee.call("forecast", "--hire", "much").output


def months_later(months: int) -> date:
    day = today().replace(day=1)
    for _ in range(months):
        day = (day + timedelta(days=31)).replace(day=1)
    return day
