"""Payments. Without an outstanding account on the method's line, nothing is booked: pitfall 1 of the record."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo import posting
from tests.standins.odoo.accounts import OPEN_ITEMS
from tests.standins.odoo.base import in_company, rate_at
from tests.standins.odoo.errors import UserError, broken_rule
from tests.standins.odoo.fields import Columns, Row, Value, char, choice, day, flag, many, money, one
from tests.standins.odoo.matching import LINE, MOVE, SIDES, partials_of, unmatch
from tests.standins.odoo.methods import Table
from tests.standins.odoo.move_figures import payment_state
from tests.standins.odoo.records import api
from tests.standins.odoo.totals import account_of, lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.standins.odoo.records import Env, Model

PAYMENT, METHOD_LINE = "account.payment", "account.payment.method.line"
STATES = {"draft": "Draft", "in_process": "In Process", "paid": "Paid", "canceled": "Canceled", "rejected": "Rejected"}
BOOKED = {"amount", "date", "partner_id", "journal_id", "payment_type", "partner_type", "currency_id"}


def _outstanding(model: Model, id_: int) -> int | bool:
    row = model.row(id_)
    if row["move_id"]:
        own = [each for each in lines(model.env, row["move_id"]) if not _is_open(model.env, each)]
        return int(own[0]["account_id"])
    return _set_account(model.env, row)


def _set_account(env: Env, row: Row) -> int | bool:
    found: int | bool = env.value(METHOD_LINE, row["payment_method_line_id"], "payment_account_id")
    return found


def _is_open(env: Env, line: Row) -> bool:
    return env.value("account.account", line["account_id"], "account_type") in OPEN_ITEMS


def _is_done(model: Model, id_: int, *, on_partner: bool) -> bool:
    """Nothing is left on the partner's side, or on the side of the money."""
    move = model.row(id_)["move_id"]
    if not move:
        return not on_partner and model.row(id_)["state"] in {"in_process", "paid"}
    rows = [each for each in lines(model.env, move) if _is_open(model.env, each) is on_partner]
    return not any(row["amount_residual"] for row in rows)


def _documents(model: Model, id_: int, begins: str) -> tuple[int, ...]:
    """Invoices or bills it was registered for, or is matched with."""
    env, found = model.env, list(model.row(id_)["invoice_ids"])
    own = [row["id"] for row in lines(env, model.row(id_)["move_id"])] if model.row(id_)["move_id"] else []
    others = {partial[side] for partial in partials_of(env, own) for side in SIDES} - set(own)
    if own:
        found = [env[LINE].row(each)["move_id"] for each in sorted(others)]
    return tuple(dict.fromkeys(each for each in found if env[MOVE].row(each)["move_type"].startswith(begins)))


class Payment(Table):
    """Money that came or went. `amount` is positive, in `currency_id`."""

    name = PAYMENT
    label = "Payments"
    order = "date desc, name desc"
    fields: ClassVar[Columns] = {
        "name": char("Number"),
        "state": choice(STATES, default="draft"),
        "payment_type": choice({"outbound": "Send", "inbound": "Receive"}, "Payment Type", default="inbound"),
        "partner_type": choice({"customer": "Customer", "supplier": "Vendor"}, "Partner Type", default="customer"),
        "partner_id": one("res.partner", "Customer/Vendor"),
        "amount": money("Amount"),
        "currency_id": one("res.currency"),
        "date": day("Date", default=lambda model: model.env.today),
        "journal_id": one("account.journal", "Journal"),
        "company_id": one("res.company", related="journal_id.company_id"),
        "payment_method_line_id": one(METHOD_LINE, "Payment Method"),
        "payment_method_id": one("account.payment.method", related="payment_method_line_id.payment_method_id"),
        "memo": char("Memo"),
        "payment_reference": char(),
        "move_id": one(MOVE, "Journal Entry"),
        "invoice_ids": many(MOVE, "Invoices"),
        "outstanding_account_id": one("account.account", compute=_outstanding),
        "destination_account_id": one(
            "account.account", compute=lambda model, id_: partner_account(model.env, model.row(id_))
        ),
        "is_reconciled": flag(compute=lambda model, id_: _is_done(model, id_, on_partner=True)),
        "is_matched": flag(compute=lambda model, id_: _is_done(model, id_, on_partner=False)),
        "reconciled_invoice_ids": many(MOVE, compute=lambda model, id_: _documents(model, id_, "out_")),
        "reconciled_bill_ids": many(MOVE, compute=lambda model, id_: _documents(model, id_, "in_")),
        "is_sent": flag(),
    }

    def shown(self, id_: int) -> str:
        return str(self.row(id_)["name"] or "Draft Payment")

    def fresh(self, vals: Row) -> Row:
        journals = self.env["account.journal"]
        if not vals.get("journal_id"):
            domain = [["type", "in", ["bank", "cash"]], ["company_id", "=", self.env.company]]
            vals["journal_id"] = journals.find(domain)[0]
        own = self.env.value("account.journal", vals["journal_id"], "company_id.currency_id")
        vals["currency_id"] = vals.get("currency_id") or journals.row(vals["journal_id"])["currency_id"] or own
        if not vals.get("payment_method_line_id"):
            way = vals.get("payment_type", "inbound")
            found = journals.value(vals["journal_id"], f"{way}_payment_method_line_ids")
            vals["payment_method_line_id"] = found[0] if found else False
        return vals

    def settled(self, ids: Sequence[int], names: set[str]) -> None:
        del names
        if any(self.row(each)["amount"] < 0 for each in ids):
            raise broken_rule("The payment amount cannot be negative.")

    def before_write(self, ids: Sequence[int], vals: Row) -> Row:
        vals = self.differing(ids, vals)
        if not BOOKED.isdisjoint(vals) and any(self.row(each)["state"] != "draft" for each in ids):
            raise UserError("You cannot modify a payment that is not a draft. Reset it to draft first.")
        return vals

    def before_unlink(self, ids: Sequence[int]) -> None:
        if any(self.row(each)["state"] != "draft" for each in ids):
            raise UserError("You cannot delete a payment that is not a draft.")
        for each in ids:
            if self.row(each)["move_id"]:
                self.env[MOVE].remove([self.row(each)["move_id"]])

    @api("write")
    def action_post(self, ids: Sequence[Value]) -> None:
        for each in ids:
            if each and self.row(each)["state"] in {"draft", "in_process"}:
                post_payment(self.env, each)

    @api("write")
    def action_draft(self, ids: Sequence[int]) -> None:
        self._leave(ids, "draft")

    @api("write")
    def action_cancel(self, ids: Sequence[int]) -> None:
        self._leave(ids, "canceled")

    def _leave(self, ids: Sequence[int], state: str) -> None:
        for each in ids:
            move = self.row(each)["move_id"]
            if move:
                unmatch(self.env, self.env[MOVE].value(move, "line_ids"))
                self.env[MOVE].set(move, state="draft" if state == "draft" else "cancel")
            self.set(each, state=state)


