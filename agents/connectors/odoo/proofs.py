"""A cost that gets its receipt later: what was booked as cost whole is taken back, and booked anew with its VAT.

Two documents of the day of the movement, matched with each other, so that what was paid stays as it is. The matching
comes last and proves the rest; every step may be tried again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_orders import sums_of
from agents.connectors.books import totals
from agents.connectors.odoo.documents import Draft
from agents.connectors.odoo.purchases import RECEIPT
from agents.connectors.odoo.reasons import cost_lines
from agents.connectors.odoo.records import number_of
from agents.connectors.odoo.statement_lines import digest

if TYPE_CHECKING:
    from agents.connectors.book_orders import Move, Spending
    from agents.connectors.odoo.chart import Chart, Journal
    from agents.connectors.odoo.documents import Posted
    from agents.connectors.odoo.purchases import Purchase
    from agents.connectors.odoo.writing import Writing

OTHER = {"in_receipt": "in_refund", "in_refund": "in_receipt"}


class Proofs:
    """Books purchases of one account anew."""

    def __init__(self, writing: Writing, chart: Chart, journal: Journal) -> None:
        self._writing = writing
        self._chart = chart
        self._journal = journal

    def write(self, move: Move, reason: Spending, purchase: Purchase, ref: str) -> None:
        """Take a purchase back, and book it with its receipt; raises as `Documents.post`."""
        back = self._writing.documents.post(self._back(move, purchase, ref))
        proven = self._writing.documents.post(self._proven(move, reason, purchase, ref))
        self._match(back, proven)

    def _back(self, move: Move, purchase: Purchase, ref: str) -> Draft:
        amount, day = abs(move.amount), move.day.isoformat()
        return Draft(
            key=f"back_{digest(self._journal.name, move.bank_id)}",
            kind=OTHER[purchase.kind],
            partner=purchase.partner,
            day=move.day,
            currency=self._currency(),
            totals=totals([(amount, amount * 0)]),
            head={"date": day, "invoice_date_due": day, "ref": ref, "reversed_entry_id/.id": purchase.number},
            lines=[
                {
                    "name": ref,
                    "quantity": 1.0,
                    "price_unit": float(amount),
                    "account_id/.id": purchase.account,
                    "tax_ids/.id": "",
                }
            ],
        )

    def _proven(self, move: Move, reason: Spending, purchase: Purchase, ref: str) -> Draft:
        day = move.day.isoformat()
        return Draft(
            key=proof_key(self._journal, move),
            kind=purchase.kind,
            partner=purchase.partner,
            day=move.day,
            currency=self._currency(),
            totals=sums_of(reason.costs),
            head={"date": day, "invoice_date_due": day, "ref": ref, RECEIPT: reason.receipt},
            lines=cost_lines(self._chart, reason.costs),
        )

    def _currency(self) -> int:
        return self._chart.currency_of(self._journal.currency or self._chart.currency)

    def _match(self, back: Posted, proven: Posted) -> None:
        lines = self._writing.entries.open_lines([back.number, proven.number])
        for each in lines[back.number]:
            self._writing.entries.match(number_of(each), lines[proven.number])


def proof_key(journal: Journal, move: Move) -> str:
    """The key of the document that proves what a movement bought."""
    return f"proof_{digest(journal.name, move.bank_id)}"
