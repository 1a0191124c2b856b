"""What the owner asked with the command `ask TEXT`: rows of the journal, filed like everything else."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from agents.durability.said_words import is_said
from agents.durability.task_persistence import requests_pending
from watchers.contract import COMMAND, Event, OriginKind, Sweep

if TYPE_CHECKING:
    from agents.durability.journal import Journal
    from agents.durability.task_persistence import RequestRow
    from watchers.contract import WatcherContext

ASSISTANT_NAME = "a connected assistant"


def request_number(event: Event) -> int:
    """The row of the journal that an event of this watcher stands for."""
    return int(event.source_id.split()[0])


class RequestWatcher:
    """Offers every pending `ask` as an event; intake settles the row in the transaction that files the task."""

    name = COMMAND

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def scan(self, now: datetime) -> Sweep:  # noqa: ARG002 (a row is finished when it is there)
        """The requests not filed yet."""
        with self._journal.begin() as sql:
            pending = [row for row in requests_pending(sql) if row.kind == "ask"]
        return Sweep(tuple(map(_event, pending)))


def _event(row: RequestRow) -> Event:
    """The event of a request. What an assistant asked stays text from outside, although the owner let it be filed."""
    by_owner = not is_said(row)
    return Event(
        source=COMMAND,
        source_id=f"{row.number} {row.at}",  # numbers begin anew when the journal is lost
        occurred_at=datetime.fromisoformat(row.at),
        content_sha256=hashlib.sha256(row.text.encode()).hexdigest(),
        kind="ask" if by_owner else "email",
        origin="",
        origin_kind=OriginKind.OTHER,
        sender_name="owner" if by_owner else ASSISTANT_NAME,
        text=row.text,
        owner_priority=row.target,
    )


def open_watcher(context: WatcherContext) -> RequestWatcher:
    """The watcher of one vault."""
    return RequestWatcher(context.journal)
