"""The owner's Odoo as it is set up now, for whoever looks at all of it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.odoo.account import open_account
from agents.connectors.odoo.chart import read_chart
from agents.connectors.odoo.connecting import calls_of
from agents.connectors.odoo.records import Records
from agents.security.egress import Egress

if TYPE_CHECKING:
    from agents.connectors.contract import ConnectorContext
    from agents.connectors.odoo.chart import Chart


def open_odoo(context: ConnectorContext) -> tuple[Records, Chart]:
    """Its records and its setup, asked anew.

    Raises:
        NeedsOwner: no Odoo is connected, its key is gone, or it is no longer taken.
        Transient: nobody answers.
    """
    account, key = open_account(context.state, context.secrets.get)
    records = Records(calls_of(account, key, Egress("odoo", (account.destination,)), context.clock))
    return records, read_chart(records, context.clock, account.user_id)
