"""What happened to a task and no turn has taken in yet: decided proposals, answers, ended waits, returned mails, words.

A turn takes in what was there when it began to think; what came meanwhile leads to the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, union, update

from agents.durability.bounce_schema import MAIL_BOUNCES
from agents.durability.schema import INTERVENTIONS, PROPOSALS, QUESTIONS, REOPENINGS, TURNS, WAITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Table

_DECIDED = ("done", "rejected", "expired", "failed")
# by kind of news: its table, what sets a row of it apart within its task, and which rows are news
_KINDS: dict[str, tuple[Table, ColumnElement[str | int], ColumnElement[bool]]] = {
    "proposals": (PROPOSALS, PROPOSALS.c.id, or_(*(PROPOSALS.c.state == state for state in _DECIDED))),
    "questions": (QUESTIONS, QUESTIONS.c.id, (QUESTIONS.c.state == "answered") & (QUESTIONS.c.about == "")),
    "reopenings": (REOPENINGS, REOPENINGS.c.number, REOPENINGS.c.number > 0),
    "interventions": (INTERVENTIONS, INTERVENTIONS.c.number, INTERVENTIONS.c.number > 0),
    "waits": (WAITS, WAITS.c.number, WAITS.c.state == "ended"),
    "bounces": (MAIL_BOUNCES, MAIL_BOUNCES.c.notice, (MAIL_BOUNCES.c.outcome == "failed") & MAIL_BOUNCES.c.told),
    "turns": (TURNS, TURNS.c.turn, TURNS.c.unmet != ""),
}
_WITH_NEWS = union(
    *(select(table.c.task).where(is_news, table.c.consumed.is_(False)) for table, _, is_news in _KINDS.values())
)  # made once: asked for at each round, also of an idle run
News = dict[str, list[str | int]]


def tasks_with_news(sql: Connection) -> tuple[str, ...]:
    """The tasks with something no turn has taken in."""
    return tuple(sorted(str(task) for task in sql.execute(_WITH_NEWS).scalars()))


def news_of(sql: Connection, task: str) -> News:
    """What no turn of this task has taken in: by kind, the rows."""
    return {
        kind: list(sql.execute(select(row).where(table.c.task == task, is_news, table.c.consumed.is_(False))).scalars())
        for kind, (table, row, is_news) in _KINDS.items()
    }


def consume_news(sql: Connection, task: str, news: Mapping[str, Sequence[str | int]]) -> None:
    """A turn has taken this in."""
    for kind, rows in news.items():
        table, row, _ = _KINDS[kind]
        if rows:
            sql.execute(update(table).where(table.c.task == task, row.in_(rows)).values(consumed=True))
