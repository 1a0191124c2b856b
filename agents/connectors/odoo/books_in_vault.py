"""The books in Odoo as an owner with a vault has them: only while Odoo keeps them, each invoice as PDF in the vault."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from agents.connectors.book_keeping import ODOO, refuse_unless_kept_by
from agents.connectors.contract import Found
from agents.connectors.odoo.odoo_books import OdooBooks
from agents.connectors.odoo.opening import chart_of, open_records
from agents.connectors.odoo.papers import Papers

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.book_orders import BookOrder
    from agents.connectors.books import Books
    from agents.connectors.contract import ConnectorContext, Lookup, Receipt
    from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit


class BooksInVault:
    """Some books in Odoo, with the papers of their invoices."""

    def __init__(self, books: Books, papers: Papers, root: Path) -> None:
        self._books = books
        self._papers = papers
        self._root = root

    def find(self, key: str) -> Lookup:
        """As `Books.find`; the paper is fetched if it is not there yet.

        Raises:
            Transient: Odoo does not answer.
        """
        found = self._books.find(key)
        return Found(self._with_paper(found.receipt)) if isinstance(found, Found) else found

    def issue(self, order: InvoiceCreate, key: str) -> Receipt:
        """Book an invoice and fetch its PDF; raises as `Connector.execute`."""
        refuse_unless_kept_by(self._root, ODOO)
        return self._with_paper(self._books.issue(order, key))

    def credit(self, order: InvoiceCredit, key: str) -> Receipt:
        """Book a credit note and fetch its PDF; raises as `Connector.execute`."""
        refuse_unless_kept_by(self._root, ODOO)
        return self._with_paper(self._books.credit(order, key))

    def find_record(self, order: BookOrder, key: str) -> Lookup:
        """As `Books.find_record`."""
        return self._books.find_record(order, key)

    def record(self, order: BookOrder, key: str) -> Receipt:
        """As `Books.record`."""
        refuse_unless_kept_by(self._root, ODOO)
        return self._books.record(order, key)

    def _with_paper(self, receipt: Receipt) -> Receipt:
        paper = self._papers.kept(receipt.provider_id)
        if isinstance(paper, str):
            return replace(receipt, details={**receipt.details, "no PDF": paper})
        return replace(receipt, documents=(paper,), paths=(paper.path,))


def open_books(context: ConnectorContext) -> BooksInVault:
    """The books in the Odoo that is connected.

    Raises:
        NeedsOwner: none is, or its key is not where it was kept.
    """
    records = open_records(context)
    books = OdooBooks(records, partial(chart_of, context, records), context.clock)
    return BooksInVault(books, Papers(records, context.vault), context.vault)
