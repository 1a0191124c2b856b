"""Mails that say they answer one of ours: each is a task of its own, linked to the task that wrote.

Whoever has seen a mail of ours can name it, so a reply only links and wakes: it never decides anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from agents.durability.schema import MAIL_REPLIES, PROPOSALS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

# what our Message-IDs begin with (agents/connectors/email/message.py): half of the key of the effect
_OURS = re.compile(r"<([0-9a-f]{32})@[^<>]*>")
_BEYOND = "g"  # sorts behind every hex digit


def answered_task(sql: Connection, message_ids: Iterable[str]) -> str:
    """The task that sent the first of these mails which is ours; empty when none is. An intended mail may have left."""
    return sent_mail(sql, message_ids)[1]


def sent_mail(sql: Connection, message_ids: Iterable[str]) -> tuple[str, str]:
    """The proposal and the task that sent the first of these mails which is ours; both empty when none is."""
    for each in message_ids:
        if ours := _OURS.fullmatch(each):
            key, columns = PROPOSALS.c.key, (PROPOSALS.c.id, PROPOSALS.c.task)
            found = select(*columns).where(key >= ours[1], key < ours[1] + _BEYOND, PROPOSALS.c.intent_at != "")
            if (row := sql.execute(found).first()) is not None:
                return str(row.id), str(row.task)
    return "", ""


def add_reply(sql: Connection, task: str, reply: str, at: str) -> None:
    """The task `reply` is a mail that answers one of `task`."""
    sql.execute(insert(MAIL_REPLIES).values(reply=reply, task=task, at=at, told=False))


def untold_replies(sql: Connection, task: str) -> tuple[str, ...]:
    """The replies to a task's mails that no turn of it was told of, oldest first: the tasks they are themselves."""
    untold = select(MAIL_REPLIES.c.reply).where(MAIL_REPLIES.c.task == task, MAIL_REPLIES.c.told.is_(False))
    return tuple(sql.execute(untold.order_by(MAIL_REPLIES.c.at, MAIL_REPLIES.c.reply)).scalars())


def tasks_with_untold_replies(sql: Connection) -> tuple[str, ...]:
    """The tasks whose mails were answered and that were not told yet."""
    return tuple(sql.execute(select(MAIL_REPLIES.c.task).where(MAIL_REPLIES.c.told.is_(False)).distinct()).scalars())


def tell_replies(sql: Connection, task: str) -> None:
    """A turn of the task is told of every reply there is."""
    sql.execute(update(MAIL_REPLIES).where(MAIL_REPLIES.c.task == task).values(told=True))


def linked_tasks(sql: Connection, task: str, limit: int) -> tuple[str, ...]:
    """The tasks that answer each other, from this one on, itself first; not more than `limit`."""
    found = [task]
    for each in found:  # it grows while it is gone through
        pairs = sql.execute(
            select(MAIL_REPLIES.c.task, MAIL_REPLIES.c.reply).where(
                (MAIL_REPLIES.c.task == each) | (MAIL_REPLIES.c.reply == each)
            )
        )
        found += sorted({name for pair in pairs for name in pair} - {*found})
        if len(found) >= limit:
            break
    return tuple(found[:limit])
