"""Opens the owner's Odoo as it is connected now: settings, key, and the way to its one host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.odoo.account import open_account, read_account
from agents.connectors.odoo.chart import kept_chart
from agents.connectors.odoo.connecting import calls_of
from agents.connectors.odoo.records import Records
from agents.security.egress import Egress

if TYPE_CHECKING:
    from agents.connectors.contract import ConnectorContext
    from agents.connectors.odoo.chart import Chart


def open_records(context: ConnectorContext) -> Records:
    """The records of the Odoo that is connected; nothing is asked of it yet.

    Raises:
        NeedsOwner: none is connected, its settings are damaged, or its key is not where it was kept.
    """
    account, key = open_account(context.state, context.secrets.get)
    return Records(calls_of(account, key, Egress("odoo", (account.destination,)), context.clock))


def chart_of(context: ConnectorContext, records: Records) -> Chart:
    """How that Odoo is set up, kept an hour; raises as `open_records` and `kept_chart`."""
    return kept_chart(context.state, records, context.clock, read_account(context.state).user_id)
