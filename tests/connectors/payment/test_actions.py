"""What a proposal to pay says, and what is refused before anybody is asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from agents.approval.policy_facts import country_of
from agents.approval.risk import Case, Facts, Tier, assess, policy_of
from agents.clock import as_local
from agents.connectors.contract import Money
from agents.connectors.payment.actions import BillPayment, PaymentPrepare
from tests.clock import NOON
from tests.connectors.payment.payment_room import FIRST, OURS, THEIRS, order, pays

SECOND = "BILL-2026-0002"


def test_amount_name_account_and_reference_stand_in_the_title() -> None:
    assert order().title() == "Prepare a payment of 119.00 EUR to Paper & Co, DE02 1203 0000 0000 2020 51, P-100?"
    more = (pays(f"{at}.00", f"BILL-2026-000{at}") for at in (3, 4))
    several = order(pays(), pays("1.00", SECOND, "Müller"), *more)
    title = several.title()
    assert title.startswith("Prepare 4 payments over 127.00 EUR: 119.00 EUR to Paper & Co, DE02")
    assert "1.00 EUR to Müller, DE02" in title
    assert title.endswith("; and 1 more?")
    assert several.recipient() == "Paper & Co, Müller"


def test_every_payment_has_its_rows_and_what_the_bank_will_read() -> None:
    rows = {each.what: each.value for each in order(pays(), pays("1.00", SECOND, "Müller", OURS, "4711")).rows()}
    assert rows["account 1"] == "DE02 1203 0000 0000 2020 51"
    assert rows["for the bank 1"] == "Paper + Co, P-100"
    assert rows["for the bank 2"] == "Mueller, 4711"
    assert (rows["bill 2"], rows["amount 2"], rows["reference 2"]) == (SECOND, "1.00 EUR", "4711")
    assert rows["total"] == "120.00 EUR"
    assert "nothing is sent" in rows["becomes"]
    dated = {each.what: each.value for each in order(pays(vendor="Plain"), day=date(2026, 12, 1)).rows()}
    assert dated["on"].startswith("2026-12-01")
    assert "for the bank 1" not in dated


def test_it_needs_a_proof_and_its_country_is_that_of_the_account() -> None:
    facts = Facts(as_local(NOON), known_days=400)
    case = Case(order(), {"payments": "owner", "day": "computed"})
    assert assess(case, facts, policy_of(Money(Decimal(500), "EUR"))).tier is Tier.HIGH
    assert country_of(order()) == "DE"
    assert order().recipient_argument in PaymentPrepare.model_fields


def test_an_account_that_has_changed_is_said_loudly() -> None:
    (loud,) = order(pays(known=(OURS,))).cautions()
    assert loud.startswith("⚠ THE ACCOUNT HAS CHANGED: Paper & Co was paid to DE89 3704 0044 0532 0130 00 until now")
    assert "DE02 1203 0000 0000 2020 51" in loud
    (new,) = order(pays()).cautions()
    assert "know no account of Paper & Co" in new
    assert order(pays(known=(OURS, THEIRS))).cautions() == ()


def test_the_same_order_in_other_words_has_the_same_bytes() -> None:
    other = pays(iban="de02 1203 0000 0000 2020 51", reference=" P-100 ", amount="119.0")
    assert order(other).canonical() == order().canonical()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"iban": "DE02120300000000202052"}, "no account in the SEPA area"),
        ({"iban": "TR330006100519786457841326"}, "no account in the SEPA area"),
        ({"iban": "CH9300762011623852957"}, "needs its BIC"),
        ({"bic": "COBA"}, "no BIC"),
        ({"vendor": "ООО Ромашка"}, "Latin letters only"),
        ({"reference": "Ελλάς"}, "Latin letters only"),
        ({"amount": "0.00"}, "greater than 0"),
        ({"amount": "1.005"}, "decimal places"),
        ({"amount": "100000000.00"}, "8 digits"),
        ({"number": "BILL 2026 0001"}, "pattern"),
    ],
)
def test_what_no_bank_takes_is_refused(wrong: dict[str, str], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        BillPayment.model_validate({**pays().model_dump(), **wrong})


def test_an_account_beyond_the_economic_area_is_taken_with_its_bic() -> None:
    assert pays(iban="CH9300762011623852957", bic="ubswchzh80a").bic == "UBSWCHZH80A"


def test_a_bill_is_paid_once_in_an_order_and_the_sum_has_its_limit() -> None:
    with pytest.raises(ValidationError, match="twice"):
        order(pays("1.00"), pays("2.00"))
    large = [pays("99999999.99", f"BILL-2026-10{at}0") for at in range(10)]
    assert order(*large).total == Decimal("999999999.90")
    with pytest.raises(ValidationError, match="sum"):
        order(*large, pays("0.10"))
    assert {each.number for each in order().payments} == {FIRST}
