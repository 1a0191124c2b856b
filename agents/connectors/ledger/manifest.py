"""The embedded ledger: books in plain text, in the vault, without any account or server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_keeping import LEDGER, MAIN, ODOO, keeping_of
from agents.connectors.books_connector import BOOK_ACTIONS, BooksConnector
from agents.connectors.contract import BookReaders, Capability, Manifest, State
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from agents.connectors.book_figures import BookReports
    from agents.connectors.books import Receivables
    from agents.connectors.contract import Connector, ConnectorContext


def _open(context: ConnectorContext) -> Connector:
    from agents.connectors.ledger.ledger_books import LedgerBooks  # noqa: PLC0415 (the runtime is opened on use)

    return BooksConnector(LedgerBooks(context), LEDGER)


def _open_receivables(context: ConnectorContext) -> Receivables:
    from agents.connectors.ledger.reader import LedgerReader  # noqa: PLC0415 (the runtime is opened on use)

    return LedgerReader(context.vault, context.state, context.clock)


def _open_reports(context: ConnectorContext) -> BookReports:
    from agents.connectors.ledger.figure_reader import read_figures  # noqa: PLC0415 (the runtime is opened on use)

    return read_figures(context.vault, context.state)


def _capabilities(context: ConnectorContext) -> tuple[Capability, ...]:
    try:
        if keeping_of(context.vault).keeper == ODOO:
            return ()  # its own manifest says how they are
    except NeedsOwner as err:
        return (Capability("books", State.OFF, str(err), err.hint),)
    if (context.vault / MAIN).is_file():
        return (Capability("books", State.REAL, "invoices go into the ledger in Accounting/", ""),)
    step = f"Restore {MAIN}, or run `init` again."
    return (Capability("books", State.OFF, "there is no ledger in Accounting/", step),)


MANIFEST = Manifest(LEDGER, BOOK_ACTIONS, _open, _capabilities, books=BookReaders(_open_receivables, _open_reports))
