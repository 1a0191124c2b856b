"""The owner's Odoo as a watcher looks into it: opened anew for each look, so that what was connected since counts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.connectors.odoo.account import read_account
from agents.connectors.odoo.changes import Changes
from agents.connectors.odoo.opening import open_records
from agents.connectors.odoo.reader import position_from, seen_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.contract import ConnectorContext
    from agents.connectors.odoo.reader import Look


class OdooSource:
    """The Odoo that is connected now."""

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context

    @property
    def name(self) -> str:
        """As `Source.name`."""
        account = read_account(self._context.state)
        return hashlib.sha256(f"{account.url}\n{account.database}".encode()).hexdigest()[:16]

    def look(self, before: str | None, known: Mapping[int, str]) -> Look:
        """As `Source.look`."""
        changes = Changes(open_records(self._context), read_account(self._context.state).user_id)
        position = None if before is None else position_from(before)
        return changes.look(position, {number: seen_from(kept) for number, kept in known.items()})
