"""The wizard that makes the official PDF of an invoice and marks it as sent. It sends no mail."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo import wire
from tests.standins.odoo.errors import UserError
from tests.standins.odoo.fields import Columns, Field, Row, one
from tests.standins.odoo.matching import MOVE
from tests.standins.odoo.methods import Table
from tests.standins.odoo.records import api
from tests.standins.odoo.totals import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.records import Env


class Send(Table):
    """`sending_methods`: only ['manual'] is modelled."""

    name = "account.move.send.wizard"
    label = "Account Move Send Wizard"
    fields: ClassVar[Columns] = {
        "move_id": one(MOVE),
        "company_id": one("res.company", related="move_id.company_id"),
        "sending_methods": Field(kind="json", default=lambda _: ["manual"]),
    }

    def shown(self, id_: int) -> str:
        return f"{self.name},{id_}"

    @api("write")
    def action_send_and_print(self, ids: Sequence[int]) -> Row:
        move = self.env[MOVE].row(self.row(ids[0])["move_id"])
        if move["state"] != "posted":
            raise UserError("You can't Print & Send invoices that are not posted.")
        if self.row(ids[0])["sending_methods"] != ["manual"]:
            raise UserError("This stand-in sends no mail.")
        attachment = move["invoice_pdf_report_id"] or self._print(move)
        self.env[MOVE].set(move["id"], invoice_pdf_report_id=attachment, is_move_sent=True)
        url = f"/account/download_invoice_attachments/{attachment}"
        return {"type": "ir.actions.act_url", "url": url, "close": True}

    def _print(self, move: Row) -> int:
        content = wire.pdf(str(move["name"]), described(self.env, move))
        name = f"{str(move['name']).replace('/', '_')}.pdf"
        vals = {"name": name, "mimetype": "application/pdf", "res_model": MOVE, "res_id": move["id"]}
        datas = base64.b64encode(content).decode()
        return self.env["ir.attachment"].add(vals | {"res_field": "invoice_pdf_report_file", "datas": datas})


def described(env: Env, move: Row) -> list[str]:
    """What stands on the paper."""
    partner = env["res.partner"].shown(move["partner_id"]) if move["partner_id"] else ""
    currency = env["res.currency"].shown(move["currency_id"])
    items = [f"{row['name']}  {row['quantity']:f} x {row['price_unit']:f}" for row in lines(env, move["id"], "product")]
    total = env.value(MOVE, move["id"], "amount_total")
    return [partner, f"Date {move['invoice_date']}", *items, f"Total {currency} {total:.2f}"]


MODELS: tuple[type[Table], ...] = (Send,)
