"""Reads one mailbox in a thread of its own, so that nobody waits for the network.

It looks at everything that is new when it starts, after whatever went wrong, when the server says that something came,
and every so often. What it read waits in a short queue until the journal says that it is filed.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.connectors.email.reader import Problem, read_mail
from agents.errors import EmployeeError, Transient
from watchers.contract import Event, OriginKind, StoredFile
from watchers.mail_event import content_sha256, mail_event
from watchers.mail_position import MARGIN, Position, begun, first_notice, place, renumbered, search_day, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from agents.connectors.email.reader import Listed, MailSession, MailSource

MAX_MAIL_BYTES = 25_000_000
MAX_BATCH = 100  # mails
MAX_BATCH_BYTES = 16_000_000
MAX_WAITING = 3  # batches
LONGEST_PAUSE_S = 300.0
TOLD_AFTER = timedelta(days=1)  # a server that cannot be reached for so long is the owner's to look after
OWNER_PAUSE_S = 3600.0  # a wrong password, tried too often, locks an account
CUT = f"larger than {MAX_MAIL_BYTES // 1_000_000} MB: only its beginning was read; open it in your mail program"


@dataclass(frozen=True, slots=True)
class Batch:
    """Mails that were read, and how far the folders are read once they are filed. `notice`: for the owner, or empty."""

    reached: Mapping[str, Position]
    events: tuple[Event, ...] = ()
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How it reads. `first`: unread mails of that time become tasks; `every_s`: how often it looks without a hint."""

    first: timedelta
    every_s: float


