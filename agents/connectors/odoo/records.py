"""Records of Odoo that are known by a key of ours, so that each is written once however often it is tried.

The key is an external id, which Odoo keeps unique and writes together with the record; lines have one as well, else the
same words written again would add them again. Source: docs/odoo.md, ADR 0069.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agents.connectors.odoo.calls import LATER, Refused, no_answer, refusal
from agents.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from agents.connectors.odoo.calls import OdooCalls

    Values = Mapping[str, JsonValue]
    Domain = list[JsonValue]

MODULE = "__ai_employee__"
TOGETHER = 100  # records written by one call
NO_SUCH_ID = "builtins.ValueError"
FIGHT = "could not serialize access"


class Records:
    """Finds, writes and reads records of one Odoo."""

    def __init__(self, calls: OdooCalls) -> None:
        self._calls = calls

    def find(self, name: str) -> int | None:
        """The number of the record with our key, or None: certainly there is none.

        Raises:
            Transient: it is just being written, or deleted, or the user may not see it.
        """
        try:
            found = self._calls.call(
                "ir.model.data", "check_object_reference", kwargs={"module": MODULE, "xml_id": name}
            )
        except Refused as err:
            if err.name == NO_SUCH_ID:
                return None
            raise
        number = found[1] if isinstance(found, list) and len(found) == 2 else None  # noqa: PLR2004 (model, number)
        if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
            raise Transient("Odoo is just writing this, or does not show it", hint=LATER)
        return number

    def write(self, model: str, rows: Sequence[Values]) -> tuple[int, ...]:
        """Write records of one shape, each with its key as `id`; again with the same keys changes nothing more.

        A row with an empty `id` goes on with the lines of the record before. Returns the numbers of the records.

        Raises:
            Refused: Odoo does not take one of them; none was written.
            Transient: somebody else was writing the same.
        """
        fields = list(dict.fromkeys(name for row in rows for name in row))
        table: list[JsonValue] = [[_cell(name, row) for name in fields] for row in rows]
        said = self._calls.call(model, "load", kwargs={"fields": [*fields], "data": table})
        if not isinstance(said, dict):
            raise no_answer("load", "Odoo does not say what it wrote")
        ids, messages = said.get("ids"), said.get("messages")
        if isinstance(ids, list) and ids and all(isinstance(each, int) and each for each in ids):
            return tuple(each for each in ids if isinstance(each, int))
        first = messages[0] if isinstance(messages, list) and messages else {}
        text = str(first.get("message", "")) if isinstance(first, dict) else ""
        if FIGHT in text:
            raise Transient("somebody else is writing the same in Odoo", hint=LATER)
        raise refusal("load", "odoo.exceptions.ValidationError", text or "it does not say why")

    def read(self, model: str, number: int, fields: Sequence[str]) -> dict[str, JsonValue]:
        """The fields of one record.

        Raises:
            Transient: it is not there, or not yet.
        """
        rows = self.rows(model, "read", [number], {"fields": [*fields]})
        if len(rows) != 1 or rows[0].get("id") != number:
            raise Transient(f"Odoo does not show what it holds as {model} {number}", hint=LATER)
        return rows[0]

    def search(
        self, model: str, domain: Domain, fields: Sequence[str], limit: int | None = None, order: str = ""
    ) -> list[dict[str, JsonValue]]:
        """Every record that a domain names, or the first of them; `order` empty = as Odoo shows them."""
        asked: dict[str, JsonValue] = {"domain": domain, "fields": [*fields]}
        asked |= {} if limit is None else {"limit": limit}
        return self.rows(model, "search_read", None, asked | ({"order": order} if order else {}))

    def sums(self, model: str, domain: Domain, fields: Sequence[str], by: Sequence[str]) -> list[dict[str, JsonValue]]:
        """Sums of fields, such as 'balance:sum', by other fields; reckoned by Odoo."""
        asked: dict[str, JsonValue] = {"domain": domain, "fields": [*fields], "groupby": [*by], "lazy": False}
        return self.rows(model, "read_group", None, asked)

    def rows(self, model: str, method: str, ids: Sequence[int] | None, kwargs: Values) -> list[dict[str, JsonValue]]:
        """What a method that returns records says."""
        said = self._calls.call(model, method, ids, kwargs)
        if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
            raise no_answer(method, "Odoo answers with something else than records")
        return [each for each in said if isinstance(each, dict)]

    def call(self, model: str, method: str, kwargs: Values) -> JsonValue:
        """Call a method of a model itself."""
        return self._calls.call(model, method, None, kwargs)

    def do(self, model: str, method: str, ids: Sequence[int], kwargs: Values | None = None) -> JsonValue:
        """Call a method that changes records; what it returns says nothing, read the record back."""
        return self._calls.call(model, method, ids, kwargs)


def reference(value: JsonValue | None) -> int:
    """The number in what Odoo says of another record, `[7, "Acme"]`; 0 = none."""
    number = value[0] if isinstance(value, list) and value else 0
    return number if isinstance(number, int) else 0


def number_of(row: Values) -> int:
    """The number of a record as Odoo shows it; 0 = none."""
    number = row["id"]
    return number if isinstance(number, int) else 0


def moment(value: JsonValue) -> datetime:
    """A moment as Odoo says it, in UTC without saying so."""
    return datetime.fromisoformat(text(value)).replace(tzinfo=UTC)


def name_of(value: JsonValue) -> str:
    """The name in what Odoo says of another record."""
    return str(value[1]) if isinstance(value, list) and len(value) == 2 else ""  # noqa: PLR2004 (number, name)


def text(value: JsonValue | None) -> str:
    """A text field; Odoo says false for none."""
    return value if isinstance(value, str) else ""


def _cell(name: str, row: Values) -> JsonValue:
    value = row.get(name, "")
    return f"{MODULE}.{value}" if value and (name == "id" or name.endswith("/id")) else value
