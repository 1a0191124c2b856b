"""Money and texts on invoices."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.books import amount_text, cents, plain_line, shortest, totals

CENTS = st.integers(-(10**11), 10**11).map(lambda n: Decimal(n).scaleb(-2))
RATES = st.sampled_from([Decimal(0), Decimal(7), Decimal(19), Decimal("5.5"), Decimal("8.1"), Decimal(25)])
NUMBERS = st.decimals(-(10**9), 10**9, places=4)


@given(st.lists(st.tuples(CENTS, RATES), max_size=40))
def test_the_sum_is_the_lines_plus_vat_rounded_half_up_once_per_rate(lines: list[tuple[Decimal, Decimal]]) -> None:
    sums = totals(lines)
    assert sums.net == sum((net for net, _ in lines), Decimal(0))
    assert sums.gross == sums.net + sums.vat
    assert [each.rate for each in sums.rates] == sorted({rate for _, rate in lines})
    for each in sums.rates:
        exact = Fraction(each.net) * Fraction(each.rate) / 100
        assert abs(Fraction(each.vat) - exact) <= Fraction(1, 200)


@given(NUMBERS)
def test_cents_are_the_nearest_and_halves_go_away_from_zero(number: Decimal) -> None:
    off = Fraction(cents(number)) - Fraction(number)
    assert abs(off) <= Fraction(1, 200)
    if abs(off) == Fraction(1, 200):
        assert abs(cents(number)) > abs(number)
    assert cents(number).as_tuple().exponent == -2


@given(NUMBERS)
def test_a_written_amount_reads_back_as_the_same_value(number: Decimal) -> None:
    text = amount_text(number)
    assert Decimal(text.replace(",", "")) == number
    assert len(text.split(".")[1]) >= 2


@given(NUMBERS)
def test_the_shortest_form_is_equal_and_plain(number: Decimal) -> None:
    brief = shortest(number)
    assert brief == number
    assert "E" not in str(brief)
    assert not (("." in str(brief)) and str(brief).endswith("0"))


@pytest.mark.parametrize(
    ("number", "currency", "text"),
    [("1130.5", "EUR", "1,130.50 EUR"), ("0.0125", "", "0.0125"), ("1E+3", "CHF", "1,000.00 CHF"), ("-2", "", "-2.00")],
)
def test_amounts_are_written_as_in_the_notes(number: str, currency: str, text: str) -> None:
    assert amount_text(Decimal(number), currency) == text


@given(st.text())
def test_a_plain_line_is_one_visible_line_and_stays_itself(text: str) -> None:
    line = plain_line(text)
    assert plain_line(line) == line
    assert line == line.strip()
    assert not [each for each in line if unicodedata.category(each)[0] == "C" or (each.isspace() and each != " ")]


def test_invisible_and_bidirectional_characters_are_left_out() -> None:
    assert plain_line("Ac\u200bme\u202e\ufe0f  Ltd\n\x00") == "Acme Ltd"
    assert plain_line("Cafe\u0301") == "Café"
