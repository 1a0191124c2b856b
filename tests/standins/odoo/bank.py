"""Bank statements: each line posts an entry against the suspense account of its journal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo import posting
from tests.standins.odoo.base import in_company, rate_at
from tests.standins.odoo.errors import UserError
from tests.standins.odoo.fields import Columns, Field, Row, char, day, flag, many, money, one
from tests.standins.odoo.matching import LINE, MOVE, unmatch
from tests.standins.odoo.methods import Table
from tests.standins.odoo.totals import lines, put_balance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.records import Model


def _suspended(model: Model, id_: int) -> Decimal:
    """What still lies on the suspense account, with the sign of the line."""
    row = model.row(id_)
    account = model.env.value("account.journal", row["journal_id"], "suspense_account_id")
    rows = [each for each in lines(model.env, row["move_id"]) if each["account_id"] == account]
    return -sum((each["amount_currency"] for each in rows), Decimal(0))


def _is_reconciled(model: Model, id_: int) -> bool:
    """Nothing is suspended, and what can be matched is."""
    row = model.row(id_)
    bank = model.env.value("account.journal", row["journal_id"], "default_account_id")
    others = [each for each in lines(model.env, row["move_id"]) if each["account_id"] != bank]
    accounts = model.env["account.account"]
    open_ = [each for each in others if accounts.row(each["account_id"])["reconcile"] and not each["reconciled"]]
    return not _suspended(model, id_) and not open_


class StatementLine(Table):
    """Money that moved on a bank account; positive came in."""

    name = "account.bank.statement.line"
    label = "Bank Statement Line"
    order = "date desc, id desc"
    fields: ClassVar[Columns] = {
        "move_id": one(MOVE),
        "name": char(related="move_id.name"),
        "state": char(related="move_id.state"),
        "line_ids": many(LINE, compute=lambda model, id_: model.env.value(model.name, id_, "move_id.line_ids")),
        "journal_id": one("account.journal", "Journal"),
        "company_id": one("res.company", related="journal_id.company_id"),
        "currency_id": one("res.currency"),
        "date": day("Date", default=lambda model: model.env.today),
        "payment_ref": char("Label"),
        "partner_id": one("res.partner", "Partner"),
        "partner_name": char(),
        "account_number": char(),
        "ref": char("Reference"),
        "amount": money("Amount"),
        "amount_residual": money(compute=_suspended),
        "is_reconciled": flag(compute=_is_reconciled),
        "statement_id": one("account.bank.statement"),
        "sequence": Field(kind="integer", default=1),
        "narration": Field(kind="html"),
    }

    def shown(self, id_: int) -> str:
        return str(self.value(id_, "name"))

    def fresh(self, vals: Row) -> Row:
        if not vals.get("journal_id"):
            vals["journal_id"] = self.env["account.journal"].find(
                [["type", "=", "bank"], ["company_id", "=", self.env.company]]
            )[0]
        if not self.env.value("account.journal", vals["journal_id"], "suspense_account_id"):
            raise UserError("You can't create a new statement line without a suspense account set on the journal.")
        own = self.env.value("account.journal", vals["journal_id"], "company_id.currency_id")
        vals["currency_id"] = self.env.value("account.journal", vals["journal_id"], "currency_id") or own
        return vals

    def settled(self, ids: Sequence[int], names: set[str]) -> None:
        for each in ids:
            if not self.row(each)["move_id"]:
                self._book(self.row(each))
            elif {"amount", "date", "partner_id"} & names:
                self._follow(self.row(each))

    def before_write(self, ids: Sequence[int], vals: Row) -> Row:
        vals = self.differing(ids, vals)
        if "journal_id" in vals and any(self.row(each)["move_id"] for each in ids):
            raise UserError("The journal of a booked statement line cannot be changed.")
        if "amount" in vals and any(_is_reconciled(self, each) for each in ids):
            raise UserError("The amount of a reconciled statement line cannot be changed.")
        return vals

    def _follow(self, row: Row) -> None:
        """The entry says what the line says now."""
        bank = self.env.value("account.journal", row["journal_id"], "default_account_id")
        company = self.env.value(self.name, row["id"], "company_id")
        rate = rate_at(self.env, row["currency_id"], row["date"])
        self.env[MOVE].set(row["move_id"], date=row["date"], partner_id=row["partner_id"])
        for line in lines(self.env, row["move_id"]):
            amount = row["amount"] if line["account_id"] == bank else -row["amount"]
            self.env[LINE].set(line["id"], partner_id=row["partner_id"])
            balance = in_company(self.env, amount, row["currency_id"], company, rate)
            put_balance(self.env, line["id"], balance, amount, row["currency_id"])

    def _book(self, row: Row) -> None:
        journal = self.env["account.journal"].row(row["journal_id"])
        common = {"name": row["payment_ref"], "partner_id": row["partner_id"], "currency_id": row["currency_id"]}
        ends = ((journal["default_account_id"], 1), (journal["suspense_account_id"], -1))
        sides = [common | {"account_id": account, "amount_currency": sign * row["amount"]} for account, sign in ends]
        if row["currency_id"] == self.env.value(self.name, row["id"], "company_id.currency_id"):
            sides = [each | {"balance": each["amount_currency"]} for each in sides]
        vals = {"move_type": "entry", "journal_id": row["journal_id"], "date": row["date"], "ref": row["ref"]}
        vals |= {"partner_id": row["partner_id"], "currency_id": row["currency_id"], "statement_line_id": row["id"]}
        move = self.env[MOVE].add(vals | {"line_ids": [(0, 0, each) for each in sides]})
        self.set(row["id"], move_id=move)
        posting.post(self.env, [move])

    def before_unlink(self, ids: Sequence[int]) -> None:
        for each in ids:
            move = self.row(each)["move_id"]
            unmatch(self.env, self.env[MOVE].value(move, "line_ids"))
            for line in self.env[MOVE].value(move, "line_ids"):
                self.env.tx.drop(LINE, line)
            self.env.tx.drop(MOVE, move)


class Statement(Table):
    """Some lines of an account, with what was there before and after."""

    name = "account.bank.statement"
    label = "Bank Statement"
    fields: ClassVar[Columns] = {
        "name": char("Reference"),
        "reference": char("External Reference"),
        "date": day(),
        "journal_id": one("account.journal"),
        "company_id": one("res.company", related="journal_id.company_id"),
        "balance_start": money(),
        "balance_end_real": money(),
        "balance_end": money(
            compute=lambda model, id_: sum(
                (
                    model.env.value("account.bank.statement.line", each, "amount")
                    for each in model.value(id_, "line_ids")
                ),
                model.row(id_)["balance_start"],
            )
        ),
        "line_ids": many("account.bank.statement.line", inverse="statement_id"),
    }


MODELS: tuple[type[Table], ...] = (StatementLine, Statement)
