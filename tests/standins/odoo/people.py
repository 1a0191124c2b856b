"""Employees, and what they spent: with reports in 18, without them from 18.2 on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo import access, posting
from tests.standins.odoo.base import rounded_to
from tests.standins.odoo.errors import AccessError, UserError
from tests.standins.odoo.fields import Columns, Field, Row, Value, char, choice, day, flag, many, money, one
from tests.standins.odoo.matching import MOVE
from tests.standins.odoo.methods import Table
from tests.standins.odoo.move_figures import payment_state
from tests.standins.odoo.records import api
from tests.standins.odoo.totals import tax_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.records import Env, Model

EXPENSE, SHEET = "hr.expense", "hr.expense.sheet"
MODES = {"own_account": "Employee (to reimburse)", "company_account": "Company"}


class Employee(Table):
    """Somebody who works there; `work_contact_id` is owed what they paid themselves."""

    name = "hr.employee"
    label = "Employee"
    fields: ClassVar[Columns] = {
        "name": char(must="Employees require a name"),
        "user_id": one("res.users"),
        "work_contact_id": one("res.partner"),
        "work_email": char(related="work_contact_id.email"),
        "company_id": one("res.company", default=lambda model: model.env.company),
        "active": flag(default=True),
    }


def _employee(model: Model) -> int:
    """That of the user."""
    return model.env["hr.employee"].find([["user_id", "=", model.env.uid]])[0]


def _untaxed(model: Model, id_: int) -> Decimal:
    """The total without the taxes that are in it."""
    row = model.row(id_)
    percent = sum((tax_of(model.env, each, Decimal(1)) for each in row["tax_ids"]), Decimal(0))
    return rounded_to(model.env, row["currency_id"], row["total_amount_currency"] / (1 + percent))


def _state_of(model: Model, id_: int) -> str:
    row = model.row(id_)
    if model.env.series >= "18.2":
        if not row["account_move_id"]:
            return str(row["approval_state"] or "draft")
        is_paid = row["payment_mode"] == "company_account"
        return "paid" if is_paid or payment_state(model.env, row["account_move_id"]) == "paid" else "posted"
    if not row["sheet_id"]:
        return "draft"
    state = model.env.value(SHEET, row["sheet_id"], "state")
    return {"draft": "reported", "submit": "submitted", "approve": "approved", "cancel": "refused"}.get(state, "done")


class Spent(Table):
    """Something somebody spent. `total_amount_currency` has the taxes in it."""

    name = EXPENSE
    label = "Expense"
    order = "date desc, id desc"
    fields: ClassVar[Columns] = {
        "name": char("Description", must="Expenses require a description"),
        "employee_id": one("hr.employee", default=_employee),
        "product_id": one("product.product", "Category"),
        "date": day("Expense Date", default=lambda model: model.env.today),
        "total_amount_currency": money("Total"),
        "total_amount": money(related="total_amount_currency"),
        "untaxed_amount_currency": money(compute=_untaxed),
        "tax_amount_currency": money(
            compute=lambda model, id_: model.row(id_)["total_amount_currency"] - _untaxed(model, id_)
        ),
        "currency_id": one("res.currency"),
        "tax_ids": many("account.tax"),
        "account_id": one("account.account"),
        "payment_mode": choice(MODES, default="own_account"),
        "company_id": one("res.company", default=lambda model: model.env.company),
        "description": Field(kind="text"),
        "state": choice(
            {"draft": "To Report", "reported": "To Submit", "submitted": "Submitted", "approved": "Approved"}
            | {"posted": "Posted", "in_payment": "In Payment", "paid": "Paid", "done": "Done", "refused": "Refused"},
            compute=_state_of,
            default="draft",
        ),
    }

    def fresh(self, vals: Row) -> Row:
        if "total_amount" in vals:
            vals.setdefault("total_amount_currency", vals.pop("total_amount"))
        own = self.env.value("res.company", self.env.company, "currency_id")
        vals["currency_id"] = vals.get("currency_id") or own
        if vals.get("product_id") and "tax_ids" not in vals:
            taxes = self.env["product.product"].row(vals["product_id"])["supplier_taxes_id"]
            vals["tax_ids"] = [(6, 0, list(taxes))]
        return vals

    def settled(self, ids: Sequence[int], names: set[str]) -> None:
        """Expenses of others are for those who approve all."""
        del names
        mine = self.env["hr.employee"].find([["user_id", "=", self.env.uid]])
        others = [each for each in ids if self.row(each)["employee_id"] not in mine]
        if others and access.EXPENSES not in access.groups_of(self.env, self.env.uid):
            words = {"user": self.env["res.users"].shown(self.env.uid), "uid": self.env.uid, "right": "create"}
            raise AccessError(access.SECRET.format(**words, label=self.label, model=self.name))


class ReportedExpense(Spent):
    """Up to 18.1: what happens to it happens to its report."""

    name = EXPENSE
    last_series = "18.1"
    fields: ClassVar[Columns] = {**Spent.fields, "sheet_id": one(SHEET, "Expense Report")}

    @api("write")
    def action_submit_expenses(self, ids: Sequence[int]) -> Row:
        rows = [self.row(each) for each in ids]
        if any(row["sheet_id"] for row in rows):
            raise UserError("You cannot report twice the same line.")
        if not all(row["product_id"] for row in rows):
            raise UserError("You can not create report without category.")
        if len({row["employee_id"] for row in rows}) > 1:
            raise UserError("You cannot report expenses for different employees in the same report.")
        vals = {"name": rows[0]["name"], "employee_id": rows[0]["employee_id"], "payment_mode": rows[0]["payment_mode"]}
        sheet = self.env[SHEET].add(vals)
        for each in ids:
            self.set(each, sheet_id=sheet)
        told: Row = {"name": "New Expense Reports", "type": "ir.actions.act_window", "res_model": SHEET}
        return told | {"context": {}, "views": [[False, "form"]], "domain": [["id", "in", [sheet]]], "res_id": sheet}


class Expense(Spent):
    """From 18.2 on: submitted, approved and posted by itself."""

    name = EXPENSE
    first_series = "18.2"
    fields: ClassVar[Columns] = {
        **Spent.fields,
        "account_move_id": one(MOVE),
        "approval_state": choice({"submitted": "Submitted", "approved": "Approved", "refused": "Refused"}),
    }

    @api("write")
    def action_submit(self, ids: Sequence[int]) -> None:
        self._move_on(ids, "draft", "submitted")

    @api("write")
    def action_approve(self, ids: Sequence[int]) -> None:
        self._move_on(ids, "submitted", "approved")

    @api("write")
    def action_post(self, ids: Sequence[int]) -> None:
        for each in ids:
            if self.value(each, "state") != "approved":
                raise UserError("You can only post approved expenses.")
            self.set(each, account_move_id=book(self.env, [each]))

    def _move_on(self, ids: Sequence[int], before: str, after: str) -> None:
        for each in ids:
            if self.value(each, "state") != before:
                raise UserError(f"The expense must be {before}.")
            self.set(each, approval_state=after)


def _sheet_state(model: Model, id_: int) -> str:
    row = model.row(id_)
    if not row["account_move_ids"] or row["approval_state"] == "cancel":
        return str(row["approval_state"] or "draft")
    return "done" if _sheet_paid(model, id_) == "paid" else "post"


def _sheet_paid(model: Model, id_: int) -> str:
    row = model.row(id_)
    if not row["account_move_ids"]:
        return "not_paid"
    return "paid" if row["payment_mode"] == "company_account" else payment_state(model.env, row["account_move_ids"][0])


class Sheet(Table):
    """A report of expenses of one person."""

    name = SHEET
    label = "Expense Report"
    last_series = "18.1"
    fields: ClassVar[Columns] = {
        "name": char(),
        "employee_id": one("hr.employee"),
        "payment_mode": choice(MODES),
        "approval_state": choice({"submit": "Submitted", "approve": "Approved", "cancel": "Refused"}),
        "state": choice(
            {"draft": "To Submit", "submit": "Submitted", "approve": "Approved", "post": "Posted", "done": "Done"}
            | {"cancel": "Refused"},
            compute=_sheet_state,
            default="draft",
        ),
        "payment_state": char(compute=_sheet_paid),
        "account_move_ids": many(MOVE),
        "expense_line_ids": many(EXPENSE, inverse="sheet_id"),
        "total_amount": money(
            compute=lambda model, id_: sum(
                (
                    model.env[EXPENSE].row(each)["total_amount_currency"]
                    for each in model.value(id_, "expense_line_ids")
                ),
                Decimal(0),
            )
        ),
        "company_id": one("res.company", default=lambda model: model.env.company),
    }

    @api("write")
    def action_submit_sheet(self, ids: Sequence[Value]) -> None:
        """Not refused on a posted one: pitfall 14 of the record."""
        for each in ids:
            self.set(each, approval_state="submit")

    @api("write")
    def action_approve_expense_sheets(self, ids: Sequence[int]) -> None:
        for each in ids:
            if self.row(each)["approval_state"] != "submit":
                raise UserError("You can only approve submitted expense reports.")
            self.set(each, approval_state="approve")

    @api("write")
    def action_sheet_move_post(self, ids: Sequence[int]) -> None:
        for each in ids:
            if self.value(each, "state") != "approve":
                raise UserError("You can only generate an accounting entry for approved expense(s).")
            self.set(each, account_move_ids=(book(self.env, self.value(each, "expense_line_ids")),))


def book(env: Env, ids: Sequence[int]) -> int:
    """One posted entry: a receipt the employee is owed for, or money of the company's bank that is gone."""
    rows = [env[EXPENSE].row(each) for each in ids]
    if rows[0]["payment_mode"] == "own_account":
        items = [
            {"name": row["name"], "price_unit": env.value(EXPENSE, row["id"], "untaxed_amount_currency")}
            | {"account_id": row["account_id"], "tax_ids": [(6, 0, list(row["tax_ids"]))]}
            for row in rows
        ]
        partner = env.value("hr.employee", rows[0]["employee_id"], "work_contact_id")
        vals = {"move_type": "in_receipt", "partner_id": partner, "invoice_date": env.today, "ref": rows[0]["name"]}
        move = env[MOVE].add(vals | {"invoice_line_ids": [(0, 0, each) for each in items]})
    else:
        move = env[MOVE].add(_by_company(env, rows))
    posting.post(env, [move])
    return move


