"""Charges that come again, over the command line: out of the movements of the bank that are booked."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from agents.durability.journal import Journal
from agents.durability.task_persistence import add_task
from tests.durability.test_rows import TASK
from tests.flows.test_books import own_entry, today

if TYPE_CHECKING:
    from tests.flows.employee import Employee


def charged(payee: str, *amounts: str, days_apart: int = 30, last_ago: int = 2, text: str = "card") -> str:
    """Movements of a payee at a regular distance, the last one so many days ago."""
    made = ""
    for back, amount in enumerate(reversed(amounts)):
        day = today() - timedelta(days=last_ago + back * days_apart)
        made += (
            f'\n{day} * "{payee}" "{text}"\n  bank_id: "{payee}-{text}-{day}"\n'
            f"  Assets:Bank:Checking  -{amount} EUR\n  Expenses:Software\n"
        )
    return made


def test_what_comes_again_is_told_with_what_is_odd_and_what_it_costs_a_year(employee: Employee) -> None:
    assert "none: three charges of one payee" in employee.said("books", "recurring")
    own_entry(
        employee,
        charged("Pixel Tools", "19.99", "19.99", "19.99", "22.50")
        + charged("Landlord", "700.00", "700.00", "700.00", last_ago=9)
        + charged("Old Host", "5.00", "5.00", "5.00", last_ago=200)
        + charged("Bakery", "3.10", "14.00", "2.20", "41.00"),
    )
    told = employee.said("books", "recurring").splitlines()
    assert [each.split()[0] for each in told if "every month" in each] == ["Landlord", "Pixel"]
    assert "⚠ the price rose: usual were 19.99 EUR" in told[3]
    assert told[4].split() == ["in", "a", "year", "8,790.42", "EUR"]  # (700.00 + 22.50) * 365 / 30
    assert told[5] == f"No longer: Old Host ({today() - timedelta(days=200)})"
    listed = json.loads(employee.said("books", "recurring", "--json"))
    assert {each["payee"]: each["is_active"] for each in listed} == {
        "Landlord": True,
        "Pixel Tools": True,
        "Old Host": False,
    }
    pixel = next(each for each in listed if each["payee"] == "Pixel Tools")
    assert pixel["concerns"] == ["price_rise"]
    assert f"next about {pixel['next_day']}" in told[2]
    assert 25 < (date.fromisoformat(pixel["next_day"]) - today()).days < 31
    assert pixel["mentioned"] is None  # of a vault in which nothing is yet, nothing can be said
    with closing(Journal.open(employee.state)) as journal, journal.begin() as sql:
        add_task(sql, replace(TASK, created_at=f"{today() - timedelta(days=70)}T12:00:00+00:00"))
    (employee.vault / "Ideas.md").write_text("Ask the landlord, then Landlord again.\n", encoding="utf-8")
    told = employee.said("books", "recurring").splitlines()
    unused = [each for each in told if "nothing here mentions it" in each]
    assert unused == [
        f"    ⚠ nothing here mentions it since {today() - timedelta(days=70)}; in a year it costs 273.75 EUR"
    ]


def test_one_subscription_that_is_paid_twice_is_pointed_out(employee: Employee) -> None:
    own_entry(
        employee,
        charged("Cloud Box", "10.00", "10.00", "10.00") + charged("Cloud Box", "30.00", "30.00", "30.00", last_ago=12),
    )
    told = employee.said("books", "recurring")
    assert told.count("it is there twice: do you pay for it two times?") == 2
