"""What the owner holds, left out or wants once more, and when they are away, as rows of the journal.

A hold is in force while its row is there: on one task, on everything, or on what is new (`drain`). An intervention is
the owner's word about one move of a task: 'skipped', 'retried', or 'cancelled' for the whole task.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from agents.durability.schema import ABSENCES, HOLDS, INTERVENTIONS
from agents.durability.task_persistence import columns

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERYTHING, DRAIN = "everything", "drain"  # holds that are on no task; ids of tasks begin with a date
SKIPPED, RETRIED, CANCELLED = "skipped", "retried", "cancelled"


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One hold: a task's id, `EVERYTHING` or `DRAIN`; since when (ISO, UTC); how it was said."""

    name: str
    at: str
    how: str


@dataclass(frozen=True, slots=True)
class InterventionRow:
    """The owner's word about the move `move_key`; `about` is its proposal or question, `words` what that was."""

    task: str
    at: str
    kind: str
    move_key: str = ""
    about: str = ""
    words: str = ""
    consumed: bool = False


def add_hold(sql: Connection, row: HoldRow) -> bool:
    """Hold it; False when it is held already."""
    if sql.execute(select(HOLDS.c.name).where(HOLDS.c.name == row.name)).first():
        return False
    sql.execute(insert(HOLDS).values(name=row.name, at=row.at, how=row.how))
    return True


def drop_hold(sql: Connection, name: str) -> bool:
    """Hold it no more; False when it was not held."""
    return bool(sql.execute(delete(HOLDS).where(HOLDS.c.name == name)).rowcount)


def holds(sql: Connection) -> dict[str, HoldRow]:
    """Everything that is held, by name, in the order of the names."""
    return {row.name: HoldRow(**columns(row)) for row in sql.execute(select(HOLDS).order_by(HOLDS.c.name))}


def add_intervention(sql: Connection, row: InterventionRow) -> None:
    """Keep the owner's word."""
    sql.execute(insert(INTERVENTIONS).values(**{name: getattr(row, name) for name in row.__slots__}))


def interventions_of(sql: Connection, task: str) -> tuple[InterventionRow, ...]:
    """Everything the owner said about the moves of one task, in order."""
    names = [INTERVENTIONS.c[name] for name in InterventionRow.__slots__]
    wanted = select(*names).where(INTERVENTIONS.c.task == task).order_by(INTERVENTIONS.c.number)
    return tuple(InterventionRow(**columns(row)) for row in sql.execute(wanted))


def cancelled_since(sql: Connection, task: str, at: str) -> bool:
    """Whether the owner cancelled the task at this time (ISO, UTC) or later."""
    word = (INTERVENTIONS.c.task == task) & (INTERVENTIONS.c.kind == CANCELLED) & (INTERVENTIONS.c.at >= at)
    return sql.execute(select(INTERVENTIONS.c.number).where(word).limit(1)).first() is not None


def absences(sql: Connection) -> tuple[tuple[str, str], ...]:
    """When the owner is or was away: pairs of ISO times in UTC, in order, apart from each other."""
    return tuple((row.since, row.until) for row in sql.execute(select(ABSENCES).order_by(ABSENCES.c.since)))


def set_absences(sql: Connection, pairs: Iterable[tuple[str, str]]) -> None:
    """These are all there are."""
    sql.execute(delete(ABSENCES))
    for since, until in pairs:
        sql.execute(insert(ABSENCES).values(since=since, until=until))
