"""The owner's books in Odoo: invoices and bills, each posted once however often it is tried."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.book_orders import BankBook, BankExplain, BillBook, CreditApply
from agents.connectors.books import amount_text, cents
from agents.connectors.contract import Absent, Found, Receipt
from agents.connectors.odoo.credit_notes import CreditNotes
from agents.connectors.odoo.credits import CreditUse
from agents.connectors.odoo.documents import Draft
from agents.connectors.odoo.movements import Movements
from agents.connectors.odoo.purchases import RECEIPT, refuse_used
from agents.connectors.odoo.reasons import cost_lines
from agents.connectors.odoo.writing import writing_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue

    from agents.clock import Clock
    from agents.connectors.book_orders import BookOrder
    from agents.connectors.contract import Lookup
    from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit
    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.documents import Posted
    from agents.connectors.odoo.records import Records

KEY_CHARS = 40  # of the 64 of a key: an external id stays readable
INVOICE, CREDIT, BILL = "inv", "cn", "bill"


class OdooBooks:
    """Books kept by one Odoo. `chart` gives its setup as it is now."""

    def __init__(self, records: Records, chart: Callable[[], Chart], clock: Clock) -> None:
        self._chart = chart
        self._clock = clock
        self._writing = writing_of(records)
        self._documents, self._parties = self._writing.documents, self._writing.parties

    def find(self, key: str) -> Lookup:
        """Whether an invoice or a credit note with this key is posted.

        Raises:
            Transient: it is just being written.
        """
        found = self._documents.find(named(INVOICE, key)) or self._documents.find(named(CREDIT, key))
        return Found(self._receipt(found)) if found else Absent()

    def find_bill(self, key: str) -> Lookup:
        """Whether a bill with this key is posted; raises as `find`."""
        found = self._documents.find(named(BILL, key))
        return Found(self._receipt(found)) if found else Absent()

    def issue(self, order: InvoiceCreate, key: str) -> Receipt:
        """Post an invoice; with the same key again, the receipt of the first time. Raises as `Connector.execute`."""
        chart, day = self._chart(), as_local(self._clock.now()).date()
        chart.refuse_locked(day)
        lines: list[dict[str, JsonValue]] = [
            {
                "name": each.text,
                "quantity": float(each.quantity),
                "price_unit": float(each.price),
                "tax_ids/.id": str(chart.tax("sale", each.tax) or ""),
            }
            for each in order.lines
        ]
        draft = Draft(
            key=named(INVOICE, key),
            kind="out_invoice",
            partner=self._parties.made(order.customer, order.email),
            day=day,
            currency=chart.currency_of(order.currency),
            totals=order.totals,
            head={"invoice_date_due": (day + timedelta(days=order.due_days)).isoformat(), "ref": key[:KEY_CHARS]},
            lines=lines,
        )
        return self._receipt(self._documents.post(draft))

    def credit(self, order: InvoiceCredit, key: str) -> Receipt:
        """Post the credit note of an invoice or a part of it; as `issue`."""
        if (found := self._documents.find(named(CREDIT, key))) is not None:
            return self._receipt(found)
        day = as_local(self._clock.now()).date()
        self._chart().refuse_locked(day)
        return self._receipt(CreditNotes(self._writing, self._chart()).post(order, named(CREDIT, key), day))

    def find_record(self, order: BookOrder, key: str) -> Lookup:
        """Whether all of an order is in the books; raises as `find`."""
        match order:
            case BillBook():
                return self.find_bill(key)
            case BankBook() | BankExplain():
                return Movements(self._writing, self._chart()).find(order, key)
            case CreditApply():
                return CreditUse(self._writing, self._chart()).find(order, key)

    def record(self, order: BookOrder, key: str) -> Receipt:
        """Write a bill, movements of the bank or what they were for, once; raises as `Connector.execute`."""
        match order:
            case BillBook():
                return self.book(order, key)
            case BankBook() | BankExplain():
                return Movements(self._writing, self._chart()).record(order, key)
            case CreditApply():
                return CreditUse(self._writing, self._chart()).record(order, key)

    def book(self, order: BillBook, key: str) -> Receipt:
        """Post the bill of a vendor; as `issue`."""
        chart = self._chart()
        chart.refuse_locked(order.day)
        partner = self._parties.made(order.vendor)
        self._documents.refuse_twice(named(BILL, key), partner, order.reference)
        refuse_used(self._writing.records, {order.receipt: named(BILL, key)} if order.receipt else {})
        head: dict[str, JsonValue] = {"date": order.day.isoformat(), "ref": order.reference, RECEIPT: order.receipt}
        draft = Draft(
            key=named(BILL, key),
            kind="in_invoice",
            partner=partner,
            day=order.day,
            currency=chart.currency_of(order.currency),
            totals=order.totals,
            head=head | {"invoice_date_due": order.due.isoformat()},
            lines=cost_lines(chart, order.costs),
            worth=cents(order.totals.gross * order.rate) if order.rate and order.currency != chart.currency else None,
        )
        return self._receipt(self._documents.post(draft))

    def _receipt(self, document: Posted) -> Receipt:
        details = {"number": document.name, "total": amount_text(document.total, document.currency)}
        details |= {"credits": document.reverses} if document.reverses else {"due": document.due.isoformat()}
        if document.booked_on != document.day:
            details["counted to"] = document.booked_on.isoformat()
        return Receipt(
            provider="odoo",
            provider_id=document.name,
            at=document.written_at,
            summary=f"{document.name} · Odoo",
            details=details,
        )


def named(kind: str, key: str) -> str:
    """The external id of a record of ours."""
    return f"{kind}_{key[:KEY_CHARS]}"
