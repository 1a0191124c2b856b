"""Ways to make a wrong booking look right. None of them may be booked without asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.bank.matches import Flag, Kind, Verdict
from agents.connectors.bank.open_items import Booked, Expected, OpenItem, Party
from tests.connectors.bank.desk import (
    ACCOUNT,
    ACME,
    ACME_IBAN,
    BLUE,
    BLUE_IBAN,
    OTHER_IBAN,
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

if TYPE_CHECKING:
    from agents.connectors.bank.statement import BankLine

RETAINER = [like(ACME, f"INV-2026-0{at}17", "500.00", 30 * at) for at in range(3)]
BLUES_SAME = replace(BLUE, amount=ACME.amount)
SONS = replace(ACME, number="INV-2026-0044", party="Acme Söhne GmbH", ibans=())
NAMELESS = replace(ACME, ibans=())


@pytest.mark.parametrize(
    ("fooling", "items"),
    [
        # the number of another customer's invoice, with its amount and without
        (acme("490.00", "INV-2026-0018"), [ACME, BLUE]),
        (acme("1190.00", "INV-2026-0018"), [ACME, BLUE]),
        (acme("400.00", "INV-2026-0018"), [ACME, BLUE]),
        # two invoices of one amount, and nothing that says which
        (acme("500.00", "payment", 61), RETAINER),
        (acme("500.00", "Rechnung 0999", 61), RETAINER),
        # an amount alone, by nobody and by somebody unknown
        (line("1190.00"), [ACME, BLUE]),
        (line("1190.00", "Rechnung", "Gamma AG", STRANGER), [ACME, BLUE]),
        # the number inside a longer one, or with something behind it
        (line("1190.00", "INV-2026-00171", "Gamma AG"), [ACME, BLUE]),
        (line("1190.00", "1INV-2026-001", "Gamma AG"), [ACME, BLUE]),
        (line("1190.00", "INV-2026-0017/2", "Gamma AG"), [ACME, BLUE]),
        (line("1190.00", "AB 4412026001799", "Gamma AG"), [ACME, BLUE]),
        # the number written so that it may be any other
        (acme("900.00", "inv 2026 17"), [ACME, BLUE]),
        (line("1190.00", "2026-17", "Gamma AG"), [ACME, BLUE]),
        (line("1190.00", "Bescheid 2026-0017", "Landesbank"), [ACME, BLUE]),
        # a number of ours that is not open, with the amount of one that is
        (acme("1190.00", "INV-2026-0003"), [ACME, BLUE]),
        (acme("1190.00", "INV-2026-0071"), [ACME, BLUE]),
        # the account of one party and the name of another
        (line("1190.00", "payment", "Acme GmbH", BLUE_IBAN), [ACME, BLUE]),
        (line("1190.00", "payment", "Blue Harbor Ltd", ACME_IBAN), [ACME, BLUE]),
        (line("1190.00", "INV-2026-0017", "Acme GmbH", BLUE_IBAN), [ACME, BLUE]),
        # the whole name and another account
        (line("1190.00", "payment", "Acme GmbH", OTHER_IBAN), [ACME, BLUE]),
        # a name that contains another, and one that is cut off in the middle
        (line("1190.00", "", "Acme"), [SONS]),
        (line("1190.00", "", "Acme Söhne Holding GmbH"), [SONS]),
        (line("1190.00", "", "Acme Söhne AG"), [SONS]),
        # the currency of the account is not that of the invoice
        (acme("1190.00", "INV-2026-0017"), [replace(ACME, currency="USD")]),
        (acme("1190.00"), [replace(ACME, currency="USD", booked=Decimal("1190.00"))]),
        # money that leaves for an invoice of ours, and comes in for a bill
        (acme("-1190.00", "INV-2026-0017"), [ACME]),
        (line("238.00", "RE-2026-04711", "Papier Müller KG", PAPER_IBAN), [PAPER]),
        # nothing moved
        (acme("0.00", "INV-2026-0017"), [ACME]),
        # before the invoice, and long after
        (acme("1190.00", "INV-2026-0017", -30), [ACME]),
        (acme("1190.00", "", -30), [ACME]),
        (acme("1190.00", "", 300), [ACME]),
        # much too much, much too little, a discount
        (acme("119000.00", "INV-2026-0017"), [ACME]),
        (acme("1154.30", "INV-2026-0017"), [ACME]),
        (line("1180.00", "INV-2026-0017", "Gamma AG", STRANGER), [ACME]),
        (acme("1189.00"), [ACME]),
        # the part of one that is the whole of another
        (acme("490.00", "INV-2026-0017"), [ACME, like(ACME, "INV-2026-0020", "490.00")]),
        (acme("490.00", "INV-2026-0017"), [ACME, *(like(ACME, f"INV-2026-004{at}", "245.00") for at in range(2))]),
        # round amounts of which some always add up
        (acme("1100.00"), [like(ACME, f"INV-2026-003{at}", f"{at}00.00") for at in range(3, 9)]),
        (acme("300.00"), [like(ACME, f"INV-2026-003{at}", f"{at}00.00") for at in range(1, 4)]),
        # more items than anybody can be sure about
        (acme("999.00"), [like(ACME, f"INV-2026-{at:04}", f"{100 + at}.13") for at in range(30)]),
        # a vendor whose account has changed, whatever else is right
        (line("-238.00", "RE-2026-04711", "Papier Müller KG", STRANGER), [PAPER]),
        (line("-238.00", "RE-2026-04711", "", STRANGER), [PAPER]),
        (line("-240.00", "RE-2026-04711", "Papier Müller KG", STRANGER), [PAPER]),
        # numbers of two customers in one text
        (acme("1680.00", "INV-2026-0017 INV-2026-0018"), [ACME, BLUE]),
        # an item that asks for nothing, or for less
        (acme("0.00"), [replace(ACME, amount=Decimal("0.00"))]),
        (acme("-5.00"), [replace(ACME, amount=Decimal("-5.00"))]),
    ],
)
def test_it_is_not_fooled(fooling: BankLine, items: list[OpenItem]) -> None:
    found = only(fooling, *items)
    assert not is_auto(found), (found.kind, found.parts, found.reasons)


def test_an_invoice_paid_twice_on_one_day_is_applied_once() -> None:
    one = acme("1190.00", "INV-2026-0017")
    found = matched([one, replace(one, bank_id="again")], [ACME, like(ACME, "INV-2026-0020")])
    assert sorted(each.verdict for each in found) == [Verdict.AUTO, Verdict.PROPOSED]
    doubled = next(each for each in found if not is_auto(each))
    assert (doubled.kind, doubled.parts) == (Kind.DUPLICATE, ())
    assert doubled.other in {each.id for each in found}


def test_the_same_without_a_number_is_not_put_on_the_next_invoice() -> None:
    one, again = acme("1190.00", "thanks"), acme("1190.00", "thanks", 4)
    found = matched([one, again], [ACME, like(ACME, "INV-2026-0020", days_later=19)])
    assert [is_auto(each) for each in found] == [True, False]


def test_two_payers_of_one_invoice_on_one_day_are_both_the_owners() -> None:
    lines = [acme("1190.00", "INV-2026-0017"), line("1190.00", "INV-2026-0017", "Gamma AG", STRANGER)]
    assert not any(map(is_auto, matched(lines, [ACME])))


def test_paying_again_what_the_books_have_settled_is_a_duplicate() -> None:
    first = acme("500.00", "INV-2026-0001", -10)
    booked = Booked(ACCOUNT, first, (("INV-2026-0001", Decimal(500)),))
    books = Expected((like(ACME, "INV-2026-0002", "500.00"),), booked=(booked,))
    (found,) = matched([acme("500.00", "INV-2026-0001")], books)
    assert (found.kind, found.verdict, found.parts) == (Kind.DUPLICATE, Verdict.PROPOSED, ())


def test_what_a_doubtful_line_holds_leaves_no_only_one() -> None:
    """The first line may be for either invoice; until the owner says so, the second is not the only one left."""
    items = [ACME, like(ACME, "INV-2026-0020")]
    doubtful = line("1190.00", "INV-2026-0017", "Acme GmbH", BLUE_IBAN)
    found = matched([doubtful, acme("1190.00", "payment", 3)], [*items, BLUE])
    assert not any(map(is_auto, found))


def test_an_instalment_without_a_name_is_not_put_on_an_invoice_of_its_amount() -> None:
    items = [ACME, like(ACME, "INV-2026-0020", "595.00")]
    found = matched([acme("400.00", "INV-2026-0017"), acme("595.00", "second", 14)], items)
    assert [is_auto(each) for each in found] == [True, False]


def test_like_amounts_of_several_customers_on_one_day_stay_with_their_payers() -> None:
    items = [ACME, BLUES_SAME, replace(NAMELESS, number="INV-2026-0020", party="Gamma AG")]
    lines = [acme("1190.00"), line("1190.00", "", "Blue Harbor", BLUE_IBAN), line("1190.00", "", "GAMMA")]
    found = matched(lines, items)
    assert [each.parts for each in found] == [(part(ACME),), (part(BLUES_SAME),), (part(items[2]),)]
    assert all(map(is_auto, found))


def test_two_firms_of_one_name_need_more_than_the_name() -> None:
    namesake = replace(NAMELESS, number="INV-2026-0020", party="Acme AG", amount=Decimal(77))
    assert not is_auto(only(line("1190.00", "", "ACME"), NAMELESS, namesake))
    assert is_auto(only(line("1190.00", "", "ACME GMBH"), NAMELESS, namesake))


def test_an_own_account_is_no_customer() -> None:
    found = only(line("1190.00", "INV-2026-0017", "Acme GmbH", ACCOUNT.replace("DE02", "DE03")), ACME)
    assert found.kind is not Kind.TRANSFER
    books = Expected((ACME,), own_accounts=(ACCOUNT, STRANGER))
    (own,) = matched([line("1190.00", "INV-2026-0017", "Acme GmbH", STRANGER)], books)
    assert (own.kind, own.verdict, own.parts) == (Kind.TRANSFER, Verdict.PROPOSED, ())


def test_a_vendor_is_known_by_the_list_of_parties_too() -> None:
    """Money back from a vendor, for an invoice to them, from an account that is not theirs."""
    vendor = Party("Acme GmbH", (ACME_IBAN,), is_vendor=True)
    found = only(line("1190.00", "INV-2026-0017", "Acme GmbH", STRANGER), ACME, parties=(vendor,))
    assert (found.verdict, found.flags) == (Verdict.PROPOSED, (Flag.CHANGED_DETAILS,))


def test_a_text_without_end_costs_little() -> None:
    long = "INV-2026-0 " * 50_000
    assert not is_auto(only(acme("1190.00", long), ACME, like(ACME, "INV-2026-0020")))
    assert not is_auto(only(line("1190.00", "", "acme " * 50_000), ACME))


def test_a_refund_of_more_than_came_is_nobodys() -> None:
    found = matched([acme("1190.00", "INV-2026-0017"), acme("-1290.00", "Refund INV-2026-0017", 9)], [ACME])
    assert not is_auto(found[1])
    twice = [acme("1190.00", "INV-2026-0017"), acme("-1190.00", "Refund INV-2026-0017", 9)]
    twice.append(replace(twice[1], bank_id="again", day=twice[1].day + timedelta(days=1)))
    assert [is_auto(each) for each in matched(twice, [ACME])] == [True, True, False]
