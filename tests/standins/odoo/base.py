"""Models every installation has: companies, users, contacts, currencies, external ids, attachments."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo import access
from tests.standins.odoo.errors import BadValue, UserError, broken_rule
from tests.standins.odoo.fields import Columns, Field, Row, Value, char, choice, day, flag, many, one, rounded
from tests.standins.odoo.methods import Table
from tests.standins.odoo.records import api

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.records import Env, Model


class Company(Table):
    """One that keeps books. Lock dates move the accounting date of what is posted before them."""

    name = "res.company"
    label = "Companies"
    fields: ClassVar[Columns] = {
        "name": char(must="Companies require a name"),
        "currency_id": one("res.currency"),
        "partner_id": one("res.partner"),
        "fiscalyear_lock_date": day("Global Lock Date"),
        "tax_lock_date": day(),
        "sale_lock_date": day(),
        "purchase_lock_date": day(),
        "hard_lock_date": day(),
        "tax_calculation_rounding_method": choice(
            {"round_per_line": "Round per Line", "round_globally": "Round Globally"}, default="round_per_line"
        ),
        "account_sale_tax_id": one("account.tax"),
        "account_purchase_tax_id": one("account.tax"),
        "income_currency_exchange_account_id": one("account.account"),
        "expense_currency_exchange_account_id": one("account.account"),
        "transfer_account_id": one("account.account"),
        "vat": char("Tax ID"),
        "country_id": one("res.country"),
        "country_code": char(related="country_id.code"),
        "active": flag(default=True),
    }


class User(Table):
    """Who may log in. Passwords and keys are not here: the service holds them."""

    name = "res.users"
    label = "User"
    order = "login"
    fields: ClassVar[Columns] = {
        "name": char(related="partner_id.name"),
        "login": char(must="Users require a login"),
        "partner_id": one("res.partner"),
        "company_id": one("res.company"),
        "company_ids": many("res.company"),
        "groups_id": many("res.groups"),
        "lang": char(default="en_US"),
        "tz": char(default="UTC"),
        "active": flag(default=True),
    }

    @api("")
    def has_group(self, ids: Sequence[int], group_ext_id: str) -> bool:
        return group_ext_id in access.groups_of(self.env, ids[0])

    @api("", takes_ids=False)
    def context_get(self) -> Row:
        return {"lang": self.value(self.env.uid, "lang"), "tz": self.value(self.env.uid, "tz"), "uid": self.env.uid}


class Group(Table):
    """What a user may do. `xml_id` is the name it is known by."""

    name = "res.groups"
    label = "Access Groups"
    fields: ClassVar[Columns] = {"name": char(), "xml_id": char(), "full_name": char()}


class Partner(Table):
    """Contacts: customers, vendors, people."""

    name = "res.partner"
    label = "Contact"
    order = "name, id desc"
    fields: ClassVar[Columns] = {
        "name": char(must="Contacts require a name"),
        "email": char(),
        "phone": char(),
        "mobile": char(),
        "is_company": flag("Is a Company"),
        "company_type": choice(
            {"person": "Individual", "company": "Company"},
            compute=lambda model, id_: "company" if model.value(id_, "is_company") else "person",
        ),
        "customer_rank": Field(kind="integer"),
        "supplier_rank": Field(kind="integer"),
        "parent_id": one("res.partner", "Related Company"),
        "child_ids": many("res.partner", inverse="parent_id", only=lambda row: bool(row["active"])),
        "commercial_partner_id": one("res.partner", compute=lambda model, id_: commercial(model.env, id_)),
        "company_id": one("res.company"),
        "street": char(),
        "street2": char(),
        "city": char(),
        "zip": char(),
        "country_id": one("res.country"),
        "country_code": char(related="country_id.code"),
        "bank_ids": many("res.partner.bank", inverse="partner_id"),
        "vat": char("Tax ID"),
        "ref": char("Reference"),
        "lang": char(default="en_US"),
        "website": char(),
        "comment": Field(kind="html"),
        "property_payment_term_id": one("account.payment.term"),
        "property_account_receivable_id": one(
            "account.account", compute=lambda model, _id: _first(model.env, "asset_receivable")
        ),
        "property_account_payable_id": one(
            "account.account", compute=lambda model, _id: _first(model.env, "liability_payable")
        ),
        "active": flag(default=True),
        "credit": Field(kind="monetary", compute=lambda model, id_: _owed(model, id_, "asset_receivable")),
        "debit": Field(kind="monetary", compute=lambda model, id_: -_owed(model, id_, "liability_payable")),
    }

    def shown(self, id_: int) -> str:
        row = self.row(id_)
        parent = row["parent_id"]
        return f"{self.shown(parent)}, {row['name']}" if parent and not row["is_company"] else str(row["name"])

    def fresh(self, vals: Row) -> Row:
        if "company_type" in vals:
            vals["is_company"] = vals["company_type"] == "company"
        return vals

    def before_write(self, ids: Sequence[int], vals: Row) -> Row:
        del ids
        if "name" in vals and not vals["name"]:
            raise broken_rule("Contacts require a name")
        return self.fresh(vals)

    def before_unlink(self, ids: Sequence[int]) -> None:
        if any(row["partner_id"] in ids for row in self.env.tx.table("account.move").values()):
            raise UserError("You cannot remove parts of the audit trail. Archive the record instead.")


def _first(env: Env, kind: str) -> int | bool:
    """The company's account of a kind: what contacts have until somebody says otherwise."""
    found = env["account.account"].find([["account_type", "=", kind], ["company_ids", "in", [env.company]]])
    return found[0] if found else False


