"""Looks for two notes in `Contacts/` that look like one contact. Each pair is told once, whatever became of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.connectors.contacts.reader import ContactBook, twins
from agents.durability.task_persistence import seen_tasks
from watchers.contract import CONTACTS, Event, OriginKind, Sweep
from watchers.quiet import QuietPeriod

if TYPE_CHECKING:
    from datetime import datetime

    from agents.connectors.contacts.reader import Twins
    from watchers.contract import WatcherContext

LOOK_EVERY_S = 60.0  # every note of a contact is looked at, and nobody waits for this
MAX_PAIRS = 20  # of one sweep; who has more of them is not to be flooded


class ContactsWatcher:
    """Looks at the contacts of one vault."""

    name = CONTACTS

    def __init__(self, context: WatcherContext) -> None:
        self._context = context
        self._book = ContactBook(context.root)
        self._quiet = QuietPeriod(context.machine_now)
        self._changes = 0
        self._pairs: tuple[Twins, ...] = ()
        self._looked: datetime | None = None

    def scan(self, now: datetime) -> Sweep:
        """The pairs that nobody was asked about yet, of notes that are not being written."""
        if self._looked is None or not 0 <= (now - self._looked).total_seconds() < LOOK_EVERY_S:
            contacts = self._book.look()
            if self._book.changes != self._changes:
                self._pairs = twins(contacts)
            self._changes, self._looked = self._book.changes, now
        new = self._untold()
        waits = {each: self._unsettled_s(each, now) for each in new}
        if unsettled := [wait for wait in waits.values() if wait]:
            self._looked = None  # a note is being written: it is looked at again as soon as it may be quiet
        ready = tuple(self._event(each, now) for each in new if not waits[each])
        return Sweep(ready, min(unsettled, default=None))

    def _untold(self) -> list[Twins]:
        """The pairs that are no task yet, not too many."""
        if not self._pairs:
            return []
        with self._context.journal.begin() as sql:
            known = seen_tasks(sql, {(CONTACTS, _id_of(each)) for each in self._pairs})
        return [each for each in self._pairs if known[CONTACTS, _id_of(each)] is None][:MAX_PAIRS]

    def _unsettled_s(self, pair: Twins, now: datetime) -> float:
        """Seconds until both notes may be quiet; 0 = they are, or are gone."""
        found = 0.0
        for each in (pair.first, pair.second):
            try:
                status = (self._context.root / each.path).lstat()
            except OSError:
                continue
            found = max(found, self._quiet.remaining_s(each.path, status, now, self._context.quiet_s))
        return found

    def _event(self, pair: Twins, now: datetime) -> Event:
        text = f"{pair.first.path}\n{pair.second.path}\nThey share {pair.shared}."
        name = _id_of(pair)
        return Event(
            source=CONTACTS,
            source_id=name,
            occurred_at=now,
            content_sha256=hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest(),
            kind="file",
            origin=pair.first.path,
            origin_kind=OriginKind.OTHER,
            text=text,
            message_id=f"{CONTACTS}:{name}",
        )


def _id_of(pair: Twins) -> str:
    """The pair, by names: what they share may change, the owner's answer holds."""
    return f"{pair.first.stem}|{pair.second.stem}"


def open_watcher(context: WatcherContext) -> ContactsWatcher:
    """The watcher of a vault's contacts."""
    return ContactsWatcher(context)
