"""Numbers that lead to a person are found as people write them; dates, amounts and references stay readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security.personal_numbers import e164, personal_numbers

# text, what is found in it, its kind
FOUND = [
    ("Tel. 030/1234567 a.m.", "030/1234567", "phone"),
    ("call +49 30 1234567 today", "+49 30 1234567", "phone"),
    ("(+49) 30 1234567", "(+49) 30 1234567", "phone"),
    ("+49 (0)30 123 45 67", "+49 (0)30 123 45 67", "phone"),
    ("0171-2345678", "0171-2345678", "phone"),
    ("020 7946 0958", "020 7946 0958", "phone"),
    ("01.23.45.67.89", "01.23.45.67.89", "phone"),
    ("044 668 18 00", "044 668 18 00", "phone"),
    ("0049 30 1234567", "0049 30 1234567", "phone"),
    ("(212) 555-0123", "(212) 555-0123", "phone"),
    ("212-555-0123", "212-555-0123", "phone"),
    ("fax: 12345", "12345", "phone"),
    ("Phone number: 555 1234", "555 1234", "phone"),
    ("030 1234567 2026-11-26", "030 1234567", "phone"),
    ("030\u200b1234567", "030\u200b1234567", "phone"),
    ("IBAN DE89 3704 0044 0532 0130 00 BIC X", "DE89 3704 0044 0532 0130 00", "iban"),
    ("de89370400440532013000", "de89370400440532013000", "iban"),
    ("(GB29 NWBK 6016 1331 9268 19)", "GB29 NWBK 6016 1331 9268 19", "iban"),
    ("IBAN: DE12 3456 7890 1234 5678 99", "12 3456 7890 1234 5678 99", "account"),
    ("Konto 1234567", "1234567", "account"),
    ("4111 1111 1111 1111", "4111 1111 1111 1111", "card"),
    ("5500-0000-0000-0004", "5500-0000-0000-0004", "card"),
    ("2221000000000009", "2221000000000009", "card"),
    ("3782 822463 10005", "3782 822463 10005", "card"),
    ("USt-Id DE136695976.", "DE136695976", "id"),
    ("ATU13585627", "ATU13585627", "id"),
    ("GB980780684", "GB980780684", "id"),
    ("DE 136 695 976", "DE 136 695 976", "id"),
    ("CHE-100.155.212", "CHE-100.155.212", "id"),
    ("RCCMNL83S18D969H", "RCCMNL83S18D969H", "id"),
    ("54362315K", "54362315K", "id"),
    ("X2482300W", "X2482300W", "id"),
    ("AB123456C", "AB123456C", "id"),
    ("536-90-4399", "536-90-4399", "id"),
    ("756.9217.0769.85", "756.9217.0769.85", "id"),
    ("295109912611193", "295109912611193", "id"),
    ("85.07.30-033 28", "85.07.30-033 28", "id"),
    ("811228-9874", "811228-9874", "id"),
    ("390.533.447-05", "390.533.447-05", "id"),
    ("36 574 261 809", "36 574 261 809", "id"),
    ("44051401359", "44051401359", "id"),
    ("Steuer-ID: 12345678901", "12345678901", "id"),
    ("Passport no. 123456789", "123456789", "id"),
    (" ".join(["12"] * 70), " ".join(["12"] * 70), "number"),
]

READABLE = [
    "2026-11-26",
    "26.11.2026 10:30",
    "2026/11/26",
    "2026-11-26 2026-11-27 28.11.2026",
    "31.12.2026 24.12.2026",
    "01.-03.12.2026",
    "01/2026-12/2026",
    "01.12.-24.12.2026",
    "08.00-16.30",
    "(08.00\u201316.30)",
    "INV-2026-0031",
    "Rechnung 2026-11-0042",
    "Order 4500012345",
    "order no. 0012345678",
    "#20261126001",
    "Bestellung 30012345",
    "Ticket 0301234567",
    "PO-0301234567",
    "DHL 00340434161094015902",
    "1.130,50 EUR",
    "12,500,000.00 USD",
    "12.500.000,00",
    "1 234 567,89 EUR",
    "0.12345678 BTC",
    "10 h x 95.00 EUR",
    "19 %",
    "100.000",
    "20261126",
    "1764144000",
    "RE202600315",
    "DE123456789",
    "12345678",
    "(212) 155-0123",
    "4111 1111 1111 1112",
    "1234567812345670",
    "v1.2.3.4",
    "192.168.178.1",
    "12345 Sampletown",
    "HRB 123456",
    "X1234567",
    "AA00 AA00 AA00 AA00",
    "b12345678",
    "+49",
    "",
]


def found(text: str, regions: tuple[str, ...] = ("DE", "GB", "FR", "CH", "AT")) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.kind) for each in personal_numbers(text, regions)]


@pytest.mark.parametrize(("text", "number", "kind"), FOUND)
def test_a_number_that_leads_to_a_person_is_found_whole(text: str, number: str, kind: str) -> None:
    assert found(text) == [(number, kind)]


@pytest.mark.parametrize("text", READABLE)
def test_dates_amounts_and_references_stay_readable(text: str) -> None:
    assert found(text) == []


def test_a_number_at_home_is_known_where_the_owner_is_at_home() -> None:
    assert found("llame al 912 34 56 78") == []
    assert found("llame al 912 34 56 78", ("ES", "DE")) == [("912 34 56 78", "phone")]
    assert found("el pedido 112 34 56 78", ("ES", "DE")) == []


def test_numbers_side_by_side_are_told_apart() -> None:
    both = [("+33 1 23 45 67 89", "phone"), ("0171 2345678", "phone")]
    assert found("+33 1 23 45 67 89 474747 0171 2345678") == both


def test_behind_so_many_that_look_alike_the_rest_counts_without_a_look() -> None:
    """Hostile text gets no more checks than its length allows; what may be a number is one then."""
    kinds = [kind for _, kind in found("0999 0000\n" * 1_000)]
    assert 0 < len(kinds) < 1_000
    assert set(kinds) == {"phone"}


@given(st.text(alphabet="0123456789+()-./ \n\tADEUXabe\u00a0\u0661²", max_size=200))
def test_any_text_has_spans_within_it(text: str) -> None:
    assert all(0 <= each.start < each.end <= len(text) for each in personal_numbers(text))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+49 30 1234567", "+49301234567"),
        ("0049 30 1234567", "+49301234567"),
        ("030/1234567", "+49301234567"),
        ("+1 212 555 0123", "+12125550123"),
        ("call me", ""),
        ("", ""),
        ("0000 0000", ""),
        ("+49 30 1234567" + "9" * 100, ""),
    ],
)
def test_a_phone_number_is_one_however_it_is_written(written: str, number: str) -> None:
    assert e164(written) == number


def test_a_number_without_a_country_is_at_home_in_the_first_that_knows_it() -> None:
    assert e164("020 7946 0958", ("GB", "DE")) == "+442079460958"
    assert e164("020 7946 0958", ()) == ""
