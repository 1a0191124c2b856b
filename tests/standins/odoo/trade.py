"""Products, leads, projects: only what a connector asks of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from tests.standins.odoo.fields import Columns, Field, Row, Value, char, choice, day, flag, many, money, one
from tests.standins.odoo.methods import Table
from tests.standins.odoo.records import api

if TYPE_CHECKING:
    from collections.abc import Sequence


class Product(Table):
    """What is sold or bought. A new one has the company's default taxes."""

    name = "product.product"
    label = "Product Variant"
    order = "default_code, name, id"
    fields: ClassVar[Columns] = {
        "name": char(must="Products require a name"),
        "default_code": char("Internal Reference"),
        "type": choice({"consu": "Goods", "service": "Service", "combo": "Combo"}, default="consu"),
        "lst_price": Field(kind="float", label="Sales Price", default=Decimal(1)),
        "list_price": Field(kind="float", related="lst_price"),
        "standard_price": Field(kind="float", label="Cost"),
        "taxes_id": many("account.tax", "Sales Taxes"),
        "supplier_taxes_id": many("account.tax", "Purchase Taxes"),
        "sale_ok": flag(default=True),
        "purchase_ok": flag(default=True),
        "can_be_expensed": flag(),
        "active": flag(default=True),
    }

    def fresh(self, vals: Row) -> Row:
        if "list_price" in vals:
            vals.setdefault("lst_price", vals.pop("list_price"))
        for name, default in (("taxes_id", "account_sale_tax_id"), ("supplier_taxes_id", "account_purchase_tax_id")):
            tax = self.env.value("res.company", self.env.company, default)
            vals.setdefault(name, [(6, 0, [tax] if tax else [])])
        return vals

    def shown(self, id_: int) -> str:
        row = self.row(id_)
        return f"[{row['default_code']}] {row['name']}" if row["default_code"] else str(row["name"])


class Stage(Table):
    """Where a lead stands."""

    name = "crm.stage"
    label = "CRM Stages"
    order = "sequence, name, id"
    fields: ClassVar[Columns] = {"name": char(), "sequence": Field(kind="integer", default=1), "is_won": flag()}


class Lead(Table):
    """Somebody who may buy. A lost one is archived."""

    name = "crm.lead"
    label = "Lead/Opportunity"
    order = "id desc"
    fields: ClassVar[Columns] = {
        "name": char("Opportunity", must="Leads require a name"),
        "type": choice({"lead": "Lead", "opportunity": "Opportunity"}, default="opportunity"),
        "partner_id": one("res.partner"),
        "contact_name": char(),
        "partner_name": char(),
        "email_from": char("Email"),
        "phone": char(),
        "expected_revenue": money(),
        "probability": Field(kind="float", default=Decimal(10)),
        "stage_id": one("crm.stage", default=lambda model: model.env["crm.stage"].find()[0]),
        "user_id": one("res.users", default=lambda model: model.env.uid),
        "company_id": one("res.company"),
        "date_deadline": day("Expected Closing"),
        "date_closed": Field(kind="datetime"),
        "activity_summary": char("Next Activity Summary"),
        "activity_date_deadline": day("Next Activity Deadline"),
        "description": Field(kind="html"),
        "ref": char("External Reference"),
        "active": flag(default=True),
    }

    @api("write")
    def action_set_won(self, ids: Sequence[int]) -> bool:
        won = self.env["crm.stage"].find([["is_won", "=", True]])[0]
        self.change(ids, {"stage_id": won, "probability": 100, "active": True} | self._closed())
        return True

    @api("write")
    def action_set_lost(self, ids: Sequence[int], **additional_values: Value) -> None:
        self.change(ids, {"active": False, "probability": 0} | self._closed() | additional_values)

    def _closed(self) -> Row:
        return {"date_closed": self.env.now.strftime("%Y-%m-%d %H:%M:%S")}


class Project(Table):
    """Tasks that belong together."""

    name = "project.project"
    label = "Project"
    fields: ClassVar[Columns] = {
        "name": char(must="Projects require a name"),
        "partner_id": one("res.partner"),
        "company_id": one("res.company"),
        "task_ids": many("project.task", inverse="project_id"),
        "active": flag(default=True),
    }


class TaskStage(Table):
    """Where a task stands."""

    name = "project.task.type"
    label = "Task Stage"
    order = "sequence, id"
    fields: ClassVar[Columns] = {"name": char(), "sequence": Field(kind="integer", default=1)}


class Task(Table):
    """Something to be done."""

    name = "project.task"
    label = "Task"
    order = "id desc"
    fields: ClassVar[Columns] = {
        "name": char("Title", must="Tasks require a name"),
        "project_id": one("project.project"),
        "stage_id": one("project.task.type"),
        "allocated_hours": Field(kind="float", label="Allocated Time"),
        "partner_id": one("res.partner"),
        "user_ids": many("res.users", "Assignees"),
        "date_deadline": Field(kind="datetime"),
        "description": Field(kind="html"),
        "priority": choice({"0": "Low", "1": "High"}, default="0"),
        "state": choice(
            {"01_in_progress": "In Progress", "02_changes_requested": "Changes Requested", "03_approved": "Approved"}
            | {"1_done": "Done", "1_canceled": "Cancelled", "04_waiting_normal": "Waiting"},
            default="01_in_progress",
        ),
        "company_id": one("res.company"),
        "active": flag(default=True),
    }


class TimedTask(Task):
    """Where the app Timesheets is installed: what was spent too."""

    name = "project.task"
    fields: ClassVar[Columns] = {**Task.fields, "effective_hours": Field(kind="float", label="Time Spent")}


MODELS: tuple[type[Table], ...] = (Product, Stage, Lead, Project, TaskStage, Task)
APPS = {"CRM": "crm.", "Project": "project.", "Expenses": "hr.expense"}  # how the names of their models begin
TIMESHEETS = TimedTask
