"""What tasks wait for, as rows of the journal: a moment, conditions, or both. A wait holds nothing but its row.

States: 'open', then 'ended' (`value` says by what) or 'withdrawn'.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from agents.durability.schema import WAITS
from agents.durability.task_persistence import columns

if TYPE_CHECKING:
    from sqlalchemy import Connection

BY_TIME = "time"
# made once: asked for at each round, also of an idle run
_OVER = (
    select(WAITS)
    .where(WAITS.c.state == "open", WAITS.c.until != "", WAITS.c.until <= bindparam("now"))
    .order_by(WAITS.c.until)
)
_FOR_SOMETHING = select(WAITS).where(WAITS.c.state == "open", WAITS.c.conditions != "[]").order_by(WAITS.c.number)


@dataclass(frozen=True, slots=True)
class WaitRow:
    """One wait. Times are ISO in UTC; `until` empty = for its `conditions` (JSON pairs) alone."""

    number: int
    task: str
    move_key: str
    why: str
    until: str
    conditions: str
    state: str
    created_at: str
    ended_at: str = ""
    value: str = ""
    consumed: bool = False


def add_wait(sql: Connection, values: dict[str, str]) -> int:
    """A new wait (task, move_key, why, until, conditions, created_at); its number."""
    return int(sql.execute(insert(WAITS).values(**values, state="open").returning(WAITS.c.number)).scalar_one())


def waits_of(sql: Connection, task: str, *states: str) -> tuple[WaitRow, ...]:
    """The waits of one task in these states, oldest first."""
    wanted = select(WAITS).where(WAITS.c.task == task, WAITS.c.state.in_(states)).order_by(WAITS.c.number)
    return tuple(WaitRow(**columns(row)) for row in sql.execute(wanted))


def waits_over(sql: Connection, now: str) -> tuple[WaitRow, ...]:
    """The open waits whose moment has come."""
    return tuple(WaitRow(**columns(row)) for row in sql.execute(_OVER, {"now": now}))


def waits_for_something(sql: Connection) -> tuple[WaitRow, ...]:
    """The open waits with conditions."""
    return tuple(WaitRow(**columns(row)) for row in sql.execute(_FOR_SOMETHING))


def end_wait(sql: Connection, number: int, value: str, at: str) -> None:
    """It is over; `value` says by what: 'time', the kind of a condition, or 'skipped'."""
    sql.execute(update(WAITS).where(WAITS.c.number == number).values(state="ended", value=value, ended_at=at))


def withdraw_waits(sql: Connection, task: str, move_key: str = "") -> None:
    """Nobody waits for it any more; with `move_key` only for this."""
    wanted = (WAITS.c.task == task) & (WAITS.c.state == "open")
    if move_key:
        wanted &= WAITS.c.move_key == move_key
    sql.execute(update(WAITS).where(wanted).values(state="withdrawn"))


def is_waiting(sql: Connection, task: str) -> bool:
    """Whether a wait will lead to a turn of this task, or has ended and is about to."""
    alive = (WAITS.c.state == "open") | ((WAITS.c.state == "ended") & WAITS.c.consumed.is_(False))
    return sql.execute(select(WAITS.c.number).where(WAITS.c.task == task, alive).limit(1)).first() is not None


def tasks_waited_for(sql: Connection) -> dict[str, tuple[str, ...]]:
    """By task, the other tasks without which nothing ever wakes it."""
    forever = select(WAITS).where(WAITS.c.state == "open", WAITS.c.until == "", WAITS.c.conditions.like('[["task", %'))
    found = ((row.task, json.loads(row.conditions)) for row in sql.execute(forever))
    return {task: tuple(about for _, about in pairs) for task, pairs in found if all(k == "task" for k, _ in pairs)}
