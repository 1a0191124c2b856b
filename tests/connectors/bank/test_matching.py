"""What each kind of line is recognised by."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agents.connectors.bank.matches import Flag, Kind, Match, Verdict
from agents.connectors.bank.matching import reconcile
from agents.connectors.bank.open_items import Booked, Expected, OpenItem, Party
from agents.connectors.bank.statement import Statement
from tests.connectors.bank.desk import (
    ACCOUNT,
    ACME,
    ACME_IBAN,
    BLUE,
    PAPER,
    PAPER_IBAN,
    STRANGER,
    acme,
    is_auto,
    like,
    line,
    matched,
    only,
    part,
)

SECOND = like(ACME, "INV-2026-0019", "310.50")
THIRD = like(ACME, "INV-2026-0020", "77.77")
DOLLARS = replace(ACME, currency="USD", amount=Decimal("1200.00"), booked=Decimal("1104.00"))


def summary(match: Match) -> tuple[Kind, bool, tuple[tuple[str, Decimal], ...]]:
    return match.kind, is_auto(match), match.parts


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-0017",
        "Rechnung inv-2026-0017, danke",
        "INV2026 0017",
        "inv 2026 17",
        "INV-2026-00 17",
        "2026-0017",
        "20260017",
        "Re. 0017",
        "",
    ],
)
def test_a_customer_pays_whatever_they_write(text: str) -> None:
    assert summary(only(acme("1190.00", text), ACME, SECOND, BLUE))[1:] == (True, (part(ACME),))


def test_a_stranger_who_names_the_invoice_and_has_its_amount_pays_it() -> None:
    assert summary(only(line("1190.00", "INV-2026-0017", "Anna Schulz", STRANGER), ACME, BLUE)) == (
        Kind.REFERENCE,
        True,
        (part(ACME),),
    )


def test_a_structured_reference_is_one() -> None:
    item = replace(ACME, references=("RF18539007547034",))
    told = replace(line("1190.00"), reference="RF18 5390 0754 7034")
    assert summary(only(told, item, BLUE))[1:] == (True, (part(ACME),))


def test_a_vendors_bill_is_paid_by_its_own_number() -> None:
    paid = line("-238.00", "RE-2026-04711", "Papier Mueller", PAPER_IBAN)
    assert summary(only(paid, PAPER, ACME)) == (Kind.REFERENCE, True, (part(PAPER),))


def test_a_part_leaves_the_rest_and_the_last_part_settles() -> None:
    found = matched([acme("500.00", "INV-2026-0017"), acme("690.00", "INV-2026-0017", 20)], [ACME, BLUE])
    assert [summary(each) for each in found] == [
        (Kind.INSTALMENT, True, (part(ACME, "500.00"),)),
        (Kind.INSTALMENT, True, (part(ACME, "690.00"),)),
    ]
    assert summary(only(acme("500.00", "INV-2026-0017"), ACME)) == (Kind.PARTIAL, True, (part(ACME, "500.00"),))


def test_many_payments_without_a_name_are_proposed_for_the_one_they_make_up() -> None:
    found = matched([acme("500.00"), acme("690.00", "thanks", 9)], [ACME, like(ACME, "INV-2026-0021", "5000.00")])
    assert [summary(each) for each in found] == [
        (Kind.INSTALMENT, False, (part(ACME, "500.00"),)),
        (Kind.INSTALMENT, False, (part(ACME, "690.00"),)),
    ]


@pytest.mark.parametrize("text", ["INV-2026-0017 INV-2026-0019", "0017 und 0019", "INV-2026-0019", ""])
def test_one_payment_for_two(text: str) -> None:
    found = only(acme("1500.50", text), ACME, SECOND, THIRD, BLUE)
    assert (found.kind, is_auto(found), set(found.parts)) == (Kind.JOINT, True, {part(ACME), part(SECOND)})


def test_a_sum_in_two_ways_is_proposed() -> None:
    items = [like(ACME, f"INV-2026-010{at}", amount) for at, amount in enumerate(["100", "200", "300", "400"])]
    found = only(acme("500.00"), *items)
    assert (found.kind, found.verdict) == (Kind.JOINT, Verdict.PROPOSED)


@pytest.mark.parametrize(
    ("amount", "text", "fee"),
    [("1180.00", "INV-2026-0017", "-10.00"), ("1150.00", "INV-2026-0017 Entgelt 40,00", "-40.00")],
)
def test_a_fee_is_taken_off(amount: str, text: str, fee: str) -> None:
    found = only(acme(amount, text), ACME, BLUE)
    assert (*summary(found), found.fee) == (Kind.FEE, True, (part(ACME),), Decimal(fee))


def test_our_own_banks_fee_makes_a_payment_greater() -> None:
    found = only(line("-240.00", "RE-2026-04711", "Papier Müller KG", PAPER_IBAN), PAPER)
    assert (*summary(found), found.fee) == (Kind.FEE, True, (part(PAPER),), Decimal("-2.00"))
    assert "2.00 more went out, as for a fee." in found.reasons
    assert "10.00 is missing, as for a fee." in only(acme("1180.00", "INV-2026-0017"), ACME).reasons


def test_exactly_two_percent_may_be_a_discount_and_is_the_owners() -> None:
    assert summary(only(acme("1166.20", "INV-2026-0017"), ACME))[:2] == (Kind.FEE, False)


def test_too_much_leaves_a_credit() -> None:
    found = only(acme("1200.00", "INV-2026-0017"), ACME, BLUE)
    assert (*summary(found), found.rest) == (Kind.OVERPAID, True, (part(ACME),), Decimal("10.00"))
    twice = only(acme("2380.00", "INV-2026-0017"), ACME, BLUE)
    assert summary(twice)[:2] == (Kind.OVERPAID, False)


@pytest.mark.parametrize("text", ["INV-2026-0017", "USD 1200.00 / 1.0870", "inv 2026 17 USD 1,200.00"])
def test_another_currency_is_booked_at_the_banks_amount(text: str) -> None:
    found = only(acme("1110.00", text), DOLLARS, BLUE)
    assert summary(found) == (Kind.EXCHANGE, True, ((ACME.number, Decimal("1104.00")),))
    assert found.difference == Decimal("6.00")


def test_half_a_cent_of_what_the_books_hold_it_at_is_rounded_up() -> None:
    found = only(acme("1110.00", "INV-2026-0017"), replace(DOLLARS, booked=Decimal("1104.005")))
    assert (found.parts, found.difference) == (((ACME.number, Decimal("1104.01")),), Decimal("5.99"))


@pytest.mark.parametrize(
    ("item", "amount", "text"),
    [
        (DOLLARS, "1300.00", "INV-2026-0017"),
        (replace(DOLLARS, booked=None), "1110.00", "INV-2026-0017"),
        (DOLLARS, "1110.00", "2026-0017"),
    ],
)
def test_a_strange_rate_is_the_owners(item: OpenItem, amount: str, text: str) -> None:
    found = only(acme(amount, text), item)
    assert (found.kind, found.verdict) == (Kind.EXCHANGE, Verdict.PROPOSED)


def test_the_same_line_again_is_a_duplicate() -> None:
    one = acme("1190.00", "INV-2026-0017")
    (found,) = matched([one], Expected((ACME,), booked=(Booked(ACCOUNT, one, (part(ACME),)),)))
    assert (found.kind, found.verdict, found.parts) == (Kind.DUPLICATE, Verdict.PROPOSED, ())
    statement = Statement(ACCOUNT, "EUR", (one,))
    found_twice = reconcile((statement, statement), Expected((ACME,))).matches
    assert [each.verdict for each in found_twice] == [Verdict.AUTO, Verdict.PROPOSED]


def test_what_several_items_fit_is_proposed() -> None:
    same = like(ACME, "INV-2026-0021")
    found = only(acme("1190.00"), ACME, same, replace(BLUE, amount=ACME.amount))
    assert (found.verdict, found.parts) == (Verdict.PROPOSED, (part(ACME),))


@pytest.mark.parametrize("text", ["RE-2026-04711", ""])
def test_a_vendors_new_account_is_always_the_owners(text: str) -> None:
    found = only(line("-238.00", text, "Papier Müller KG", STRANGER), PAPER, ACME)
    assert (found.verdict, found.flags) == (Verdict.PROPOSED, (Flag.CHANGED_DETAILS,))


def test_less_than_named_together_or_one_of_them_is_the_owners() -> None:
    both = "INV-2026-0017, INV-2026-0019"
    assert summary(only(acme("310.50", both), ACME, SECOND)) == (Kind.JOINT, False, (part(SECOND),))
    spread = only(acme("1200.00", both), ACME, SECOND)
    assert summary(spread) == (Kind.PARTIAL, False, (part(ACME), part(SECOND, "10.00")))


def test_a_line_without_a_name_may_be_a_part_or_more_of_the_only_one_open() -> None:
    assert summary(only(acme("333.00"), ACME)) == (Kind.PARTIAL, False, (part(ACME, "333.00"),))
    more = only(acme("1290.00"), ACME)
    assert (*summary(more), more.rest) == (Kind.OVERPAID, False, (part(ACME),), Decimal(100))


def test_the_same_number_at_two_vendors_is_told_apart_by_the_payee() -> None:
    other = replace(PAPER, number="bill-2026-0009", party="Druck KG", ibans=(STRANGER,))
    paid = line("-238.00", "RE-2026-04711", "Druck KG", STRANGER)
    assert summary(only(paid, PAPER, other)) == (Kind.REFERENCE, True, (part(other),))
    unknown = replace(paid, party="", iban="")
    assert not is_auto(only(unknown, PAPER, other))


def test_a_known_party_need_not_have_items() -> None:
    found = only(line("1190.00", "INV-2026-0017", "Blue Harbor", ""), ACME, parties=(Party("Blue Harbor Ltd"),))
    assert not is_auto(found)
    assert ACME_IBAN not in found.line.iban


@pytest.mark.parametrize(
    ("amount", "text", "verdict"),
    [
        ("1500.50", "Rechnung 0017 0019", Verdict.AUTO),
        ("1500.50", "Rechnung 0017", Verdict.PROPOSED),
        ("1500.50", "Rechnung 0444", Verdict.PROPOSED),
    ],
)
def test_ends_of_numbers_must_fit_all_of_a_joint_payment(amount: str, text: str, verdict: Verdict) -> None:
    assert only(acme(amount, text), ACME, SECOND, THIRD).verdict is verdict


def test_numbers_of_two_currencies_in_one_text_are_the_owners() -> None:
    found = only(acme("1500.00", "INV-2026-0017 INV-2026-0019"), DOLLARS, SECOND)
    assert found.verdict is not Verdict.AUTO


def test_named_ones_that_are_settled_do_not_count() -> None:
    found = matched(
        [acme("1190.00", "INV-2026-0017"), acme("310.50", "INV-2026-0017 INV-2026-0019", 9)], [ACME, SECOND]
    )
    assert summary(found[1]) == (Kind.REFERENCE, False, (part(SECOND),))


def test_too_much_for_several_named_ones_may_be_more_of_theirs() -> None:
    items = [ACME, SECOND, *(like(ACME, f"INV-2026-01{at:02}", f"{at}00.00") for at in range(1, 5))]
    found = only(acme("2000.50", "INV-2026-0017 INV-2026-0019"), *items)
    assert summary(found)[:2] == (Kind.OVERPAID, False)
    both = only(acme("1780.50", "INV-2026-0017 INV-2026-0018"), ACME, BLUE)
    assert summary(both)[:2] == (Kind.OVERPAID, False)
