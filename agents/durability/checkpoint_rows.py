"""How far a source that keeps its things was read; written in the transaction that files what was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from agents.durability.checkpoint_schema import CHECKPOINTS

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one place was read, in its watcher's own words, and since when (aware) that is known."""

    value: str
    at: datetime


def reached(sql: Connection, prefix: str) -> dict[str, Reached]:
    """How far the places were read whose names begin so."""
    place = CHECKPOINTS.c.place
    found = sql.execute(select(CHECKPOINTS).where(place.startswith(prefix, autoescape=True)))
    return {row.place: Reached(row.value, datetime.fromisoformat(row.at)) for row in found}


def reach(sql: Connection, place: str, value: str, at: datetime) -> None:
    """A place was read so far; an equal value changes nothing."""
    known = sql.execute(select(CHECKPOINTS.c.value).where(CHECKPOINTS.c.place == place)).scalar()
    row = {"value": value, "at": at.isoformat()}
    if known is None:
        sql.execute(insert(CHECKPOINTS).values(place=place, **row))
    elif known != value:
        sql.execute(update(CHECKPOINTS).where(CHECKPOINTS.c.place == place).values(row))
