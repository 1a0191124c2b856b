"""What is owed in Odoo on any day: what was matched up to that day counts, and nothing that came later. Reads only.

An invoice counts together with its credit notes. How many calls it takes does not depend on how much there is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_figures import OpenDocument, OpenItems
from agents.connectors.books import amount_text, cents
from agents.connectors.odoo.book_lines import IS_POSTED
from agents.connectors.odoo.documents import LINE, MOVE, NOTHING, PARTIAL, POSTED, money
from agents.connectors.odoo.numbering import called, with_number_or_crediting
from agents.connectors.odoo.records import name_of, number_of, reference, text
from agents.connectors.odoo.register import DOCUMENTS, FIELDS, TYPES, due_of, rate_of
from agents.connectors.odoo.standing_documents import day_of, standings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from pydantic import JsonValue

    from agents.connectors.book_figures import DocumentStanding
    from agents.connectors.odoo.book_lines import BookLines

    Row = Mapping[str, JsonValue]

PAYMENT, RUNNING = "account.payment", ("in_process", "paid", "posted")  # the last one up to Odoo 17
OPEN = ("move_id", "move_type", "partner_id", "amount_currency", "currency_id")


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
        return standings(self._lines, invoices, found, on)[0] if len(invoices) == 1 else None

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

    def _unclear(self, *, vendor: bool) -> tuple[str, ...]:
        """Payments that booked nothing, or are put to no document: what is owed may be less."""
        domain: list[JsonValue] = [["partner_type", "=", "supplier" if vendor else "customer"]]
        running: list[JsonValue] = ["state", "in", [*RUNNING]]
        loose: list[JsonValue] = ["|", ["move_id", "=", False], ["is_reconciled", "=", False]]
        fields = ("name", "partner_id", "amount", "currency_id", "move_id")
        return tuple(map(_doubt, self._records.search(PAYMENT, [*domain, running, *loose], fields)))


def _doubt(payment: Row) -> str:
    who, amount = name_of(payment["partner_id"]), amount_text(money(payment["amount"]), name_of(payment["currency_id"]))
    if not reference(payment["move_id"]):
        return f"Odoo {text(payment['name'])}: {amount} of {who} booked nothing; its journal has no account for it."
    return f"Odoo {text(payment['name'])}: {amount} of {who} is put to no document."
