"""Lines that belong to another line: returns, refunds, transfers between own accounts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agents.connectors.bank.matches import Kind, Match, Verdict
from agents.connectors.bank.matching import reconcile
from agents.connectors.bank.open_items import Booked, Expected
from agents.connectors.bank.statement import Statement
from tests.connectors.bank.desk import (
    ACCOUNT,
    ACME,
    ACME_IBAN,
    BLUE,
    PAPER,
    PAPER_IBAN,
    SAVINGS,
    acme,
    is_auto,
    like,
    line,
    matched,
    only,
    part,
)

DOLLARS = replace(ACME, currency="USD", amount=Decimal("1200.00"), booked=Decimal("1104.00"))


def summary(match: Match) -> tuple[Kind, bool, tuple[tuple[str, Decimal], ...]]:
    return match.kind, is_auto(match), match.parts


def test_a_returned_debit_opens_the_invoice_again_and_it_can_be_paid_again() -> None:
    back = replace(acme("-1190.00", "AC04", 5), is_return=True)
    found = matched([acme("1190.00", "INV-2026-0017"), back, acme("1190.00", "INV-2026-0017", 15)], [ACME, BLUE])
    assert [summary(each) for each in found] == [
        (Kind.REFERENCE, True, (part(ACME),)),
        (Kind.RETURN, True, (part(ACME, "-1190.00"),)),
        (Kind.REFERENCE, True, (part(ACME),)),
    ]
    assert found[1].other == found[0].id


def test_what_is_returned_on_its_day_is_found_in_any_order() -> None:
    paid = acme("1190.00", "INV-2026-0017")
    back = replace(acme("-1190.00", "AC04"), is_return=True)
    for first, second in (("a", "b"), ("b", "a")):
        lines = [replace(paid, bank_id=first), replace(back, bank_id=second)]
        found = matched([acme("1190.00", "old", -30), *lines], [ACME, like(ACME, "INV-2026-0001", days_later=-40)])
        assert {(ACCOUNT, first)} >= {each.other for each in found if is_auto(each) and each.other}


def test_a_return_of_what_was_booked_before_opens_it_too() -> None:
    first = acme("1190.00", "INV-2026-0016")
    booked = Booked(ACCOUNT, first, (("INV-2026-0016", Decimal("1190.00")),))
    back = replace(acme("-1190.00", "INV-2026-0016", 5), is_return=True)
    (found,) = matched([back], Expected((ACME,), booked=(booked,)))
    assert (*summary(found), found.other) == (
        Kind.RETURN,
        True,
        (("INV-2026-0016", Decimal("-1190.00")),),
        (ACCOUNT, first.bank_id),
    )


def test_a_return_of_a_part_that_was_booked_makes_more_open() -> None:
    rest = replace(ACME, amount=Decimal("690.00"))
    first = acme("500.00", "INV-2026-0017")
    back = replace(acme("-500.00", "INV-2026-0017", 5), is_return=True)
    books = Expected((rest,), booked=(Booked(ACCOUNT, first, (part(ACME, "500.00"),)),))
    found = matched([back, acme("1190.00", "INV-2026-0017", 9)], books)
    assert [summary(each) for each in found] == [
        (Kind.RETURN, True, (part(ACME, "-500.00"),)),
        (Kind.REFERENCE, True, (part(ACME),)),
    ]


def test_a_return_of_one_of_several_or_of_nothing_is_the_owners() -> None:
    back = replace(acme("-1190.00", "AC04", 5), is_return=True)
    assert (only(back, ACME).kind, only(back, ACME).verdict) == (Kind.RETURN, Verdict.PROPOSED)
    twice = [acme("1190.00", "INV-2026-0017"), acme("1190.00", "INV-2026-0021", 1), back]
    assert not is_auto(matched(twice, [ACME, like(ACME, "INV-2026-0021")])[2])


def test_a_return_of_what_nobody_understood_is_not_booked() -> None:
    found = matched([acme("55.00", "hm"), replace(acme("-55.00", "back", 3), is_return=True)], [BLUE])
    assert summary(found[1]) == (Kind.RETURN, False, ())


@pytest.mark.parametrize("text", ["Refund INV-2026-0017", "Erstattung"])
def test_a_refund_belongs_to_what_it_gives_back(text: str) -> None:
    found = matched([acme("1190.00", "INV-2026-0017"), acme("-1190.00", text, 30)], [ACME, BLUE])
    assert (*summary(found[1]), found[1].other) == (Kind.REFUND, True, (), found[0].id)
    assert found[1].rest == Decimal("-1190.00")


def test_money_that_goes_back_without_a_word_is_the_owners() -> None:
    found = matched([acme("1190.00", "INV-2026-0017"), acme("-1190.00", "hello", 30)], [ACME])
    assert not is_auto(found[1])
    found = matched([acme("1190.00", "INV-2026-0017"), acme("-1190.00", "Refund INV-2026-0018", 30)], [ACME, BLUE])
    assert not is_auto(found[1])


def test_both_legs_of_a_transfer_find_each_other() -> None:
    out = line("-500.00", "Rücklage", "Us Ltd", SAVINGS)
    into = line("500.00", "Rücklage", "Us Ltd", ACCOUNT, 1)
    silent = replace(into, iban="")
    books = Expected((ACME,), own_accounts=(ACCOUNT, SAVINGS))
    for leg in (into, silent):
        found = reconcile((Statement(ACCOUNT, "EUR", (out,)), Statement(SAVINGS, "EUR", (leg,))), books).matches
        assert [(each.kind, is_auto(each), each.rest) for each in found] == [
            (Kind.TRANSFER, True, Decimal("-500.00")),
            (Kind.TRANSFER, True, Decimal("500.00")),
        ]
        assert (found[0].other, found[1].other) == (found[1].id, found[0].id)


def test_a_transfer_whose_other_leg_should_be_here_is_the_owners() -> None:
    out = line("-500.00", "Rücklage", "Us Ltd", SAVINGS)
    later = line("1.00", "Zinsen", days_later=30)
    books = Expected((ACME,), own_accounts=(ACCOUNT, SAVINGS))
    alone = reconcile((Statement(ACCOUNT, "EUR", (out,)), Statement(SAVINGS, "EUR", (later,))), books).matches[0]
    assert (alone.kind, alone.verdict, alone.other) == (Kind.TRANSFER, Verdict.PROPOSED, None)
    unseen = reconcile((Statement(ACCOUNT, "EUR", (out,)),), books).matches[0]
    assert (unseen.kind, unseen.verdict) == (Kind.TRANSFER, Verdict.AUTO)
    named = reconcile((Statement(ACCOUNT, "EUR", (replace(out, text="INV-2026-0017"),)),), books).matches[0]
    assert named.verdict is Verdict.PROPOSED


def test_a_return_takes_the_fee_and_the_difference_back_too() -> None:
    back = replace(acme("-1180.00", "AC04 INV-2026-0017", 5), is_return=True)
    found = matched([acme("1180.00", "INV-2026-0017"), back], [ACME])
    assert (*summary(found[1]), found[1].fee, found[1].rest) == (
        Kind.RETURN,
        True,
        (part(ACME, "-1190.00"),),
        Decimal("10.00"),
        Decimal(0),
    )
    back = replace(acme("-1110.00", "AC04", 5), is_return=True)
    found = matched([acme("1110.00", "INV-2026-0017"), back], [DOLLARS])
    assert (is_auto(found[1]), found[1].difference) == (True, Decimal("-6.00"))


def test_a_return_of_what_was_booked_with_a_fee_is_the_owners() -> None:
    booked = Booked(ACCOUNT, acme("1180.00", "INV-2026-0016"), (("INV-2026-0016", Decimal("1190.00")),))
    back = replace(acme("-1180.00", "INV-2026-0016", 5), is_return=True)
    (found,) = matched([back], Expected((ACME,), booked=(booked,)))
    assert summary(found) == (Kind.RETURN, False, (("INV-2026-0016", Decimal("-1190.00")),))


def test_our_own_payment_that_comes_back_opens_the_bill() -> None:
    paid = line("-238.00", "RE-2026-04711", "Papier Müller KG", PAPER_IBAN)
    back = replace(paid, bank_id="back", amount=Decimal("238.00"), is_return=True)
    found = matched([paid, back], [PAPER])
    assert summary(found[1]) == (Kind.RETURN, True, (part(PAPER, "238.00"),))


def test_a_return_that_only_the_text_calls_one_needs_a_number() -> None:
    paid = acme("1190.00", "INV-2026-0017")
    told, silent = acme("-1190.00", "Rücklastschrift INV-2026-0017", 3), acme("-1190.00", "Chargeback", 3)
    assert summary(matched([paid, told], [ACME])[1]) == (Kind.RETURN, True, (part(ACME, "-1190.00"),))
    assert summary(matched([paid, silent], [ACME])[1])[:2] == (Kind.RETURN, False)


def test_a_return_weeks_later_that_names_nothing_is_the_owners() -> None:
    paid, back = acme("1190.00", "INV-2026-0017"), replace(acme("-1190.00", "MD06", 40), is_return=True)
    assert not is_auto(matched([paid, back], [ACME])[1])


def test_a_reference_that_says_nothing_is_none() -> None:
    paid = replace(acme("1190.00", "INV-2026-0017"), reference="NOTPROVIDED")
    back = replace(acme("-1190.00", "hello", 9), reference="NOTPROVIDED")
    assert not is_auto(matched([paid, back], [ACME])[1])
    assert is_auto(matched([paid, replace(back, text="Refund")], [ACME])[1])


def test_other_references_are_another_line() -> None:
    paid = replace(acme("1190.00", "Lastschrift"), reference="E2E-1")
    back = replace(acme("-1190.00", "AC04", 3), reference="E2E-2", is_return=True)
    assert not is_auto(matched([paid, back], [ACME])[1])
    same = matched([paid, replace(back, reference="E2E-1")], [ACME])
    assert summary(same[1]) == (Kind.RETURN, True, (part(ACME, "-1190.00"),))


def test_a_refund_by_name_alone_is_the_owners() -> None:
    paid, back = acme("1190.00", "INV-2026-0017"), line("-1190.00", "Erstattung", "ACME", "", 9)
    assert summary(matched([paid, back], [ACME])[1])[:2] == (Kind.REFUND, False)
    assert paid.iban == ACME_IBAN


def test_cash_is_not_the_other_leg_of_a_transfer() -> None:
    out = line("-500.00", "Rücklage", "Us Ltd", SAVINGS)
    cash = line("500.00", "Bareinzahlung", days_later=1)
    books = Expected((ACME,), own_accounts=(ACCOUNT, SAVINGS))
    found = reconcile((Statement(ACCOUNT, "EUR", (out,)), Statement(SAVINGS, "EUR", (cash,))), books).matches
    assert (found[0].other, found[1].kind) == (None, Kind.UNEXPLAINED)
