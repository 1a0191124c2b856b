"""How invoices or bills in Odoo stood on a day, each with what was booked on it up to then. Reads only.

How many calls it takes does not depend on how many documents there are.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from agents.connectors.book_figures import DocumentStanding, SourceRow
from agents.connectors.odoo.documents import LINE, MOVE, NOTHING, PARTIAL, POSTED, money
from agents.connectors.odoo.numbering import called
from agents.connectors.odoo.records import name_of, number_of, reference, text
from agents.connectors.odoo.register import DOCUMENTS, FIELDS, TYPES, due_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.book_figures import Freshness
    from agents.connectors.odoo.book_lines import BookLines
    from agents.connectors.odoo.records import Records

    Row = Mapping[str, JsonValue]

RECEIPTS = ("in_receipt", "out_receipt")
MATCHED = ("debit_move_id", "credit_move_id", "debit_amount_currency", "credit_amount_currency", "max_date")


def every_standing(lines: BookLines, on: date, *, vendor: bool) -> tuple[DocumentStanding, ...]:
    """Every invoice, or every bill, up to a day as it stood then, oldest first; what was paid at once is none."""
    kinds: list[JsonValue] = [*DOCUMENTS[vendor], "in_refund" if vendor else "out_refund"]
    domain: list[JsonValue] = [["state", "=", POSTED], ["date", "<=", on.isoformat()], ["move_type", "in", kinds]]
    found = lines.records.search(MOVE, domain, FIELDS)
    issued = [each for each in found if each["move_type"] in DOCUMENTS[vendor]]
    issued.sort(key=lambda row: (day_of(row), number_of(row)))
    told = zip(issued, standings(lines, issued, found, on), strict=True)
    return tuple(each for row, each in told if row["move_type"] not in RECEIPTS or each.paid_on != each.day)


def first_invoices(records: Records) -> dict[str, date]:
    """The day of each customer's first invoice."""
    kinds: list[JsonValue] = [*DOCUMENTS[False]]
    domain: list[JsonValue] = [["state", "=", POSTED], ["move_type", "in", kinds]]
    groups = records.sums(MOVE, domain, ["invoice_date:min"], ["commercial_partner_id"])
    days = {name_of(each["commercial_partner_id"]): text(each["invoice_date"]) for each in groups}
    return {party: date.fromisoformat(day) for party, day in days.items() if day}


def was_over(document: DocumentStanding, day: date) -> bool:
    """Whether nothing was owed of it when a day began, and nothing was booked on it since."""
    if document.unclear or document.day >= day or any(row.day >= day for row in document.rows):
        return False
    return not document.open


def standings(
    lines: BookLines, invoices: Sequence[Row], documents: Iterable[Row], on: date
) -> tuple[DocumentStanding, ...]:
    """These invoices as they stood on a day; `documents` has all their credit notes in it."""
    refunds: dict[int, list[Row]] = {number_of(each): [] for each in invoices}
    for each in documents:
        if (notes := refunds.get(reference(each["reversed_entry_id"]))) is not None:
            notes.append(each)
    booked = _booked(lines.records, invoices, refunds, on) if invoices else {}
    fresh = lines.freshness()
    return tuple(
        _standing(each, refunds[number_of(each)], booked.get(number_of(each), []), (on, fresh)) for each in invoices
    )


def paid_on(total: Decimal, booked: Iterable[tuple[date, Decimal]]) -> date | None:
    """The day since when nothing is owed: a payment that went back counts as none."""
    since: date | None = None
    for day, amount in booked:
        total += amount
        since = (since or day) if total <= 0 else None
    return since


def unclear_of(invoice: Row) -> str:
    """Why it is not clear what is owed of a document: Odoo calls it paid, and nothing was booked on it."""
    if invoice["payment_state"] in {"paid", "in_payment"} and money(invoice["amount_residual"]):
        return f"Odoo {text(invoice['name'])}: a payment was registered for it that booked nothing."
    return ""


