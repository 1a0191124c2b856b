"""The embedded ledger: books in plain text, in the vault, without any account or server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_orders import BankBook, BankExplain, BillBook, CreditApply
from agents.connectors.contract import Capability, Manifest, State
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit, InvoiceLine

if TYPE_CHECKING:
    from agents.connectors.book_figures import BookReports
    from agents.connectors.books import Receivables
    from agents.connectors.contract import Connector, ConnectorContext

__all__ = ["MANIFEST", "InvoiceCreate", "InvoiceCredit", "InvoiceLine"]


def _open(context: ConnectorContext) -> Connector:
    from agents.connectors.ledger.ledger_connector import open_ledger  # noqa: PLC0415 (the runtime is opened on use)

    return open_ledger(context)


def _open_receivables(context: ConnectorContext) -> Receivables:
    from agents.connectors.ledger.reader import LedgerReader  # noqa: PLC0415 (the runtime is opened on use)

    return LedgerReader(context.vault, context.state, context.clock)


def _open_reports(context: ConnectorContext) -> BookReports:
    from agents.connectors.ledger.figure_reader import read_figures  # noqa: PLC0415 (the runtime is opened on use)

    return read_figures(context.vault, context.state)


def _capabilities(context: ConnectorContext) -> tuple[Capability, ...]:
    if (context.vault / "Accounting" / "main.beancount").is_file():
        return (Capability("books", State.REAL, "invoices go into the ledger in Accounting/", ""),)
    step = "Restore Accounting/main.beancount, or run `init` again."
    return (Capability("books", State.OFF, "there is no ledger in Accounting/", step),)


ACTIONS = (InvoiceCreate, InvoiceCredit, BillBook, BankBook, BankExplain, CreditApply)
MANIFEST = Manifest(
    "ledger", ACTIONS, _open, _capabilities, open_receivables=_open_receivables, open_reports=_open_reports
)
