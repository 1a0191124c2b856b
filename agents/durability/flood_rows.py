"""How many mails of whom came within an hour, and those that are only listed; as rows of the journal.

What is asked costs by what came within the hour and by what is shown, never by what was listed before.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from agents.durability.flood_schema import LISTED_MAILS, MAIL_ARRIVALS, MAIL_LISTS
from agents.durability.policy_schema import COUNTERPARTIES
from agents.durability.statements import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class MailList:
    """The mails of somebody on one day that are no tasks of their own, and the one task about them."""

    id: str
    whose: str
    task: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class ListedMail:
    """One of them. `number` counts within the list's note, from 1; `kept` is the name of the file it is kept as."""

    note: str
    number: int
    received_at: datetime
    sender: str
    subject: str
    kept: str


def arrivals(sql: Connection, names: Iterable[str], since: datetime) -> dict[str, int]:
    """How many mails of each became tasks after a moment; nobody who had none."""
    whose, found = MAIL_ARRIVALS.c.whose, dict[str, int]()
    for some in parts(names):
        wanted = select(whose, func.count()).where(whose.in_(some), MAIL_ARRIVALS.c.at > since.isoformat())
        found |= {str(name): int(count) for name, count in sql.execute(wanted.group_by(whose))}
    return found


def add_arrivals(sql: Connection, names: Sequence[str], at: datetime, since: datetime) -> None:
    """Mails of these became tasks; those up to `since` are forgotten."""
    sql.execute(delete(MAIL_ARRIVALS).where(MAIL_ARRIVALS.c.at <= since.isoformat()))
    if names:
        sql.execute(insert(MAIL_ARRIVALS), [{"whose": each, "at": at.isoformat()} for each in names])


def dealt_with(sql: Connection, addresses: Iterable[str]) -> frozenset[str]:
    """Those of these folded addresses for whom the owner approved something that was done."""
    found: set[str] = set()
    for some in parts(addresses):
        found.update(sql.execute(select(COUNTERPARTIES.c.name).where(COUNTERPARTIES.c.name.in_(some))).scalars())
    return frozenset(found)


def mail_list(sql: Connection, name: str) -> MailList | None:
    """A list by its note's name, or None."""
    row = sql.execute(select(MAIL_LISTS).where(MAIL_LISTS.c.id == name)).first()
    return MailList(row.id, row.whose, row.task, datetime.fromisoformat(row.began_at)) if row else None


def begin_list(sql: Connection, begun: MailList) -> None:
    """A new list."""
    sql.execute(insert(MAIL_LISTS).values(asdict(begun) | {"began_at": begun.began_at.isoformat()}))


def listed_so_far(sql: Connection, name: str) -> int:
    """How many mails a list holds."""
    newest = select(LISTED_MAILS.c.number).where(LISTED_MAILS.c.note == name)
    return int(sql.execute(newest.order_by(LISTED_MAILS.c.number.desc()).limit(1)).scalar() or 0)


def add_listed(sql: Connection, mails: Sequence[ListedMail]) -> None:
    """More mails in lists: one at least."""
    rows = [asdict(each) | {"received_at": each.received_at.isoformat()} for each in mails]
    sql.execute(insert(LISTED_MAILS), rows)


def newest_listed(sql: Connection, name: str, at_most: int) -> tuple[ListedMail, ...]:
    """The newest mails of a list, newest first."""
    wanted = select(LISTED_MAILS).where(LISTED_MAILS.c.note == name)
    found = sql.execute(wanted.order_by(LISTED_MAILS.c.number.desc()).limit(at_most))
    return tuple(
        ListedMail(row.note, row.number, datetime.fromisoformat(row.received_at), row.sender, row.subject, row.kept)
        for row in found
    )
