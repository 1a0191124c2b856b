"""Accounts, letters and references of the SEPA area."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from agents.connectors.sepa import for_the_bank, is_account, is_bic, is_creditor_reference, needs_bic, packed, spaced

TAKEN = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")


@pytest.mark.parametrize("iban", ["DE89370400440532013000", "FR1420041010050500013M02606", "CH9300762011623852957"])
def test_accounts_of_the_area_are_taken(iban: str) -> None:
    assert is_account(iban)
    assert packed(spaced(iban)) == iban
    assert needs_bic(iban) == iban.startswith("CH")


@pytest.mark.parametrize(
    "iban",
    [
        *("", "DE", "DE89370400440532013001", "DE8937040044053201300", "de89370400440532013000"),
        *("BR1800360305000010009795493C1", "TR330006100519786457841326"),
    ],
)
def test_a_wrong_digit_and_a_country_beyond_are_not(iban: str) -> None:
    assert not is_account(iban)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Müller & Söhne GmbH", "Mueller + Soehne GmbH"),
        ("Straße № 4 – „Łódź“", "Strasse No 4 - 'Lodz'"),
        ("//P_100//7/", "P-100/7"),
        ("Čapek\tå; 5 €", "Capek.a, 5 EUR"),
        ("Ελλάς", "....."),
    ],
)
def test_texts_are_written_in_letters_that_every_bank_takes(text: str, written: str) -> None:
    assert for_the_bank(text) == written


@given(st.text())
def test_nothing_else_ever_comes_out(text: str) -> None:
    written = for_the_bank(text)
    assert TAKEN.fullmatch(written)
    assert "//" not in written
    assert for_the_bank(written) == written


def test_a_bic_has_eight_or_eleven_characters() -> None:
    assert is_bic("COBADEFFXXX")
    assert is_bic("COBADEFF")
    assert not is_bic("COBADEFFX")


@given(st.text("ABCXYZ0189", min_size=1, max_size=23))
def test_a_creditors_reference_is_what_another_reader_takes_for_one(text: str) -> None:
    assert is_creditor_reference(f"RF{text}") == (bool(re.match("[0-9]{2}.", text)) and iso11649.is_valid(f"RF{text}"))


def test_the_example_of_the_standard_is_one() -> None:
    assert is_creditor_reference("RF18539007547034")
    assert not is_creditor_reference("RF19539007547034")
    assert not is_creditor_reference("P-100")
