"""What an Odoo holds in apps beyond bookkeeping: whether an app is there, and which of its fields this version has.

Records of an app are read as a list that is bounded, and sums that Odoo reckons, so the calls do not grow with them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.odoo.calls import NOT_FOUND_NAME, Refused
from agents.connectors.odoo.records import moment, text
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from agents.connectors.odoo.records import Records

    Row = Mapping[str, JsonValue]

MAX_RECORDS = 500  # of one list
APPS = {"crm.lead": "CRM", "project.project": "Project", "project.task": "Project", "hr.expense": "Expenses"}
NO_SUCH_MODEL = frozenset({"odoo.exceptions.UserError", NOT_FOUND_NAME})
DAY_CHARS = 10


class App:
    """The records of one model of an app."""

    def __init__(self, records: Records, model: str, names: Sequence[str]) -> None:
        """`names`: the fields that are wanted; those this version does not have are left out.

        Raises:
            NeedsOwner: the app is not installed, or the user may not see it.
        """
        self._records = records
        self._model = model
        asked: dict[str, JsonValue] = {"allfields": [*names], "attributes": ["type", "selection"]}
        try:
            told = records.call(model, "fields_get", asked)
        except Refused as err:
            if err.name not in NO_SUCH_MODEL:
                raise
            hint = f"Install it in Odoo (Apps, {APPS[model]}) if you want to use it."
            raise NeedsOwner(f"The app {APPS[model]} is not installed in Odoo.", hint=hint) from err
        self._fields = told if isinstance(told, dict) else {}

    def has(self, *names: str) -> bool:
        """Whether this version has all these fields."""
        return all(name in self._fields for name in names)

    def first_of(self, *names: str) -> str:
        """The first of these fields that this version has; newer versions call some otherwise."""
        return next(filter(self.has, names), names[0])

    def first(self, domain: list[JsonValue], order: str) -> list[dict[str, JsonValue]]:
        """The first records that a domain names, with every field that is there."""
        return self._records.search(self._model, domain, [*self._fields], MAX_RECORDS, order)

    def sums(self, domain: list[JsonValue], fields: Sequence[str], by: Sequence[str]) -> list[dict[str, JsonValue]]:
        """Sums of fields, as `Records.sums`."""
        return self._records.sums(self._model, domain, fields, by)

    def label(self, field: str, value: JsonValue) -> str:
        """What a value of a choice is called."""
        told = self._fields.get(field)
        options = told.get("selection") if isinstance(told, dict) else None
        for each in options if isinstance(options, list) else ():
            if isinstance(each, list) and each[0] == value:
                return text(each[1])
        return text(value)


def day_in(value: JsonValue | None) -> date | None:
    """A day, from a date or a moment (UTC) as Odoo says it; None where it says none."""
    said = text(value)
    if not said:
        return None
    return date.fromisoformat(said) if len(said) == DAY_CHARS else as_local(moment(said)).date()


def count_of(group: Row) -> int:
    """How many records a sum is of."""
    count = group.get("__count")
    return count if isinstance(count, int) else 0
