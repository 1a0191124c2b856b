"""The owner's tables as facts; every bad row is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reasoning.owner_files import read_owner_files, read_percent
from tests.reasoning.builders import SKILLS

TODAY = date(2026, 11, 23)
HANDBOOK = """# Handbook
## Who we are
| what | value |
| --- | --- |
| company | Studio Example |
| owner | Robin |
| tone | formal |
## Money
| what | value |
| --- | --- |
| currency | eur |
| tax | 7,7 % |
| payment | 30 days |
## Rules
| when | then | limit |
| --- | --- | --- |
| invoice or bill | ask me | 500 EUR |
| | newsletter | |
| lottery | spam | much |
"""
RATES = """| customer | service | unit | price | currency | tax |
| --- | --- | --- | --- | --- | --- |
| Acme Ltd | consulting | Std. | 95,00 | € | 19 % |
| | design | day | 800 | | |
| | design | h | free | EUR | 19 |
| | design | h | 0 | EUR | 19 |
| | design | h | 10 | EUR | many |
| | design | h | 10 | Eur o | 19 |
| too | short |
"""


def read(handbook: str = "", rates: str = "") -> tuple[object, list[tuple[str, int]]]:
    files = read_owner_files(handbook, rates, TODAY)
    return files.facts, [(each.file, each.line) for each in files.problems]


def test_missing_files_give_sane_defaults() -> None:
    files = read_owner_files("", "", TODAY)
    handbook = files.facts.handbook
    assert (handbook.tax, handbook.currency, handbook.payment_days) == (Decimal(19), "EUR", 14)
    assert files.facts.rates == ()
    assert files.problems == ()


def test_the_handbook_says_who_we_are_and_its_rules() -> None:
    handbook = read_owner_files(HANDBOOK, "", TODAY).facts.handbook
    assert (handbook.company, handbook.owner_name, handbook.tone) == ("Studio Example", "Robin", "formal")
    assert (handbook.currency, handbook.tax, handbook.tax_line) == ("EUR", Decimal("7.7"), 12)
    assert handbook.payment_days == 30
    assert [(each.when, each.then, each.limit, each.line) for each in handbook.rules] == [
        ("invoice or bill", "ask me", "500 EUR", 17)
    ]


def test_a_bad_rule_is_named_with_its_line() -> None:
    assert read(HANDBOOK)[1] == [("Company_Handbook.md", 18), ("Company_Handbook.md", 19)]


def test_rates_are_read_in_the_owners_spelling() -> None:
    acme, everybody = read_owner_files("", RATES, TODAY).facts.rates
    assert (acme.customer, acme.unit, acme.price, acme.currency) == ("Acme Ltd", "h", Decimal("95.00"), "EUR")
    assert (everybody.customer, everybody.unit, everybody.tax) == ("", "day", Decimal(19))


def test_every_bad_rate_is_named_and_hides_no_other() -> None:
    assert read("", RATES)[1] == [("Accounting/Rates.md", line) for line in (9, 5, 6, 7, 8)]


def test_wrong_settings_fall_back_and_are_named() -> None:
    text = "## Money\n| what | value |\n| --- | --- |\n| currency | Taler |\n| tax | lots |\n| payment | soon |\n"
    files = read_owner_files(text, "", TODAY)
    handbook = files.facts.handbook
    assert (handbook.currency, handbook.tax, handbook.payment_days) == ("EUR", Decimal(19), 14)
    assert [each.line for each in files.problems] == [5, 4, 6]


def test_a_table_of_rates_without_units_is_named() -> None:
    assert read("", "| service | price |\n| --- | --- |\n| x | 1 |\n")[1] == [("Accounting/Rates.md", 1)]


def test_other_tables_are_left_alone() -> None:
    assert read("## Limits\n| what | limit |\n| --- | --- |\n| x | y |\n", "| a | b |\n| - | - |\n| 1 | 2 |\n")[1] == []


def test_a_percentage_lies_between_0_and_100() -> None:
    assert read_percent("0") == 0
    assert read_percent("19 %") == 19
    assert read_percent("101") is None
    assert read_percent("-1") is None


def test_the_files_we_ship_have_no_problem() -> None:
    vault = SKILLS.parent / "vault_template" / "vault"
    handbook = Path(vault / "Company_Handbook.md").read_text(encoding="utf-8")
    rates = Path(vault / "Accounting" / "Rates.md").read_text(encoding="utf-8")
    files = read_owner_files(handbook, rates, TODAY)
    assert files.problems == ()
    assert files.facts.handbook.company == "Studio Example"
    assert [each.customer for each in files.facts.rates] == ["Harbour Bakery", "Harbour Bakery"]


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_makes_it_fail(handbook: str, rates: str) -> None:
    read_owner_files(f"## Money\n| what | value |\n|--|--|\n| tax | {handbook} |\n", rates, TODAY)
    read_owner_files(handbook, f"|customer|service|unit|price|\n|--|--|--|--|\n|a|b|c|{rates}|\n", TODAY)


def reminders(value: str) -> tuple[tuple[int, ...], list[int]]:
    """The days that were read, and the lines that were named."""
    text = f"## Money\n| what | value |\n| --- | --- |\n| payment reminders | {value} |\n"
    files = read_owner_files(text, "", TODAY)
    return tuple(each.days for each in files.facts.handbook.reminders), [each.line for each in files.problems]


@pytest.mark.parametrize(
    "value", ["3, 14 days after the due date", "3,14", "3 and 14 days", "3 14", "3 und 14 Tage nach Fälligkeit"]
)
def test_days_of_reminders_are_read_in_the_owners_words(value: str) -> None:
    assert reminders(value) == ((3, 14), [])
    assert reminders(value.replace("3", "03")) == ((3, 14), [])


@pytest.mark.parametrize("value", ["", "none", "No", "-"])
def test_without_days_nobody_is_reminded(value: str) -> None:
    assert reminders(value) == ((), [])


@pytest.mark.parametrize(
    "value",
    ["14, 3", "3, 3", "0, 3", "-3", "3, 14, 30, 45", "soon", "3 weeks", "2.5", "366", "3 days before", "3, 14 EUR"],
)
def test_days_that_are_none_are_named_and_nobody_is_reminded(value: str) -> None:
    assert reminders(value) == ((), [4])


def test_rules_about_priority_are_no_kinds_and_take_no_limit() -> None:
    rules = "| from: a@b.example | Urgent | |\n| fair | high | 5 EUR |\n| raffle | newsletter | |\n"
    files = read_owner_files(f"## Rules\n| when | then | limit |\n| --- | --- | --- |\n{rules}", "", TODAY)
    assert [each.when for each in files.facts.handbook.rules] == ["raffle"]
    assert [(each.line, each.message) for each in files.problems] == [(5, "a rule about priority has no limit")]