def day_of(row: Row) -> date:
    """The day of a document."""
    return date.fromisoformat(text(row["invoice_date"]) or text(row["date"]))


def _standing(
    invoice: Row, refunds: Sequence[Row], booked: Iterable[SourceRow], seen: tuple[date, Freshness]
) -> DocumentStanding:
    total = money(invoice["amount_total"])
    credited = [_credited(each) for each in refunds]
    rows = tuple(sorted([*booked, *credited], key=lambda each: each.day))
    unclear = unclear_of(invoice)
    return DocumentStanding(
        number=called(invoice),
        party=name_of(invoice["commercial_partner_id"]),
        day=day_of(invoice),
        due=due_of(invoice),
        total=total,
        currency=name_of(invoice["currency_id"]),
        place=f"Odoo {text(invoice['name'])}",
        open=None if unclear else total + sum((each.amount for each in rows), NOTHING),
        unclear=unclear,
        rows=rows,
        as_of=seen[0],
        freshness=seen[1],
        reference=text(invoice["ref"]) if invoice["move_type"] in DOCUMENTS[True] else "",
        paid_on=None if unclear else paid_on(total, [(each.day, each.amount) for each in rows]),
        credited=-sum((each.amount for each in credited), NOTHING),
    )


def _booked(
    records: Records, invoices: Sequence[Row], refunds: Mapping[int, Sequence[Row]], on: date
) -> dict[int, list[SourceRow]]:
    """What was matched with each invoice and its credit notes, without what these were matched with each other."""
    whose = {number_of(note): of for of, notes in refunds.items() for note in notes}
    whose |= {number_of(each): number_of(each) for each in invoices}
    moves: list[JsonValue] = [*whose]
    types: list[JsonValue] = [*TYPES.values()]
    domain: list[JsonValue] = [["move_id", "in", moves], ["account_type", "in", types]]
    lines = {number_of(each): whose[reference(each["move_id"])] for each in records.search(LINE, domain, ("move_id",))}
    ids: list[JsonValue] = [*lines]
    either: list[JsonValue] = ["|", ["debit_move_id", "in", ids], ["credit_move_id", "in", ids]]
    partials = records.search(PARTIAL, [["max_date", "<=", on.isoformat()], *either], MATCHED)
    by_number = {number_of(each): each for each in invoices}
    found: list[tuple[int, int, date, Decimal]] = []
    for each in partials:
        debit, credit = reference(each["debit_move_id"]), reference(each["credit_move_id"])
        sides = ((debit, credit, "debit", -1), (credit, debit, "credit", 1))
        for own, other, side, way in sides:
            amount = money(each[f"{side}_amount_currency"])
            if own in lines and lines[own] != lines.get(other) and amount:
                invoice = lines[own]
                sign = -way if by_number[invoice]["move_type"] in DOCUMENTS[True] else way
                found.append((invoice, other, date.fromisoformat(text(each["max_date"])), sign * amount))
    names = _names(records, [other for _, other, _, _ in found])
    booked: dict[int, list[SourceRow]] = {}
    for invoice, other, day, amount in found:
        number, currency = called(by_number[invoice]), name_of(by_number[invoice]["currency_id"])
        row = SourceRow(day, names.get(other, "Odoo"), number, amount, currency)
        booked.setdefault(invoice, []).append(row)
    return booked


def _names(records: Records, lines: Sequence[int]) -> dict[int, str]:
    wanted = [*dict.fromkeys(lines)]
    rows = records.rows(LINE, "read", wanted, {"fields": ["move_name"]}) if wanted else []
    return {number_of(each): f"Odoo {text(each['move_name'])}" for each in rows}


def _credited(refund: Row) -> SourceRow:
    said, amount = text(refund["ref"]) or text(refund["name"]), -money(refund["amount_total"])
    return SourceRow(day_of(refund), f"Odoo {text(refund['name'])}", said, amount, name_of(refund["currency_id"]))
