"""Notices of mail servers about mails of ours: they did not arrive ('failed'), or not yet ('delayed').

A row is first told in the notes of its task and of its receipt; what failed is then news for the task, once a mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from agents.durability.bounce_schema import MAIL_BOUNCES
from agents.durability.task_persistence import columns

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BounceRow:
    """One notice. `notice` is the task it became, `task` and `proposal` are those of the mail it is about.

    `why` is in our words, `said` in the server's; `at` is when it was filed, ISO in UTC.
    """

    notice: str
    task: str
    proposal: str
    at: str
    outcome: str
    why: str
    said: str
    told: bool = False
    consumed: bool = False


def add_bounce(sql: Connection, row: BounceRow) -> None:
    """A new notice."""
    sql.execute(insert(MAIL_BOUNCES).values(**{name: getattr(row, name) for name in BounceRow.__slots__}))


def untold_bounces(sql: Connection) -> tuple[BounceRow, ...]:
    """The notices that no note tells of yet, oldest first."""
    wanted = select(MAIL_BOUNCES).where(MAIL_BOUNCES.c.told.is_(False))
    return _rows(sql, wanted.order_by(MAIL_BOUNCES.c.at, MAIL_BOUNCES.c.notice))


def bounces_about(sql: Connection, proposal: str) -> tuple[BounceRow, ...]:
    """The notices about one mail, oldest first."""
    wanted = select(MAIL_BOUNCES).where(MAIL_BOUNCES.c.proposal == proposal)
    return _rows(sql, wanted.order_by(MAIL_BOUNCES.c.at, MAIL_BOUNCES.c.notice))


def returned_mails(sql: Connection, task: str) -> tuple[BounceRow, ...]:
    """The first notice of each mail of a task that came back and of which the notes tell, oldest first."""
    wanted = select(MAIL_BOUNCES).where(
        MAIL_BOUNCES.c.task == task, MAIL_BOUNCES.c.outcome == FAILED, MAIL_BOUNCES.c.told.is_(True)
    )
    first: dict[str, BounceRow] = {}
    for row in _rows(sql, wanted.order_by(MAIL_BOUNCES.c.at, MAIL_BOUNCES.c.notice)):
        first.setdefault(row.proposal, row)
    return tuple(first.values())


def tell_bounce(sql: Connection, notice: str, *, is_news: bool) -> None:
    """The notes tell of it; `is_news`: a turn of its task is to hear of it."""
    row = update(MAIL_BOUNCES).where(MAIL_BOUNCES.c.notice == notice)
    sql.execute(row.values(told=True, consumed=not is_news))


def _rows(sql: Connection, wanted: Select[Any]) -> tuple[BounceRow, ...]:
    return tuple(BounceRow(**columns(row)) for row in sql.execute(wanted))
