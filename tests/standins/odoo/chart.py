"""What a fresh installation holds: the generic chart, its journals and taxes, two people and their rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.standins.odoo.access import ADMIN, BOOKKEEPER, GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.standins.odoo.records import Env

ACCOUNTS = (
    ("101000", "Current Assets", "asset_current"),
    ("101401", "Bank", "asset_cash"),
    ("101402", "Bank Suspense Account", "asset_current"),
    ("101403", "Outstanding Receipts", "asset_current"),
    ("101404", "Outstanding Payments", "asset_current"),
    ("101501", "Cash", "asset_cash"),
    ("101701", "Liquidity Transfer", "asset_current"),
    ("121000", "Account Receivable", "asset_receivable"),
    ("131000", "Tax Paid", "asset_current"),
    ("132000", "Tax Receivable", "asset_current"),
    ("141000", "Prepayments", "asset_prepayments"),
    ("151000", "Fixed Asset", "asset_fixed"),
    ("211000", "Account Payable", "liability_payable"),
    ("230000", "Salary Payable", "liability_current"),
    ("251000", "Tax Received", "liability_current"),
    ("252000", "Tax Payable", "liability_current"),
    ("301000", "Capital", "equity"),
    ("400000", "Product Sales", "income"),
    ("441000", "Foreign Exchange Gain", "income_other"),
    ("450000", "Other Income", "income_other"),
    ("500000", "Cost of Goods Sold", "expense_direct_cost"),
    ("600000", "Expenses", "expense"),
    ("612000", "Rent", "expense"),
    ("620000", "Bank Fees", "expense"),
    ("630000", "Salary Expenses", "expense"),
    ("641000", "Foreign Exchange Loss", "expense"),
    ("999999", "Undistributed Profits/Losses", "equity_unaffected"),
)
MATCHED = ("101403", "101404", "101701")  # accounts whose items can be matched, besides what partners owe
COMPANY_ACCOUNTS = {
    "income_currency_exchange_account_id": "441000",
    "expense_currency_exchange_account_id": "641000",
    "transfer_account_id": "101701",
}
JOURNALS = (
    ("Customer Invoices", "INV", "sale", "400000"),
    ("Vendor Bills", "BILL", "purchase", "600000"),
    ("Miscellaneous Operations", "MISC", "general", ""),
    ("Exchange Difference", "EXCH", "general", ""),
    ("Cash Basis Taxes", "CABA", "general", ""),
    ("Bank", "BNK1", "bank", "101401"),
    ("Cash", "CSH1", "cash", "101501"),
)
COUNTRIES = {"US": "United States", "DE": "Germany", "AT": "Austria", "CH": "Switzerland", "FR": "France"}
COUNTRIES |= {"GB": "United Kingdom", "NL": "Netherlands", "ES": "Spain", "IT": "Italy", "PL": "Poland"}
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CHF": "CHF", "JPY": "¥"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How the installation is. `taxes`: percentages, each for sales and purchases; the first is the default.

    `rates`: units of another currency for one of the company's, from the beginning of 2020. `first_id`: ids of every
    model begin above it, so that a test cannot rely on a number that was seen somewhere.
    """

    currency: str = "USD"
    taxes: Sequence[str] = ("15",)
    rates: Mapping[str, str] = field(default_factory=dict)
    companies: Sequence[str] = ("My Company",)
    country_code: str = "US"
    first_id: int = 0


