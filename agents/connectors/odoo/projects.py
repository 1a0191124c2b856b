"""Projects and their open tasks, with hours and deadlines where Odoo keeps them. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.odoo.apps import App, count_of, day_in
from agents.connectors.odoo.documents import money
from agents.connectors.odoo.records import name_of, number_of, reference, text

if TYPE_CHECKING:
    from datetime import date

    from pydantic import JsonValue

    from agents.connectors.odoo.apps import Row
    from agents.connectors.odoo.records import Records

PROJECT, TASK = "project.project", "project.task"
NO_PROJECT = "no project"
CLOSED = ("1_done", "1_canceled")  # states of 17 and later; before, the field is_closed says it
HOURS = (("allocated_hours", "planned_hours"), ("effective_hours",))  # what each is called, newest first
FIELDS = ("name", "project_id", "stage_id", "date_deadline", "state", "is_closed", *(n for each in HOURS for n in each))


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Something to be done. Hours: planned and spent, None where Odoo keeps none. `late_days` is 0 until it is late."""

    place: str
    name: str
    project: str
    stage: str
    deadline: date | None
    late_days: int
    planned_hours: Decimal | None
    spent_hours: Decimal | None


@dataclass(frozen=True, slots=True)
class ProjectSum:
    """A project and all its open tasks: how many, how many of them late, and their hours, as of an `OpenTask`."""

    name: str
    customer: str
    open_tasks: int
    late_tasks: int
    planned_hours: Decimal | None
    spent_hours: Decimal | None


@dataclass(frozen=True, slots=True)
class Projects:
    """Projects as of a day, and the first of all their open tasks, `count` of them: what is due first comes first."""

    as_of: date
    count: int
    projects: tuple[ProjectSum, ...]
    tasks: tuple[OpenTask, ...]


def read_projects(records: Records, on: date) -> Projects:
    """The projects with their open tasks, and those without one.

    Raises:
        NeedsOwner: the app is not installed, or the user may not see it.
    """
    app = App(records, TASK, FIELDS)
    hours = tuple(next(filter(app.has, names), "") for names in HOURS)
    is_open = _open(app)
    late: list[JsonValue] = [*is_open, ["date_deadline", "<", on.isoformat()]]
    groups = app.sums(is_open, [f"{each}:sum" for each in hours if each], ["project_id"])
    late_ones = {reference(each["project_id"]): count_of(each) for each in app.sums(late, [], ["project_id"])}
    by_project = {reference(each["project_id"]): each for each in groups}
    listed = App(records, PROJECT, ("name", "partner_id")).first([], "name")
    found = [_project(each, by_project.get(number_of(each)), late_ones, hours) for each in listed]
    if without := by_project.get(0):
        found.append(_project({"id": 0, "name": NO_PROJECT, "partner_id": False}, without, late_ones, hours))
    tasks = app.first(is_open, "date_deadline, id") if groups else []
    return Projects(on, sum(map(count_of, groups)), tuple(found), tuple(_task(each, on, hours) for each in tasks))


def _open(app: App) -> list[JsonValue]:
    if app.has("state"):
        return [["state", "not in", [*CLOSED]]]
    return [["is_closed", "=", False]]


def _project(row: Row, group: Row | None, late: dict[int, int], hours: tuple[str, ...]) -> ProjectSum:
    planned, spent = (_hours(group, each) for each in hours)
    number, count = number_of(row), count_of(group) if group else 0
    return ProjectSum(text(row["name"]), name_of(row["partner_id"]), count, late.get(number, 0), planned, spent)


def _task(row: Row, on: date, hours: tuple[str, ...]) -> OpenTask:
    deadline = day_in(row["date_deadline"])
    planned, spent = (_hours(row, each) for each in hours)
    return OpenTask(
        place=f"Odoo task {number_of(row)}",
        name=text(row["name"]),
        project=name_of(row["project_id"]) or NO_PROJECT,
        stage=name_of(row["stage_id"]),
        deadline=deadline,
        late_days=max((on - deadline) // timedelta(days=1), 0) if deadline else 0,
        planned_hours=planned,
        spent_hours=spent,
    )


def _hours(row: Row | None, name: str) -> Decimal | None:
    if not name:
        return None
    return money(row[name]) if row else Decimal("0.00")