def commercial(env: Env, id_: int) -> int:
    """The company a contact belongs to, or the contact."""
    row = env["res.partner"].row(id_)
    return commercial(env, row["parent_id"]) if row["parent_id"] and not row["is_company"] else id_


def _owed(model: Model, id_: int, kind: str) -> Decimal:
    lines = model.env["account.move.line"]
    domain = [["partner_id", "=", id_], ["account_type", "=", kind], ["parent_state", "=", "posted"]]
    return sum((lines.value(each, "amount_residual") for each in lines.find(domain)), Decimal(0))


class Country(Table):
    """By its code of two letters."""

    name = "res.country"
    label = "Country"
    order = "name"
    fields: ClassVar[Columns] = {"name": char("Country Name"), "code": char("Country Code")}


class BankAccount(Table):
    """Where somebody is paid."""

    name = "res.partner.bank"
    label = "Bank Accounts"
    fields: ClassVar[Columns] = {
        "acc_number": char("Account Number", must="Bank accounts require a number"),
        "partner_id": one("res.partner", "Account Holder"),
        "acc_holder_name": char(),
        "active": flag(default=True),
    }

    def shown(self, id_: int) -> str:
        return str(self.row(id_)["acc_number"])


class ApiKey(Table):
    """Keys are made by people, in a browser."""

    name = "res.users.apikeys.description"
    label = "API Key Description"
    fields: ClassVar[Columns] = {"name": char("Description")}

    @api("")
    def make_key(self, ids: Sequence[int]) -> None:
        del ids
        raise UserError("This method can only be accessed over HTTP")


class Currency(Table):
    """Money of a country. `rate`: so many for one of the company's currency, on the day of the context or today."""

    name = "res.currency"
    label = "Currency"
    order = "active desc, name"
    fields: ClassVar[Columns] = {
        "name": char("Currency"),
        "symbol": char(),
        "rounding": Field(kind="float", default=Decimal("0.01")),
        "decimal_places": Field(kind="integer", default=2),
        "active": flag(default=True),
        "rate_ids": many("res.currency.rate", inverse="currency_id"),
        "rate": Field(
            kind="float", compute=lambda model, id_: rate_at(model.env, id_, model.env.context.get("date", ""))
        ),
    }


