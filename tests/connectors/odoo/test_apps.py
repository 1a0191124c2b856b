"""Leads, projects and expenses out of Odoo: bounded lists and whole sums, and plain words where an app is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from agents.clock import SystemClock
from agents.connectors.odoo import apps
from agents.connectors.odoo.expenses import Expenses, ExpenseSum, read_expenses
from agents.connectors.odoo.json2_calls import Json2Calls
from agents.connectors.odoo.leads import NO_STAGE, Pipeline, StageSum, read_pipeline
from agents.connectors.odoo.projects import NO_PROJECT, Projects, read_projects
from agents.connectors.odoo.records import Records
from agents.errors import NeedsOwner, NotAllowed
from agents.security.egress import Egress
from tests.connectors.odoo.conftest import account_of
from tests.connectors.odoo.odoo_room import ShortWay
from tests.standins.odoo.access import BOOKKEEPER, LEADS
from tests.standins.odoo.chart import Setup
from tests.standins.odoo.world import KEYS, Odoo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.standins.odoo.fields import Value

    Read = Callable[[Records], Pipeline | Projects | Expenses]

TODAY = date(2026, 11, 28)
START = date(2026, 11, 1)
READS: dict[str, Read] = {
    "CRM": lambda records: read_pipeline(records, "EUR", TODAY),
    "Project": lambda records: read_projects(records, TODAY),
    "Expenses": lambda records: read_expenses(records, START, TODAY),
}


def shop(**more: Value) -> Odoo:
    return Odoo(Setup(currency="EUR", taxes=("19",), rates={"USD": "1.25"}, first_id=30), **more)


def records_of(odoo: Odoo) -> Records:
    return Records(ShortWay(odoo))


def made(odoo: Odoo, model: str, **values: Value) -> int:
    return int(odoo.call(model, "create", values))


def stage(odoo: Odoo, name: str) -> int:
    return odoo.find("crm.stage", ["name", "=", name])[0]


def administrator(odoo: Odoo) -> int:
    return odoo.find("hr.employee", ["name", "=", "Administrator"])[0]


def test_open_leads_are_told_by_stage_with_what_is_to_be_done_next() -> None:
    odoo = shop()
    mill = made(odoo, "res.partner", name="Mill")
    planned = {"activity_summary": "call them", "activity_date_deadline": "2026-12-01"}
    made(
        odoo,
        "crm.lead",
        name="Website",
        partner_id=mill,
        expected_revenue=1200.5,
        date_deadline="2026-12-31",
        **planned,
    )
    made(odoo, "crm.lead", name="Logo", contact_name="Ada", expected_revenue=300, stage_id=stage(odoo, "Qualified"))
    made(odoo, "crm.lead", name="From nowhere", stage_id=False)
    won, lost = (made(odoo, "crm.lead", name=name, expected_revenue=9000) for name in ("Won one", "Lost one"))
    odoo.call("crm.lead", "action_set_won", [won])
    odoo.call("crm.lead", "action_set_lost", [lost])
    told = read_pipeline(records_of(odoo), "EUR", TODAY)
    assert set(told.stages) == {
        StageSum("New", 1, Decimal("1200.50")),
        StageSum("Qualified", 1, Decimal("300.00")),
        StageSum(NO_STAGE, 1, Decimal("0.00")),
    }
    assert (told.count, told.as_of, told.currency) == (3, TODAY, "EUR")
    website, logo, nowhere = told.leads
    assert (website.party, website.closes, website.next_step, website.next_on) == (
        "Mill",
        date(2026, 12, 31),
        "call them",
        date(2026, 12, 1),
    )
    assert (logo.party, logo.stage, logo.next_step, logo.next_on) == ("Ada", "Qualified", "", None)
    assert (nowhere.stage, nowhere.place.startswith("Odoo lead ")) == (NO_STAGE, True)


def test_projects_are_told_with_their_open_and_late_tasks() -> None:
    odoo = shop(timesheets=True)
    mill = made(odoo, "res.partner", name="Mill")
    site, quiet = made(odoo, "project.project", name="Site", partner_id=mill), made(odoo, "project.project", name="Zoo")
    late = {"date_deadline": "2026-11-25 10:00:00", "allocated_hours": 8, "effective_hours": 2.5}
    made(odoo, "project.task", name="Draft", project_id=site, **late)
    made(odoo, "project.task", name="Print", project_id=site, allocated_hours=4, date_deadline="2026-12-09 10:00:00")
    made(odoo, "project.task", name="Old", project_id=site, state="1_done", allocated_hours=50)
    made(odoo, "project.task", name="Loose")
    told = read_projects(records_of(odoo), TODAY)
    assert quiet
    assert [(each.name, each.customer, each.open_tasks, each.late_tasks) for each in told.projects] == [
        ("Site", "Mill", 2, 1),
        ("Zoo", "", 0, 0),
        (NO_PROJECT, "", 1, 0),
    ]
    assert (told.projects[0].planned_hours, told.projects[0].spent_hours) == (Decimal("12.00"), Decimal("2.50"))
    first = next(each for each in told.tasks if each.name == "Draft")
    assert (first.deadline, first.late_days, first.spent_hours) == (date(2026, 11, 25), 3, Decimal("2.50"))
    assert {each.name for each in told.tasks} == {"Draft", "Print", "Loose"}
    assert (told.count, told.as_of) == (3, TODAY)


def test_hours_that_odoo_does_not_keep_are_none_and_not_nothing() -> None:
    odoo = shop()
    site = made(odoo, "project.project", name="Site")
    made(odoo, "project.task", name="Draft", project_id=site, allocated_hours=8)
    told = read_projects(records_of(odoo), TODAY)
    assert (told.tasks[0].planned_hours, told.tasks[0].spent_hours) == (Decimal("8.00"), None)
    assert told.projects[0].spent_hours is None


def test_expenses_are_told_with_who_spent_what_and_how_far_each_is() -> None:
    odoo = shop()
    ada = administrator(odoo)
    (food,) = odoo.find("product.product", ["name", "=", "Meals"])
    lunch = {
        "name": "Lunch",
        "employee_id": ada,
        "product_id": food,
        "date": "2026-11-20",
        "total_amount_currency": 23.8,
    }
    one, two = made(odoo, "hr.expense", **lunch), made(odoo, "hr.expense", **lunch | {"date": "2026-11-21"})
    made(odoo, "hr.expense", **lunch | {"date": "2026-10-31"})
    made(odoo, "hr.expense", **lunch | {"currency_id": odoo.currency("USD"), "payment_mode": "company_account"})
    odoo.call("hr.expense", "action_submit_expenses", [one])
    told = read_expenses(records_of(odoo), START, TODAY)
    assert set(told.sums) == {
        ExpenseSum("To Submit", "EUR", 1, Decimal("23.80")),
        ExpenseSum("To Report", "EUR", 1, Decimal("23.80")),
        ExpenseSum("To Report", "USD", 1, Decimal("23.80")),
    }
    newest = told.expenses[0]
    assert newest.place == f"Odoo expense {two}"
    assert (newest.who, newest.what, newest.category) == ("Administrator", "Lunch", "[FOOD] Meals")
    assert (newest.day, newest.amount, newest.state) == (date(2026, 11, 21), Decimal("23.80"), "To Report")
    assert [each.paid_by for each in told.expenses if each.currency == "USD"] == ["Company"]
    assert (told.count, told.start, told.end) == (3, START, TODAY)


@pytest.mark.parametrize("app", READS)
@pytest.mark.parametrize("series", ["18.0", "19.0"])
def test_an_app_that_is_not_installed_is_named_plainly(app: str, series: str) -> None:
    with shop(without=(app,), series=series) as odoo:
        records = records_of(odoo)
        if series == "19.0":
            account = account_of(odoo, version=19, protocol="json-2")
            key = SecretStr(KEYS["bookkeeper"])
            records = Records(Json2Calls(account, key, Egress("odoo", (account.destination,)), SystemClock()))
        with pytest.raises(NeedsOwner, match=f"^The app {app} is not installed in Odoo"):
            READS[app](records)


def test_a_user_without_the_right_is_told_which_rights_are_needed() -> None:
    odoo = shop()
    groups = [odoo.group(each) for each in BOOKKEEPER if each != LEADS]
    odoo.call("res.users", "write", [odoo.uid()], {"groups_id": [(6, 0, groups)]})
    with pytest.raises(NeedsOwner, match="does not let the user do this") as told:
        READS["CRM"](records_of(odoo))
    assert "docs/odoo.md" in told.value.hint


def test_what_odoo_refuses_otherwise_is_no_missing_app() -> None:
    with pytest.raises(NotAllowed, match="Invalid field") as told:
        apps.App(records_of(shop()), "crm.lead", ("name",)).sums([], ["nothing:sum"], [])
    assert not isinstance(told.value, NeedsOwner)


def test_the_calls_do_not_grow_with_the_records_and_the_lists_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "MAX_RECORDS", 100)
    odoo = shop()
    site, ada = made(odoo, "project.project", name="Site"), administrator(odoo)
    counts = []
    for many in (10, 990):
        odoo.call("crm.lead", "create", [{"name": f"L{at}"} for at in range(many)])
        odoo.call("project.task", "create", [{"name": f"T{at}", "project_id": site} for at in range(many)])
        spent = {"employee_id": ada, "date": "2026-11-20"}
        odoo.call("hr.expense", "create", [{"name": f"E{at}"} | spent for at in range(many)])
        took = {}
        for app, read in READS.items():
            calls = ShortWay(odoo)
            told = read(Records(calls))
            took[app] = calls.counted
            assert told.count == len(odoo.find("hr.expense"))
            assert len(listed(told)) == min(told.count, 100)
        counts.append(took)
    assert counts[0] == counts[1] == {"CRM": 3, "Project": 6, "Expenses": 3}


def listed(told: Pipeline | Projects | Expenses) -> Sequence[object]:
    return told.leads if isinstance(told, Pipeline) else told.tasks if isinstance(told, Projects) else told.expenses
