"""What came by webhook: messages in the spool, each offered until the journal knows it.

The spool lies in the state folder and is ours: unlike every other watcher, this one takes away there what is filed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.connectors.webhook.reader import Spool
from agents.durability.task_persistence import seen_tasks
from watchers.contract import Event, OriginKind, StoredFile, Sweep

if TYPE_CHECKING:
    from datetime import datetime

    from agents.connectors.webhook.reader import Delivery
    from watchers.contract import WatcherContext

SOURCE = "webhook"
JSON = "application/json"
MAX_EVENTS = 100  # of one sweep


class WebhookWatcher:
    """Offers what waits in the spool."""

    name = SOURCE

    def __init__(self, context: WatcherContext) -> None:
        self._journal = context.journal
        self._spool = Spool(context.state) if context.state else None

    def scan(self, now: datetime) -> Sweep:  # noqa: ARG002 (a message is whole when it is there)
        """The messages not filed yet; those that are filed are taken away."""
        waiting = self._spool.waiting(MAX_EVENTS) if self._spool else ()
        if not waiting or self._spool is None:
            return Sweep()
        with self._journal.begin() as sql:
            seen = seen_tasks(sql, {(SOURCE, each.source_id) for each in waiting})
        self._spool.remove(each.source_id for each in waiting if seen[SOURCE, each.source_id])
        events = tuple(_event(each) for each in waiting if not seen[SOURCE, each.source_id])
        return Sweep(events, 0.0 if len(waiting) == MAX_EVENTS else None)


def _event(delivery: Delivery) -> Event:
    content = delivery.body.encode()
    extension = "json" if delivery.media_type == JSON else "txt"
    return Event(
        source=SOURCE,
        source_id=delivery.source_id,
        occurred_at=delivery.received,
        content_sha256=hashlib.sha256(delivery.source_id.encode()).hexdigest(),  # an id is taken once, whatever it says
        kind="webhook",
        origin="",
        origin_kind=OriginKind.OTHER,
        sender_name=delivery.name,
        text=delivery.body,
        attachments=(StoredFile(content, extension, f"message.{extension}", delivery.media_type),),
    )


def open_watcher(context: WatcherContext) -> WebhookWatcher:
    """The watcher of one vault."""
    return WebhookWatcher(context)
