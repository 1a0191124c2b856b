"""Which Odoo is watched: the one that keeps the books, while one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_keeping import ODOO, keeping_of
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from agents.connectors.contract import ConnectorContext
    from agents.connectors.odoo.reader import Source


def odoo_that_keeps(context: ConnectorContext) -> Source | None:
    """The Odoo that is connected and keeps the books; None while none does, or nobody can tell."""
    try:
        keeper = keeping_of(context.vault).keeper
    except NeedsOwner:
        return None  # told as a mistake in the books
    if keeper != ODOO:
        return None
    from agents.connectors.odoo.account import is_connected  # loaded by those alone whose books are there
    from agents.connectors.odoo.watching import OdooSource

    return OdooSource(context) if is_connected(context.state) else None
