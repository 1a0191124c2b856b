"""An Odoo in which others work too, and what watches it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.invoice_orders import InvoiceCreate, InvoiceLine
from agents.connectors.odoo.changes import Changes
from agents.connectors.odoo.reader import position_from, seen_from
from agents.errors import NeedsOwner
from tests.clock import NOON
from tests.connectors.books_hand import key_of
from tests.connectors.odoo.odoo_room import OdooRoom
from watchers.contract import Sweep, WatcherContext
from watchers.intake import Intake
from watchers.odoo_watcher import OdooWatcher, open_watcher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.odoo.reader import Look
    from tests.autonomy.house import House
    from watchers.contract import Watcher

PATIENCE_S, EVERY_S = 60.0, 300.0
INVOICE = InvoiceCreate(
    customer="Northwind",
    lines=(InvoiceLine(text="work", quantity=Decimal(1), price=Decimal(1000), tax=Decimal(19)),),
    currency="EUR",
    due_days=14,
)


@dataclass
class Office:
    """An Odoo in which others work too, and everything that watches it.

    No `database`: none is connected. `position`: what is taken for the kept one, if anything.
    """

    house: House
    room: OdooRoom = field(default_factory=OdooRoom)
    database: str = "one"
    position: str = ""
    is_kept: bool = True
    wake: threading.Event = field(default_factory=threading.Event)
    now: datetime = NOON

    @property
    def name(self) -> str:
        """As the source of the connector."""
        if not self.database:
            raise NeedsOwner("no Odoo is connected", hint="Connect it.")
        return self.database

    def look(self, before: str | None, known: Mapping[int, str]) -> Look:
        """As the source of the connector."""
        changes = Changes(self.room.records, self.room.odoo.uid())
        position = None if before is None else position_from(self.position or before)
        return changes.look(position, {number: seen_from(kept) for number, kept in known.items()})

    def watcher(self) -> OdooWatcher:
        """A watcher as a fresh process makes it."""
        return open_watcher(
            WatcherContext(
                root=self.house.vault,
                quiet_s=0,
                journal=self.house.journal,
                wake=self.wake,
                odoo=lambda: self if self.is_kept else None,
                odoo_every_s=EVERY_S,
            )
        )

    def scan(self, watcher: Watcher, now: datetime) -> Sweep:
        """Scans until Odoo has answered what it is asked."""
        while True:
            self.wake.clear()
            sweep = watcher.scan(now)
            if sweep.unsettled_s is None:
                return sweep
            assert self.wake.wait(PATIENCE_S)
            for each in threading.enumerate():
                if each.name == "odoo":
                    each.join(PATIENCE_S)

    def file(self, sweep: Sweep) -> None:
        """What the runner does with a sweep."""
        Intake(self.house.recorder, self.house.blobs).take_in(sweep)

    def told(self) -> list[str]:
        """What a fresh process tells now, once it is filed."""
        self.now += timedelta(seconds=EVERY_S)
        sweep = self.scan(self.watcher(), self.now)
        self.file(sweep)
        return [each.text for each in sweep.events]

    def alerts(self) -> list[str]:
        """The titles of the alerts."""
        notes = sorted((self.house.vault / "Needs_Action").glob("*alert*.md"))
        return [line[2:] for each in notes for line in each.read_text().splitlines() if line.startswith("# ")]

    def write(self, kind: str, **more: object) -> int:
        """A document that somebody else writes: 119.00 in all, due in a month; a draft."""
        odoo = self.room.odoo
        found = odoo.find("res.partner", ["name", "=", "Initech"])
        partner = found[0] if found else odoo.call("res.partner", "create", {"name": "Initech"})
        use = "sale" if kind.startswith("out_") else "purchase"
        line = [0, 0, {"name": "work", "price_unit": 100, "tax_ids": [[6, 0, [odoo.tax(use)]]]}]
        vals = {"move_type": kind, "partner_id": partner, "invoice_line_ids": [line], "invoice_date": "2026-11-20"}
        made: int = odoo.call("account.move", "create", vals | {"invoice_date_due": "2026-12-20"} | more, login="admin")
        return made

    def issue(self, number: int = 1) -> str:
        """An invoice of ours over 1,190.00."""
        return self.room.open().execute(INVOICE, key_of(number), {}).provider_id

    def move(self, name: str) -> int:
        """The number of a document."""
        (found,) = self.room.odoo.find("account.move", ["name", "=", name])
        return found

    def pay(self, move: int, amount: int = 0) -> None:
        """Somebody else registers a payment of all of it, or so much."""
        odoo = self.room.odoo
        context = {"active_model": "account.move", "active_ids": [move]}
        vals = {"journal_id": odoo.journal("BNK1")} | ({"amount": amount} if amount else {})
        wizard = odoo.call("account.payment.register", "create", vals, login="admin", context=context)
        odoo.call("account.payment.register", "action_create_payments", [wizard], login="admin", context=context)

    def unpay(self, move: int) -> None:
        """Somebody else takes back what was matched with it."""
        odoo = self.room.odoo
        lines = odoo.find("account.move.line", ["move_id", "=", move], ["account_type", "=", "asset_receivable"])
        odoo.call("account.move.line", "remove_move_reconcile", lines, login="admin")