def install(env: Env, setup: Setup) -> None:
    """Lay everything out; the first user is the system itself, then `admin` and `bookkeeper`."""
    countries = {code: env["res.country"].add({"name": name, "code": code}) for code, name in COUNTRIES.items()}
    currencies = {}
    for name in (setup.currency, *(each for each in SYMBOLS if each != setup.currency)):
        digits = 0 if name == "JPY" else 2
        vals = {"name": name, "symbol": SYMBOLS.get(name, name), "decimal_places": digits}
        currencies[name] = env["res.currency"].add(vals | {"active": name in {setup.currency, *setup.rates}})
    partners = {name: env["res.partner"].add({"name": name, "is_company": True}) for name in setup.companies[:1]}
    system = env["res.partner"].add({"name": "OdooBot", "active": False})
    companies = []
    for name in setup.companies:
        partner = partners.get(name) or env["res.partner"].add({"name": name, "is_company": True})
        vals = {"name": name, "currency_id": currencies[setup.currency], "country_id": countries[setup.country_code]}
        companies.append(env["res.company"].add(vals | {"partner_id": partner}))
    groups = {
        xml_id: env["res.groups"].add({"name": full.split("/")[1], "full_name": full, "xml_id": xml_id})
        for xml_id, full in GROUPS.items()
    }
    places = {"company_id": companies[0], "company_ids": [(6, 0, companies)]}
    everything = [(6, 0, list(groups.values()))]
    env["res.users"].add(places | {"login": "__system__", "partner_id": system, "groups_id": everything})
    for login, name, own in (("admin", "Administrator", ADMIN), ("bookkeeper", "Bookkeeper", BOOKKEEPER)):
        person = env["res.partner"].add({"name": name, "email": f"{login}@example.com"})
        rights = [(6, 0, [groups[each] for each in own])]
        user = env["res.users"].add(places | {"login": login, "partner_id": person, "groups_id": rights})
        env["hr.employee"].add({"name": name, "user_id": user, "work_contact_id": person, "company_id": companies[0]})
    for code, kind in (("manual", "inbound"), ("manual", "outbound")):
        env["account.payment.method"].add({"name": "Manual", "code": code, "payment_type": kind})


def install_books(env: Env, setup: Setup) -> None:
    """The chart of every company, rates, stages; `env` belongs to the system user, who sees all companies."""
    for company in env["res.company"].find():
        lay_chart(env.with_context(allowed_company_ids=[company]), setup.taxes)
    for name, rate in setup.rates.items():
        currency = env["res.currency"].find([["name", "=", name]])[0]
        env["res.currency.rate"].add(
            {"currency_id": currency, "name": "2020-01-01", "rate": Decimal(rate), "company_id": False}
        )
    for code, name in (("EXP_GEN", "Expenses"), ("FOOD", "Meals")):
        env["product.product"].add({"name": name, "default_code": code, "can_be_expensed": True, "type": "service"})
    stages = ("New", "Qualified", "Proposition", "Won") if "crm.stage" in env.models else ()
    for at, name in enumerate(stages):
        env["crm.stage"].add({"name": name, "sequence": at, "is_won": name == "Won"})


def lay_chart(env: Env, taxes: Sequence[str]) -> None:
    """Accounts, journals with a manual payment method each, taxes: for the company of `env`."""
    accounts = {
        code: env["account.account"].add(
            {"code": code, "name": name, "account_type": kind, "reconcile": code in MATCHED}
        )
        for code, name, kind in ACCOUNTS
    }
    manual = env["account.payment.method"]
    methods = {manual.row(each)["payment_type"]: each for each in manual.find()}
    for name, code, kind, account in JOURNALS:
        is_money = kind in {"bank", "cash"}
        suspense = accounts["101402"] if is_money else False
        vals = {"name": name, "code": code, "type": kind, "default_account_id": accounts.get(account, False)}
        journal = env["account.journal"].add(vals | {"suspense_account_id": suspense})
        for way, method in methods.items() if is_money else ():
            line = {"name": "Manual", "journal_id": journal, "payment_method_id": method, "payment_type": way}
            env["account.payment.method.line"].add(line)
    made = {use: [add_tax(env, rate, use, accounts) for rate in taxes] for use in ("sale", "purchase")}
    defaults = {f"account_{use}_tax_id": ids[0] for use, ids in made.items() if ids}
    used = {name: accounts[code] for name, code in COMPANY_ACCOUNTS.items()}
    env["res.company"].change([env.company], defaults | used)


def add_tax(env: Env, rate: str, use: str, accounts: Mapping[str, int]) -> int:
    """A percentage for sales or purchases, booked to the account for tax received or paid."""
    vals = {"name": f"{rate}%", "amount": Decimal(rate), "type_tax_use": use, "invoice_label": f"{rate}%"}
    account = accounts["251000" if use == "sale" else "131000"]
    parts = [
        {"document_type": document, "repartition_type": kind, "account_id": account if kind == "tax" else False}
        for document in ("invoice", "refund")
        for kind in ("base", "tax")
    ]
    return env["account.tax"].add(vals | {"repartition_line_ids": [(0, 0, each) for each in parts]})
