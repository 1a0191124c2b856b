"""Promises about the checker: a number that no source says does not pass, wherever it stands."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.insight.briefing_numbers import Claim, Figure, Finished, Numbers, Source, check, moved

if TYPE_CHECKING:
    from agents.insight.measured import Unit

CASH = Source("now", "cash.balance", "", "EUR")
SHARE = Source("now", "paid.on_time")
FIGURES = {CASH: Figure(Decimal("-1234.505"), "money"), SHARE: Figure(Decimal("91.96"), "percent")}


def finished() -> Finished:
    numbers = Numbers(FIGURES)
    share = numbers.show(SHARE)  # asked for first, and stands last: the order of the text counts
    words = numbers.words(f"INV-2026-0001 of 24/7 Ltd: {numbers.show(CASH)}, drawn {numbers.drawn(CASH)}")
    return numbers.finish(f"{words}\non time: {share}\n")


def test_numbers_stand_as_people_and_as_drawings_read_them() -> None:
    text = "INV-2026-0001 of 24/7 Ltd: -1,234.51 EUR, drawn -1234.51\non time: 92.0 %\n"
    assert finished().text == text
    assert check(finished(), FIGURES) == ()


@pytest.mark.parametrize(
    ("was", "planted", "mistakes"),
    [
        ("-1,234.51 EUR", "-1,234.52 EUR", ("line 1: 1,234.52 has no source", "1,234.51 (now cash.balance (EUR))")),
        ("-1,234.51", "1,234.51", ("line 1: 1234.51 stands there, and now cash.balance (EUR) is -1234.51",)),
        ("drawn -1234.51", "drawn -1234.5", ("line 1: 1234.5 has no source", "1234.51 (now cash.balance (EUR))")),
        ("on time: ", "on time: 3 of ", ("line 2: 3 has no source",)),
        ("24/7", "24/8", ("line 1: 8 has no source", "7 (words) does not stand")),
        ("92.0 %", "", ("92.0 (now paid.on_time) does not stand where it belongs",)),
        ("92.0 %", "٩2.0 %", ("line 2: ٩2.0 has no source", "92.0 (now paid.on_time)")),
    ],
)
def test_a_planted_number_is_found(was: str, planted: str, mistakes: tuple[str, ...]) -> None:
    good = finished()
    found = check(replace(good, text=good.text.replace(was, planted, 1)), FIGURES)
    assert len(found) == len(mistakes)
    assert all(told.startswith(words) for told, words in zip(found, mistakes, strict=True))


def test_two_numbers_that_changed_places_are_found() -> None:
    good = finished()
    text = good.text.replace("92.0", "X").replace("-1234.51", "92.0").replace("X", "-1234.51")
    assert check(replace(good, text=text), FIGURES) != ()


def test_a_number_is_held_against_what_the_source_says_then() -> None:
    later = FIGURES | {SHARE: Figure(Decimal("91.94"), "percent")}
    assert check(finished(), later) == ("line 2: 92.0 stands there, and now paid.on_time is 91.9",)
    assert check(finished(), {CASH: FIGURES[CASH]}) == ("line 2: 92.0 claims now paid.on_time, which says nothing",)


def test_words_do_not_become_a_number_of_ours() -> None:
    numbers = Numbers(FIGURES)
    assert numbers.finish(numbers.words("1234.51")).claims == (Claim("1234.51"),)


def test_what_says_nothing_cannot_be_shown() -> None:
    with pytest.raises(KeyError):
        Numbers({}).show(CASH)


@pytest.mark.parametrize(
    ("amount", "unit", "shown"),
    [("3", "number", "3"), ("3.25", "number", "3.3"), ("0.125", "ratio", "0.13"), ("2.25", "hours", "2.3 h")],
)
def test_every_unit_has_its_places(amount: str, unit: Unit, shown: str) -> None:
    source = Source("now", "x")
    numbers = Numbers({source: Figure(Decimal(amount), unit)})
    assert numbers.finish(numbers.show(source)).text == shown


@given(st.decimals("-1e12", "1e12", places=3), st.text(st.characters(codec="utf-8", exclude_characters="\ue000\ue001")))
def test_any_amount_beside_any_words_is_read_back(amount: Decimal, words: str) -> None:
    figures = {CASH: Figure(amount, "money")}
    numbers = Numbers(figures)
    text = numbers.finish(numbers.words(f"{words}\n") + numbers.show(CASH))
    assert check(text, figures) == ()


def test_what_moved_is_listed() -> None:
    before = {CASH: Figure(Decimal(1), "money"), SHARE: Figure(Decimal(2), "percent")}
    after = {CASH: Figure(Decimal("1.01"), "money"), SHARE: Figure(Decimal(2), "percent")}
    assert moved(before, after) == (CASH,)
    assert moved(before, {CASH: before[CASH]}) == (SHARE,)
