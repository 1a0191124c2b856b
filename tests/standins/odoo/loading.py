"""`load`: rows of an import with external ids, which never raises for bad data and says so in `messages`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tests.standins.odoo.errors import BadValue, OdooError
from tests.standins.odoo.fields import NUMBERS, Field, Row, Value, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.odoo.records import Env, Model

DATA = "ir.model.data"
NOTHING = ("", False, None)


class BadCellError(Exception):
    """A value that does not fit its column; `more` is what the message adds."""

    def __init__(self, message: str, more: Value = None) -> None:
        super().__init__(message)
        self.more = more


@dataclass(slots=True)
class Loaded:
    """One record of the import: its external id or id, its values, and the rows under it by field."""

    first: int
    last: int
    key: str = ""
    id_: int = 0
    vals: Row = field(default_factory=dict)
    under: dict[str, list[Loaded]] = field(default_factory=dict)
    problems: list[Row] = field(default_factory=list)


def load(model: Model, columns: Sequence[str], data: Sequence[Sequence[Value]]) -> Row:
    """Raises: BadValue for a column that is no field. Everything else is in the messages, and then nothing is kept."""
    saved = model.env.tx.savepoint()
    ids, messages = [], []
    for at, record in enumerate(records_of(model, [each.split("/") for each in columns], data, 0)):
        where: Row = {"rows": {"from": record.first, "to": record.last}}
        messages += [where | {"type": "error", "record": at} | each for each in record.problems]
        try:
            ids.append(_save(model, record))
        except OdooError as err:
            messages.append(where | {"record": at, "type": "error", "message": err.raw})
    if messages:
        model.env.tx.back_to(saved)
    return {"ids": False if messages else ids, "messages": messages, "nextrow": 0}


def records_of(model: Model, paths: list[list[str]], data: Sequence[Sequence[Value]], offset: int) -> list[Loaded]:
    """The records of some rows: a row with nothing but cells of a list below belongs to the one above."""
    for path in paths:
        if path[0] not in {".id", *model.fields}:
            raise BadValue(f"Invalid field name {path[0]!r} on model {model.name!r}")
    own = [at for at, path in enumerate(paths) if not _is_below(model, path)]
    starts = [at for at, row in enumerate(data) if at == 0 or any(row[each] not in NOTHING for each in own)]
    found = []
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        record = Loaded(offset + start, offset + end - 1)
        for at in own:
            if data[start][at] not in NOTHING or paths[at][0] not in {"id", ".id"}:
                _take(model, record, paths[at], data[start][at])
        for name in dict.fromkeys(path[0] for path in paths if _is_below(model, path)):
            below = [at for at, path in enumerate(paths) if path[0] == name]
            rows = [[row[at] for at in below] for row in data[start:end]]
            kept = [row for row in rows if any(cell not in NOTHING for cell in row)]
            other = model.env[model.fields[name].to]
            record.under[name] = records_of(other, [paths[at][1:] for at in below], kept, offset + start)
            record.problems += [each for row in record.under[name] for each in row.problems]
        found.append(record)
    return found


def _is_below(model: Model, path: list[str]) -> bool:
    return path[0] in model.fields and model.fields[path[0]].kind == "one2many" and len(path) > 1


def _take(model: Model, record: Loaded, path: list[str], cell: Value) -> None:
    """Put a cell where it belongs, or say why not."""
    name = path[0]
    if name == "id":
        record.key = str(cell)
    elif name == ".id":
        record.id_ = int(cell)
    else:
        of = model.fields[name]
        label = of.label or title(name)
        try:
            record.vals[name] = _linked(model.env, of, label, path[1:], cell) if of.to else _plain(of, label, cell)
        except BadCellError as err:
            more = {} if err.more is None else {"moreinfo": err.more}
            record.problems.append({"field": name, "message": str(err)} | more | {"field_name": label})


def _plain(of: Field, label: str, cell: Value) -> Value:
    if cell in NOTHING:
        return False
    if of.kind == "selection":
        words = {label_: value for value, label_ in of.options}
        if cell not in dict(of.options) and cell not in words:
            raise BadCellError(f"Value '{cell}' not found in selection field '{label}'", list(words))
        return words.get(cell, cell)
    if of.kind == "date":
        try:
            return date.fromisoformat(str(cell)).isoformat()
        except ValueError as err:
            message = f"'{cell}' does not seem to be a valid date for field '{label}'"
            raise BadCellError(message, "Use the format '2012-12-31'") from err
    if of.kind in NUMBERS:
        return _number(label, cell)
    if of.kind == "boolean":
        return str(cell).lower() in {"1", "true", "yes"}
    return cell


def _number(label: str, cell: Value) -> Decimal:
    try:
        return Decimal(str(cell))
    except InvalidOperation as err:
        raise BadCellError(f"'{cell}' does not seem to be a number for field '{label}'") from err


def _linked(env: Env, of: Field, label: str, rest: list[str], cell: Value) -> Value:
    """The id, or the command for a list of ids, that a cell names by id, external id or name."""
    if cell in NOTHING:
        return False if of.kind == "many2one" else [(6, 0, [])]
    cells = [cell] if of.kind == "many2one" else [each for each in str(cell).split(",") if each]
    ids = [_meant(env, of.to, label, rest[0] if rest else "name", each) for each in cells]
    return ids[0] if of.kind == "many2one" else [(6, 0, ids)]


def _meant(env: Env, other: str, label: str, how: str, cell: Value) -> int:
    if how == ".id":
        if str(cell).isdecimal() and env[other].exists(int(cell)):
            return int(cell)
        raise BadCellError(f"No matching record found for database id '{cell}' in field '{label}'")
    if how == "id":
        found = known(env, str(cell))
        if found and found[0] == other:
            return found[1]
        raise BadCellError(f"No matching record found for external id '{cell}' in field '{label}'")
    ids = [each for each in env[other].find() if env[other].shown(each) == cell]
    if not ids:
        raise BadCellError(f"No matching record found for name '{cell}' in field '{label}'")
    return ids[0]


def _save(model: Model, record: Loaded) -> int:
    """Make or change the record and those under it, and note the external ids of the new ones."""
    before = known(model.env, record.key) if record.key else None
    id_ = before[1] if before and model.exists(before[1]) else record.id_
    vals = dict(record.vals)
    for name, below in record.under.items():
        vals[name] = [_command(model.env, each) for each in below]
    had = {name: set(model.value(id_, name)) if id_ else set() for name in record.under}
    if id_:
        model.change([id_], vals)
    else:
        id_ = model.add(vals)
    if record.key:
        note(model.env, record.key, model.name, id_)
    for name, below in record.under.items():
        made = sorted(set(model.value(id_, name)) - had[name])
        new = [each for each in below if not _own_id(model.env, each)]
        for each, child in zip(new, made, strict=False):
            if each.key:
                note(model.env, each.key, model.fields[name].to, child)
    return id_


def _own_id(env: Env, record: Loaded) -> int:
    found = known(env, record.key) if record.key else None
    return found[1] if found else record.id_


def _command(env: Env, record: Loaded) -> tuple[int, int, Row]:
    id_ = _own_id(env, record)
    return (1, id_, record.vals) if id_ else (0, 0, record.vals)


def _parts(key: str) -> tuple[str, str]:
    module, dot, name = key.partition(".")
    return (module, name) if dot else ("__import__", module)


def known(env: Env, key: str) -> tuple[str, int] | None:
    """(model, id) of an external id, whoever may see it."""
    module, name = _parts(key)
    for row in env.tx.table(DATA).values():
        if row["name"] == name and row["module"] == module:
            return row["model"], row["res_id"]
    return None


def note(env: Env, key: str, model: str, id_: int) -> None:
    """Keep an external id, once."""
    module, name = _parts(key)
    if known(env, key) is None:
        env[DATA].add({"module": module, "name": name, "model": model, "res_id": id_})
