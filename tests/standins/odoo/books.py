"""A world with short words for what a bookkeeper does there, past the doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.standins.odoo.errors import OdooError
from tests.standins.odoo.matching import LINE, MOVE
from tests.standins.odoo.world import Odoo

if TYPE_CHECKING:
    from tests.standins.odoo.fields import Value

PAYMENT, STATEMENT = "account.payment", "account.bank.statement.line"


class Books(Odoo):
    """The customer of everything is the Mill."""

    def invoice(self, *prices: float, kind: str = "out_invoice", post: bool = True, **more: Value) -> int:
        items = [[0, 0, {"name": "x", "price_unit": each}] for each in prices]
        vals = {"move_type": kind, "partner_id": self.mill(), "invoice_date": "2026-11-20", "invoice_line_ids": items}
        found = int(self.call(MOVE, "create", vals | more))
        if post:
            self.call(MOVE, "action_post", [found])
        return found

    def mill(self) -> int:
        found = self.find("res.partner", ["name", "=", "Mill"])
        return found[0] if found else int(self.call("res.partner", "create", {"name": "Mill"}))

    def entry(self, *sides: tuple[str, float], post: bool = True) -> int:
        lines = [[0, 0, {"account_id": self.account(code), "balance": amount}] for code, amount in sides]
        found = int(self.call(MOVE, "create", {"date": "2026-11-20", "line_ids": lines}))
        if post:
            self.call(MOVE, "action_post", [found])
        return found

    def bank_line(self, amount: float = 40.0) -> int:
        vals = {"journal_id": self.journal("BNK1"), "date": "2026-11-20", "payment_ref": "in", "amount": amount}
        return int(self.call(STATEMENT, "create", vals))

    def payment(self, amount: float = 40.0, **more: Value) -> int:
        found = int(self.call(PAYMENT, "create", {"partner_id": self.mill(), "amount": amount, "memo": "m"} | more))
        self.call(PAYMENT, "action_post", [found])
        return found

    def line(self, move: int, code: str) -> int:
        return self.find(LINE, ["move_id", "=", move], ["account_id.code", "=", code])[0]

    def state(self, move: int) -> tuple[Value, ...]:
        row = self.row(MOVE, move, "state", "payment_state", "amount_residual")
        return row["state"], row["payment_state"], row["amount_residual"]

    def refused(self, model: str, method: str, *args: Value, **more: Value) -> str:
        with pytest.raises(OdooError) as met:
            self.call(model, method, *args, **more)
        return met.value.message
