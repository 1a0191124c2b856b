"""The turns that were filed, as rows of the journal: what they cost, and what tells one from a repetition of itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from agents.durability.schema import TURNS
from agents.durability.task_persistence import columns

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn. `fingerprint` is of what was known and decided; `unmet`: the done-check that did not hold, in words."""

    task: str
    turn: int
    brain: str
    fingerprint: str
    cost_usd: str
    filed_at: str
    unmet: str = ""
    consumed: bool = False

    @property
    def cost(self) -> Decimal:
        """In US dollars."""
        return Decimal(self.cost_usd)


def add_turn(sql: Connection, row: TurnRow) -> None:
    """A turn that was filed."""
    sql.execute(insert(TURNS).values(**{name: getattr(row, name) for name in row.__slots__}))


def turns_since(sql: Connection, task: str, at: str) -> tuple[TurnRow, ...]:
    """The turns of one task filed after this ISO time, oldest first."""
    wanted = select(TURNS).where(TURNS.c.task == task, TURNS.c.filed_at > at).order_by(TURNS.c.turn)
    return tuple(TurnRow(**columns(row)) for row in sql.execute(wanted))
