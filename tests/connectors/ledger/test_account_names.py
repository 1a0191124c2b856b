"""Customer accounts: readable, accepted by beancount, and never shared."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.ledger.account_names import bank_account, other_side, receivable
from agents.connectors.ledger.beancount_file import syntax_problems

NAMES = st.one_of(st.text(), st.text("Acme Ltd-xÄ ", max_size=8), st.from_regex(r"[A-Z][a-z]+( [A-Z][a-z]+)*"))


@pytest.mark.parametrize(
    ("customer", "starts"),
    [
        ("Acme Ltd", "Assets:AR:Acme-Ltd"),
        ("3M", "Assets:AR:3M"),
        ("Čapek & Söhne", "Assets:AR:Capek-Soehne--"),
        ("acme ltd", "Assets:AR:Acme-Ltd--"),
        ("Acme-Ltd", "Assets:AR:Acme-Ltd--"),
        ("☕", "Assets:AR:Customer--"),
        ("", "Assets:AR:Customer--"),
        ("株式会社", "Assets:AR:Customer--"),
        ("x" * 300, "Assets:AR:Xxxx"),
    ],
)
def test_an_account_is_named_after_its_customer(customer: str, starts: str) -> None:
    assert receivable(customer).startswith(starts)


@pytest.mark.parametrize(
    ("name", "own", "other"),
    [
        ("Checking", "Assets:Bank:Checking", "Assets:Transit"),
        ("Cash", "Assets:Cash", "Assets:Cash"),
        ("Private", "Assets:Bank:Private", "Equity:Private"),  # a statement is of a bank, whatever its account is named
        ("Opening", "Assets:Bank:Opening", "Equity:Opening-Balances"),
        ("Transit", "Assets:Bank:Transit", "Assets:Transit"),
    ],
)
def test_an_account_is_the_banks_when_it_has_a_statement(name: str, own: str, other: str) -> None:
    assert (bank_account(name), other_side(name)) == (own, other)


@given(NAMES)
def test_beancount_takes_every_account(customer: str) -> None:
    assert re.fullmatch(r"Assets:AR:[A-Z0-9][A-Za-z0-9-]{0,60}", receivable(customer))


def test_beancount_itself_says_so() -> None:
    for customer in ("Acme Ltd", "Čapek & Söhne", "☕", "", "3M"):
        assert syntax_problems(f"2026-01-01 open {receivable(customer)}\n") == ()


@given(NAMES, NAMES)
def test_two_different_customers_never_share_an_account(one: str, other: str) -> None:
    assert (receivable(one) == receivable(other)) == (one == other)


def test_a_name_chosen_to_collide_does_not() -> None:
    hidden = receivable("Čapek & Söhne").removeprefix("Assets:AR:")
    assert receivable(hidden) != receivable("Čapek & Söhne")
    assert receivable(hidden.replace("-", " ")) != receivable("Čapek & Söhne")


def test_what_the_tax_office_gets_is_neither_a_cost_nor_on_its_way() -> None:
    assert other_side("VAT-Paid") == "Liabilities:VAT-Paid"
    assert other_side("Savings") == "Assets:Transit"
