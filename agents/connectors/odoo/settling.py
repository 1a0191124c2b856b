"""Matches the lines of our entries with the documents they are for, and takes back no more than was paid on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.odoo.documents import LINE, MOVE, NOTHING, PARTIAL, money
from agents.connectors.odoo.entries import LEFT, is_open
from agents.connectors.odoo.records import number_of, reference, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.odoo.entries import Entries, Entry, Written
    from agents.connectors.odoo.records import Records
    from agents.connectors.odoo.register import Document


class Settling:
    """Matches lines. What is matched already is left alone, so that it may be done again after any fault."""

    def __init__(self, records: Records, entries: Entries) -> None:
        self._records = records
        self._entries = entries

    def settle(self, entry: Entry, written: Written, documents: Mapping[str, Document]) -> None:
        """Match each leg of an entry that names a document with what is left of it.

        Raises:
            Refused: Odoo does not match them.
        """
        for leg, line in zip(entry.legs, written.lines, strict=True):
            if (document := documents.get(leg.to)) is None:
                continue
            lines = self._entries.open_lines([document.number, *document.refunds])
            self._entries.match(line, [row for rows in lines.values() for row in rows])
            if (leg.balance > 0) != document.is_vendors:  # else it pays
                self._take_back(line, document)

    def _take_back(self, line: int, document: Document) -> None:
        """Money that went back for a document that was paid: undo that much of what it was matched with."""
        left = self._entries.left([line])[line]
        if is_open(left):
            paid = self._ours(document) or self._undone(document, abs(money(left["amount_residual_currency"])))
            self._entries.match(line, self._entries.left(paid).values())
        for each in {*self._ours(document), *self._against(line, document)}:  # what was undone beyond what went back
            self._entries.match(each, self._entries.open_lines([document.number])[document.number])

    def _undone(self, document: Document, wanted: Decimal) -> list[int]:
        """Undo at least this much of what a document was paid with; returns the lines that paid it."""
        side = "debit" if document.is_vendors else "credit"
        paid = []
        for partial in self._partials(document):
            if wanted > 0:
                number = number_of(partial)
                self._records.do(MOVE, "js_remove_outstanding_partial", [document.number], {"partial_id": number})
                paid.append(reference(partial[f"{side}_move_id"]))
                wanted -= money(partial[f"{side}_amount_currency"])
        return paid

    def _against(self, line: int, document: Document) -> list[int]:
        """The lines that money went back against."""
        own, other = ("credit_move_id", "debit_move_id") if document.is_vendors else ("debit_move_id", "credit_move_id")
        rows = self._records.search(PARTIAL, [[own, "=", line], [f"{other}.move_type", "=", "entry"]], [other])
        return [reference(each[other]) for each in rows]

    def _ours(self, document: Document) -> list[int]:
        """Lines that paid it and are matched with nothing now: what a try that broke off has undone."""
        domain: list[JsonValue] = [
            ["partner_id", "=", document.partner],
            ["account_id", "=", document.ledger_account],
            ["parent_state", "=", "posted"],
            ["move_type", "=", "entry"],
            ["reconciled", "=", False],
            ["name", "=", document.name],
        ]
        sign = 1 if document.is_vendors else -1
        return [number_of(each) for each in self._records.search(LINE, domain, LEFT) if is_open(each) == sign]

    def _partials(self, document: Document) -> list[dict[str, JsonValue]]:
        """What the document was paid with, the latest first."""
        own, other = ("credit_move_id", "debit_move_id") if document.is_vendors else ("debit_move_id", "credit_move_id")
        domain: list[JsonValue] = [[f"{own}.move_id", "=", document.number], [f"{other}.move_type", "=", "entry"]]
        fields = ("debit_move_id", "credit_move_id", "debit_amount_currency", "credit_amount_currency", "max_date")
        rows = self._records.search(PARTIAL, domain, fields)
        amounts = ("debit_amount_currency", "credit_amount_currency")
        real = [each for each in rows if all(money(each[name]) > NOTHING for name in amounts)]
        return sorted(real, key=lambda each: (text(each["max_date"]), number_of(each)), reverse=True)
