"""Since when we deal with somebody: by their first mail, or by the first effect for them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from agents.durability.policy_schema import COUNTERPARTIES
from agents.durability.schema import TASKS

if TYPE_CHECKING:
    from sqlalchemy import Connection


def remember_counterparty(sql: Connection, name: str, at: datetime) -> None:
    """An effect was made for them; the first one counts."""
    known = select(COUNTERPARTIES.c.since).where(COUNTERPARTIES.c.name == _folded(name))
    if _folded(name) and sql.execute(known).first() is None:
        sql.execute(insert(COUNTERPARTIES).values(name=_folded(name), since=at.isoformat()))


def first_dealt_with(sql: Connection, name: str) -> datetime | None:
    """When we first dealt with them, aware; None = never."""
    by_effect = select(COUNTERPARTIES.c.since).where(COUNTERPARTIES.c.name == _folded(name))
    by_mail = select(func.min(TASKS.c.created_at)).where(TASKS.c.sender.in_({name, _folded(name)}))
    found = filter(None, (sql.execute(by_effect).scalar(), sql.execute(by_mail).scalar()))
    return min(map(datetime.fromisoformat, found), default=None)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
