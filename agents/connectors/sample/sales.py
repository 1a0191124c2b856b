"""What customers order from the sample company, and when they pay for it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import cents
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceLine
from agents.connectors.sample.customers import CUSTOMERS, SEASON, SILENT
from agents.connectors.sample.drafts import Document, Movement, bank_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from agents.connectors.sample.customers import Customer
    from agents.connectors.sample.dice import Dice
    from agents.connectors.sample.drafts import Span

TAX = Decimal(19)
WORK = ("Website", "Brochure", "Logo and letters", "Menu cards", "Posters", "Photo editing", "Packaging")
CREDITED = ("Weber Optics", 13)  # of whom the first project from this month on is taken back
RETAINER_DAY = 28


def sales(span: Span, dice: Dice) -> tuple[list[Document], list[Movement]]:
    """Every invoice up to yesterday, and what was paid on it."""
    documents, movements = [], []
    for customer in CUSTOMERS:
        mine = [each for each in _invoices(customer, span, dice) if span.has(each.day)]
        mine = _with_credit(customer, mine, span)
        documents += mine
        unpaid = mine[-1:] if customer.name == SILENT else [each for each in mine if each.credited]
        for each in mine:
            if each not in unpaid:
                movements += [paid for paid in _payments(customer, each, dice) if span.has(paid.day)]
    return documents, movements


def _invoices(customer: Customer, span: Span, dice: Dice) -> Iterator[Document]:
    for at in span.months():
        if not customer.first <= at < customer.last:
            continue
        _, month = span.month(at)
        if customer.retainer:
            yield _invoice(customer, span.day(at, RETAINER_DAY), "Monthly care", customer.retainer)
        percent = customer.projects * SEASON[month - 1] / len(customer.months) if month in customer.months else 0
        if dice.happens(percent, customer.name, span.month(at)) or _is_shown(customer, at):
            what = WORK[dice.between(0, len(WORK) - 1, customer.name, span.month(at), "work")]
            share = dice.between(70, 135, customer.name, span.month(at), "hours") * SEASON[month - 1]
            day = span.day(at, dice.between(3, 27, customer.name, span.month(at), "day"))
            yield _invoice(customer, bank_day(day), what, max(2, customer.hours * share // 10_000))


def _is_shown(customer: Customer, at: int) -> bool:
    """What must happen whatever the seed: that who falls silent has ordered before, and what is taken back."""
    return (customer.name == SILENT and at == customer.last - 1) or (customer.name, at) == CREDITED


def _invoice(customer: Customer, day: date, what: str, hours: int) -> Document:
    line = InvoiceLine(text=what, quantity=Decimal(hours), unit="h", price=Decimal(customer.rate), tax=TAX)
    order = InvoiceCreate(
        customer=customer.name, email=customer.email, lines=(line,), currency="EUR", due_days=customer.due_days
    )
    return Document(f"{customer.name} {day} {what}", day, day + timedelta(days=customer.due_days), order)


def _with_credit(customer: Customer, mine: list[Document], span: Span) -> list[Document]:
    name, at = CREDITED
    if customer.name != name:
        return mine
    (first, *_) = [each for each in mine if each.day >= span.day(at, 1)]
    credited = replace(first, credited=bank_day(first.day + timedelta(days=6)))
    return [credited if each is first else each for each in mine]


def _payments(customer: Customer, invoice: Document, dice: Dice) -> Iterator[Movement]:
    total = invoice.total
    late = customer.late + dice.between(-customer.spread, customer.spread, invoice.key, "late")
    day = max(invoice.due + timedelta(days=late), invoice.day + timedelta(days=1))
    parts = (cents(total / 2), total - cents(total / 2)) if customer.pays_in_two else (total,)
    for number, part in enumerate(parts):
        yield Movement(bank_day(day + timedelta(days=24 * number)), part, customer.name, "", pays=invoice.key)
