"""Invoices and bills are posted once, and only as they were approved, whatever breaks on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import BillBook, Cost
from agents.connectors.contract import Absent, Found, sha256_hex
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceLine
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from tests.connectors.odoo.conftest import client_of
from tests.standins.odoo.faults import Fault

if TYPE_CHECKING:
    from tests.connectors.odoo.conftest import Client
    from tests.standins.odoo.world import Odoo

KEY = sha256_hex(b"one")
INVOICE = InvoiceCreate(
    customer="Acme Ltd",
    email="ap@acme.example",
    lines=(
        InvoiceLine(text="Consulting", quantity=Decimal(10), unit="h", price=Decimal("95.00"), tax=Decimal(19)),
        InvoiceLine(text="Book", quantity=Decimal(1), price=Decimal("20.00"), tax=Decimal(7)),
    ),
    currency="EUR",
    due_days=14,
)
BILL = BillBook(
    vendor="Landlord",
    reference="R-01",
    day=date(2026, 11, 20),
    due=date(2026, 11, 30),
    costs=(Cost(category="Rent", net=Decimal("800.00"), tax=Decimal(19)),),
    currency="EUR",
)
AFTER = (Fault.LOST_AFTER, Fault.HTML_AFTER, Fault.BAD_GATEWAY_AFTER)


def moves(odoo: Odoo, kind: str = "out_invoice") -> list[tuple[str, str]]:
    rows = [
        odoo.row("account.move", each, "name", "state") for each in odoo.find("account.move", ["move_type", "=", kind])
    ]
    return sorted((row["name"], row["state"]) for row in rows)


def test_an_invoice_is_posted_with_its_lines_taxes_and_day(client: Client) -> None:
    receipt = client.books.issue(INVOICE, KEY)
    number = client.odoo.find("account.move", ["name", "=", receipt.provider_id])[0]
    row = client.odoo.row(
        "account.move", number, "state", "amount_untaxed", "amount_tax", "amount_total", "invoice_date_due"
    )
    assert row["state"] == "posted"
    assert (row["amount_untaxed"], row["amount_tax"], row["amount_total"]) == (970.0, 181.9, 1151.9)
    assert receipt.details["total"] == "1,151.90 EUR"
    assert receipt.details["due"] == row["invoice_date_due"]
    assert receipt.provider == "odoo"


def test_a_posted_invoice_takes_six_calls_at_most(client: Client) -> None:
    client.books.issue(INVOICE, KEY)  # makes the customer
    before = len(client.odoo.asked)
    client.books.issue(INVOICE, sha256_hex(b"two"))
    assert len(client.odoo.asked) - before <= 6


def test_the_same_again_is_the_receipt_of_the_first_time(client: Client) -> None:
    first = client.books.issue(INVOICE, KEY)
    assert client.books.issue(INVOICE, KEY) == first
    assert client.books.find(KEY) == Found(first)
    assert isinstance(client.books.find(sha256_hex(b"other")), Absent)
    assert len(moves(client.odoo)) == 1


def test_a_customer_is_made_once_and_a_renamed_one_is_still_theirs(client: Client) -> None:
    client.books.issue(INVOICE, KEY)
    (partner,) = client.odoo.find("res.partner", ["name", "=", "Acme Ltd"])
    client.odoo.call("res.partner", "write", [partner], {"name": "Acme Limited"})
    client.books.issue(INVOICE, sha256_hex(b"two"))
    assert client.odoo.find("res.partner", ["name", "ilike", "Acme"]) == [partner]


def test_of_two_contacts_of_one_name_none_is_guessed(client: Client) -> None:
    for _ in range(2):
        client.odoo.call("res.partner", "create", {"name": "Acme Ltd"})
    with pytest.raises(NotAllowed, match="2 contacts"):
        client.books.issue(INVOICE, KEY)
    assert moves(client.odoo) == []


def test_what_odoo_reckons_otherwise_is_never_posted_nor_left_lying(client: Client) -> None:
    (tax,) = client.odoo.find("account.tax", ["amount", "=", 7], ["type_tax_use", "=", "sale"])
    client.odoo.call("account.tax", "write", [tax], {"amount": 8})
    with pytest.raises(NotAllowed, match="was approved"):
        client.books.issue(INVOICE, KEY)
    assert moves(client.odoo) == []
    assert isinstance(client.books.find(KEY), Absent)


def test_a_tax_or_currency_odoo_does_not_have_is_for_the_owner(client: Client) -> None:
    odd = INVOICE.lines[0].model_copy(update={"tax": Decimal(16)})
    with pytest.raises(NeedsOwner, match="16 %"):
        client.books.issue(INVOICE.model_copy(update={"lines": (odd,)}), KEY)
    with pytest.raises(NeedsOwner, match="GBP"):
        client.books.issue(INVOICE.model_copy(update={"currency": "GBP"}), KEY)
    assert moves(client.odoo) == []


def test_a_locked_period_is_refused_before_anything_is_written(odoo: Odoo) -> None:
    odoo.lock("2026-11-21")
    with pytest.raises(NotAllowed, match="locked up to 2026-11-21"):
        client_of(odoo).books.book(BILL, KEY)
    assert moves(odoo, "in_invoice") == []


def test_a_period_that_was_locked_meanwhile_is_told_with_the_receipt(client: Client) -> None:
    client.odoo.lock("2026-11-21")
    receipt = client.books.book(BILL, KEY)
    assert receipt.details["counted to"] > "2026-11-21"


@pytest.mark.parametrize("fault", AFTER)
@pytest.mark.parametrize("method", ["load", "action_post"])
def test_what_is_in_doubt_is_looked_up_and_goes_on(client: Client, method: str, fault: Fault) -> None:
    client.odoo.faults.plan(fault, "account.move", method)
    with pytest.raises(OutcomeUnknown):
        client.books.issue(INVOICE, KEY)
    found = client.books.find(KEY)
    assert isinstance(found, Found if method == "action_post" else Absent)
    receipt = client.books.issue(INVOICE, KEY)
    assert moves(client.odoo) == [(receipt.provider_id, "posted")]


def test_what_is_just_being_written_is_waited_for(client: Client) -> None:
    hold = client.odoo.faults.hold("account.move", "load")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.books.issue, INVOICE, KEY)
        hold.wait_for_it()
        with pytest.raises(Transient):
            client.books.find(KEY)
        hold.release()
        receipt = first.result()
    assert client.books.find(KEY) == Found(receipt)


def test_two_first_drafts_of_a_year_both_get_posted(client: Client) -> None:
    client.odoo.faults.plan(Fault.LOST_BEFORE, "account.move", "action_post")
    with pytest.raises(OutcomeUnknown):
        client.books.issue(INVOICE, KEY)
    (draft,) = client.odoo.find("account.move", ["move_type", "=", "out_invoice"])
    name = client.odoo.row("account.move", draft, "name")["name"]
    other = client.books.issue(INVOICE, sha256_hex(b"two"))
    if other.provider_id != name:  # Odoo gave the second another number by itself: make the clash
        client.odoo.call("account.move", "write", [draft], {"name": other.provider_id})
    again = client.books.issue(INVOICE, KEY)
    assert again.provider_id != other.provider_id
    assert {state for _, state in moves(client.odoo)} == {"posted"}


def test_a_bill_is_owed_once(client: Client) -> None:
    receipt = client.books.book(BILL, KEY)
    assert client.books.book(BILL, KEY) == receipt
    assert client.books.find_bill(KEY) == Found(receipt)
    with pytest.raises(NotAllowed, match="booked already"):
        client.books.book(BILL, sha256_hex(b"two"))
    assert len(moves(client.odoo, "in_invoice")) == 1


def test_a_bill_goes_to_the_account_of_its_cost(client: Client) -> None:
    client.books.book(BILL, KEY)
    (rent,) = client.odoo.find("account.account", ["name", "=", "Rent"])
    assert client.odoo.find("account.move.line", ["account_id", "=", rent], ["parent_state", "=", "posted"])
    cost = BILL.costs[0].model_copy(update={"category": "Ofice"})
    wrong = BILL.model_copy(update={"costs": (cost,), "reference": "R-02"})
    with pytest.raises(NeedsOwner, match="Ofice"):
        client.books.book(wrong, sha256_hex(b"two"))


def test_a_bill_in_another_currency_is_worth_what_was_approved(client: Client) -> None:
    dollars = BILL.model_copy(update={"currency": "USD", "rate": Decimal("0.80")})
    client.books.book(dollars, KEY)
    other = dollars.model_copy(update={"rate": Decimal("0.90"), "reference": "R-02"})
    with pytest.raises(NotAllowed, match="rate of that day"):
        client.books.book(other, sha256_hex(b"two"))
    assert len(moves(client.odoo, "in_invoice")) == 1
