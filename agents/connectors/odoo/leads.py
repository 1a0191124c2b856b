"""Leads of the app CRM that are open: by stage, with what may come of them and what is to be done next. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.odoo.apps import App, count_of, day_in
from agents.connectors.odoo.documents import money
from agents.connectors.odoo.records import name_of, number_of, text

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.odoo.apps import Row
    from agents.connectors.odoo.records import Records

LEAD = "crm.lead"
NO_STAGE = "no stage"
FIELDS = (
    *("name", "partner_id", "partner_name", "contact_name", "stage_id", "expected_revenue", "probability", "user_id"),
    *("date_deadline", "activity_summary", "activity_type_id", "activity_date_deadline"),
)
# lost ones are archived, and archived ones are not told
OPEN: list[JsonValue] = ["|", ["stage_id", "=", False], ["stage_id.is_won", "=", False]]


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who may buy. `expected` is in the currency of the books, `probability` in percent.

    `next_step` is what somebody planned to do, empty = nothing; `next_on` its day.
    """

    place: str
    name: str
    party: str
    stage: str
    expected: Decimal
    probability: Decimal
    responsible: str
    closes: date | None
    next_step: str
    next_on: date | None


@dataclass(frozen=True, slots=True)
class StageSum:
    """How many leads are in a stage, and what may come of them."""

    stage: str
    count: int
    expected: Decimal


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Every open lead by stage as of a day, and the first of them: the most that may come first."""

    as_of: date
    currency: str
    stages: tuple[StageSum, ...]
    leads: tuple[Lead, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(each.count for each in self.stages)


def read_pipeline(records: Records, currency: str, on: date) -> Pipeline:
    """The leads that are open now.

    Raises:
        NeedsOwner: the app is not installed, or the user may not see it.
    """
    app = App(records, LEAD, FIELDS)
    groups = app.sums(OPEN, ["expected_revenue:sum"], ["stage_id"])
    stages = (
        StageSum(name_of(each["stage_id"]) or NO_STAGE, count_of(each), money(each["expected_revenue"]))
        for each in groups
    )
    rows = app.first(OPEN, "expected_revenue desc, id desc") if groups else []
    return Pipeline(on, currency, tuple(stages), tuple(map(_lead, rows)))


def _lead(row: Row) -> Lead:
    planned = day_in(row.get("activity_date_deadline"))
    step = text(row.get("activity_summary")) or name_of(row.get("activity_type_id"))
    return Lead(
        place=f"Odoo lead {number_of(row)}",
        name=text(row["name"]),
        party=name_of(row["partner_id"]) or text(row["partner_name"]) or text(row["contact_name"]),
        stage=name_of(row["stage_id"]) or NO_STAGE,
        expected=money(row["expected_revenue"]),
        probability=money(row["probability"]),
        responsible=name_of(row["user_id"]),
        closes=day_in(row["date_deadline"]),
        next_step=step if planned else "",
        next_on=planned,
    )
