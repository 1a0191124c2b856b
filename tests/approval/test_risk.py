"""The risk table: what is at stake and where it comes from; more money or a worse source never lowers the tier."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.approval.risk import Tier, assess
from agents.connectors.contract import Action, Money, Row, Stakes
from tests.approval.examples import CREDIT, INVOICE, MAIL

LIMIT = Money(Decimal(500), "EUR")
ORDER = (Tier.LOW, Tier.MEDIUM, Tier.HIGH)
SOURCES = ("owner", "contacts", "computed", "mail:x", "unknown", "")


class Something(Action):
    """An action with these stakes."""

    action: Literal["some.thing"] = "some.thing"
    what: Stakes
    amount: Decimal | None = None
    currency: str = "EUR"

    @property
    def stakes(self) -> Stakes:
        return self.what

    @property
    def money(self) -> Money | None:
        return None if self.amount is None else Money(self.amount, self.currency)

    def title(self) -> str:
        return "Do something?"

    def rows(self) -> tuple[Row, ...]:
        return ()

    def recipient(self) -> str:
        return "anna@client.example"

    def undo(self) -> str:
        return "no"


@pytest.mark.parametrize(
    ("stakes", "tier"),
    [
        (Stakes.FILING, Tier.LOW),
        (Stakes.MONEY_ASKED, Tier.MEDIUM),
        (Stakes.MONEY_LEAVES, Tier.HIGH),
        (Stakes.DELETION, Tier.HIGH),
        (Stakes.PUBLIC, Tier.HIGH),
    ],
)
def test_what_is_at_stake_gives_the_tier(stakes: Stakes, tier: Tier) -> None:
    assert assess(Something(what=stakes), {}, "", LIMIT).tier is tier


def test_an_invoice_is_medium_also_to_a_new_customer() -> None:
    assert assess(INVOICE, {"customer": "mail:x"}, "", LIMIT).tier is Tier.MEDIUM


@pytest.mark.parametrize(
    ("source", "sender", "tier"),
    [
        ("mail:x", "Anna@Client.example", Tier.MEDIUM),
        ("owner", "", Tier.MEDIUM),
        ("contacts", "eve@other.example", Tier.MEDIUM),
        ("mail:x", "eve@other.example", Tier.HIGH),
        ("mail:x", "", Tier.HIGH),
        ("receipt:x", "", Tier.HIGH),
    ],
)
def test_a_mail_is_as_safe_as_the_origin_of_its_recipient(source: str, sender: str, tier: Tier) -> None:
    assert assess(MAIL, {"to": source}, sender, LIMIT).tier is tier


def test_a_recipient_of_unknown_origin_is_high() -> None:
    assert assess(MAIL, {}, "", LIMIT).tier is Tier.HIGH


@pytest.mark.parametrize(
    ("amount", "currency", "tier"),
    [
        (Decimal("500.00"), "EUR", Tier.MEDIUM),
        (Decimal("500.01"), "EUR", Tier.HIGH),
        (Decimal("1.00"), "USD", Tier.HIGH),
        (None, "EUR", Tier.HIGH),
    ],
)
def test_money_is_forgiven_up_to_the_limit_in_its_currency(amount: Decimal | None, currency: str, tier: Tier) -> None:
    action = Something(what=Stakes.MONEY_FORGIVEN, amount=amount, currency=currency)
    assert assess(action, {}, "", LIMIT).tier is tier


def test_the_reason_names_the_limit() -> None:
    assert "500 EUR" in assess(CREDIT, {}, "", LIMIT).why


@given(
    st.sampled_from(Stakes),
    st.decimals(0, 10**6, places=2),
    st.decimals(0, 10**6, places=2),
    st.sampled_from(SOURCES),
)
def test_a_higher_amount_never_lowers_the_tier(stakes: Stakes, low: Decimal, more: Decimal, source: str) -> None:
    one, two = (
        assess(Something(what=stakes, amount=amount), {"recipient": source}, "", LIMIT) for amount in (low, low + more)
    )
    assert ORDER.index(two.tier) >= ORDER.index(one.tier)


@given(st.sampled_from(Stakes), st.sampled_from(SOURCES), st.sampled_from(("mail:x", "unknown", "")))
def test_a_tainted_argument_never_lowers_the_tier(stakes: Stakes, source: str, tainted: str) -> None:
    action = Something(what=stakes, amount=Decimal(1))
    one, two = (assess(action, {"recipient": each}, "", LIMIT) for each in (source, tainted))
    assert ORDER.index(two.tier) >= ORDER.index(one.tier) or source in {"mail:x", "unknown", "", "computed"}
