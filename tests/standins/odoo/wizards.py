"""The wizards: register a payment, reverse an entry. They keep what they saw when they were made."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo import posting
from tests.standins.odoo.errors import UserError
from tests.standins.odoo.fields import Columns, Row, char, choice, day, flag, many, money, one
from tests.standins.odoo.matching import LINE, MOVE, match
from tests.standins.odoo.methods import Table
from tests.standins.odoo.move_figures import open_lines
from tests.standins.odoo.payments import METHOD_LINE, PAYMENT, post_payment, total_left
from tests.standins.odoo.records import api
from tests.standins.odoo.totals import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.fields import Value
    from tests.standins.odoo.records import Env

REVERSED = {
    "entry": "entry",
    "out_invoice": "out_refund",
    "out_refund": "out_invoice",
    "in_invoice": "in_refund",
    "in_refund": "in_invoice",
    "out_receipt": "out_refund",
    "in_receipt": "in_refund",
}
COPIED = ("name", "display_type", "product_id", "quantity", "price_unit", "discount", "account_id", "sequence")


class Register(Table):
    """Registers a payment for the invoices, or lines, of the context."""

    name = "account.payment.register"
    label = "Pay"
    fields: ClassVar[Columns] = {
        "line_ids": many(LINE),
        "payment_date": day(default=lambda model: model.env.today),
        "communication": char("Memo"),
        "amount": money(),
        "currency_id": one("res.currency"),
        "journal_id": one("account.journal"),
        "payment_method_line_id": one(METHOD_LINE),
        "partner_id": one("res.partner"),
        "payment_type": choice({"inbound": "Inbound", "outbound": "Outbound"}),
        "partner_type": choice({"customer": "Customer", "supplier": "Vendor"}),
        "group_payment": flag(),
        "payment_difference_handling": choice({"open": "Keep open"}, default="open"),
    }

    def shown(self, id_: int) -> str:
        return f"{self.name},{id_}"

    def fresh(self, vals: Row) -> Row:
        found = self._lines(vals)
        rows = [self.env[LINE].row(each) for each in found]
        companies = {self.env.value(MOVE, row["move_id"], "company_id") for row in rows}
        kinds = {self.env.value("account.account", row["account_id"], "account_type") for row in rows}
        if len(companies) > 1:
            raise UserError("You can't create payments for entries belonging to different companies.")
        if len(kinds) > 1:
            raise UserError("You can't register payments for both inbound and outbound moves at the same time.")
        left = total_left(self.env, found)
        way = "inbound" if left > 0 else "outbound"
        kind = "customer" if kinds == {"asset_receivable"} else "supplier"
        vals |= {"line_ids": [(6, 0, found)], "payment_type": way, "partner_type": kind}
        vals["partner_id"] = rows[0]["partner_id"]
        vals["currency_id"] = vals.get("currency_id") or rows[0]["currency_id"]
        vals["amount"] = abs(left) if vals.get("amount") is None else vals["amount"]
        vals.setdefault("group_payment", len({row["move_id"] for row in rows}) == 1)
        return self._with_journal(vals, companies.pop())

    def _lines(self, vals: Row) -> list[int]:
        model, ids = self.env.context.get("active_model"), self.env.context.get("active_ids") or []
        given = vals.get("line_ids")
        if model == MOVE:
            found = [row["id"] for each in ids for row in open_lines(self.env, each)]
        elif model == LINE:
            found = list(ids)
        elif given:
            return [each for command in given for each in (command[2] if command[0] == 6 else [command[1]])]
        else:
            raise UserError(
                "The register payment wizard should only be called on account.move or account.move.line records."
            )
        left = [each for each in found if not self.env[LINE].row(each)["reconciled"]]
        if not left:
            raise UserError(
                "You can't register a payment because there is nothing left to pay on the selected journal items."
            )
        return left

    def _with_journal(self, vals: Row, company: int) -> Row:
        journals = self.env["account.journal"]
        if not vals.get("journal_id"):
            vals["journal_id"] = journals.find([["type", "in", ["bank", "cash"]], ["company_id", "=", company]])[0]
        if not vals.get("payment_method_line_id"):
            name = f"{vals['payment_type']}_payment_method_line_ids"
            vals["payment_method_line_id"] = journals.value(vals["journal_id"], name)[0]
        return vals

    @api("write")
    def action_create_payments(self, ids: Sequence[int]) -> Row:
        wizard = self.row(ids[0])
        together = wizard["group_payment"] or len(wizard["line_ids"]) == 1
        batches = [list(wizard["line_ids"])] if together else [[each] for each in wizard["line_ids"]]
        made = [self._pay(wizard, each, is_only=together) for each in batches]
        told: Row = {"name": "Payments", "type": "ir.actions.act_window", "res_model": PAYMENT}
        told["context"] = {"create": False}
        if len(made) == 1:
            return told | {"view_mode": "form", "res_id": made[0]}
        return told | {"view_mode": "list,form", "domain": [["id", "in", made]]}

    def _pay(self, wizard: Row, batch: list[int], *, is_only: bool) -> int:
        env = self.env
        rows = [env[LINE].row(each) for each in batch]
        moves = list(dict.fromkeys(row["move_id"] for row in rows))
        names = [env[MOVE].row(each)["payment_reference"] or env[MOVE].row(each)["name"] for each in moves]
        amount = wizard["amount"] if is_only else abs(total_left(env, batch))
        kept = ("payment_type", "partner_type", "journal_id", "payment_method_line_id", "currency_id")
        payment = env[PAYMENT].add(
            {name: wizard[name] for name in kept}
            | {"amount": amount, "date": wizard["payment_date"], "partner_id": rows[0]["partner_id"]}
            | {"memo": wizard["communication"] or " ".join(map(str, names)), "invoice_ids": [(6, 0, moves)]}
        )
        post_payment(env, payment)
        move = env[PAYMENT].row(payment)["move_id"]
        for own in open_lines(env, move) if move else []:
            others = [env[LINE].row(each) for each in batch]
            is_posted = {row["id"] for row in others if env.value(MOVE, row["move_id"], "state") == "posted"}
            against = [row["id"] for row in others if row["account_id"] == own["account_id"] and not row["reconciled"]]
            match(env, [own["id"], *(each for each in against if each in is_posted)])
        return payment


class Reversal(Table):
    """Makes credit notes of invoices, or the opposite of entries."""

    name = "account.move.reversal"
    label = "Account Move Reversal"
    fields: ClassVar[Columns] = {
        "move_ids": many(MOVE),
        "new_move_ids": many(MOVE),
        "date": day(default=lambda model: model.env.today),
        "reason": char(),
        "journal_id": one("account.journal", must="a journal is required to reverse"),
        "company_id": one("res.company", related="journal_id.company_id"),
    }

    def shown(self, id_: int) -> str:
        return f"{self.name},{id_}"

    def fresh(self, vals: Row) -> Row:
        if "move_ids" not in vals:
            is_meant = self.env.context.get("active_model") == MOVE
            vals["move_ids"] = [(6, 0, list(self.env.context.get("active_ids") or []) if is_meant else [])]
        return vals

    def settled(self, ids: Sequence[int], names: set[str]) -> None:
        del names
        for wizard in map(self.row, ids):
            if any(self.env[MOVE].row(each)["state"] != "posted" for each in wizard["move_ids"]):
                raise UserError("To reverse a journal entry, it has to be posted first.")

    @api("write")
    def refund_moves(self, ids: Sequence[int]) -> Row:
        return self._told(self._reverse(ids[0]))

    @api("write")
    def modify_moves(self, ids: Sequence[int]) -> Row:
        """Posts the reversal and makes a new draft like the original."""
        made = self._reverse(ids[0])
        posting.post(self.env, made)
        copies = [_copy(self.env, each, {}) for each in self.row(ids[0])["move_ids"]]
        self.set(ids[0], new_move_ids=tuple(copies))
        return self._told(copies)

    def _reverse(self, id_: int) -> list[int]:
        wizard, made = self.row(id_), []
        for each in wizard["move_ids"]:
            move = self.env[MOVE].row(each)
            reason = f", {wizard['reason']}" if wizard["reason"] else ""
            vals = {"ref": f"Reversal of: {move['name']}{reason}", "reversed_entry_id": each, "date": wizard["date"]}
            vals |= {"move_type": REVERSED[move["move_type"]], "journal_id": wizard["journal_id"]}
            if move["move_type"] != "entry":
                vals |= {"invoice_date": wizard["date"], "invoice_date_due": wizard["date"]}
            made.append(_copy(self.env, each, vals))
        self.set(id_, new_move_ids=tuple(made))
        return made

    def _told(self, made: list[int]) -> Row:
        told: Row = {"name": "Reverse Moves", "type": "ir.actions.act_window", "res_model": MOVE}
        if len(made) > 1:
            return told | {"view_mode": "list,form", "domain": [["id", "in", made]]}
        kind = self.env[MOVE].row(made[0])["move_type"]
        return told | {"view_mode": "form", "res_id": made[0], "context": {"default_move_type": kind}}


def _copy(env: Env, id_: int, changed: Row) -> int:
    """A new draft with the same lines; those of an entry turned round when it is a reversal."""
    move = env[MOVE].row(id_)
    vals: Row = {name: move[name] for name in ("move_type", "journal_id", "partner_id", "currency_id", "narration")}
    vals["invoice_payment_term_id"] = False
    if move["move_type"] == "entry":
        way = Decimal(-1 if changed.get("reversed_entry_id") else 1)
        names = ("account_id", "partner_id", "name", "currency_id")
        rows = [
            {name: row[name] for name in names}
            | {"balance": way * row["balance"], "amount_currency": way * row["amount_currency"]}
            for row in lines(env, id_)
        ]
        return env[MOVE].add(vals | changed | {"line_ids": [(0, 0, row) for row in rows]})
    own: list[Value] = [
        (0, 0, {name: row[name] for name in COPIED} | {"tax_ids": [(6, 0, list(row["tax_ids"]))]})
        for row in lines(env, id_, "product", "line_section", "line_note")
    ]
    return env[MOVE].add(vals | changed | {"invoice_line_ids": own})


MODELS: tuple[type[Table], ...] = (Register, Reversal)
