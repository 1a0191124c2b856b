"""Promises about VAT on papers: what adds up to the cent is read, whatever does not is unclear."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.books import cents, totals
from agents.reasoning.vat_lines import RATES, vat_of


def shares(*pairs: tuple[str, str]) -> tuple[tuple[Decimal, Decimal], ...]:
    return tuple((Decimal(net), Decimal(rate)) for net, rate in pairs)


@pytest.mark.parametrize(
    ("text", "total", "found"),
    [
        ("VAT 19% 19.00\nTotal 119.00", "119.00", shares(("100.00", "19"))),
        ("Total incl. 19 % VAT 19.00: 119.00", "119.00", shares(("100.00", "19"))),
        ("MwSt 19,00\nSumme 119,00", "119.00", shares(("100.00", "19"))),  # the one rate that makes 19.00 of it
        ("Netto 7% 100,00\nNetto 19% 100,00\n7% MwSt 7,00\n19% MwSt 19,00", "226.00",
         shares(("100.00", "7"), ("100.00", "19"))),
        ("A 19,00% 16,80 3,19 19,99\nB 7,00% 9,34 0,65 9,99\nMwSt gesamt 3,84", "29.98",
         shares(("9.34", "7"), ("16.80", "19"))),
        ("A 19% 16.80 3.19\n7% VAT 0.65\nTotal 29.98", "29.98", shares(("9.34", "7"), ("16.80", "19"))),  # what is left
        ("0% 5.00 0.00 5.00\n19% VAT 19.00", "124.00", shares(("5.00", "0"), ("100.00", "19"))),
        ("Coffee 3.20\nTotal 3.20", "3.20", ()),
        ("VAT ID GB980780684\nTotal 3.20", "3.20", ()),
        ("Kein Ausweis von Umsatzsteuer, § 19 UStG", "3.20", ()),
        ("Total incl. VAT 119.00", "119.00", None),  # how much is not said
        ("VAT 19% 20.00\nTotal 119.00", "119.00", None),
        ("VAT 19% 19.00\nVAT 19% 9.50", "119.00", None),
        ("7% MwSt 0,65\n19% MwSt 3,19", "29.98", None),  # two nets that stand nowhere
        ("VAT 0.01\nTotal 0.10", "0.10", None),  # many rates make that
        ("VAT 40% 40.00", "140.00", None),
        ("VAT 19% 119.00", "119.00", None),
        ("VAT 19% off", "119.00", None),
    ],
)  # fmt: skip
def test_vat_is_what_adds_up_to_the_total(text: str, total: str, found: object) -> None:
    assert vat_of(text, Decimal(total)) == found


@given(st.integers(1, 10_000_000), st.sampled_from(RATES))
def test_every_invoice_with_one_rate_is_read_and_comes_to_its_total(net_cents: int, rate: Decimal) -> None:
    net = Decimal(net_cents) / 100
    tax = cents(net * rate / 100)
    found = vat_of(f"Net {net:.2f}\nVAT {rate} % {tax:.2f}\nTotal {net + tax:.2f}", net + tax)
    assert found
    assert totals(found).gross == net + tax
    assert totals(found).vat == tax


@given(st.text(alphabet="VAT%19.0, \nx", max_size=60), st.integers(1, 100_000))
def test_whatever_a_paper_says_what_is_read_comes_to_its_total(text: str, total_cents: int) -> None:
    total = Decimal(total_cents) / 100
    assert totals(vat_of(text, total) or ((total, Decimal(0)),)).gross == total
