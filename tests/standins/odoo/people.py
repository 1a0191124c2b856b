"""Employees, and what they spent."""

from __future__ import annotations

from typing import ClassVar

from tests.standins.odoo.fields import Columns, char, flag, one
from tests.standins.odoo.methods import Table


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


MODELS: tuple[type[Table], ...] = (Employee,)
