"""Finished events in the Outbox folder that nothing puts into a calendar, found again by the key in their UID."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.calendar.event_text import created_at, uid_of
from agents.connectors.filed import Shelf, Unreadable, filed_receipt

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from agents.connectors.contract import Receipt

NOT_IN = "not in a calendar: none is connected - open the file in Outbox with your calendar"
EVENTS = Shelf("event", "ics", max_bytes=1_000_000)


def lookup(vault: Path, key: str, fallback: datetime) -> Receipt | Unreadable | None:
    """The receipt of the event with this key; `fallback` is its time when somebody took out its CREATED."""
    for found in EVENTS.found(vault, key):
        if isinstance(found, Unreadable):
            return found
        path, content = found
        text = content.decode(errors="replace")
        if f"UID:{uid_of(key)}" in text:
            return receipt(content, path, uid_of(key), created_at(text) or fallback)
    return None


def receipt(content: bytes, path: str, uid: str, at: datetime) -> Receipt:
    """The proof of a filed event: it says plainly that it is in no calendar."""
    return filed_receipt(content, path, uid, at, NOT_IN)