class CurrencyRate(Table):
    """So many units for one of the company's currency, from that day on."""

    name = "res.currency.rate"
    label = "Currency Rate"
    order = "name desc, id"
    fields: ClassVar[Columns] = {
        "name": day("Date", default=lambda model: model.env.today),
        "rate": Field(kind="float", default=Decimal(1), digits=12),
        "company_rate": Field(kind="float", related="rate"),
        "inverse_company_rate": Field(kind="float", compute=lambda model, id_: 1 / model.row(id_)["rate"]),
        "currency_id": one("res.currency"),
        "company_id": one("res.company", default=lambda model: model.env.company),
    }


def rate_at(env: Env, currency: int, on: str = "") -> Decimal:
    """Units of the currency for one of the company's. Before the first rate that one counts; without any 1."""
    on = on or env.today
    rates = [
        env["res.currency.rate"].row(each) for each in env.tx.children("res.currency.rate", "currency_id", currency)
    ]
    rates = sorted((each for each in rates if each["company_id"] in (False, env.company)), key=lambda row: row["name"])
    before = [each["rate"] for each in rates if each["name"] <= on]
    return Decimal(before[-1] if before else rates[0]["rate"] if rates else 1)


def in_company(env: Env, amount: Decimal, currency: int, company: int, rate: Decimal) -> Decimal:
    """The amount in the company's currency, rounded to it."""
    own = env.value("res.company", company, "currency_id")
    return rounded_to(env, own, amount if currency == own else amount / rate)


def rounded_to(env: Env, currency: int, amount: Decimal) -> Decimal:
    """To the smallest coin of the currency."""
    return rounded(amount, env.value("res.currency", currency, "decimal_places"))


class ModelData(Table):
    """External ids. Only who manages access rights may read the table; everybody may look one up."""

    name = "ir.model.data"
    label = "Model Data"
    fields: ClassVar[Columns] = {
        "module": char(),
        "name": char("External Identifier"),
        "model": char("Model Name"),
        "res_id": Field(kind="integer", label="Record ID"),
        "noupdate": flag(),
    }

    def shown(self, id_: int) -> str:
        return f"{self.row(id_)['module']}.{self.row(id_)['name']}"

    @api("", takes_ids=False)
    def check_object_reference(self, module: str, xml_id: str, *, raise_on_access_error: bool = False) -> list[Value]:
        """[model, id]; the id is False for what another request is about to commit, or what may not be read."""
        found = self._looked_up(module, xml_id)
        if found is None:
            raise BadValue(f"External ID not found in the system: {module}.{xml_id}")
        model = self.env[found["model"]]
        access.check_model(model, "read")
        if model.exists(found["res_id"]) and access.may_see(model, found["res_id"]):
            return [found["model"], found["res_id"]]
        if raise_on_access_error:
            access.check_records(model, [found["res_id"]], "read")
        return [found["model"], False]

    def _looked_up(self, module: str, name: str) -> Row | None:
        others = [each.table(self.name) for each in self.env.tx.tables.in_flight]
        for rows in [self.env.tx.table(self.name), *others]:
            for row in rows.values():
                if row["name"] == name and row["module"] == module:
                    return row
        return None

    def not_unique(self, row: Row) -> Exception:
        return broken_rule(
            'duplicate key value violates unique constraint "ir_model_data_module_name_uniq_index"\n'
            f"DETAIL:  Key (module, name)=({row['module']}, {row['name']}) already exists.\n"
        )


class Attachment(Table):
    """Files. `datas` is base64, as text."""

    name = "ir.attachment"
    label = "Attachment"
    order = "id desc"
    fields: ClassVar[Columns] = {
        "name": char(must="Attachments require a name"),
        "res_model": char(),
        "res_id": Field(kind="integer"),
        "res_field": char(),
        "mimetype": char(default="application/octet-stream"),
        "datas": Field(kind="text"),
        "file_size": Field(
            kind="integer", compute=lambda model, id_: len(base64.b64decode(model.value(id_, "datas") or ""))
        ),
        "type": choice({"binary": "File", "url": "URL"}, default="binary"),
        "company_id": one("res.company"),
    }


MODELS: tuple[type[Table], ...] = (Company, User, Group, Partner, Country, BankAccount, ApiKey)
MODELS += (Currency, CurrencyRate, ModelData, Attachment)
