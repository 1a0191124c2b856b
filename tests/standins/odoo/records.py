"""Models and their records within one request: create, change, delete, values, searches. Rights are checked outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from tests.standins.odoo import domains
from tests.standins.odoo.errors import BadValue, MissingError, UserError, broken_rule
from tests.standins.odoo.fields import Field, Row, Value, char, one

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tests.standins.odoo.tables import Transaction

F = TypeVar("F", bound=Callable[..., Value])
ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Api:
    """How a method is called from outside: with ids or without, and with which right on its model."""

    needs: str
    takes_ids: bool


def api(needs: str, *, takes_ids: bool = True) -> Callable[[F], F]:
    """Clients may call the method. `needs`: 'read', 'write', 'create', 'unlink', or '' for everybody."""

    def mark(function: F) -> F:
        function.__dict__["api"] = Api(needs, takes_ids)
        return function

    return mark


@dataclass(frozen=True, slots=True)
class Env:
    """One request: its transaction, the user, the context and the time of the server."""

    tx: Transaction
    models: Mapping[str, type[Model]]
    now: datetime
    uid: int
    context: Row
    series: str = "18.0"
    busy: set[tuple[str, int]] = field(default_factory=set)  # records whose dependent rows are being written

    def __getitem__(self, name: str) -> Model:
        if name not in self.models:
            raise UserError(f"Object {name} doesn't exist")
        return self.models[name](self)

    def with_context(self, **more: Value) -> Env:
        return replace(self, context={**self.context, **more})

    def value(self, model: str, id_: int, path: str) -> Value:
        """A value, along a dotted path; False once there is nothing to follow."""
        name, _, rest = path.partition(".")
        found = self[model].value(id_, name)
        if not rest:
            return found
        return self.value(self[model].fields[name].to, found, rest) if found else False

    @property
    def today(self) -> str:
        return self.now.strftime("%Y-%m-%d")

    @property
    def companies(self) -> list[int]:
        """Those the request may see; the first is the one new records belong to."""
        own = list(self.value("res.users", self.uid, "company_ids"))
        first = self.value("res.users", self.uid, "company_id")
        asked = self.context.get("allowed_company_ids")
        return list(asked) if asked else [first, *(each for each in own if each != first)]

    @property
    def company(self) -> int:
        return int(self.companies[0])


class Model:
    """One table. A member defines `fields`, says how a record is `shown`, and hooks itself in where it knows more."""

    name: ClassVar[str]
    label: ClassVar[str] = ""
    order: ClassVar[str] = "id"
    first_series: ClassVar[str] = "0"  # the first and the last version of the server that has it
    last_series: ClassVar[str] = "99"
    fields: ClassVar[dict[str, Field]] = {}

    def __init_subclass__(cls) -> None:
        cls.fields = {**OWN, **cls.fields}

    def __init__(self, env: Env) -> None:
        self.env = env

    # ---- what a member may say ----

    def shown(self, id_: int) -> str:
        """Its display name."""
        return str(self.value(id_, "name") or "") if "name" in self.fields else f"{self.name},{id_}"

    def fresh(self, vals: Row) -> Row:
        """The values of a new record, completed."""
        return vals

    def before_write(self, ids: Sequence[int], vals: Row) -> Row:
        """The values that are really written. Raises what forbids it."""
        del ids
        return vals

    def before_unlink(self, ids: Sequence[int]) -> None:
        """Raises what forbids it."""

    def settled(self, ids: Sequence[int], names: set[str]) -> None:
        """After records were made or changed, with the fields that were given."""

    # ---- records ----

    def row(self, id_: int) -> Row:
        found = self.env.tx.table(self.name).get(id_)
        if found is None:
            raise MissingError(self.name, id_, self.env.uid)
        return found

    def exists(self, id_: int) -> bool:
        return id_ in self.env.tx.table(self.name)

    def value(self, id_: int, name: str) -> Value:
        of = self.fields[name]
        if of.compute:
            return of.compute(self, id_)
        if of.related:
            return self.env.value(self.name, id_, of.related)
        if of.kind == "one2many":
            children = self.env.tx.children(of.to, of.inverse, id_)
            rows = self.env.tx.table(of.to)
            return tuple(each for each in children if of.only is None or of.only(rows[each]))
        return self.row(id_)[name]

    def add(self, given: Mapping[str, Value]) -> int:
        """A new record from values as a client sends them, with all that follows from it."""
        self._known(given)
        vals = self.fresh(dict(given))
        told = set(vals)
        for name, of in self.fields.items():
            if name not in vals and of.is_stored and (of.default is not None or f"default_{name}" in self.env.context):
                default = self.env.context.get(f"default_{name}", of.default)
                vals[name] = default(self) if callable(default) else default
        id_ = self.env.tx.next_id(self.name)
        stamp = self.env.now.strftime("%Y-%m-%d %H:%M:%S")
        row = {name: of.empty for name, of in self.fields.items() if of.is_stored}
        row |= {"id": id_, "create_date": stamp, "create_uid": self.env.uid, "write_uid": self.env.uid}
        self._put(row | {"write_date": stamp} | self._kept(vals, 0))
        for name, of in self.fields.items():
            if of.must and not self.row(id_)[name]:
                raise broken_rule(of.must)
        self._families([id_], vals)
        self.settled([id_], told)
        return id_

    def change(self, ids: Sequence[int], given: Mapping[str, Value]) -> None:
        """Write values as a client sends them, with all that follows."""
        self._known(given)
        for each in ids:
            self.row(each)
        vals = self.before_write(ids, dict(given))
        for each in ids:
            self.set(each, **self._kept(vals, each))
        self._families(ids, vals)
        self.settled(ids, set(vals))

    def set(self, id_: int, **kept: Value) -> None:
        """Write kept values, and nothing follows from it."""
        stamp = self.env.now.strftime("%Y-%m-%d %H:%M:%S")
        self._put(self.row(id_) | kept | {"write_date": stamp, "write_uid": self.env.uid})

    def recomputed(self, id_: int, **kept: Value) -> None:
        """Write what follows from other rows; that is no change of this record, so nothing is stamped."""
        self._put(self.row(id_) | kept)

    def differing(self, ids: Sequence[int], vals: Row) -> Row:
        """Those of the values that some record does not have yet; what is given for lists stays."""
        kept = self._kept({name: value for name, value in vals.items() if not self.fields[name].is_list}, 0)
        same = {name for name, value in kept.items() if all(self.row(each)[name] == value for each in ids)}
        return {name: value for name, value in vals.items() if name not in same}

    def remove(self, ids: Iterable[int]) -> None:
        """Delete records and the rows that hang on them, with their external ids; what is of their own kind stays."""
        ids, gone = list(ids), set[tuple[str, int]]()
        for each in ids:
            self.row(each)
        self.before_unlink(ids)
        for each in ids:
            gone |= {(self.name, each), *self._let_go(each)}
        for model, id_ in gone:
            self.env.tx.drop(model, id_)
        for id_, row in list(self.env.tx.table("ir.model.data").items()):
            if (row["model"], row["res_id"]) in gone:
                self.env.tx.drop("ir.model.data", id_)

    def _let_go(self, id_: int) -> Iterator[tuple[str, int]]:
        """What hangs on a record and goes with it; what is of its own kind only loses the link."""
        for name, of in self.fields.items():
            for child in self.value(id_, name) if of.kind == "one2many" and of.only is None else ():
                if of.to == self.name:
                    self.set(child, **{of.inverse: False})
                else:
                    yield of.to, child

    def find(self, domain: Sequence[Value] = (), order: str = "") -> list[int]:
        """Ids, whoever may see them; archived ones only when the context or the domain says so."""
        is_meant = domains.matcher(self, domain)
        hides = ACTIVE in self.fields and self.env.context.get("active_test", True)
        hides = hides and ACTIVE not in domains.names_in(domain)
        rows = self.env.tx.table(self.name)
        found = [id_ for id_, row in rows.items() if (not hides or row[ACTIVE]) and is_meant(id_)]
        return self.sorted(found, order or self.order)

    def sorted(self, ids: Iterable[int], order: str) -> list[int]:
        found = sorted(ids)
        for part in reversed([each.strip() for each in order.split(",") if each.strip()]):
            name, _, direction = part.partition(" ")
            if name not in self.fields:
                raise BadValue(f"Invalid field {name!r} on model {self.name!r}")
            found.sort(key=partial(self._rank, name), reverse=direction.strip().lower() == "desc")
        return found

    # ---- within ----

    def _rank(self, name: str, id_: int) -> tuple[bool, Value]:
        value = self.value(id_, name)
        if self.fields[name].kind == "many2one" and value:
            value = self.env[self.fields[name].to].shown(value)
        is_nothing = value is False and self.fields[name].kind != "boolean"
        return (is_nothing, 0 if is_nothing else value)

    def _known(self, given: Mapping[str, Value]) -> None:
        for name in given:
            if name not in self.fields:
                raise BadValue(f"Invalid field {name!r} on model {self.name!r}")

    def _kept(self, vals: Row, id_: int) -> Row:
        """The stored ones, as they are kept; related ones are written where they come from."""
        kept: Row = {}
        for name, value in vals.items():
            of = self.fields[name]
            if not of.is_stored:
                continue
            if of.kind == "many2many":
                kept[name] = self._linked(of, self.row(id_)[name] if id_ else (), value)
            else:
                kept[name] = of.kept(value, f"{self.name}.{name}")
            if of.kind == "many2one" and kept[name] and not self.env[of.to].exists(kept[name]):
                raise MissingError(of.to, kept[name], self.env.uid)
        return kept

    def _linked(self, of: Field, before: tuple[int, ...], commands: Value) -> tuple[int, ...]:
        other, ids = self.env[of.to], list(before)
        for code, id_, what in _commands(commands):
            if code == 0:
                ids.append(other.add(what))
            elif code == 1:
                other.change([id_], what)
            elif code in {2, 3}:
                ids = [each for each in ids if each != id_]
            elif code == 4:
                ids.append(id_)
            else:
                ids = list(what) if code == 6 else []
        for each in ids:
            other.row(each)
        return tuple(dict.fromkeys(ids))

    def _families(self, ids: Sequence[int], vals: Row) -> None:
        for name, commands in vals.items():
            of = self.fields[name]
            if of.kind == "one2many":
                for each in ids:
                    self._family(of, each, name, commands)

    def _family(self, of: Field, id_: int, name: str, commands: Value) -> None:
        """Make, change and delete the rows of a one2many; the owner sees to what follows, once."""
        other, mine = self.env[of.to], (self.name, id_)
        was_busy = mine in self.env.busy
        self.env.busy.add(mine)
        for code, child, what in _commands(commands):
            if code == 0:
                other.add({**what, of.inverse: id_})
            elif code == 1:
                other.change([child], what)
            elif code in {2, 3}:
                other.remove([child])
            elif code == 4:
                other.change([child], {of.inverse: id_})
            else:
                kept = set(what) if code == 6 else set()
                other.remove([each for each in self.value(id_, name) if each not in kept])
        if not was_busy:
            self.env.busy.discard(mine)

    def _put(self, row: Row) -> None:
        twin = self.env.tx.twin(self.name, row, self.env.tx.table(self.name))
        if twin is not None:
            raise self.not_unique(row)
        self.env.tx.put(self.name, row["id"], row)

    def not_unique(self, row: Row) -> Exception:
        """What the server says of a second one."""
        del row
        return broken_rule(f'duplicate key value violates unique constraint "{self.name.replace(".", "_")}_uniq"\n')


def _commands(given: Value) -> list[tuple[int, Value, Value]]:
    """Commands of a list field, each with three parts; bare ids are one command 6."""
    if not given:
        return []
    if all(isinstance(each, int) for each in given):
        return [(6, 0, list(given))]
    return [(each[0], each[1] if len(each) > 1 else 0, each[2] if len(each) > 2 else {}) for each in given]


OWN = {
    "id": Field(kind="integer", label="ID", readonly=True),
    "display_name": char("Display Name", compute=lambda model, id_: model.shown(id_)),
    "create_date": Field(kind="datetime", label="Created on", readonly=True),
    "create_uid": one("res.users", "Created by", readonly=True),
    "write_date": Field(kind="datetime", label="Last Updated on", readonly=True),
    "write_uid": one("res.users", "Last Updated by", readonly=True),
}


def moment(text: str) -> datetime:
    """A time of the server, which is UTC without saying so."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
