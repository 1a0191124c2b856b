"""Search domains: prefix notation with &, | and !, leaves over fields and dotted paths."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.standins.odoo.errors import BadValue
from tests.standins.odoo.fields import NUMBERS, number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.standins.odoo.fields import Field, Value
    from tests.standins.odoo.records import Model

LIKE = {"like", "ilike", "not like", "not ilike", "=like", "=ilike"}
ORDERED: dict[str, Callable[[Value, Value], bool]] = {
    "<": lambda mine, other: mine < other,
    "<=": lambda mine, other: mine <= other,
    ">": lambda mine, other: mine > other,
    ">=": lambda mine, other: mine >= other,
}
OPERATORS = {"=", "!=", "<>", "in", "not in", "=?", "child_of", *LIKE, *ORDERED}


def names_in(domain: Sequence[Value]) -> set[str]:
    """The fields of the model itself that a domain asks for."""
    return {str(each[0]).split(".")[0] for each in domain if isinstance(each, list | tuple)}


def matcher(model: Model, domain: Sequence[Value]) -> Callable[[int], bool]:
    """A function that says whether a record is meant. Raises: BadValue."""
    stack: list[Callable[[int], bool]] = []
    for each in reversed(list(domain)):
        if each == "!":
            stack.append(_no(stack.pop()))
        elif each in ("&", "|"):
            stack.append(_both(stack.pop(), stack.pop(), each))
        else:
            stack.append(_leaf(model, each))
    while len(stack) > 1:  # what stands side by side is joined by and
        stack.append(_both(stack.pop(), stack.pop(), "&"))
    return stack[0] if stack else lambda _: True


def _no(test: Callable[[int], bool]) -> Callable[[int], bool]:
    return lambda id_: not test(id_)


def _both(one: Callable[[int], bool], other: Callable[[int], bool], word: str) -> Callable[[int], bool]:
    if word == "&":
        return lambda id_: one(id_) and other(id_)
    return lambda id_: one(id_) or other(id_)


def _leaf(model: Model, leaf: Value) -> Callable[[int], bool]:
    if not isinstance(leaf, list | tuple) or len(leaf) != 3:
        raise BadValue(f"Invalid leaf {leaf!r}")
    path, operator, value = leaf
    if isinstance(path, int):  # (1, '=', 1)
        return lambda _: path == value
    if operator not in OPERATORS:
        raise BadValue(f"Invalid leaf {leaf!r}")
    name, _, rest = path.partition(".")
    field = model.fields.get(name)
    if field is None:
        raise BadValue(f"Invalid field {model.name}.{name} in leaf {tuple(leaf)!r}")
    if rest:
        inner = _leaf(model.env[field.to], [rest, operator, value])
        return lambda id_: any(inner(each) for each in _ids(model.value(id_, name)))
    if operator == "=?":
        return (lambda _: True) if not value else _leaf(model, [path, "=", value])
    return _test(model, name, operator, value)


def _test(model: Model, name: str, operator: str, value: Value) -> Callable[[int], bool]:
    if operator == "child_of":
        operator = "in" if isinstance(value, list | tuple) else "="
    if model.fields[name].to:
        return _relation(model, name, operator, value)
    compare = _comparison(operator, _typed(model.fields[name], value, f"{model.name}.{name}"))
    return lambda id_: compare(model.value(id_, name))


def _relation(model: Model, name: str, operator: str, value: Value) -> Callable[[int], bool]:
    other = model.env[model.fields[name].to]
    if isinstance(value, str) or operator in LIKE:
        wanted = _comparison(operator, value)
        return lambda id_: any(wanted(other.shown(each)) for each in _ids(model.value(id_, name)))
    if operator in ORDERED:
        return lambda id_: any(ORDERED[operator](each, value) for each in _ids(model.value(id_, name)))
    wanted_ids = set(value) if isinstance(value, list | tuple) else {value or False}
    is_meant = operator in {"=", "in"}

    def test(id_: int) -> bool:
        found = set(_ids(model.value(id_, name))) or {False}
        return bool(found & wanted_ids) is is_meant

    return test


def _ids(value: Value) -> tuple[int, ...]:
    if isinstance(value, list | tuple):
        return tuple(value)
    return (value,) if value else ()


def _typed(field: Field, value: Value, place: str) -> Value:
    if isinstance(value, list | tuple):
        return [_typed(field, each, place) for each in value]
    if field.kind in NUMBERS:
        return number(value)
    if field.kind == "date" and value:
        return field.kept(value, place)
    if field.kind == "datetime" and value and len(str(value)) == len("2026-11-23"):
        return f"{value} 00:00:00"
    return value


def _comparison(operator: str, value: Value) -> Callable[[Value], bool]:
    if operator in LIKE:
        return _pattern(operator, value)
    if operator in {"in", "not in"}:
        wanted = list(value) if isinstance(value, list | tuple) else [value]
        return lambda mine: (mine in wanted) is (operator == "in")
    if operator in ORDERED:
        ordered = ORDERED[operator]
        return lambda mine: (mine is not False or isinstance(value, Decimal)) and ordered(mine, value)
    return lambda mine: ((mine or False) == (value or False)) is (operator == "=")


def _pattern(operator: str, value: Value) -> Callable[[Value], bool]:
    text = str(value or "")
    shape = text if operator.startswith("=") else f"%{text}%"
    expression = re.escape(shape).replace("%", ".*").replace("_", ".")
    compiled = re.compile(expression, (re.IGNORECASE if "ilike" in operator else 0) | re.DOTALL)
    is_meant = not operator.startswith("not")
    return lambda mine: (bool(mine) and compiled.fullmatch(str(mine)) is not None) is is_meant
