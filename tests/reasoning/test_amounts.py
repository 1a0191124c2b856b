"""Numbers, prices and quantities out of free text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reasoning.amounts import read_amounts, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("95", "95"),
        ("95.00", "95.00"),
        ("95,5", "95.5"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1.234", "1234"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567", "1234567"),
        ("12.3456", "12.3456"),
        ("+7", "7"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "x", "-5", "1.2.3", "1,2,3", "5 h", "٣", "NaN", "1e5"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@given(st.decimals(min_value=0, max_value=999_999, places=2))
def test_money_survives_german_and_english_spelling(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    assert read_number(english) == amount
    assert read_number(english.translate(str.maketrans(",.", ".,"))) == amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 hours", ("10", "h")),
        ("ten hours", ("10", "h")),
        ("10 Std. Beratung", ("10", "h")),
        ("2,5 Stunden", ("2.5", "h")),
        ("12 hrs in October", ("12", "h")),
        ("10h", ("10", "h")),
        ("a 10-hour job", ("10", "h")),
        ("3 days workshop", ("3", "day")),
        ("anderthalb Tage", ("1.5", "day")),
        ("half a day", ("0.5", "day")),
        ("2½ hours", ("2.5", "h")),
        ("½ Stunde", ("0.5", "h")),
        ("90 minutes", ("1.5", "h")),
        ("5 heures", ("5", "h")),
        ("seis horas", ("6", "h")),
        ("8 uur", ("8", "h")),
    ],
)
def test_quantities_of_work_are_found(text: str, expected: tuple[str, str]) -> None:
    (found,) = read_amounts(text).quantities
    assert (found.value, found.unit) == (Decimal(expected[0]), expected[1])


@pytest.mark.parametrize(
    "text",
    [
        "in 14 days",
        "payment within 14 days",
        "zahlbar innerhalb von 14 Tagen",
        "14 days net",
        "3 days ago",
        "20 minutes",
        "24/7 hours",
        "twenty-five hours",
        "-5 hours",
        "95 EUR h",
        "0 hours",
    ],
)
def test_times_that_are_no_work_are_no_quantity(text: str) -> None:
    assert read_amounts(text).quantities == ()


@pytest.mark.parametrize(
    "text", ["about 10 hours", "8-10 hours", "8 to 10 hours", "3 bis 4 Stunden", "ca. 5 Std", "twenty five hours"]
)
def test_a_range_or_a_rough_number_is_unsure(text: str) -> None:
    found = read_amounts(text)
    assert found.unsure
    assert found.quantities == ()


def test_a_range_of_prices_is_unsure() -> None:
    assert read_amounts("for 90 bis 95 EUR").unsure_price
    assert not read_amounts("10 hours at 95 EUR").unsure_price


@pytest.mark.parametrize(
    ("text", "amount", "currency", "of"),
    [
        ("at 95.00 EUR per hour", "95.00", "EUR", "h"),
        ("95 EUR/h", "95", "EUR", "h"),
        ("€95", "95", "EUR", ""),
        ("1.234,50 €", "1234.50", "EUR", ""),
        ("80 €/hr", "80", "EUR", "h"),
        ("zu 90 €", "90", "EUR", "each"),
        ("à 90,- €", "90", "EUR", "each"),
        ("10 h x 95 EUR", "95", "EUR", "each"),
        ("hourly rate of 95 EUR", "95", "EUR", "h"),
        ("Stundensatz: 95 €", "95", "EUR", "h"),
        ("95 EUR hourly", "95", "EUR", "h"),
        ("Tagessatz 900 EUR", "900", "EUR", "day"),
        ("600 EUR in total", "600", "EUR", "total"),
        ("pauschal 600 EUR", "600", "EUR", "total"),
        ("120 per hour", "120", "", "h"),
        ("@ 80", "80", "", "each"),
        ("$1,250.00", "1250.00", "USD", ""),
        ("1 234,50 €", "1234.50", "EUR", ""),
        ("65 GBP", "65", "GBP", ""),
        ("95 EUR net per hour", "95", "EUR", "h"),
    ],
)
def test_prices_are_found_with_what_they_are_the_price_of(text: str, amount: str, currency: str, of: str) -> None:
    (found,) = read_amounts(text).prices
    assert (found.amount, found.currency, found.of) == (Decimal(amount), currency, of)


@pytest.mark.parametrize("text", ["119 EUR incl. VAT", "brutto 119 EUR", "119 € inkl. MwSt"])
def test_a_price_with_tax_is_marked(text: str) -> None:
    assert [each.gross for each in read_amounts(text).prices] == [True]


def test_the_same_number_said_twice_is_one() -> None:
    found = read_amounts("10 hours. Yes, 10 hours at 95 EUR, that is 95.00 EUR/h and again at 95 EUR")
    assert [each.value for each in found.quantities] == [10]
    assert [each.of for each in found.prices] == ["each", "h"]


@given(st.text(max_size=400))
def test_no_text_makes_it_fail(text: str) -> None:
    read_amounts(text)
