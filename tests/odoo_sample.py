"""`make odoo-sample`: a small company in an Odoo for tests, with a quarter of its business; again, it adds nothing.

Accounts, journals and rates are made where they are missing; taxes of 19 and 7 % must be there, as a German package
brings them. Then the sixty entries of the tests' story are booked by the connector itself. Environment: LIVE_ODOO_URL,
LIVE_ODOO_DATABASE (with the word 'test' in its name), LIVE_ODOO_USER, LIVE_ODOO_KEY, LIVE_ODOO_CA; LIVE_ODOO_ADMIN and
LIVE_ODOO_ADMIN_KEY for who may set it up, default: the same user.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import SecretStr

from agents.connectors.book_keeping import ODOO
from agents.connectors.books_connector import BooksConnector
from agents.connectors.odoo.chart import plain, read_chart
from agents.connectors.odoo.connecting import calls_of, found_account
from agents.connectors.odoo.odoo_books import OdooBooks
from agents.connectors.odoo.odoo_figures import OdooFigures
from agents.connectors.odoo.records import Records, number_of, reference, text
from agents.errors import EmployeeError, NeedsOwner, NotAllowed
from tests.clock import FrozenClock
from tests.connectors.books_hand import perform
from tests.connectors.books_story import STORY
from tests.connectors.odoo.odoo_room import COSTS, DOCUMENTS, RATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import JsonValue

    from agents.connectors.odoo.account import OdooAccount
    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.records import Domain, Values

HINT = "Name a database that is made for tests, such as studio-test."
MORE_COSTS = (("600500", "Rent"), ("600600", "Bank Fees"))
ON_THE_WAY = (("inbound", "Outstanding Receipts", "101403"), ("outbound", "Outstanding Payments", "101404"))
FOR_TESTS = re.compile(r"(?<![a-z])tests?(?![a-z])", re.IGNORECASE)  # 'studio-test', and not 'latest'


@dataclass
class LiveOdoo:
    """The books of one real server, as the suite wants to hold them."""

    account: OdooAccount
    key: SecretStr
    clock: FrozenClock = field(default_factory=FrozenClock)

    def __post_init__(self) -> None:
        self.records = Records(calls_of(self.account, self.key, self.account.egress, self.clock))
        self.chart: Chart = read_chart(self.records, self.clock, self.account.user_id)

    def open(self) -> BooksConnector:
        return BooksConnector(self.books, ODOO)

    @property
    def books(self) -> OdooBooks:
        return OdooBooks(self.records, lambda: self.chart, self.clock)

    def set_day(self, today: date) -> None:
        self.clock.set(datetime.combine(today, time(12), UTC))

    def reports(self) -> OdooFigures:
        return OdooFigures(self.records, self.chart)

    def number(self, ledger_number: str) -> str:
        """The document that was posted at that place among those of its kind."""
        if "/" in ledger_number:
            return ledger_number
        kind, _, at = ledger_number.split("-")
        domain: Domain = [["move_type", "in", [*DOCUMENTS[kind]]], ["state", "=", "posted"]]
        rows = sorted(self.records.search("account.move", domain, ["name"]), key=number_of)
        return text(rows[int(at) - 1]["name"]) if int(at) <= len(rows) else f"{kind}/2026/{at}"


def open_live(user: str = "USER", key: str = "KEY") -> LiveOdoo:
    """The server that the environment names, logged in.

    Raises:
        NotAllowed: the name of its database does not say that it is for tests.
        NeedsOwner: a variable is missing, or the server does not take it.
    """
    missing = [f"LIVE_ODOO_{name}" for name in ("URL", "DATABASE", user, key) if not _told(name)]
    if missing:
        raise NeedsOwner(f"{', '.join(missing)} must be set", hint="Set them in the environment.")
    if not FOR_TESTS.search(_told("DATABASE")):
        raise NotAllowed(f"{_told('DATABASE')} may hold somebody's books", hint=HINT)
    answers = {"url": _told("URL"), "database": _told("DATABASE"), "user": _told(user), "key": _told(key)}
    return LiveOdoo(found_account(answers | {"ca_file": _told("CA")}), SecretStr(_told(key)))


def _told(name: str) -> str:
    return os.environ.get(f"LIVE_ODOO_{name}", "")


class Company:
    """Makes what a company of the story needs, where it is missing."""

    def __init__(self, live: LiveOdoo) -> None:
        self._records = live.records
        self._chart = live.chart

    def set_up(self) -> None:
        """Rounding, accounts, journals with their outstanding accounts, and rates; the taxes must be there."""
        if self._chart.currency != "EUR":
            raise NotAllowed(f"this company keeps its books in {self._chart.currency}", hint="Make one in euros.")
        company = [self._chart.company]
        self._write("res.company", company, {"tax_calculation_rounding_method": "round_globally"})
        for code, name in (*COSTS, *MORE_COSTS):
            self._account(name, "expense", code)
        self._account("Private", "equity", "302000")
        (sales,) = self._rows("account.journal", [["type", "=", "sale"]], "default_account_id")[:1]
        self._write("account.account", [reference(sales["default_account_id"])], {"name": "Services"})
        for name, code, kind in (("Checking", "CHK1", "bank"), ("Savings", "SAV1", "bank"), ("Cash", "CSH1", "cash")):
            self._journal(name, code, kind)
        for rate in (Decimal(19), Decimal(7)):  # a tax of our own would have no account of its own
            self._chart.tax("sale", rate)
            self._chart.tax("purchase", rate)
        for currency, rates in RATES.items():
            self._currency(currency, rates)

    def _account(self, name: str, kind: str, code: str, **more: bool) -> int:
        known = self._rows("account.account", [], "name", "code")
        if found := [number_of(each) for each in known if plain(text(each["name"])) == plain(name)]:
            return found[0]
        taken = {text(each["code"]) for each in known}
        free = next(each for each in map(str, range(int(code), 1_000_000)) if each not in taken)
        return self._made("account.account", {"code": free, "name": name, "account_type": kind, **more})

    def _journal(self, name: str, code: str, kind: str) -> None:
        banks = self._rows("account.journal", [["type", "in", ["bank", "cash"]]], "name", "suspense_account_id")
        found = [number_of(each) for each in banks if text(each["name"]) == name]
        if not found:
            suspense = next(reference(each["suspense_account_id"]) for each in banks)
            own = self._account(name, "asset_cash", "101410")
            vals: Values = {"name": name, "code": code, "type": kind, "default_account_id": own}
            found = [self._made("account.journal", {**vals, "suspense_account_id": suspense})]
        for way, title, of in ON_THE_WAY:
            account = self._account(title, "asset_current", of, reconcile=True)
            self._write("account.payment.method.line", self._methods(found[0], way), {"payment_account_id": account})

    def _methods(self, journal: int, way: str) -> list[int]:
        domain: Domain = [["journal_id", "=", journal], ["payment_type", "=", way]]
        if found := self._rows("account.payment.method.line", domain):
            return [number_of(each) for each in found]
        (method,) = self._rows("account.payment.method", [["payment_type", "=", way], ["code", "=", "manual"]])[:1]
        vals: Values = {"name": "Manual", "journal_id": journal, "payment_method_id": number_of(method)}
        return [self._made("account.payment.method.line", {**vals, "payment_type": way})]

    def _currency(self, name: str, rates: Iterable[tuple[str, str]]) -> None:
        asked: Values = {"domain": [["name", "=", name]], "fields": ["name"], "context": {"active_test": False}}
        (found,) = self._records.rows("res.currency", "search_read", None, asked)
        number = number_of(found)
        self._write("res.currency", [number], {"active": True})
        known = {text(each["name"]) for each in self._rows("res.currency.rate", [["currency_id", "=", number]], "name")}
        for day, euros in rates:
            if day not in known:
                vals: Values = {
                    "currency_id": number,
                    "name": day,
                    "rate": 1 / float(euros),
                    "company_id": self._chart.company,
                }
                self._made("res.currency.rate", vals)

    def _rows(self, model: str, domain: Domain, *fields: str) -> list[dict[str, JsonValue]]:
        return self._records.search(model, domain, fields or ("id",))

    def _made(self, model: str, vals: Values) -> int:
        made = self._records.call(model, "create", {"vals_list": [{**vals}]})
        found = made[0] if isinstance(made, list) else made
        assert isinstance(found, int)
        return found

    def _write(self, model: str, ids: list[int], vals: Values) -> None:
        self._records.do(model, "write", ids, {"vals": {**vals}})


def main() -> int:
    """Set the company up, and book its story; what is there already is left as it is."""
    try:
        admin = ("ADMIN", "ADMIN_KEY") if _told("ADMIN") else ("USER", "KEY")
        Company(open_live(*admin)).set_up()
        live = open_live()
        receipts = perform(live, STORY)
    except EmployeeError as err:
        sys.stderr.write(f"{err}\n-> {err.hint}\n")
        return 1
    sys.stdout.write(f"{len(receipts)} entries stand in {live.account.database} of {live.account.title}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
