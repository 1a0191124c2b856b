"""Who may do what: groups, the rights of groups on models, and records of other companies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.standins.odoo.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.standins.odoo.fields import Value
    from tests.standins.odoo.records import Env, Model

INVOICE, READER = "account.group_account_invoice", "account.group_account_readonly"
BASIC = "account.group_account_basic"
MANAGER, SYSTEM, RIGHTS = "account.group_account_manager", "base.group_system", "base.group_erp_manager"
USER, PARTNERS = "base.group_user", "base.group_partner_manager"
EXPENSES, LEADS = "hr_expense.group_hr_expense_user", "sales_team.group_sale_salesman_all_leads"
TASKS, PROJECTS = "project.group_project_user", "project.group_project_manager"

GROUPS = {
    USER: "User types/Internal User",
    PARTNERS: "Extra Rights/Contact Creation",
    SYSTEM: "Administration/Settings",
    RIGHTS: "Administration/Access Rights",
    INVOICE: "Accounting/Billing",
    READER: "Technical/Show Accounting Features - Readonly",
    BASIC: "Technical/Basic",
    MANAGER: "Accounting/Administrator",
    EXPENSES: "Expenses/All Approver",
    LEADS: "Sales/User: All Documents",
    TASKS: "Project/User",
    PROJECTS: "Project/Administrator",
}
ADMIN = (USER, PARTNERS, SYSTEM, RIGHTS, INVOICE, MANAGER, EXPENSES, LEADS, TASKS, PROJECTS)
BOOKKEEPER = (USER, PARTNERS, INVOICE, BASIC, READER, EXPENSES, LEADS, TASKS)

# model, or its beginning -> who reads, and who changes; the longest that fits counts
RIGHTS_OF: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "res.": ((USER,), (RIGHTS,)),
    "res.partner": ((USER,), (PARTNERS,)),
    "res.users.apikeys": ((USER,), (USER,)),
    "res.currency": ((USER,), (SYSTEM, MANAGER)),
    "ir.model.data": ((RIGHTS,), (RIGHTS,)),
    "ir.attachment": ((USER,), (USER,)),
    "account.": ((INVOICE, READER), (MANAGER,)),
    "account.move": ((INVOICE, READER), (INVOICE,)),
    "account.payment": ((INVOICE, READER), (INVOICE,)),
    "account.payment.term": ((INVOICE, READER), (MANAGER,)),
    "account.payment.method": ((INVOICE, READER), (MANAGER,)),
    "account.bank.statement": ((INVOICE, READER, BASIC), (BASIC,)),
    "hr.": ((USER,), (USER,)),
    "hr.employee": ((USER,), (RIGHTS,)),
    "crm.": ((LEADS,), (LEADS,)),
    "project.project": ((TASKS,), (PROJECTS,)),
    "project.": ((TASKS,), (TASKS,)),
    "product.": ((USER,), (MANAGER,)),
}
VERBS = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}
SECRET = (
    "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\n"
    "Sorry, {user} (id={uid}) doesn't have '{right}' access to:\n- {label} ({model})\n\n"
    "If you really, really need access, perhaps you can win over your friendly administrator with a batch of freshly "
    "baked cookies."
)


def groups_of(env: Env, uid: int) -> set[str]:
    """The external ids of a user's groups."""
    rows = env.tx.table("res.groups")
    return {str(rows[each]["xml_id"]) for each in env.value("res.users", uid, "groups_id")}


def check_model(model: Model, right: str) -> None:
    """Raises: AccessError with the groups that could."""
    fits = max((each for each in RIGHTS_OF if model.name.startswith(each)), key=len, default="res.")
    allowed = RIGHTS_OF[fits][0 if right == "read" else 1]
    if groups_of(model.env, model.env.uid).isdisjoint(allowed):
        names = "".join(f"\t- {GROUPS[each]}\n" for each in allowed)
        raise AccessError(
            f"You are not allowed to {VERBS[right]} '{model.label or model.name}' ({model.name}) records.\n\n"
            f"This operation is allowed for the following groups:\n{names}\n"
            "Contact your administrator to request access if necessary."
        )


def may_see(model: Model, id_: int) -> bool:
    """False for a record of a company that is not the user's, or not asked for."""
    companies = set(model.env.companies)
    if model.name == "res.company":
        return id_ in model.env.value("res.users", model.env.uid, "company_ids")
    if "company_ids" in model.fields and model.name != "res.users":
        return bool(companies & set(model.value(id_, "company_ids")))
    if "company_id" in model.fields and model.name != "res.users":
        return (model.value(id_, "company_id") or next(iter(companies))) in companies
    return True


def check_records(model: Model, ids: Iterable[Value], right: str) -> None:
    """Raises: AccessError for records of another company, as the rules of the server do."""
    if any(model.exists(each) and not may_see(model, each) for each in ids):
        uid = model.env.uid
        words = {"user": model.env["res.users"].shown(uid), "uid": uid, "right": right}
        raise AccessError(SECRET.format(**words, label=model.label or model.name, model=model.name))
