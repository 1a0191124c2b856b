"""Kinds of fields: what may be written into them, how it is kept, and how it is read back.

Kept values are never changed in place: False for nothing, `Decimal` for numbers with a point, ISO text for dates, a
tuple of ids for many2many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.standins.odoo.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.standins.odoo.records import Model

Value: TypeAlias = Any  # what a field holds: text, a number, a date, ids, or False
Row = dict[str, Value]
Columns: TypeAlias = "dict[str, Field]"
TEXTS = {"char", "text", "html"}
NUMBERS = {"float", "monetary"}
DATE_FORMATS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column.

    `related`: a path it only mirrors; `compute`: worked out when read; `only`: which rows of the other side a one2many
    shows; `default`: a value, or a function of the model; `must`: the rule that says it is required.
    """

    kind: str
    label: str = ""
    must: str = ""
    default: Value = None
    to: str = ""
    inverse: str = ""
    options: tuple[tuple[str, str], ...] = ()
    related: str = ""
    compute: Callable[[Model, int], Value] | None = None
    only: Callable[[Row], bool] | None = None
    digits: int = 6
    readonly: bool = False

    @property
    def is_stored(self) -> bool:
        return not (self.related or self.compute or self.kind == "one2many")

    @property
    def is_list(self) -> bool:
        return self.kind in {"one2many", "many2many"}

    @property
    def empty(self) -> Value:
        """What an unset field holds."""
        if self.kind in NUMBERS:
            return Decimal(0)
        return {"integer": 0, "many2many": ()}.get(self.kind, False)

    def described(self, name: str) -> Row:
        """As `fields_get` says it."""
        told: Row = {"type": self.kind, "string": self.label or title(name), "required": bool(self.must)}
        told |= {"readonly": self.readonly or not self.is_stored, "store": self.is_stored, "name": name}
        if self.to:
            told["relation"] = self.to
        if self.inverse:
            told["relation_field"] = self.inverse
        if self.options:
            told["selection"] = [list(each) for each in self.options]
        return told

    def kept(self, value: Value, place: str) -> Value:
        """The value as it is kept; `place` is 'model.field'. Raises: BadValue."""
        if value is None or (value is False and self.kind != "boolean"):
            return self.empty
        if self.kind in TEXTS:
            return str(value) or False
        if self.kind == "boolean":
            return bool(value)
        if self.kind in DATE_FORMATS:
            return self._moment(value)
        if self.kind == "selection":
            if value not in dict(self.options):
                raise BadValue(f"Wrong value for {place}: {value!r}")
            return value
        return self._other(value)

    def _other(self, value: Value) -> Value:
        if self.kind in NUMBERS:
            return rounded(number(value), self.digits)
        if self.kind in {"integer", "many2one"}:
            try:
                return int(value)
            except (TypeError, ValueError) as err:
                raise BadValue(f"invalid literal for int() with base 10: {value!r}") from err
        return value  # json

    def _moment(self, value: Value) -> str | bool:
        if not value:
            return False
        text = str(value)
        if self.kind == "date":
            text = text[:10]
        form = DATE_FORMATS[self.kind]
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).strftime(form)
        except ValueError as err:
            raise BadValue(str(err)) from err


def number(value: Value) -> Decimal:
    """A number as it came by JSON. Raises: BadValue."""
    try:
        return value if isinstance(value, Decimal) else Decimal(str(value or 0))
    except ArithmeticError as err:
        raise BadValue(f"could not convert string to float: {value!r}") from err


def rounded(value: Decimal, digits: int = 2) -> Decimal:
    """Half away from zero, as the server rounds money."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def title(name: str) -> str:
    return name.removesuffix("_id").removesuffix("_ids").replace("_", " ").title()


def char(label: str = "", **more: Value) -> Field:
    return Field(kind="char", label=label, **more)


def flag(label: str = "", **more: Value) -> Field:
    return Field(kind="boolean", label=label, **more)


def day(label: str = "", **more: Value) -> Field:
    return Field(kind="date", label=label, **more)


def money(label: str = "", **more: Value) -> Field:
    return Field(kind="monetary", label=label, **more)


def choice(options: dict[str, str], label: str = "", **more: Value) -> Field:
    return Field(kind="selection", label=label, options=tuple(options.items()), **more)


def one(to: str, label: str = "", **more: Value) -> Field:
    return Field(kind="many2one", to=to, label=label, **more)


def many(to: str, label: str = "", **more: Value) -> Field:
    """A many2many, or with `inverse` a one2many."""
    return Field(kind="one2many" if "inverse" in more else "many2many", to=to, label=label, **more)
