"""The owner's goals are read as they are written, and what cannot be read is named with its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agents.insight.goals import Project, read_goals

TEMPLATE = Path(__file__).parents[2] / "vault_template" / "vault" / "Business_Goals.md"


def table(heading: str, columns: str, *rows: str) -> str:
    rule = "|".join("---" for _ in columns.split("|"))
    return f"## {heading}\n\n| {columns} |\n| {rule} |\n" + "".join(f"| {each} |\n" for each in rows) + "\n"


def test_the_note_of_a_new_vault_is_read_without_a_problem() -> None:
    goals = read_goals(TEMPLATE.read_text(encoding="utf-8"))
    assert goals.problems == ()
    assert goals.plan["2026-11"] == {"EUR": Decimal(8000)}
    assert [each.metric for each in goals.targets] == [
        "answer to a customer",
        "invoice after the work",
        "invoices paid on time",
    ]
    assert goals.targets[2].below == Decimal(75)
    assert goals.targets[0].above == Decimal(48)
    assert (goals.minutes_saved, goals.hour, goals.dollar) == (Decimal(10), (Decimal("60.00"), "EUR"), Decimal("0.90"))
    assert [each.worth for each in goals.projects] == [Decimal("4000.00")]


def test_an_alert_says_beyond_which_amount() -> None:
    text = table(
        "Key metrics", "metric | target | alert when", "Runway | 6 months | below 3 months", "Cash | | sinking"
    )
    runway, cash = read_goals(text).targets
    assert [runway.alerts(Decimal(each)) for each in ("2.9", "3")] == [True, False]
    assert (runway.metric, runway.target, cash.alerts(Decimal(-1))) == ("runway", "6 months", False)
    (late,) = read_goals(table("Key metrics", "metric | target | alert when", "dso | | over 1,040.5 days")).targets
    assert [late.alerts(Decimal(each)) for each in ("1040.5", "1040.6")] == [False, True]
    assert read_goals(table("Key metrics", "metric | target | alert when", " | 1 | 2")).targets == ()


@pytest.mark.parametrize(
    ("heading", "columns", "bad"),
    [
        ("Revenue", "month | target | currency", "2026-13 | 1 | EUR"),
        ("Revenue", "month | target | currency", "2026-12 | much | EUR"),
        ("Revenue", "month | target | currency", "2026-12 | 1 | euros"),
        ("Active projects", "project | customer | due | worth | currency", "Site | Acme | soon | 1 | EUR"),
        ("Active projects", "project | customer | due | worth | currency", "Site | Acme | 2026-12-18 | 1 | "),
        ("Automation", "what | value | currency", "an hour of mine | a lot | EUR"),
        ("Automation", "what | value | currency", "an hour of mine | 60 | euros"),
        ("Revenue", "month | target | currency", "2026-12 | 1"),
    ],
)
def test_a_row_that_cannot_be_read_is_a_problem_with_its_line_and_the_others_count(
    heading: str, columns: str, bad: str
) -> None:
    goals = read_goals(
        table(heading, columns, bad) + table("Revenue", "month | target | currency", "2026-11 | 5 | EUR")
    )
    assert [each.line for each in goals.problems] == [5]
    assert goals.plan == {"2026-11": {"EUR": Decimal(5)}}
    assert (goals.projects, goals.hour) == ((), None)


def test_a_project_need_not_say_what_it_is_worth() -> None:
    text = table("Active projects", "project | customer | due", "Site | Acme | 2026-12-18", " | | ")
    goals = read_goals(text)
    assert goals.projects == (Project("Site", "Acme", date(2026, 12, 18), None, "", 5),)
    assert goals.problems == ()
