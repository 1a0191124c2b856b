"""What asking models costs, as rows of the journal: noted at its highest before a request is sent, settled after it.

A process that dies in between leaves the highest: the money counts as spent, since nobody knows better. Each request
that is sent has a row of its own, so nothing is lost and nothing counts twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from agents.durability.spend_schema import SPENDING

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection

MONTH_CHARS = len("2026-11")


@dataclass(frozen=True, slots=True)
class Request:
    """A request about to be sent. `day` is the owner's; `most_usd` what it may cost at most."""

    task: str
    at: datetime
    day: date
    model: str
    most_usd: Decimal


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent, in US dollars: on one task, on one day and in its month. `open`: requests that never settled."""

    task: Decimal
    day: Decimal
    month: Decimal
    open: int = 0


def note_request(sql: Connection, request: Request) -> int:
    """Note it; its number. Only then it is sent."""
    values = {
        "task": request.task,
        "at": request.at.isoformat(),
        "day": request.day.isoformat(),
        "model": request.model,
        "cost_usd": str(request.most_usd),
        "state": "open",
    }
    return int(sql.execute(insert(SPENDING).values(**values).returning(SPENDING.c.number)).scalar_one())


def settle_request(sql: Connection, number: int, cost_usd: Decimal, tokens: tuple[int, int] = (0, 0)) -> None:
    """What it did cost, and its tokens in and out. A second word about the same request changes nothing."""
    known = {"cost_usd": str(cost_usd), "state": "settled", "tokens_in": tokens[0], "tokens_out": tokens[1]}
    still_open = (SPENDING.c.number == number) & (SPENDING.c.state == "open")
    sql.execute(update(SPENDING).where(still_open).values(**known))


def spent(sql: Connection, task: str, day: date) -> Spent:
    """What was spent on a task (empty = none is meant), on this day and in its month."""
    today = day.isoformat()
    month = today[:MONTH_CHARS]
    of_task = _sum(sql, SPENDING.c.task == task) if task else Decimal(0)
    in_month = select(SPENDING.c.day, SPENDING.c.cost_usd, SPENDING.c.state).where(SPENDING.c.day.startswith(month))
    rows = sql.execute(in_month).all()
    return Spent(
        of_task,
        sum((Decimal(row.cost_usd) for row in rows if row.day == today), Decimal(0)),
        sum((Decimal(row.cost_usd) for row in rows), Decimal(0)),
        sum(row.state == "open" for row in rows),
    )


def _sum(sql: Connection, which: object) -> Decimal:
    found = sql.execute(select(SPENDING.c.cost_usd).where(which)).scalars()  # type: ignore[arg-type]
    return sum(map(Decimal, found), Decimal(0))
