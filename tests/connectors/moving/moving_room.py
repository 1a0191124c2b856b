"""An owner who has both: a ledger in which some story was played, and an empty Odoo that is set up for it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from agents.connectors.ledger.figure_reader import read_figures
from agents.connectors.moving import Both
from tests.connectors.books_hand import perform
from tests.connectors.ledger.ledger_room import LedgerRoom
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from agents.connectors.book_figures import BookReports
    from agents.connectors.books_connector import BooksConnector
    from tests.connectors.books_story import Order


DOCUMENTS = {"INV": ("out_invoice", "out_refund"), "BILL": ("in_invoice",)}


class MovingRoom:
    """Both books of one owner; orders go to the ledger."""

    def __init__(self, folder: Path, story: Iterable[tuple[str, Order]] = ()) -> None:
        self.room = LedgerRoom(folder)
        self.there = OdooRoom()
        self.there.odoo.call(
            "account.account", "create", {"code": "303000", "name": "Opening Balances", "account_type": "equity"}
        )
        self.there.read_chart()
        perform(self, story)

    @property
    def both(self) -> Both:
        return Both(self.room.vault, self.room.state, self.there.records, self.there.chart, self.room.clock)

    def open(self) -> BooksConnector:
        return self.room.open()

    def set_day(self, today: date) -> None:
        moment = datetime.combine(today, time(12), UTC)
        self.room.clock.set(moment)
        self.there.odoo.clock.set(moment)

    def number(self, ledger_number: str) -> str:
        return ledger_number

    def reports(self) -> BookReports:
        assert self.room.stock()[1] == []
        return read_figures(self.room.vault, self.room.state)


class Continued:
    """The same owner once their books are in Odoo: orders go there. `last`: the numbers that the ledger gave last."""

    def __init__(self, room: MovingRoom, last: dict[str, int]) -> None:
        self.room = room
        self.there = room.there
        self._last = last

    def open(self) -> BooksConnector:
        return self.there.open()

    def set_day(self, today: date) -> None:
        self.room.set_day(today)

    def number(self, ledger_number: str) -> str:
        """What was moved keeps its number; what came since is numbered by Odoo."""
        kind, _, at = ledger_number.split("-")
        if int(at) <= self._last[kind]:
            return ledger_number
        domain = (["move_type", "in", [*DOCUMENTS[kind]]], ["state", "=", "posted"], ["invoice_origin", "=", False])
        made = sorted(self.there.odoo.find("account.move", *domain))
        return str(self.there.odoo.row("account.move", made[int(at) - self._last[kind] - 1], "name")["name"])

    def reports(self) -> BookReports:
        return self.there.reports()
