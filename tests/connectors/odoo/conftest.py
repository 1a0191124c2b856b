"""An Odoo in euros, with 19 and 7 % VAT, and a client of its bookkeeper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from agents.clock import SystemClock
from agents.connectors.odoo.account import OdooAccount
from agents.connectors.odoo.chart import read_chart
from agents.connectors.odoo.jsonrpc_calls import JsonRpcCalls
from agents.connectors.odoo.odoo_books import OdooBooks
from agents.connectors.odoo.records import Records
from agents.security.egress import Egress
from tests.standins.odoo.chart import Setup
from tests.standins.odoo.world import DATABASE, KEYS, Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.connectors.odoo.chart import Chart

KEY = SecretStr(KEYS["bookkeeper"])


@dataclass(frozen=True)
class Client:
    """A client of a server, and what it is made of."""

    odoo: Odoo
    calls: JsonRpcCalls
    records: Records
    chart: Chart
    books: OdooBooks


def account_of(odoo: Odoo, timeout_s: float = 20.0, **more: object) -> OdooAccount:
    """The settings of the bookkeeper."""
    given = {"url": odoo.url, "database": DATABASE, "user": "bookkeeper", "timeout_s": timeout_s}
    return OdooAccount.model_validate(given | more)


def calls_of(odoo: Odoo, timeout_s: float = 20.0) -> JsonRpcCalls:
    """A client that has logged in."""
    account = account_of(odoo, timeout_s, user_id=odoo.uid())
    return JsonRpcCalls(account, KEY, Egress("odoo", (account.destination,)), SystemClock())


def client_of(odoo: Odoo, timeout_s: float = 20.0) -> Client:
    """Everything on top of it; the clock is the server's."""
    calls = calls_of(odoo, timeout_s)
    records = Records(calls)
    chart = read_chart(records, odoo.clock, odoo.uid())
    return Client(odoo, calls, records, chart, OdooBooks(records, lambda: chart, odoo.clock))


@pytest.fixture
def odoo() -> Iterator[Odoo]:
    """The server."""
    with Odoo(Setup(currency="EUR", taxes=("19", "7"), rates={"USD": "1.25"}, first_id=70)) as server:
        server.set_outstanding_accounts()
        for each in server.find("res.company"):
            server.call("res.company", "write", [each], {"tax_calculation_rounding_method": "round_globally"})
        yield server


@pytest.fixture
def client(odoo: Odoo) -> Client:
    """A client of it."""
    return client_of(odoo)
