"""An Odoo of the owner's as their books, described lightly: what it does, how it works now, and how to connect it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_keeping import ODOO, keeping_of
from agents.connectors.books_connector import BOOK_ACTIONS, BooksConnector
from agents.connectors.contract import Ask, BookReaders, Capability, Connection, Manifest, State
from agents.connectors.odoo.account import is_connected, open_account, read_account
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.connectors.book_figures import BookReports
    from agents.connectors.books import Receivables
    from agents.connectors.contract import Connector, ConnectorContext
    from agents.security.egress import Destination

NEXT_STEP = "python orchestrator.py connect odoo"
SWITCH = "python orchestrator.py books switch ledger odoo --on DATE"


def _open(context: ConnectorContext) -> Connector:
    from agents.connectors.odoo.books_in_vault import open_books  # noqa: PLC0415 (the runtime is opened on use)

    return BooksConnector(open_books(context), ODOO)


def _open_receivables(context: ConnectorContext) -> Receivables:
    from agents.connectors.odoo.reader import open_reader  # noqa: PLC0415 (the runtime is opened on use)

    return open_reader(context)


def _open_reports(context: ConnectorContext) -> BookReports:
    from agents.connectors.odoo.odoo_figures import open_figures  # noqa: PLC0415 (the runtime is opened on use)

    return open_figures(context)


def _capabilities(context: ConnectorContext) -> Sequence[Capability]:
    try:
        keeping = keeping_of(context.vault)
    except NeedsOwner:  # the ledger, in which it is said, says so
        return ()
    if keeping.keeper != ODOO:
        return _beside(context)
    if not is_connected(context.state):
        says = f"Odoo keeps your books since {keeping.since}, and none is connected"
        return (Capability("books", State.OFF, says, NEXT_STEP),)
    try:
        account, _ = open_account(context.state, context.secrets.get)
    except NeedsOwner as err:
        return (Capability("books", State.OFF, str(err), NEXT_STEP),)
    says = f"invoices go into {account.title}, which keeps your books since {keeping.since}"
    return (Capability("books", State.REAL, says, ""),)


def _beside(context: ConnectorContext) -> Sequence[Capability]:
    """Of an Odoo that keeps no books: that it does not."""
    if not is_connected(context.state):
        return ()
    try:
        account = read_account(context.state)
    except NeedsOwner as err:
        return (Capability("odoo", State.OFF, str(err), NEXT_STEP),)
    says = f"{account.title} is connected, and the ledger in Accounting/ keeps your books"
    return (Capability("odoo", State.OFF, says, SWITCH),)


def _reaches(context: ConnectorContext) -> Sequence[Destination]:
    try:
        return (read_account(context.state).destination,)
    except NeedsOwner:  # there is none, or its file is damaged: whoever needs it says so
        return ()


def _test(answers: Mapping[str, str]) -> str:
    from agents.connectors.odoo.connecting import try_account  # noqa: PLC0415 (opens lines, used rarely)

    return try_account(answers)


def _keep(context: ConnectorContext, answers: Mapping[str, str]) -> str:
    from agents.connectors.odoo.connecting import keep_account  # noqa: PLC0415 (opens lines, used rarely)

    return keep_account(context, answers)


def _answers(context: ConnectorContext) -> Mapping[str, str]:
    from agents.connectors.odoo.connecting import kept_answers  # noqa: PLC0415 (opens lines, used rarely)

    return kept_answers(context)


def _forget(context: ConnectorContext) -> str:
    from agents.connectors.odoo.connecting import forget_account  # noqa: PLC0415 (opens lines, used rarely)

    return forget_account(context)


MANIFEST = Manifest(
    name=ODOO,
    actions=BOOK_ACTIONS,
    open_connector=_open,
    capabilities=_capabilities,
    reaches=_reaches,
    books=BookReaders(_open_receivables, _open_reports),
    connections=(
        Connection(
            name=ODOO,
            asks=(
                Ask("url", "Address of the server, such as https://odoo.example"),
                Ask("database", "Name of its database"),
                Ask("user", "User name (of a user of its own for the employee)"),
                Ask("key", "API key of that user (in Odoo: Preferences, Account Security)", secret=True),
                Ask(
                    "ca_file",
                    "File with the server's own certificate (leave empty unless you run the server)",
                    default="",
                ),
            ),
            test=_test,
            keep=_keep,
            forget=_forget,
            answers=_answers,
        ),
    ),
)