def partner_account(env: Env, row: Row) -> int:
    """What customers owe, or what vendors are owed."""
    kind = "asset_receivable" if row["partner_type"] == "customer" else "liability_payable"
    return account_of(env, kind, env.value("account.journal", row["journal_id"], "company_id"))


def post_payment(env: Env, id_: int) -> None:
    """Book it when there is an account for money on its way; without one it only gets a number."""
    row = env[PAYMENT].row(id_)
    if not row["payment_method_line_id"]:
        raise UserError("Please define a payment method line on your payment.")
    if _set_account(env, row) and not row["move_id"]:
        _book(env, row)
    row = env[PAYMENT].row(id_)
    if row["move_id"]:
        if env[MOVE].row(row["move_id"])["state"] == "draft":
            posting.post(env, [row["move_id"]])
        env[PAYMENT].set(id_, name=env[MOVE].row(row["move_id"])["name"], state="in_process")
        return
    name = row["name"] or f"PAY{_unbooked(env) + 1:05}"
    is_paid = bool(row["invoice_ids"])
    env[PAYMENT].set(id_, name=name, state="in_process")
    if is_paid and all(payment_state(env, each) == "paid" for each in row["invoice_ids"]):
        env[PAYMENT].set(id_, state="paid")


def _unbooked(env: Env) -> int:
    names = (str(row["name"] or "") for row in env.tx.table(PAYMENT).values())
    return max((int(name.removeprefix("PAY")) for name in names if name.startswith("PAY")), default=0)


def _book(env: Env, row: Row) -> None:
    way = 1 if row["payment_type"] == "inbound" else -1
    company = env.value("account.journal", row["journal_id"], "company_id")
    rate = rate_at(env, row["currency_id"], row["date"])
    balance = way * in_company(env, row["amount"], row["currency_id"], company, rate)
    common = {"partner_id": row["partner_id"], "name": row["memo"], "currency_id": row["currency_id"]}
    common["date_maturity"] = row["date"]
    ends = ((_set_account(env, row), 1), (partner_account(env, row), -1))
    sides = [
        common | {"account_id": account, "balance": sign * balance, "amount_currency": sign * way * row["amount"]}
        for account, sign in ends
    ]
    vals = {"move_type": "entry", "journal_id": row["journal_id"], "date": row["date"], "ref": row["memo"]}
    vals |= {"partner_id": row["partner_id"], "currency_id": row["currency_id"], "origin_payment_id": row["id"]}
    move = env[MOVE].add(vals | {"line_ids": [(0, 0, each) for each in sides]})
    env[PAYMENT].set(row["id"], move_id=move)


def total_left(env: Env, ids: Iterable[int]) -> Decimal:
    """What is left of lines, in their currency; positive to receive."""
    return sum((env[LINE].row(each)["amount_residual_currency"] for each in ids), Decimal(0))


MODELS: tuple[type[Table], ...] = (Payment,)