@dataclass
class MailboxReading:
    """One mailbox being read. `trouble`: what is in the way now, and `for_owner`: whether only the owner can mend it.

    `looked`: it has looked at everything at least once, or could not.
    """

    mailbox: MailSource
    pace: Pace
    now: Callable[[], datetime]
    wake: threading.Event
    stopping: threading.Event
    positions: dict[str, tuple[Position, datetime]]  # by folder, with when that was known
    trouble: str = ""
    for_owner: bool = False
    looked: bool = False
    _waiting: deque[Batch] = field(default_factory=deque, repr=False)
    _room: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)
    _failing_since: datetime | None = field(default=None, repr=False)
    _last_uids: dict[str, int | None] = field(default_factory=dict, repr=False)
    _failure: BaseException | None = field(default=None, repr=False)
    _thread: threading.Thread | None = field(default=None, repr=False)

    def start(self) -> None:
        """Begin to read."""
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read no further; it ends within a moment, and nobody has to wait for it."""
        self._ended.set()
        with self._room:
            self._room.notify_all()

    def waiting(self) -> tuple[Batch, ...]:
        """What was read and is not filed, as far as is known here, in order.

        Raises:
            Exception: what ended the thread, a mistake of ours.
        """
        if self._failure is not None:
            raise self._failure
        with self._room:
            return tuple(self._waiting)

    def filed(self, reached: Mapping[str, str]) -> None:
        """The journal says that the folders were read so far."""
        with self._room:
            done = [
                number
                for number, batch in enumerate(self._waiting, 1)
                if all(reached.get(self._place(folder)) == at.text() for folder, at in batch.reached.items())
            ]
            for _ in range(max(done, default=0)):
                self._waiting.popleft()
            self._room.notify_all()

    def _place(self, folder: str) -> str:
        return place(self.mailbox.name, folder)

    def _is_over(self) -> bool:
        return self._ended.is_set() or self.stopping.is_set()

    def _run(self) -> None:
        try:
            self._read()
        except BaseException as err:  # noqa: BLE001 - told in `waiting`, by whoever scans
            self._failure = err
        self.looked = True
        self.wake.set()

    def _read(self) -> None:
        failures = 0
        while not self._is_over():
            pause_s = OWNER_PAUSE_S
            try:
                with self.mailbox.session() as session:
                    while not self._is_over():
                        self._look(session)
                        failures, self._failing_since = 0, None
                        self._told("")
                        self._rest(session)
            except Transient as err:
                failures += 1
                pause_s = min(LONGEST_PAUSE_S, 2.0 ** min(failures, 10) / 2)
                self._failing_since = self._failing_since or self.now()
                self._told(f"{err}", for_owner=self.now() - self._failing_since >= TOLD_AFTER)
            except EmployeeError as err:
                self._told(f"{err}", for_owner=True)
            if not self._is_over():
                self._pause(pause_s)

    def _told(self, trouble: str, *, for_owner: bool = False) -> None:
        self.trouble, self.for_owner = trouble, for_owner
        if not self.looked or trouble:
            self.looked = True
            self.wake.set()

    def _rest(self, session: MailSession) -> None:
        """Wait for a hint, or for the next look; the other folders wait for that in any case."""
        if not session.can_idle:
            self._pause(self.pace.every_s)
            return
        folder = self.mailbox.folders[0]
        if session.open(folder).last_uid == self._last_uids[folder]:  # else something came since it was looked at
            session.idle(self.pace.every_s, self._is_over)

    def _pause(self, seconds: float) -> None:
        waited = 0.0
        while waited < seconds and not self._is_over():
            self._ended.wait(min(1.0, seconds - waited))
            waited += 1.0

    def _look(self, session: MailSession) -> None:
        if fresh := [each for each in self.mailbox.folders if each not in self.positions]:
            self._begin(session, fresh)
        for folder in self.mailbox.folders:
            self._follow(session, folder)

    def _begin(self, session: MailSession, folders: Sequence[str]) -> None:
        """The folders nobody looked into before: what is to be read of them, and what is left."""
        at, found, left = self.now(), dict[str, Position](), dict[str, int]()
        days = self.pace.first.days
        for folder in folders:
            opened = session.open(folder)
            unread = session.uids(f"UNSEEN SINCE {search_day(at - self.pace.first)}") if days else ()
            last = opened.last_uid if opened.last_uid is not None else max(session.uids("ALL"), default=0)
            found[folder] = begun(opened.uid_validity, last, unread, share(len(folders)))
            left[folder] = max(0, opened.mails - len(found[folder].pending))
        taken = sum(len(each.pending) for each in found.values())
        self._put(Batch(found, notice=first_notice(self.mailbox.shown, days, taken, left)))

    def _follow(self, session: MailSession, folder: str) -> None:
        """What is new in a folder, batch by batch."""
        opened = session.open(folder)
        self._last_uids[folder] = opened.last_uid
        position, since = self.positions[folder]
        if position.uid_validity != opened.uid_validity:
            recent = session.uids(f"SINCE {search_day(since - MARGIN)}")
            last = opened.last_uid if opened.last_uid is not None else max(recent, default=0)
            position = renumbered(opened.uid_validity, last, recent)
            if not position.pending:
                self._put(Batch({folder: position}))
        new = [*position.pending, *session.after(position.uid)]
        while new and not self._is_over():
            listed = tuple(_as_much_as_fits(session.list(new[:MAX_BATCH])))
            read = new[: new.index(listed[-1].uid) + 1] if listed else new[:MAX_BATCH]
            contents = session.contents([each.uid for each in listed], MAX_MAIL_BYTES)
            read_now = [self._event(each, contents[each.uid]) for each in listed if each.uid in contents]
            events = [replace(each, account=self.mailbox.shown, folder=folder) for each in read_now]
            position = position.after(read)
            self._put(Batch({folder: position}, tuple(events)))
            new = new[len(read) :]

    def _event(self, listed: Listed, content: bytes) -> Event:
        now = self.now()
        mail, name, seen_at = read_mail(content), f"{listed.uid}.eml", listed.arrived_at or now
        if isinstance(mail, Problem):
            digest = content_sha256(content)
            original = StoredFile(content, "eml", name, "application/octet-stream")
            return Event(
                source="email",
                source_id=digest,
                occurred_at=seen_at,
                content_sha256=digest,
                kind="email",
                origin=name,
                origin_kind=OriginKind.REMOTE,
                original=original,
                problem=mail,
            )
        event = mail_event(mail, content, name, seen_at, now)
        if listed.size_bytes <= MAX_MAIL_BYTES:
            return event
        return replace(event, flags=(*event.flags, CUT))

    def _put(self, batch: Batch) -> None:
        """Let it wait for being filed, once there is room."""
        with self._room:
            while len(self._waiting) >= MAX_WAITING and not self._is_over():
                self._room.wait(1.0)
            if self._is_over():
                return
            self._waiting.append(batch)
            at = self.now()
            self.positions |= {folder: (position, at) for folder, position in batch.reached.items()}
        self.wake.set()


def _as_much_as_fits(listed: Sequence[Listed]) -> Iterator[Listed]:
    """The first of them, and more while they are not too large together."""
    size = 0
    for number, each in enumerate(sorted(listed, key=lambda mail: mail.uid)):
        size += min(each.size_bytes, MAX_MAIL_BYTES)
        if number and size > MAX_BATCH_BYTES:
            return
        yield each
