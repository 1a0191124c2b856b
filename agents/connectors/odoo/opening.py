"""Opens the owner's Odoo as it is connected now: settings, key, and the way to its one host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_keeping import ODOO, keeping_of
from agents.connectors.books_after_move import Earlier
from agents.connectors.odoo.account import open_account, place_of, read_account
from agents.connectors.odoo.chart import kept_chart, read_chart
from agents.connectors.odoo.connecting import calls_of
from agents.connectors.odoo.records import Records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from agents.connectors.contract import ConnectorContext
    from agents.connectors.odoo.calls import OdooCalls
    from agents.connectors.odoo.chart import Chart


def open_records(context: ConnectorContext) -> Records:
    """The records of the Odoo that is connected; nothing is asked of it yet.

    Raises:
        NeedsOwner: none is connected, its settings are damaged, or its key is not where it was kept.
    """
    return Records(_open_calls(context))


class CallsOfNow:
    """Calls to the Odoo that is connected now, for whoever outlives `connect` and `disconnect`."""

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context
        self._opened: tuple[tuple[int, int] | None, OdooCalls] | None = None

    def call(
        self, model: str, method: str, ids: Sequence[int] | None = None, kwargs: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        """As `OdooCalls.call`; raises as `open_records` too."""
        kept = _kept_since(self._context)
        if self._opened is None or self._opened[0] != kept:
            self._opened = (kept, _open_calls(self._context))
        return self._opened[1].call(model, method, ids, kwargs)


def _open_calls(context: ConnectorContext) -> OdooCalls:
    account, key = open_account(context.state, context.secrets.get)
    return calls_of(account, key, account.egress, context.clock)


def _kept_since(context: ConnectorContext) -> tuple[int, int] | None:
    """What changes whenever the settings are written, also when only the key is new; None: there are none."""
    try:
        status = place_of(context.state).stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def chart_of(context: ConnectorContext, records: Records) -> Chart:
    """How that Odoo is set up, kept an hour; raises as `open_records` and `kept_chart`."""
    return kept_chart(context.state, records, context.clock, read_account(context.state).user_id)


def open_odoo(context: ConnectorContext) -> tuple[Records, Chart]:
    """Its records and its setup, asked anew.

    Raises:
        NeedsOwner: no Odoo is connected, its key is gone, or it is no longer taken.
        Transient: nobody answers.
    """
    records = open_records(context)
    return records, read_chart(records, context.clock, read_account(context.state).user_id)


def books_before(context: ConnectorContext) -> Earlier | None:
    """The books that were moved into the Odoo that keeps them now; None where nothing was moved."""
    keeping = keeping_of(context.vault)
    if keeping.keeper != ODOO or keeping.since is None or context.books_before is None:
        return None
    return Earlier(keeping.since, context.books_before)
