"""The rows of the database, and transactions over them: each sees what was there when it began.

Two that wrote one row cannot both be kept: the second to commit fails, as under PostgreSQL's repeatable read. Ids are
drawn outside of transactions, so a rolled back one leaves a gap.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tests.standins.odoo.fields import Row, Value

Key = tuple[str, int]


class ConflictError(Exception):
    """Another transaction changed the same row, or took the same unique value, and committed first."""


@dataclass(frozen=True, slots=True)
class Written:
    """What one request committed: the call, and the rows it made, changed and deleted as (model, id)."""

    model: str
    method: str
    created: tuple[Key, ...]
    changed: tuple[Key, ...]
    deleted: tuple[Key, ...]


@dataclass(slots=True)
class Tables:
    """What is committed. `uniques`: per model, what no two rows may share (None: this row does not count).

    `journal`: every request that changed something, in the order of the commits.
    """

    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: defaultdict(dict))
    uniques: dict[str, list[Callable[[Row], Hashable]]] = field(default_factory=lambda: defaultdict(list))
    journal: list[Written] = field(default_factory=list)
    in_flight: list[Transaction] = field(default_factory=list)
    last_ids: dict[str, int] = field(default_factory=dict)
    first_id: int = 0

    def begin(self) -> Transaction:
        return Transaction(self, {model: dict(rows) for model, rows in self.rows.items()})

    def commit(self, own: Transaction, model: str, method: str) -> None:
        """Raises: ConflictError; then nothing is kept."""
        for (table, id_), before in own.touched.items():
            if self.rows[table].get(id_) is not before:
                raise ConflictError
        for table, id_ in own.touched:
            row = own.rows[table].get(id_)
            if row is not None and own.twin(table, row, self.rows[table]) is not None:
                raise ConflictError
        if not own.touched:
            return
        told: dict[str, list[Key]] = {"created": [], "changed": [], "deleted": []}
        for (table, id_), before in own.touched.items():
            after = own.rows[table].get(id_)
            if after is None:
                self.rows[table].pop(id_, None)
                told["deleted"] += [(table, id_)] if before is not None else []
                continue
            self.rows[table][id_] = after
            told["created" if before is None else "changed"].append((table, id_))
        self.journal.append(Written(model, method, **{name: tuple(keys) for name, keys in told.items()}))


@dataclass(slots=True)
class Transaction:
    """Rows as this request sees them. `touched`: what it wrote -> the row as it was before, None for a new one."""

    tables: Tables
    rows: dict[str, dict[int, Row]]
    touched: dict[Key, Row | None] = field(default_factory=dict)
    _children: dict[tuple[str, str], dict[Value, list[int]]] = field(default_factory=dict)

    def table(self, model: str) -> dict[int, Row]:
        return self.rows.setdefault(model, {})

    def next_id(self, model: str) -> int:
        last = self.tables.last_ids
        last[model] = last.get(model, self.tables.first_id) + 1
        return last[model]

    def put(self, model: str, id_: int, row: Row) -> None:
        """A new row, or another version of one."""
        before = self.table(model).get(id_)
        self.touched.setdefault((model, id_), before)
        self.table(model)[id_] = row
        for (table, name), index in self._children.items():
            if table == model and (before is None or before.get(name) != row.get(name)):
                if before is not None:
                    index[before.get(name)].remove(id_)
                index[row.get(name)].append(id_)

    def drop(self, model: str, id_: int) -> None:
        before = self.table(model).pop(id_)
        self.touched.setdefault((model, id_), before)
        for (table, name), index in self._children.items():
            if table == model:
                index[before.get(name)].remove(id_)

    def children(self, model: str, name: str, parent: int) -> list[int]:
        """The ids of the rows whose many2one `name` is `parent`, in their order."""
        index = self._children.get((model, name))
        if index is None:
            index = self._children[model, name] = defaultdict(list)
            for id_, row in self.table(model).items():
                index[row.get(name)].append(id_)
        return sorted(index[parent]) if parent in index else []

    def twin(self, model: str, row: Row, others: dict[int, Row]) -> Row | None:
        """Another row that has what must be unique, if there is one."""
        for key_of in self.tables.uniques[model]:
            key = key_of(row)
            for each in others.values() if key is not None else ():
                if each["id"] != row["id"] and key_of(each) == key:
                    return each
        return None

    def savepoint(self) -> Transaction:
        """All of it as it is now, to go back to with `back_to`."""
        return Transaction(self.tables, {model: dict(rows) for model, rows in self.rows.items()}, dict(self.touched))

    def back_to(self, saved: Transaction) -> None:
        self.rows, self.touched, self._children = saved.rows, saved.touched, {}
