"""Lines of entries and invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo.base import in_company, rate_at
from tests.standins.odoo.errors import UserError, broken_rule
from tests.standins.odoo.fields import Columns, Field, Row, char, choice, day, flag, many, money, number, one
from tests.standins.odoo.matching import MOVE, partials_of, reconcile, refresh, unmatch
from tests.standins.odoo.methods import Table
from tests.standins.odoo.numbers import SALES
from tests.standins.odoo.records import api
from tests.standins.odoo.totals import book, check_balance, sync

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.records import Model

OWN = ("product", "line_section", "line_note")
FIGURES = {"debit", "credit", "balance", "amount_currency", "quantity", "price_unit", "discount", "tax_ids"}
POSTED_LINE = (
    "You can't delete a posted journal item. Don’t play games with your accounting records; reset the journal entry to "
    "draft before deleting it."
)
NO_ACCOUNT = "account_move_line_check_accountable_required_fields"
KINDS = {
    "product": "Product",
    "tax": "Tax",
    "payment_term": "Payment Term",
    "line_section": "Section",
    "line_note": "Note",
    "rounding": "Rounding",
}


def _others(mine: str, other: str, model: Model, id_: int) -> tuple[int, ...]:
    return tuple(each["id"] for each in partials_of(model.env, [id_]) if each[mine] == id_ and each[other])


class Line(Table):
    """An amount on an account. Debits are positive in `balance`; `amount_currency` is in `currency_id`."""

    name = "account.move.line"
    label = "Journal Item"
    order = "date desc, move_name desc, id"
    fields: ClassVar[Columns] = {
        "move_id": one("account.move", "Journal Entry"),
        "move_name": char(related="move_id.name"),
        "move_type": char(related="move_id.move_type"),
        "parent_state": choice({"draft": "Draft", "posted": "Posted", "cancel": "Cancelled"}, related="move_id.state"),
        "date": day(related="move_id.date"),
        "invoice_date": day(related="move_id.invoice_date"),
        "ref": char(related="move_id.ref"),
        "journal_id": one("account.journal", related="move_id.journal_id"),
        "company_id": one("res.company", related="move_id.company_id"),
        "company_currency_id": one("res.currency", related="move_id.company_currency_id"),
        "statement_line_id": one("account.bank.statement.line", related="move_id.statement_line_id"),
        "payment_id": one("account.payment", related="move_id.origin_payment_id"),
        "account_id": one("account.account", "Account"),
        "account_type": char("Internal Type", related="account_id.account_type"),
        "partner_id": one("res.partner", "Partner"),
        "name": char("Label"),
        "display_type": choice(KINDS, default="product"),
        "sequence": Field(kind="integer", default=100),
        "product_id": one("product.product", "Product"),
        "quantity": Field(kind="float", label="Quantity", default=Decimal(1)),
        "price_unit": Field(kind="float", label="Unit Price"),
        "discount": Field(kind="float", label="Discount (%)"),
        "tax_ids": many("account.tax", "Taxes"),
        "tax_line_id": one("account.tax"),
        "tax_repartition_line_id": one("account.tax.repartition.line"),
        "price_subtotal": money("Subtotal"),
        "price_total": money("Total"),
        "debit": money(),
        "credit": money(),
        "balance": money(),
        "amount_currency": money(),
        "currency_id": one("res.currency"),
        "amount_residual": money(),
        "amount_residual_currency": money(),
        "reconciled": flag(),
        "date_maturity": day("Due Date"),
        "full_reconcile_id": one("account.full.reconcile"),
        "matching_number": char(
            compute=lambda model, id_: (
                str(model.value(id_, "full_reconcile_id") or "") or ("P" if partials_of(model.env, [id_]) else False)
            )
        ),
        "matched_debit_ids": many(
            "account.partial.reconcile",
            compute=lambda model, id_: _others("credit_move_id", "debit_move_id", model, id_),
        ),
        "matched_credit_ids": many(
            "account.partial.reconcile",
            compute=lambda model, id_: _others("debit_move_id", "credit_move_id", model, id_),
        ),
    }

    def shown(self, id_: int) -> str:
        row = self.row(id_)
        return " ".join(str(each) for each in (self.env.value(MOVE, row["move_id"], "name"), row["name"]) if each)

    def fresh(self, vals: Row) -> Row:
        move = self.env[MOVE].row(vals["move_id"])
        if move["state"] == "posted":
            raise UserError("You cannot add/modify entries of a posted journal entry. Reset it to draft first.")
        vals.setdefault("currency_id", move["currency_id"])
        vals.setdefault("partner_id", move["partner_id"])
        if share := vals.get("tax_repartition_line_id"):
            tax = self.env.value("account.tax.repartition.line", share, "tax_id")
            return vals | {"display_type": "tax", "tax_line_id": tax}
        if vals.get("display_type", "product") != "product":
            return vals
        if vals.get("product_id"):
            self._from_product(vals, is_sale=move["move_type"] in SALES)
        if move["move_type"] != "entry":
            vals["account_id"] = vals.get("account_id") or self.env.value(
                MOVE, move["id"], "journal_id.default_account_id"
            )
        if not vals.get("account_id"):
            raise broken_rule(
                "Missing required account on accountable line.",
                f'new row for relation "account_move_line" violates check constraint "{NO_ACCOUNT}"\n',
            )
        return vals | self._sides(vals, move) if move["move_type"] == "entry" else vals

    def _from_product(self, vals: Row, *, is_sale: bool) -> None:
        product = self.env["product.product"].row(vals["product_id"])
        taxes = product["taxes_id" if is_sale else "supplier_taxes_id"]
        vals.setdefault("tax_ids", [(6, 0, list(taxes))])
        vals.setdefault("price_unit", product["lst_price" if is_sale else "standard_price"])
        vals.setdefault("name", product["name"])

    def _sides(self, vals: Row, move: Row) -> Row:
        """Balance and amounts from whichever of them was given."""
        currency, own = vals["currency_id"], self.env.value(MOVE, move["id"], "company_currency_id")
        if FIGURES.isdisjoint(vals):
            return {}
        rate = rate_at(self.env, currency, move["date"])
        if {"debit", "credit"} & vals.keys():
            balance = number(vals.get("debit")) - number(vals.get("credit"))
        elif "balance" in vals:
            balance = number(vals["balance"])
        else:
            balance = in_company(self.env, number(vals.get("amount_currency")), currency, move["company_id"], rate)
        amount = number(vals["amount_currency"]) if "amount_currency" in vals and currency != own else balance
        if currency != own and "amount_currency" not in vals:
            amount = balance * rate
        zero = Decimal(0)
        return {
            "debit": max(balance, zero),
            "credit": max(-balance, zero),
            "balance": balance,
            "amount_currency": amount,
        }

    def before_write(self, ids: Sequence[int], vals: Row) -> Row:
        for each in ids:
            move = self.env[MOVE].row(self.row(each)["move_id"])
            if move["state"] == "posted" and not FIGURES.isdisjoint(vals):
                raise UserError("You cannot do this modification on a posted journal entry. Reset it to draft first.")
            if "account_id" in vals and partials_of(self.env, [each]):
                raise UserError("You cannot do this modification on a reconciled journal entry.")
            if move["move_type"] == "entry" and not FIGURES.isdisjoint(vals):
                vals |= self._sides({"currency_id": self.row(each)["currency_id"]} | vals, move)
        return vals

    def before_unlink(self, ids: Sequence[int]) -> None:
        if any(self.value(each, "parent_state") == "posted" for each in ids):
            raise UserError(POSTED_LINE)

    def settled(self, ids: Sequence[int], names: set[str]) -> None:
        for each in ids:
            if "account_id" in names:
                refresh(self.env, each)
            move = self.row(each)["move_id"]
            if (MOVE, move) not in self.env.busy and self.value(each, "parent_state") == "draft":
                is_tax = self.row(each)["display_type"] == "tax"
                if is_tax:
                    book(self.env, self.env[MOVE].row(move), each, self.row(each)["amount_currency"])
                sync(self.env, move, keeps_taxes=is_tax)
                check_balance(self.env, move)

    @api("write")
    def reconcile(self, ids: Sequence[int]) -> None:
        reconcile(self.env, [each for each in ids if each])

    @api("write")
    def remove_move_reconcile(self, ids: Sequence[int]) -> None:
        unmatch(self.env, ids)


MODELS: tuple[type[Table], ...] = (Line,)
