"""An Odoo set up for the story of the suite, and its books over a short way: past the doors, as the bookkeeper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from agents.connectors.book_keeping import ODOO
from agents.connectors.books_connector import BooksConnector
from agents.connectors.odoo.calls import is_look, refusal
from agents.connectors.odoo.chart import read_chart
from agents.connectors.odoo.odoo_books import OdooBooks
from agents.connectors.odoo.odoo_figures import OdooFigures
from agents.connectors.odoo.records import Records
from agents.errors import OutcomeUnknown, Transient
from tests.standins.odoo.chart import Setup
from tests.standins.odoo.errors import OdooError
from tests.standins.odoo.world import Odoo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from tests.standins.odoo.fields import Row


COSTS = (("600100", "Office"), ("600200", "Software"), ("600300", "Travel"), ("600400", "Other"))
RATES = {
    "USD": (("2026-01-01", "0.90"), ("2026-02-18", "0.912"), ("2026-03-01", "0.92")),  # what one costs in euros
    "CHF": (("2026-01-01", "1.05"),),
}
DOCUMENTS = {"INV": ("out_invoice", "out_refund"), "BILL": ("in_invoice",)}


@dataclass
class ShortWay:
    """Calls without a network. `counted`: how many there were, `written`: of them, such as may have changed something.

    `breaks`: the one of these, from 1, that breaks off; `is_done`: after it was done.
    """

    odoo: Odoo
    counted: int = 0
    written: int = 0
    breaks: int = 0
    is_done: bool = True
    is_silent: bool = False

    def call(
        self, model: str, method: str, ids: Sequence[int] | None = None, kwargs: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        """As `OdooCalls.call`."""
        if self.is_silent:
            raise Transient("nobody answers", hint="Ask later.")
        self.counted += 1
        self.written += not is_look(method)
        breaks = not is_look(method) and self.written == self.breaks
        if breaks and not self.is_done:
            raise OutcomeUnknown("broken off before it was done", hint="Look.")
        given = () if ids is None else (list(ids),)
        try:
            said: JsonValue = self.odoo.call(model, method, *given, login="bookkeeper", **dict(kwargs or {}))
        except OdooError as err:
            raise refusal(method, err.name, err.message) from err
        if breaks:
            raise OutcomeUnknown("broken off after it was done", hint="Look.")
        return said


def story_odoo() -> Odoo:
    """An Odoo in euros with what the story needs, and every account for it."""
    odoo = Odoo(Setup(currency="EUR", taxes=("19", "7"), rates={}, first_id=40))
    (company,) = odoo.find("res.company")
    odoo.call("res.company", "write", [company], {"tax_calculation_rounding_method": "round_globally"})
    for code, name in COSTS:
        odoo.call("account.account", "create", {"code": code, "name": name, "account_type": "expense"})
    odoo.call("account.account", "create", {"code": "302000", "name": "Private", "account_type": "equity"})
    odoo.call("account.account", "write", [odoo.account("400000")], {"name": "Services"})
    odoo.call("account.journal", "write", [odoo.journal("BNK1")], {"name": "Checking"})
    _savings(odoo)
    for currency, rates in RATES.items():
        for on, euros in rates:
            odoo.set_rate(currency, str(1 / float(euros)), on)
    odoo.set_outstanding_accounts()
    return odoo


def _savings(odoo: Odoo) -> None:
    account = {"code": "101410", "name": "Savings", "account_type": "asset_cash"}
    vals = {"name": "Savings", "code": "BNK2", "type": "bank", "suspense_account_id": odoo.account("101402")}
    made = odoo.call("account.account", "create", account)
    journal = odoo.call("account.journal", "create", vals | {"default_account_id": made})
    for way in ("inbound", "outbound"):
        (method,) = odoo.find("account.payment.method", ["payment_type", "=", way])
        line = {"name": "Manual", "journal_id": journal, "payment_method_id": method, "payment_type": way}
        odoo.call("account.payment.method.line", "create", line)


class OdooRoom:
    """Books in an Odoo."""

    def __init__(self) -> None:
        self.odoo = story_odoo()
        self.calls = ShortWay(self.odoo)
        self.records = Records(self.calls)
        self.read_chart()

    def read_chart(self) -> None:
        """Know its setup as it is now."""
        self.chart = read_chart(self.records, self.odoo.clock, self.odoo.uid())

    def kept(self) -> tuple[dict[str, dict[int, Row]], dict[str, int]]:
        """What is committed now, to go back to."""
        tables = self.odoo.service.tables
        return {model: dict(rows) for model, rows in tables.rows.items()}, dict(tables.last_ids)

    def back_to(self, kept: tuple[dict[str, dict[int, Row]], dict[str, int]]) -> None:
        """Be as it was."""
        tables, (rows, last_ids) = self.odoo.service.tables, kept
        tables.rows.clear()
        tables.rows.update({model: dict(each) for model, each in rows.items()})
        tables.last_ids = dict(last_ids)

    @property
    def books(self) -> OdooBooks:
        return OdooBooks(self.records, lambda: self.chart, self.odoo.clock)

    def open(self) -> BooksConnector:
        return BooksConnector(self.books, ODOO)

    def set_day(self, today: date) -> None:
        self.odoo.clock.set(datetime.combine(today, time(12), UTC))

    def reports(self) -> OdooFigures:
        return OdooFigures(self.records, self.chart)

    def number(self, ledger_number: str) -> str:
        """Odoo gives numbers by kind and month, and receipts have some of those of bills."""
        kind, _, at = ledger_number.split("-")
        domain = (["move_type", "in", [*DOCUMENTS[kind]]], ["state", "=", "posted"])
        names = [
            self.odoo.row("account.move", each, "name")["name"]
            for each in sorted(self.odoo.find("account.move", *domain))
        ]
        return str(names[int(at) - 1]) if int(at) <= len(names) else f"{kind}/2026/{at}"
