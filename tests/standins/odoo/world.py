"""The stand-in as a test holds it: started, seeded, asked, and looked into."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from tests.clock import FrozenClock
from tests.standins.odoo import accounts, bank, base, chart, lines, moves, payments, people, sending, trade, wizards
from tests.standins.odoo.chart import Setup
from tests.standins.odoo.doors import Doors
from tests.standins.odoo.server import Server
from tests.standins.odoo.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from tests.standins.odoo.doors import Asked
    from tests.standins.odoo.faults import Faults
    from tests.standins.odoo.fields import Row, Value
    from tests.standins.odoo.records import Model
    from tests.standins.odoo.tables import Written

DATABASE = "studio"
PASSWORDS = {"admin": "admin-password-1", "bookkeeper": "bookkeeper-password-1"}
KEYS = {"admin": "key-of-admin-000000000001", "bookkeeper": "key-of-bookkeeper-0000001"}
MODULES = (base, accounts, moves, lines, payments, wizards, bank, sending, people, trade)


@dataclass(slots=True)
class Odoo:
    """Use as a context manager; what is written is in memory. `clock` is the server's own, and only tests move it.

    `series`: '18.0', or '19.0' for JSON-2. `without`: the apps that are not installed, by their names in `trade.APPS`;
    `timesheets`: whether that app is. Calls by `call` go past the doors as the system user, who may do all.
    """

    setup: Setup = field(default_factory=Setup)
    series: str = "18.0"
    clock: FrozenClock = field(default_factory=FrozenClock)
    without: tuple[str, ...] = ()
    timesheets: bool = False
    service: Service = field(init=False, repr=False)
    doors: Doors = field(init=False, repr=False)
    server: Server = field(init=False, repr=False)

    def __post_init__(self) -> None:
        models = models_of(self.series) | ({trade.TIMESHEETS.name: trade.TIMESHEETS} if self.timesheets else {})
        gone = tuple(trade.APPS[each] for each in self.without)
        installed = {name: each for name, each in models.items() if not name.startswith(gone)}
        self.service = Service(installed, self.clock, DATABASE, self.series)
        self.service.passwords |= PASSWORDS
        self.service.keys |= {login: {key} for login, key in KEYS.items()}
        self.service.tables.first_id = self.setup.first_id
        rules = self.service.tables.uniques
        rules["ir.model.data"].append(lambda row: (row["module"], row["name"]))
        rules["account.move"].append(posted_name)
        self.service.superuser = self.setup.first_id + 1
        self.service.seed(lambda env: chart.install(env, self.setup))
        self.service.seed(lambda env: chart.install_books(env, self.setup))
        self.doors = Doors(self.service)

    def __enter__(self) -> Self:
        self.server = Server(self.doors)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.close()
        if self.server.crashes:
            raise AssertionError("The stand-in itself failed") from self.server.crashes[0]

    # ---- for a client ----

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def faults(self) -> Faults:
        return self.service.faults

    @property
    def asked(self) -> list[Asked]:
        return self.doors.asked

    def uid(self, login: str = "bookkeeper") -> int:
        return self.service.user_of(login)

    def expire_key(self, login: str = "bookkeeper") -> None:
        """From now on it looks like a wrong password."""
        self.service.keys[login].clear()

    def wait_until_idle(self, faults_met: int = 0) -> None:
        """Until so many faults struck and no request runs: what a client gave up on may still be committed."""
        self.faults.wait_until_met(faults_met)
        self.server.wait_until_idle()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Connections are refused for a time."""
        self.server.refuse()
        try:
            yield
        finally:
            self.server.listen()

    # ---- for the test, past the doors ----

    def call(self, model: str, method: str, *args: Value, login: str = "", **kwargs: Value) -> Value:
        """As the system user, or as somebody with their rights."""
        return self.service.run(self.uid(login) if login else self.service.superuser, model, method, args, kwargs)

    def find(self, model: str, *domain: Value) -> list[int]:
        """Ids, archived ones too."""
        found: list[int] = self.call(model, "search", list(domain), context={"active_test": False})
        return found

    def row(self, model: str, id_: int, *names: str) -> Row:
        """The fields of one record, links as bare ids."""
        found: Row = self.call(model, "read", [id_], list(names), load="")[0]
        return found

    def account(self, code: str) -> int:
        return self.find("account.account", ["code", "=", code])[0]

    def journal(self, code: str) -> int:
        return self.find("account.journal", ["code", "=", code])[0]

    def tax(self, use: str = "sale", at: int = 0) -> int:
        """One of the taxes the world was made with, in their order."""
        return self.find("account.tax", ["type_tax_use", "=", use])[at]

    def group(self, xml_id: str) -> int:
        return self.find("res.groups", ["xml_id", "=", xml_id])[0]

    def currency(self, name: str) -> int:
        return self.find("res.currency", ["name", "=", name])[0]

    def method_line(self, journal: str = "BNK1", way: str = "inbound") -> int:
        domain = (["journal_id.code", "=", journal], ["payment_type", "=", way])
        return self.find("account.payment.method.line", *domain)[0]

    def set_outstanding_accounts(self) -> None:
        """What an owner must set before payments are booked."""
        for way, code in (("inbound", "101403"), ("outbound", "101404")):
            for each in self.find("account.payment.method.line", ["payment_type", "=", way]):
                self.call("account.payment.method.line", "write", [each], {"payment_account_id": self.account(code)})

    def set_rate(self, currency: str, rate: str, on: str) -> None:
        """So many of the currency for one of the company's, from that day."""
        vals = {"currency_id": self.currency(currency), "rate": Decimal(rate), "name": on, "company_id": False}
        self.call("res.currency.rate", "create", vals)
        self.call("res.currency", "write", [self.currency(currency)], {"active": True})

    def lock(self, until: str) -> None:
        """Lock the books up to that day."""
        for each in self.find("res.company"):
            self.call("res.company", "write", [each], {"fiscalyear_lock_date": until})

    @property
    def journal_of_commits(self) -> list[Written]:
        """Every request that changed something, in the order of the commits."""
        return self.service.tables.journal

    def created(self, model: str) -> list[int]:
        """The ids of a model that requests made since the installation, deleted ones too."""
        return [id_ for each in self.journal_of_commits for name, id_ in each.created if name == model]


def posted_name(row: Row) -> tuple[str, int] | None:
    """No two posted entries of a journal share a name."""
    return (row["name"], row["journal_id"]) if row["state"] == "posted" and row["name"] != "/" else None


def models_of(series: str) -> dict[str, type[Model]]:
    """The models of a version."""
    found = [each for module in MODULES for each in module.MODELS]
    return {each.name: each for each in found if float(each.first_series) <= float(series) <= float(each.last_series)}
