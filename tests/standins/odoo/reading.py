"""How records leave the server: rows as `read` gives them, and groups."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

from tests.standins.odoo.errors import BadKey, BadValue
from tests.standins.odoo.fields import NUMBERS, Field, Row, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.standins.odoo.records import Model

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SUMS: dict[str, Callable[[list[Value]], Value]] = {"sum": sum, "max": max, "min": min}


def rows_of(model: Model, ids: Iterable[Value], names: Sequence[str] | None, load: str | None) -> list[Row]:
    """One row for each id that exists; False as an id is answered with a made-up one. Raises: BadValue."""
    names = list(names or [name for name, of in model.fields.items() if of.kind != "one2many"])
    for name in names:
        if name not in model.fields:
            raise BadValue(f"Invalid field {name!r} on model {model.name!r}")
    return [_row(model, id_, names, load) for id_ in ids if not id_ or model.exists(id_)]


def _row(model: Model, id_: Value, names: list[str], load: str | None) -> Row:
    told: Row = {"id": id_ or False}
    for name in names:
        if name != "id":
            value = model.value(id_, name) if id_ else unset(model, model.fields[name])
            told[name] = outside(model, model.fields[name], value, load)
    return told


def unset(model: Model, of: Field) -> Value:
    """What a record that was never made seems to hold."""
    default = of.default(model) if callable(of.default) else of.default
    return () if of.is_list else of.empty if default is None else default


def outside(model: Model, of: Field, value: Value, load: str | None = "_classic_read") -> Value:
    """A kept value as JSON carries it. Raises: BadKey when it cannot."""
    if of.kind == "binary_map":
        raise BadKey("keys must be str, int, float, bool or None, not frozendict")
    if of.kind in NUMBERS:
        return float(value or 0)
    if of.is_list:
        return list(value)
    if of.kind == "many2one" and value:
        return [value, model.env[of.to].shown(value)] if load else value
    return value


def groups(model: Model, ids: list[int], domain: list[Value], specs: Sequence[str], sums: Sequence[str]) -> list[Row]:
    """As `read_group` gives them with all groupings at once, in the order of their values."""
    rows: list[Row] = []
    for keys, members in grouped(model, ids, specs):
        told: Row = {}
        parts, ranges = list(domain), {}
        for spec, key in zip(specs, keys, strict=True):
            told[spec] = shown_key(model, spec, key)
            parts += condition(spec, key)
            if ":" in spec:
                ranges[spec] = {"from": key[0], "to": key[1]} if key else False
        told["__count"] = len(members)
        for each in sums:
            name, how, source = aggregate(each)
            told[name] = combined(model, members, how, source)
        told["__domain"] = joined(parts)
        rows.append(told | ({"__range": ranges} if ranges else {}))
    return rows


def grouped(model: Model, ids: list[int], specs: Sequence[str]) -> list[tuple[tuple[Value, ...], list[int]]]:
    """The members of each combination of keys; nothing comes last."""
    found: dict[tuple[Value, ...], list[int]] = {} if specs else {(): []}
    readers = [_key_of(model, spec) for spec in specs]
    for id_ in ids:
        for keys in product(*(read(id_) for read in readers)):
            found.setdefault(keys, []).append(id_)

    def rank(keys: tuple[Value, ...]) -> list[tuple[bool, str]]:
        shown = [shown_key(model, spec, key) if ":" not in spec else key for spec, key in zip(specs, keys, strict=True)]
        return [(not each, str(each[-1] if isinstance(each, list) else each)) for each in shown]

    return sorted(found.items(), key=lambda item: rank(item[0]))


def _key_of(model: Model, spec: str) -> Callable[[int], list[Value]]:
    """A function that gives the keys of a record: one, or one for each link of a list."""
    name, _, step = spec.partition(":")
    if name not in model.fields:
        raise BadValue(f"Invalid field {name!r} on model {model.name!r}")
    if model.fields[name].is_list:
        return lambda id_: list(model.value(id_, name)) or [False]
    if not step:
        return lambda id_: [model.value(id_, name)]
    return lambda id_: [bounds(str(model.value(id_, name))[:10], step) if model.value(id_, name) else False]


def bounds(day: str, step: str) -> tuple[str, str]:
    """The first day of a period, and the first after it."""
    at = date.fromisoformat(day)
    if step in {"day", "week"}:
        first = at - timedelta(days=at.weekday() if step == "week" else 0)
        return first.isoformat(), (first + timedelta(days=7 if step == "week" else 1)).isoformat()
    months = {"month": 1, "quarter": 3, "year": 12}.get(step)
    if months is None:
        raise BadValue(f"Invalid granularity {step!r}")
    start = (at.month - 1) // months * months
    end = at.year * 12 + start + months
    return date(at.year, start + 1, 1).isoformat(), date(end // 12, end % 12 + 1, 1).isoformat()


def shown_key(model: Model, spec: str, key: Value) -> Value:
    name, _, step = spec.partition(":")
    if key and model.fields[name].is_list:
        return [key, model.env[model.fields[name].to].shown(key)]
    if not key or not step:
        return key if model.fields[name].is_list else outside(model, model.fields[name], key)
    first = date.fromisoformat(key[0])
    return {
        "day": f"{first.day:02} {MONTHS[first.month - 1][:3]} {first.year}",
        "week": f"W{first.isocalendar().week} {first.isocalendar().year}",
        "month": f"{MONTHS[first.month - 1]} {first.year}",
        "quarter": f"Q{(first.month - 1) // 3 + 1} {first.year}",
        "year": str(first.year),
    }[step]


def condition(spec: str, key: Value) -> list[Value]:
    name, _, step = spec.partition(":")
    if step and key:
        return ["&", [name, ">=", key[0]], [name, "<", key[1]]]
    return [[name, "=", key]]


def joined(parts: list[Value]) -> list[Value]:
    """With every & in front, as the server writes it out."""
    terms = _terms(parts)
    return ["&"] * (terms - 1) + parts if terms > 1 else parts


def _terms(parts: list[Value]) -> int:
    """How many conditions stand side by side."""
    return sum(0 if each == "!" else -1 if each in ("&", "|") else 1 for each in parts)


def aggregate(spec: str) -> tuple[str, str, str]:
    """(Name in the answer, function, field) of 'balance:sum', 'total:sum(balance)' or 'balance'."""
    name, _, how = spec.partition(":")
    if "(" in how:
        function, _, source = how.rstrip(")").partition("(")
        return name, function, source
    return name, how or "sum", name


def combined(model: Model, members: list[int], how: str, source: str) -> Value:
    if source not in model.fields:
        raise BadValue(f"Invalid field {source!r} on model {model.name!r}")
    values = [model.value(each, source) for each in members]
    if how == "count":
        return sum(1 for each in values if each)
    if how == "count_distinct":
        return len({each for each in values if each})
    if how in {"array_agg", "recordset"}:
        return values
    present = [each for each in values if each is not False]
    if how == "avg":
        return float(sum(present, Decimal(0)) / len(present)) if present else False
    if how not in SUMS:
        raise BadValue(f"Invalid aggregate method {how!r}")
    result = SUMS[how](present) if present else False
    return float(result) if isinstance(result, Decimal) else result
