"""The chart: accounts, journals, payment methods, taxes, terms of payment."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo.errors import UserError
from tests.standins.odoo.fields import Columns, Field, Row, char, choice, flag, many, one
from tests.standins.odoo.methods import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.records import Env

ACCOUNT_TYPES = {
    "asset_receivable": "Receivable",
    "asset_cash": "Bank and Cash",
    "asset_current": "Current Assets",
    "asset_non_current": "Non-current Assets",
    "asset_prepayments": "Prepayments",
    "asset_fixed": "Fixed Assets",
    "liability_payable": "Payable",
    "liability_credit_card": "Credit Card",
    "liability_current": "Current Liabilities",
    "liability_non_current": "Non-current Liabilities",
    "equity": "Equity",
    "equity_unaffected": "Current Year Earnings",
    "income": "Income",
    "income_other": "Other Income",
    "expense": "Expenses",
    "expense_depreciation": "Depreciation",
    "expense_direct_cost": "Cost of Revenue",
    "off_balance": "Off-Balance Sheet",
}
OPEN_ITEMS = {"asset_receivable", "liability_payable"}


class Account(Table):
    """One of the chart of a company. `reconcile`: its items can be matched."""

    name = "account.account"
    label = "Account"
    order = "code, id"
    fields: ClassVar[Columns] = {
        "name": char("Account Name", must="Accounts require a name"),
        "code": char(),
        "account_type": choice(ACCOUNT_TYPES, "Type", default="asset_current"),
        "reconcile": flag("Allow Reconciliation"),
        "currency_id": one("res.currency"),
        "company_ids": many("res.company"),
        "deprecated": flag(),
        "current_balance": Field(kind="monetary", compute=lambda model, id_: balance_of(model.env, id_)),
    }

    def fresh(self, vals: Row) -> Row:
        vals.setdefault("company_ids", [(6, 0, [self.env.company])])
        if vals.get("account_type") in OPEN_ITEMS:
            vals["reconcile"] = True
        return vals

    def shown(self, id_: int) -> str:
        return f"{self.row(id_)['code']} {self.row(id_)['name']}"

    def before_unlink(self, ids: Sequence[int]) -> None:
        if any(row["account_id"] in ids for row in self.env.tx.table("account.move.line").values()):
            raise UserError("You cannot perform this action on an account that contains journal items.")


def balance_of(env: Env, id_: int) -> Decimal:
    """What is posted on an account."""
    lines = env["account.move.line"]
    found = lines.find([["account_id", "=", id_], ["parent_state", "=", "posted"]])
    return sum((lines.value(each, "balance") for each in found), Decimal(0))


class Journal(Table):
    """Where entries of a kind are kept and numbered. `code` begins their names."""

    name = "account.journal"
    label = "Journal"
    order = "id"
    fields: ClassVar[Columns] = {
        "name": char("Journal Name", must="Journals require a name"),
        "code": char("Short Code"),
        "type": choice(
            {"sale": "Sales", "purchase": "Purchase", "cash": "Cash", "bank": "Bank", "credit": "Credit Card"}
            | {"general": "Miscellaneous"}
        ),
        "default_account_id": one("account.account"),
        "suspense_account_id": one("account.account"),
        "currency_id": one("res.currency"),
        "company_id": one("res.company", default=lambda model: model.env.company),
        "bank_acc_number": char("Account Number"),
        "inbound_payment_method_line_ids": many(
            "account.payment.method.line", inverse="journal_id", only=lambda row: row["payment_type"] == "inbound"
        ),
        "outbound_payment_method_line_ids": many(
            "account.payment.method.line", inverse="journal_id", only=lambda row: row["payment_type"] == "outbound"
        ),
        "active": flag(default=True),
    }

    def shown(self, id_: int) -> str:
        row = self.row(id_)
        own = self.env.value(self.name, id_, "company_id.currency_id")
        other = row["currency_id"] if row["currency_id"] not in (False, own) else 0
        return f"{row['name']} ({self.env['res.currency'].shown(other)})" if other else str(row["name"])


class PaymentMethod(Table):
    """How money moves. Only 'manual' is here."""

    name = "account.payment.method"
    label = "Payment Methods"
    fields: ClassVar[Columns] = {
        "name": char(),
        "code": char(),
        "payment_type": choice({"inbound": "Inbound", "outbound": "Outbound"}),
    }


class PaymentMethodLine(Table):
    """A method in a journal. Without `payment_account_id`, as in a fresh Community, its payments book nothing."""

    name = "account.payment.method.line"
    label = "Payment Methods"
    fields: ClassVar[Columns] = {
        "name": char(),
        "journal_id": one("account.journal"),
        "payment_method_id": one("account.payment.method"),
        "payment_type": choice({"inbound": "Inbound", "outbound": "Outbound"}),
        "code": char(related="payment_method_id.code"),
        "payment_account_id": one("account.account", "Outstanding Account"),
        "company_id": one("res.company", related="journal_id.company_id"),
        "sequence": Field(kind="integer", default=10),
    }


class Tax(Table):
    """A percentage on top of the price; the first account of its distribution takes it."""

    name = "account.tax"
    label = "Tax"
    order = "id"
    fields: ClassVar[Columns] = {
        "name": char("Tax Name", must="Taxes require a name"),
        "amount": Field(kind="float"),
        "amount_type": choice(
            {"percent": "Percentage of Price", "fixed": "Fixed", "division": "Percentage of Price Tax Included"}
            | {"group": "Group of Taxes"},
            default="percent",
        ),
        "type_tax_use": choice({"sale": "Sales", "purchase": "Purchases", "none": "None"}, default="sale"),
        "price_include": flag(),
        "description": Field(kind="html"),
        "invoice_label": char("Label on Invoices"),
        "company_id": one("res.company", default=lambda model: model.env.company),
        "country_code": char(default="US"),
        "repartition_line_ids": many("account.tax.repartition.line", inverse="tax_id"),
        "active": flag(default=True),
    }

    def fresh(self, vals: Row) -> Row:
        if vals.get("amount_type", "percent") != "percent" or vals.get("price_include"):
            raise NotImplementedError("Only percentages on top of the price are modelled")
        return vals


class TaxDistribution(Table):
    """Where a tax goes: the base nowhere, the tax to an account."""

    name = "account.tax.repartition.line"
    label = "Tax Repartition Line"
    fields: ClassVar[Columns] = {
        "tax_id": one("account.tax"),
        "document_type": choice({"invoice": "Invoice", "refund": "Refund"}),
        "repartition_type": choice({"base": "Base", "tax": "of tax"}),
        "factor_percent": Field(kind="float", default=Decimal(100)),
        "account_id": one("account.account"),
        "company_id": one("res.company", related="tax_id.company_id"),
    }


class Term(Table):
    """When an invoice is due, in parts. No lines: at once."""

    name = "account.payment.term"
    label = "Payment Terms"
    fields: ClassVar[Columns] = {
        "name": char(must="Payment terms require a name"),
        "line_ids": many("account.payment.term.line", inverse="payment_id"),
        "company_id": one("res.company"),
        "active": flag(default=True),
    }


class TermLine(Table):
    """A share of the total, so many days after the date of the invoice."""

    name = "account.payment.term.line"
    label = "Payment Terms Line"
    fields: ClassVar[Columns] = {
        "payment_id": one("account.payment.term"),
        "value": choice({"percent": "Percent", "fixed": "Fixed"}, default="percent"),
        "value_amount": Field(kind="float", default=Decimal(100)),
        "nb_days": Field(kind="integer"),
    }


class Partial(Table):
    """So much of a debit and of a credit cancel each other."""

    name = "account.partial.reconcile"
    label = "Partial Reconcile"
    fields: ClassVar[Columns] = {
        "debit_move_id": one("account.move.line"),
        "credit_move_id": one("account.move.line"),
        "amount": Field(kind="monetary"),
        "debit_amount_currency": Field(kind="monetary"),
        "credit_amount_currency": Field(kind="monetary"),
        "company_id": one("res.company"),
        "max_date": Field(kind="date"),
        "full_reconcile_id": one("account.full.reconcile"),
        "exchange_move_id": one("account.move"),
    }


class Full(Table):
    """Items that cancel each other wholly."""

    name = "account.full.reconcile"
    label = "Full Reconcile"
    fields: ClassVar[Columns] = {"reconciled_line_ids": many("account.move.line", inverse="full_reconcile_id")}

    def shown(self, id_: int) -> str:
        return str(id_)


MODELS: tuple[type[Table], ...] = (
    Account, Journal, PaymentMethod, PaymentMethodLine, Tax, TaxDistribution, Term, TermLine, Partial, Full,
)  # fmt: skip
