"""Customers, and the invoices that were issued to them, as Odoo lists them. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.odoo.apps import MAX_RECORDS, count_of, day_in
from agents.connectors.odoo.documents import MOVE, POSTED, money
from agents.connectors.odoo.numbering import ORIGIN, called
from agents.connectors.odoo.records import name_of, number_of, text
from agents.connectors.odoo.standing_documents import unclear_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.odoo.apps import Row
    from agents.connectors.odoo.records import Records

PARTNER = "res.partner"
PARTNER_FIELDS = ("name", "email", "phone", "city", "country_id", "vat")
INVOICES = ("out_invoice", "out_refund")
INVOICE_FIELDS = (
    *("name", ORIGIN, "move_type", "commercial_partner_id", "invoice_date", "invoice_date_due", "amount_total"),
    *("amount_residual", "currency_id", "payment_state"),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody to whom something was sold; `vat_id` is their number for VAT."""

    place: str
    name: str
    email: str
    phone: str
    city: str
    country: str
    vat_id: str


@dataclass(frozen=True, slots=True)
class Customers:
    """The first of `count` customers, by name."""

    count: int
    customers: tuple[Customer, ...]


@dataclass(frozen=True, slots=True)
class ListedInvoice:
    """An invoice, or a credit note over one. `open` is what is still owed now; `unclear` why that is not sure."""

    number: str
    party: str
    is_credit: bool
    day: date | None
    due: date | None
    total: Decimal
    open: Decimal
    currency: str
    unclear: str


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """The first of `count` posted invoices and credit notes between two days, the newest first."""

    start: date
    end: date
    count: int
    invoices: tuple[ListedInvoice, ...]


def read_customers(records: Records, words: str = "") -> Customers:
    """The customers in whose names all these words stand."""
    domain: list[JsonValue] = [["customer_rank", ">", 0]]
    domain += [["name", "ilike", each] for each in words.split()]
    count, rows = _counted(records, PARTNER, domain, PARTNER_FIELDS, "name, id")
    return Customers(count, tuple(map(_customer, rows)))


def read_invoices(records: Records, start: date, end: date, party: str = "") -> InvoiceList:
    """The invoices of a time by their own day, of one customer or all."""
    domain: list[JsonValue] = [
        ["move_type", "in", [*INVOICES]],
        ["state", "=", POSTED],
        ["invoice_date", ">=", start.isoformat()],
        ["invoice_date", "<=", end.isoformat()],
    ]
    domain += [["commercial_partner_id.name", "=", party]] if party else []
    count, rows = _counted(records, MOVE, domain, INVOICE_FIELDS, "invoice_date desc, id desc")
    return InvoiceList(start, end, count, tuple(map(_invoice, rows)))


def _counted(
    records: Records, model: str, domain: list[JsonValue], fields: Sequence[str], order: str
) -> tuple[int, list[dict[str, JsonValue]]]:
    count = sum(map(count_of, records.sums(model, domain, [], [])))
    return count, records.search(model, domain, fields, MAX_RECORDS, order) if count else []


def _customer(row: Row) -> Customer:
    return Customer(
        place=f"Odoo contact {number_of(row)}",
        name=text(row["name"]),
        email=text(row["email"]),
        phone=text(row["phone"]),
        city=text(row["city"]),
        country=name_of(row["country_id"]),
        vat_id=text(row["vat"]),
    )


def _invoice(row: Row) -> ListedInvoice:
    return ListedInvoice(
        number=called(row),
        party=name_of(row["commercial_partner_id"]),
        is_credit=row["move_type"] == "out_refund",
        day=day_in(row["invoice_date"]),
        due=day_in(row["invoice_date_due"]),
        total=money(row["amount_total"]),
        open=money(row["amount_residual"]),
        currency=name_of(row["currency_id"]),
        unclear=unclear_of(row),
    )
