"""A client of the stand-in as plain as can be, and scenes to ask about: partners, invoices, payments."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.standins.odoo.world import DATABASE, KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standins.odoo.fields import Row, Value
    from tests.standins.odoo.world import Odoo

PATIENCE_S = 30.0
JSON = {"Content-Type": "application/json"}
INVOICE_COLUMNS = ["id", "move_type", "partner_id/.id", "ref", "invoice_date"]
LINE_COLUMNS = ["invoice_line_ids/name", "invoice_line_ids/quantity", "invoice_line_ids/price_unit"]


@dataclass(frozen=True, slots=True)
class Client:
    """Speaks as a user with a key. `ask` gives the whole answer, `get` its result."""

    odoo: Odoo
    login: str = "bookkeeper"
    key: str = ""

    @property
    def secret(self) -> str:
        return self.key or KEYS[self.login]

    def send(
        self, path: str, body: bytes, headers: Mapping[str, str] = JSON, timeout_s: float = PATIENCE_S
    ) -> tuple[int, str, bytes]:
        """(Status, media type, body); with no body it is a GET. Raises what a client meets."""
        line = http.client.HTTPConnection("127.0.0.1", self.odoo.server.port, timeout=timeout_s)
        try:
            line.request("POST" if body else "GET", path, body or None, dict(headers))
            answer = line.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read()
        finally:
            line.close()

    def rpc(self, service: str, method: str, *args: Value, timeout_s: float = PATIENCE_S) -> Row:
        """One JSON-RPC call of a service."""
        params = {"service": service, "method": method, "args": list(args)}
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 11}
        _, _, content = self.send("/jsonrpc", json.dumps(body).encode(), timeout_s=timeout_s)
        found: Row = json.loads(content)
        return found

    def ask(self, model: str, method: str, *args: Value, timeout_s: float = PATIENCE_S, **named: Value) -> Row:
        words = (DATABASE, self.odoo.uid(self.login), self.secret, model, method, list(args), named)
        return self.rpc("object", "execute_kw", *words, timeout_s=timeout_s)

    def get(self, model: str, method: str, *args: Value, **named: Value) -> Value:
        answer = self.ask(model, method, *args, **named)
        assert "error" not in answer, answer["error"]["data"]["message"]
        return answer.get("result")

    def refused(self, model: str, method: str, *args: Value, **named: Value) -> tuple[str, str]:
        """(Name, message) of the error."""
        data = self.ask(model, method, *args, **named)["error"]["data"]
        return data["name"], data["message"]

    def plain(self, model: str, method: str, body: Row, headers: Mapping[str, str] | None = None) -> tuple[int, Value]:
        """One JSON-2 call: (status, what it says)."""
        own = {"Authorization": f"bearer {self.secret}", "X-Odoo-Database": DATABASE} if headers is None else headers
        status, _, content = self.send(f"/json/2/{model}/{method}", json.dumps(body).encode(), JSON | dict(own))
        return status, json.loads(content)

    # ---- scenes ----

    def partner(self, name: str = "Paper Mill") -> int:
        found: int = self.get("res.partner", "create", {"name": name, "is_company": True, "customer_rank": 1})
        return found

    def draft(self, *prices: float, taxes: tuple[int, ...] = (), kind: str = "out_invoice", **more: Value) -> int:
        """An invoice that is not posted, with one line for each price."""
        items = [
            [0, 0, {"name": "Work", "quantity": 1, "price_unit": price, "tax_ids": [[6, 0, list(taxes)]]}]
            for price in prices
        ]
        vals = {"move_type": kind, "invoice_date": "2026-11-20", "ref": "T-1", "invoice_line_ids": items} | more
        found: int = self.get("account.move", "create", {"partner_id": more.get("partner_id") or self.partner()} | vals)
        return found

    def posted(self, *prices: float, **more: Value) -> int:
        """An invoice that is posted."""
        found = self.draft(*prices, **more)
        self.get("account.move", "action_post", [found])
        return found

    def wizard(self, *invoices: int, **more: Value) -> int:
        """A wizard to register a payment, not run yet."""
        context = {"active_model": "account.move", "active_ids": list(invoices)}
        found: int = self.get("account.payment.register", "create", more, context=context)
        return found

    def pay(self, wizard: int) -> Row:
        found: Row = self.get("account.payment.register", "action_create_payments", [wizard])
        return found

    def payment(self, partner: int, amount: float, key: str = "x.pay_1") -> int:
        """A posted payment of a customer, loaded with an external id."""
        columns = ["id", "payment_type", "partner_type", "partner_id/.id", "amount", "date", "journal_id/.id"]
        columns += ["payment_method_line_id/.id", "memo"]
        row = [key, "inbound", "customer", partner, amount, "2026-11-21", self.odoo.journal("BNK1")]
        loaded = self.get("account.payment", "load", columns, [[*row, self.odoo.method_line(), "T-1"]])
        self.get("account.payment", "action_post", loaded["ids"])
        found: int = loaded["ids"][0]
        return found

    def partner_line(self, move: int) -> int:
        """The line of a move that is owed, or was paid."""
        domain = [["move_id", "=", move], ["account_type", "in", ["asset_receivable", "liability_payable"]]]
        found: list[int] = self.get("account.move.line", "search", domain)
        return found[0]

    def read(self, model: str, id_: int, *names: str) -> Row:
        found: Row = self.get(model, "read", [id_], list(names))[0]
        return found

    def load_invoice(
        self,
        partner: int,
        *,
        key: str = "x.inv_1",
        kind: str = "out_invoice",
        has_keys: bool = True,
        timeout_s: float = PATIENCE_S,
    ) -> Row:
        """An invoice of two lines by `load`, the lines with external ids or without."""
        columns = [*INVOICE_COLUMNS, *(["invoice_line_ids/id"] if has_keys else []), *LINE_COLUMNS]
        rows: list[list[Value]] = [[key, kind, partner, "T-2", "2026-11-20"], ["", "", "", "", ""]]
        items: list[list[Value]] = [["Retainer", 1, 810.0], ["Extras", 3, 30.5]]
        for at, (row, item) in enumerate(zip(rows, items, strict=True), 1):
            row.extend([f"{key}_l{at}", *item] if has_keys else item)
        found: Row = self.ask("account.move", "load", columns, rows, timeout_s=timeout_s)["result"]
        return found
