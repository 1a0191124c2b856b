"""The owner's mailboxes: each is read in a thread of its own, and a scan offers what was read and is not filed.

Nothing in a mailbox is changed or marked. How far it was read stands in the journal, written with the tasks: whoever is
killed in between reads the same mails again, and intake knows them by their content (ADR 0051).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agents.connectors.email.reader import trouble_place
from agents.durability.checkpoint_rows import reached
from watchers.contract import Checkpoint, Left, Notice, Sweep
from watchers.mail_position import place, position_from
from watchers.mail_reading import MailboxReading, Pace

if TYPE_CHECKING:
    from agents.connectors.email.reader import MailSource, MailSources
    from agents.durability.checkpoint_rows import Reached
    from watchers.contract import Event, WatcherContext

LOOKING_S = 0.5  # a scan is asked for anyway when something was read
ACCOUNTS = "accounts"  # the place of a trouble that is not one mailbox's
_PREFIX = "mail"


class MailWatcher:
    """Offers what is new in every mailbox."""

    name = "mail"

    def __init__(self, context: WatcherContext) -> None:
        self._context = context
        self._signature: object = None
        self._readings: dict[str, MailboxReading] = {}
        self._trouble = ""  # with the accounts themselves
        self._now = datetime.min.replace(tzinfo=UTC)

    def scan(self, now: datetime) -> Sweep:
        """What was read and is not filed; whether one is still being looked through for the first time."""
        self._now = now
        sources = self._context.mail
        if sources is None or (self._signature is None and not sources.signature()):
            return Sweep()  # the usual case of who connected none: not even the journal is asked
        with self._context.journal.begin() as sql:
            known = reached(sql, _PREFIX)
        self._follow_accounts(sources, known)
        parts = [self._told("the accounts", ACCOUNTS, self._trouble, known)]
        for each in self._readings.values():
            each.filed({name: at.value for name, at in known.items()})
            parts.append(self._offer(each, known))
        waits = [each.unsettled_s for each in parts if each.unsettled_s is not None]
        return Sweep(
            events=tuple(event for each in parts for event in each.events),
            unsettled_s=min(waits, default=None),
            left=tuple(left for each in parts for left in each.left),
            checkpoints=tuple(checkpoint for each in parts for checkpoint in each.checkpoints),
            notices=tuple(notice for each in parts for notice in each.notices),
        )

    def _follow_accounts(self, sources: MailSources, known: dict[str, Reached]) -> None:
        """Read what is connected now, as it is connected now."""
        signature = sources.signature()
        if signature == self._signature:
            return
        self._signature = signature
        for each in self._readings.values():
            each.stop()
        boxes, self._trouble = sources.open()
        self._readings = {box.name: self._reading(box, known) for box in boxes}
        for each in self._readings.values():
            each.start()

    def _reading(self, box: MailSource, known: dict[str, Reached]) -> MailboxReading:
        context = self._context
        found = {folder: known.get(place(box.name, folder)) for folder in box.folders}
        return MailboxReading(
            mailbox=box,
            pace=Pace(timedelta(days=context.mail_days), context.mail_every_s),
            now=self._last_now,
            wake=context.wake,
            stopping=context.stopping,
            positions={folder: (position_from(at.value), at.at) for folder, at in found.items() if at},
        )

    def _last_now(self) -> datetime:
        return self._now

    def _offer(self, reading: MailboxReading, known: dict[str, Reached]) -> Sweep:
        box, looked = reading.mailbox, reading.looked  # asked before what waits: it is set after
        trouble, for_owner = reading.trouble, reading.for_owner
        waiting = reading.waiting()
        events: list[Event] = []
        checkpoints, notices = [], []
        for batch in waiting:
            events += batch.events
            checkpoints += [Checkpoint(place(box.name, folder), at.text()) for folder, at in batch.reached.items()]
            notices += [Notice(f"mail {box.shown}", batch.notice)] if batch.notice else []
        told = self._told(box.shown, box.name, trouble if for_owner else "", known) if looked else Sweep()
        left = (Left(f"Mail of {box.shown}", trouble),) if trouble else ()
        return Sweep(
            tuple(events),
            (0.0 if waiting else None) if looked else LOOKING_S,
            left,
            checkpoints=(*checkpoints, *told.checkpoints),
            notices=(*notices, *told.notices),
        )

    def _told(self, shown: str, name: str, trouble: str, known: dict[str, Reached]) -> Sweep:
        """Trouble that only the owner can mend, told once until it is over."""
        at = trouble_place(name)
        if trouble == (known[at].value if at in known else ""):
            return Sweep()
        why = trouble.rstrip(".")
        words = f"The mail of {shown} cannot be read: {why}. Run `python orchestrator.py connect mail` to mend it."
        notices = (Notice(f"mail {shown}", words, f"{self._last_now().date()}"),) if trouble else ()
        return Sweep(checkpoints=(Checkpoint(at, trouble),), notices=notices)


def open_watcher(context: WatcherContext) -> MailWatcher:
    """The watcher of one vault."""
    return MailWatcher(context)
