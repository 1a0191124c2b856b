"""What is owed in Odoo on any day: what was matched up to that day counts, and nothing that came later. Reads only.

An invoice counts together with its credit notes. How many calls it takes does not depend on how much there is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_figures import DocumentStanding, OpenDocument, OpenItems, SourceRow
from agents.connectors.books import amount_text, cents
from agents.connectors.odoo.book_lines import IS_POSTED
from agents.connectors.odoo.documents import LINE, MOVE, NOTHING, PARTIAL, POSTED, money
from agents.connectors.odoo.numbering import called, with_number_or_crediting
from agents.connectors.odoo.records import name_of, number_of, reference, text
from agents.connectors.odoo.register import DOCUMENTS, FIELDS, TYPES, due_of, rate_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import JsonValue

    from agents.connectors.odoo.book_lines import BookLines

    Row = Mapping[str, JsonValue]

PAYMENT, RUNNING = "account.payment", ("in_process", "paid", "posted")  # the last one up to Odoo 17
OPEN = ("move_id", "move_type", "partner_id", "amount_currency", "currency_id")
MATCHED = ("debit_move_id", "credit_move_id", "debit_amount_currency", "credit_amount_currency", "max_date")


@dataclass(slots=True)
class Sums:
    """What is left of one document and its credit notes; more than nothing is owed."""

    invoice: Row
    left: Decimal = NOTHING
    refunds: list[Row] = field(default_factory=list)


class OpenDocuments:
    """Documents, and what is left of them."""

    def __init__(self, lines: BookLines) -> None:
        self._lines = lines
        self._records = lines.records

    def items(self, on: date, *, vendor: bool) -> OpenItems:
        """What was owed on a day."""
        rows = self._open_lines(on, vendor=vendor)
        left = self._left([number_of(each) for each in rows], on)
        moves = self._moves([reference(each["move_id"]) for each in rows])
        sign = -1 if vendor else 1
        groups: dict[int, Sums] = {}
        back: dict[tuple[str, str], Decimal] = {}
        for each in rows:
            rest = sign * (money(each["amount_currency"]) - left.get(number_of(each), NOTHING))
            move = moves.get(reference(each["move_id"]))
            reversed_ = reference(move["reversed_entry_id"]) if move else 0
            own = move if move and move["move_type"] in DOCUMENTS[vendor] else moves.get(reversed_)
            if own is not None:
                groups.setdefault(number_of(own), Sums(own)).left += rest
            else:
                place = (name_of(each["partner_id"]), name_of(each["currency_id"]))
                back[place] = back.get(place, NOTHING) - rest
        documents = []
        for group in groups.values():
            if group.left > 0:
                documents.append(self._document(group, on))
            else:
                place = (name_of(group.invoice["commercial_partner_id"]), name_of(group.invoice["currency_id"]))
                back[place] = back.get(place, NOTHING) - group.left
        documents.sort(key=lambda found: (found.due, found.number))
        owing = {place: amount for place, amount in back.items() if amount}
        return OpenItems(on, tuple(documents), owing, self._unclear(vendor=vendor), self._lines.freshness())

    def document(self, number: str, on: date) -> DocumentStanding | None:
        """One invoice or bill as it stood on a day."""
        kinds: list[JsonValue] = [*DOCUMENTS[False], *DOCUMENTS[True]]
        named = with_number_or_crediting([number])
        found = self._records.search(MOVE, [["state", "=", POSTED], ["date", "<=", on.isoformat()], *named], FIELDS)
        invoices = [each for each in found if each["move_type"] in kinds and called(each) == number]
        if len(invoices) != 1:
            return None
        (invoice,) = invoices
        refunds = [each for each in found if reference(each["reversed_entry_id"]) == number_of(invoice)]
        total, currency = money(invoice["amount_total"]), name_of(invoice["currency_id"])
        rows = (*self._booked(invoice, refunds, on), *map(_credited, refunds))
        rows = tuple(sorted(rows, key=lambda each: each.day))
        rest = total + sum((each.amount for each in rows), NOTHING)
        unclear = unclear_of(invoice)
        return DocumentStanding(
            number=number,
            party=name_of(invoice["commercial_partner_id"]),
            day=day_of(invoice),
            due=due_of(invoice),
            total=total,
            currency=currency,
            place=f"Odoo {text(invoice['name'])}",
            open=None if unclear else rest,
            unclear=unclear,
            rows=rows,
            as_of=on,
            freshness=self._lines.freshness(),
            reference=text(invoice["ref"]) if invoice["move_type"] in DOCUMENTS[True] else "",
            paid_on=None if unclear else paid_on(total, [(each.day, each.amount) for each in rows]),
        )

    def _open_lines(self, on: date, *, vendor: bool) -> list[dict[str, JsonValue]]:
        """The lines of which something was left on a day, by what is left now and what was matched since."""
        since: list[JsonValue] = [[f"matched_{side}_ids.max_date", ">", on.isoformat()] for side in ("debit", "credit")]
        domain: list[JsonValue] = [["account_type", "=", TYPES[vendor]], IS_POSTED, ["date", "<=", on.isoformat()]]
        return self._records.search(LINE, [*domain, "|", "|", ["reconciled", "=", False], *since], OPEN)

    def _left(self, lines: Sequence[int], on: date) -> dict[int, Decimal]:
        """What of each line was matched up to a day, with the sign of the line."""
        found: dict[int, Decimal] = {}
        for side, sign in (("debit", 1), ("credit", -1)) if lines else ():
            name, amount = f"{side}_move_id", f"{side}_amount_currency"
            domain: list[JsonValue] = [[name, "in", [*lines]], ["max_date", "<=", on.isoformat()]]
            for each in self._records.sums(PARTIAL, domain, [f"{amount}:sum"], [name]):
                found[reference(each[name])] = found.get(reference(each[name]), NOTHING) + sign * money(each[amount])
        return found

    def _moves(self, numbers: Iterable[int]) -> dict[int, dict[str, JsonValue]]:
        """Documents by their numbers, and the invoices that credit notes among them take back."""
        found = self._documents(numbers)
        beside = {reference(each["reversed_entry_id"]) for each in found.values()} - {0, *found}
        return found | self._documents(beside)

    def _documents(self, numbers: Iterable[int]) -> dict[int, dict[str, JsonValue]]:
        wanted: list[JsonValue] = [*dict.fromkeys(numbers)]
        domain: list[JsonValue] = [["move_type", "!=", "entry"], ["state", "=", POSTED], ["id", "in", wanted]]
        return {number_of(each): each for each in self._records.search(MOVE, domain, FIELDS)} if wanted else {}

    def _document(self, found: Sums, on: date) -> OpenDocument:
        row, currency = found.invoice, name_of(found.invoice["currency_id"])
        is_home = currency == self._lines.chart.currency
        return OpenDocument(
            number=called(row),
            party=name_of(row["commercial_partner_id"]),
            day=day_of(row),
            due=due_of(row),
            total=money(row["amount_total"]),
            open=found.left,
            currency=currency,
            place=f"Odoo {text(row['name'])}",
            late_days=(on - due_of(row)).days,
            reference=text(row["ref"]) if row["move_type"] in DOCUMENTS[True] else "",
            booked=None if is_home else cents(found.left * Decimal(rate_of(row) or 0)),
        )

    def _booked(self, invoice: Row, refunds: Sequence[Row], on: date) -> list[SourceRow]:
        """What was matched with a document and its credit notes, without what they were matched with each other."""
        vendor = invoice["move_type"] in DOCUMENTS[True]
        numbers: list[JsonValue] = [invoice["id"], *(each["id"] for each in refunds)]
        domain: list[JsonValue] = [["move_id", "in", numbers], ["account_type", "=", TYPES[vendor]]]
        own = {number_of(each) for each in self._records.search(LINE, domain, ("move_id",))}
        ids: list[JsonValue] = [*own]
        either: list[JsonValue] = ["|", ["debit_move_id", "in", ids], ["credit_move_id", "in", ids]]
        partials = self._records.search(PARTIAL, [["max_date", "<=", on.isoformat()], *either], MATCHED)
        found = []
        for each in partials:
            debit, credit = reference(each["debit_move_id"]), reference(each["credit_move_id"])
            if debit in own and credit in own:
                continue
            side, other, way = ("debit", credit, -1) if debit in own else ("credit", debit, 1)
            if amount := money(each[f"{side}_amount_currency"]):
                day = date.fromisoformat(text(each["max_date"]))
                found.append((other, day, (-way if vendor else way) * amount))
        names = self._names([other for other, _, _ in found])
        number, currency = called(invoice), name_of(invoice["currency_id"])
        return [SourceRow(day, names.get(other, "Odoo"), number, amount, currency) for other, day, amount in found]

    def _names(self, lines: Sequence[int]) -> dict[int, str]:
        rows = self._records.rows(LINE, "read", lines, {"fields": ["move_name"]}) if lines else []
        return {number_of(each): f"Odoo {text(each['move_name'])}" for each in rows}

    def _unclear(self, *, vendor: bool) -> tuple[str, ...]:
        """Payments that booked nothing, or are put to no document: what is owed may be less."""
        domain: list[JsonValue] = [["partner_type", "=", "supplier" if vendor else "customer"]]
        running: list[JsonValue] = ["state", "in", [*RUNNING]]
        loose: list[JsonValue] = ["|", ["move_id", "=", False], ["is_reconciled", "=", False]]
        fields = ("name", "partner_id", "amount", "currency_id", "move_id")
        return tuple(map(_doubt, self._records.search(PAYMENT, [*domain, running, *loose], fields)))


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


def _credited(refund: Row) -> SourceRow:
    said, amount = text(refund["ref"]) or text(refund["name"]), -money(refund["amount_total"])
    return SourceRow(day_of(refund), f"Odoo {text(refund['name'])}", said, amount, name_of(refund["currency_id"]))


def _doubt(payment: Row) -> str:
    who, amount = name_of(payment["partner_id"]), amount_text(money(payment["amount"]), name_of(payment["currency_id"]))
    if not reference(payment["move_id"]):
        return f"Odoo {text(payment['name'])}: {amount} of {who} booked nothing; its journal has no account for it."
    return f"Odoo {text(payment['name'])}: {amount} of {who} is put to no document."
