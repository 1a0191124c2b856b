"""Deadlines as people write them, in several languages; what cannot be told for sure is none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.durability.deadlines import deadline_in

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("please send it by Friday", "2026-11-27"),
        ("by the end of the month", "2026-11-30"),
        ("until the end of the week", "2026-11-27"),
        ("by tomorrow", "2026-11-24"),
        ("before Monday", "2026-11-23"),
        ("no later than December 4th", "2026-12-04"),
        ("due: 4 Dec 2026", "2026-12-04"),
        ("due on 2026-12-01", "2026-12-01"),
        ("within two weeks", "2026-12-07"),
        ("within 36 hours", "2026-11-25"),
        ("by EOD", "2026-11-23"),
        ("we need it by Thursday, 26 November", "2026-11-26"),
        ("by 3 January", "2027-01-03"),
        ("bis morgen", "2026-11-24"),
        ("Bis spätestens Mittwoch, den 25.11.", "2026-11-25"),
        ("spätestens am 1.12.26", "2026-12-01"),
        ("Bitte heute noch erledigen", "2026-11-23"),
        ("innerhalb von 3 Tagen", "2026-11-26"),
        ("bis zum 15. Dezember", "2026-12-15"),
        ("bis übermorgen", "2026-11-25"),
        ("bis 4. Dez. 2026", "2026-12-04"),
        ("d’ici vendredi", "2026-11-27"),
        ("avant le 1er décembre", "2026-12-01"),
        ("sous 48 heures", "2026-11-25"),
        ("avant la fin du mois", "2026-11-30"),
        ("para el viernes", "2026-11-27"),
        ("antes del 30 de noviembre de 2026", "2026-11-30"),
        ("a más tardar el 15/12/2026", "2026-12-15"),
        ("hoy mismo", "2026-11-23"),
        ("entro venerdì", "2026-11-27"),
        ("entro 3 giorni", "2026-11-26"),
        ("entro il 30 novembre", "2026-11-30"),
        ("uiterlijk donderdag", "2026-11-26"),
        ("by Friday, at the latest by Wednesday", "2026-11-25"),
        ("by 12/15/2026", "2026-12-15"),
        ("by 5/5/2027", "2027-05-05"),
    ],
)
def test_a_deadline_is_found(text: str, day: str) -> None:
    assert deadline_in(text, MONDAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "we met on Friday",
        "the invoice of 15.12.2026",
        "URGENT! NOW! ASAP!",
        "by 31.02.2027",
        "by 5/12/2026",
        "since Monday",
        "until 2030-01-01",
        "due on 2025-01-01",
        "by 2026-13-01",
        "by 30 February",
        "within 99 weeks",
    ],
)
def test_what_is_none_or_cannot_be_told_is_none(text: str) -> None:
    assert deadline_in(text, MONDAY) is None


@given(st.text(max_size=300), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_no_text_makes_it_fail_and_no_deadline_lies_in_the_past(text: str, today: date) -> None:
    for words in (text, f"by {text}", f"within {text} days"):
        day = deadline_in(words, today)
        assert day is None or today <= day <= today + timedelta(days=366)
