"""What clients may call on every model, under the names and parameters of the real server."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.standins.odoo import access, loading, reading
from tests.standins.odoo.errors import BadValue
from tests.standins.odoo.records import Model, api

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.standins.odoo.fields import Row, Value


class Table(Model):
    """A model with the methods they all have."""

    name = ""

    @api("create", takes_ids=False)
    def create(self, vals_list: Row | Sequence[Row]) -> int | list[int]:
        if isinstance(vals_list, dict):
            return self.add(vals_list)
        return [self.add(each) for each in vals_list]

    @api("write")
    def write(self, ids: Sequence[Value], vals: Mapping[str, Value]) -> bool:
        self.change([each for each in ids if each], vals)
        return True

    @api("unlink")
    def unlink(self, ids: Sequence[Value]) -> bool:
        self.remove([each for each in ids if each])
        return True

    @api("read")
    def read(
        self, ids: Sequence[Value], fields: Sequence[str] | None = None, load: str | None = "_classic_read"
    ) -> list[Row]:
        return reading.rows_of(self, ids, fields, load)

    @api("read", takes_ids=False)
    def search(
        self, domain: Sequence[Value], offset: int = 0, limit: int | None = None, order: str | None = None
    ) -> list[int]:
        found = [each for each in self.find(domain, order or "") if access.may_see(self, each)]
        return found[offset : offset + limit if limit else None]

    @api("read", takes_ids=False)
    def search_count(self, domain: Sequence[Value], limit: int | None = None) -> int:
        return len(self.search(domain, limit=limit))

    @api("read", takes_ids=False)
    def search_read(
        self,
        domain: Sequence[Value] | None = None,
        fields: Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
        load: str | None = "_classic_read",
    ) -> list[Row]:
        return reading.rows_of(self, self.search(domain or [], offset, limit, order), fields, load)

    @api("read", takes_ids=False)
    def name_search(
        self, name: str = "", args: Sequence[Value] | None = None, operator: str = "ilike", limit: int = 100
    ) -> list[list[Value]]:
        domain = [*(args or []), *([["display_name", operator, name]] if name else [])]
        return [[each, self.shown(each)] for each in self.search(domain, limit=limit)]

    @api("read", takes_ids=False)
    def fields_get(
        self, allfields: Sequence[str] | None = None, attributes: Sequence[str] | None = None
    ) -> dict[str, Row]:
        told = {name: of.described(name) for name, of in self.fields.items() if not allfields or name in allfields}
        return {
            name: {key: value for key, value in each.items() if not attributes or key in attributes}
            for name, each in told.items()
        }

    @api("read", takes_ids=False)
    def default_get(self, fields: Sequence[str]) -> Row:
        given = {name: self.env.context.get(f"default_{name}", self.fields[name].default) for name in fields}
        return {
            name: reading.outside(self, self.fields[name], each(self) if callable(each) else each, None)
            for name, each in given.items()
            if each is not None
        }

    @api("create", takes_ids=False)
    def load(self, fields: Sequence[str], data: Sequence[Sequence[Value]]) -> Row:
        return loading.load(self, fields, data)

    @api("read")
    def get_external_id(self, ids: Sequence[int]) -> dict[str, str]:
        rows = self.env.tx.table("ir.model.data").values()
        mine = {row["res_id"]: f"{row['module']}.{row['name']}" for row in rows if row["model"] == self.name}
        return {str(each): mine.get(each, "") for each in ids}

    @api("read")
    def get_metadata(self, ids: Sequence[int]) -> list[Row]:
        keys = self.get_external_id(ids)
        names = ["create_uid", "create_date", "write_uid", "write_date"]
        return [row | {"xmlid": keys[str(row["id"])] or False, "noupdate": False} for row in self.read(ids, names)]

    @api("read", takes_ids=False)
    def read_group(
        self,
        domain: Sequence[Value],
        fields: Sequence[str],
        groupby: str | Sequence[str],
        offset: int = 0,
        *,
        limit: int | None = None,
        orderby: str | bool = False,
        lazy: bool = True,
    ) -> list[Row]:
        specs = [groupby] if isinstance(groupby, str) else list(groupby)
        used = specs[:1] if lazy else specs
        sums = [each for each in fields if each.split(":")[0] not in used]
        rows = reading.groups(self, self.search(domain), list(domain), used, sums)
        rows = _ordered(rows, str(orderby or ""))[offset : offset + limit if limit else None]
        if not lazy or not used:
            return rows
        count = f"{used[0].split(':')[0]}_count"
        more = {"__context": {"group_by": specs[1:]}} if specs[1:] else {}
        return [{count if name == "__count" else name: value for name, value in row.items()} | more for row in rows]

    @api("read", takes_ids=False)
    def formatted_read_group(
        self,
        domain: Sequence[Value],
        groupby: Sequence[str] = (),
        aggregates: Sequence[str] = (),
        having: Sequence[Value] = (),
        *,
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
    ) -> list[Row]:
        """From 18.2 on, instead of `read_group`: sums under 'field:function', periods as [first day, text]."""
        if having:
            raise BadValue("This stand-in knows no 'having'")
        told = []
        for keys, members in reading.grouped(self, self.search(domain), groupby):
            row: Row = {}
            parts: list[Value] = []
            for spec, key in zip(groupby, keys, strict=True):
                shown = reading.shown_key(self, spec, key)
                row[spec] = [key[0], shown] if ":" in spec and key else shown
                parts += reading.condition(spec, key)
            row["__extra_domain"] = reading.joined(parts)
            for each in aggregates:
                _, how, source = reading.aggregate(each)
                row[each] = len(members) if each == "__count" else reading.combined(self, members, how, source)
            told.append(row)
        return _ordered(told, order or "")[offset : offset + limit if limit else None]


def _ordered(rows: list[Row], order: str) -> list[Row]:
    found = list(rows)
    for part in reversed([each.strip() for each in order.split(",") if each.strip()]):
        name, _, direction = part.partition(" ")
        found.sort(key=partial(_rank, name), reverse=direction.lower() == "desc")
    return found


def _rank(name: str, row: Row) -> tuple[bool, Value]:
    shown = row[name][-1] if isinstance(row[name], list) else row[name]
    return (shown is False, shown or 0)
