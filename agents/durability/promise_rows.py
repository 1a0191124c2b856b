"""What was promised, by whom to whom and until when, as rows of the journal.

`state` is 'open', then 'kept', 'broken' or 'withdrawn' by the owner's word; 'overdue' is no state: it is open, and its
day is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from agents.durability.people_schema import PROMISES
from agents.durability.task_persistence import columns

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

OURS, THEIRS = "us", "them"
OPEN = "open"
ENDS = ("kept", "broken", "withdrawn")


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise. `said_by`: 'us' or 'them'; `other`: the address of the other side; `due`: a day, ISO.

    `source` is the proposal whose mail says it, or the task that is the mail; `said_at` and `ended_at` are ISO, UTC.
    """

    said_by: str
    other: str
    words: str
    due: str
    task: str
    source: str
    said_at: str
    state: str = OPEN
    ended_at: str = ""
    number: int = 0


def add_promise(sql: Connection, row: PromiseRow) -> int:
    """A new promise; its number, or 0 when this mail's very words are there already."""
    known = select(PROMISES.c.number).where(PROMISES.c.source == row.source, PROMISES.c.words == row.words)
    if sql.execute(known).first() is not None:
        return 0
    values = {name: getattr(row, name) for name in PromiseRow.__slots__ if name != "number"}
    return int(sql.execute(insert(PROMISES).values(**values).returning(PROMISES.c.number)).scalar_one())


def find_promise(sql: Connection, number: int) -> PromiseRow | None:
    """One promise, or None."""
    row = sql.execute(select(PROMISES).where(PROMISES.c.number == number)).first()
    return PromiseRow(**columns(row)) if row else None


def end_promise(sql: Connection, number: int, state: str, at: str) -> None:
    """The owner says what became of it."""
    sql.execute(update(PROMISES).where(PROMISES.c.number == number).values(state=state, ended_at=at))


def promises_in(sql: Connection, *states: str, due_before: date | None = None) -> tuple[PromiseRow, ...]:
    """The promises in these states, the earliest due first; `due_before`: only those due before this day."""
    wanted = select(PROMISES).where(PROMISES.c.state.in_(states)).order_by(PROMISES.c.due, PROMISES.c.number)
    if due_before is not None:
        wanted = wanted.where(PROMISES.c.due < due_before.isoformat())
    return tuple(PromiseRow(**columns(row)) for row in sql.execute(wanted))