def _by_company(env: Env, rows: list[Row]) -> Row:
    """An entry in the bank's journal: what was spent, its taxes, and where the money came from."""
    journal = env["account.journal"].find([["type", "=", "bank"], ["company_id", "=", rows[0]["company_id"]]])[0]
    line = env["account.payment.method.line"].row(env["account.journal"].value(journal, WAY)[0])
    source = line["payment_account_id"] or env["account.journal"].row(journal)["default_account_id"]
    domain = [["type", "=", "purchase"], ["company_id", "=", rows[0]["company_id"]]]
    usual = env["account.journal"].row(env["account.journal"].find(domain)[0])["default_account_id"]
    sides: list[Row] = []
    for row in rows:
        net, total = env.value(EXPENSE, row["id"], "untaxed_amount_currency"), row["total_amount_currency"]
        sides.append({"name": row["name"], "account_id": row["account_id"] or usual, "balance": net})
        if total != net:
            parts = env.value("account.tax", row["tax_ids"][0], "repartition_line_ids")
            account = next(each for each in (env.value(PART, part, "account_id") for part in parts) if each)
            sides.append({"name": row["name"], "account_id": account, "balance": total - net})
    total = sum((row["total_amount_currency"] for row in rows), Decimal(0))
    sides.append({"name": rows[0]["name"], "account_id": source, "balance": -total})
    vals = {"move_type": "entry", "journal_id": journal, "date": rows[0]["date"], "ref": rows[0]["name"]}
    return vals | {"line_ids": [(0, 0, each) for each in sides]}


WAY, PART = "outbound_payment_method_line_ids", "account.tax.repartition.line"
MODELS: tuple[type[Table], ...] = (Employee, ReportedExpense, Expense, Sheet)
