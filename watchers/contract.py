"""What a watcher offers. A watcher sees and reads; it never writes, moves or removes a file (intake does).

`scan` is level-triggered: it looks at what lies there now, so a lost hint costs time, never an event, and an event is
offered again until intake has cleared its origin. Equal events have equal `(source, source_id)`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from agents.connectors.calendar.reader import Source
    from agents.connectors.email.reader import Bounce, MailSources
    from agents.connectors.odoo.reader import Source as OdooSource
    from agents.durability.drop_folder_rows import DropFolder, DroppedFile
    from agents.durability.due_runs import Run
    from agents.durability.journal import Journal
    from agents.vault.note import Problem

Kind = Literal["email", "file", "ask", "meeting", "webhook"]
COMMAND = "command"  # the source of events that are requests in the journal
MAIL = "email"  # the source of mails, however they came
FLOOD = "flood"  # the source of events about very many mails; its id is the name of the note that lists them
ODOO = "odoo"  # the source of events about what others did in the Odoo that keeps the books
CONTACTS = "contacts"  # the source of events that are about two notes of contacts


class OriginKind(StrEnum):
    """What lies at an event's origin, which decides how it is cleared."""

    FILE = "file"  # a regular file: removed or moved while its SHA-256 holds
    UNREAD = "unread"  # a regular file we did not read (too large): moved by name, its bytes unknown
    LINK = "link"  # a symbolic link: only the link is removed
    OTHER = "other"  # a folder, FIFO, socket or device: stays where it is
    REMOTE = "remote"  # on a server, where it stays as it is; how far it was read says a `Checkpoint`
    OUTSIDE = "outside"  # a regular file in a drop folder: `taken` says which, and its row how far it is
    LINE = "line"  # one line of a note: `agents.vault.ask_lines.consumed` edits it; the note itself is never removed


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file to keep as `sha-<16 hex>.<extension>`. `text` is what a brain may read; None = not text."""

    content: bytes
    extension: str
    sent_name: str
    media_type: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a file of a drop folder lies: its row as it is to be written, and the folder as the owner named it."""

    file: DroppedFile
    folder: DropFolder


@dataclass(frozen=True, slots=True)
class Event:
    """Something a watcher saw. All text is as it came from outside.

    `content_sha256` (64 hex) is over the bytes with CRLF read as LF: the same mail exported twice is the same content.
    `origin` is the path to clear once filed, relative to our root, posix (of a file with `taken`: below the name of its
    drop folder); `origin_sha256` is over its bytes as they lay
    there, empty when it must not be removed by them (not read, or only a line of it). With a `problem` the event
    belongs into Quarantine and only `original` is set. `answers`: ids of the mails it says it answers, nearest first.
    `reply_to`: where the sender wants the answer, if not where it came from. `bounce`: a mail server's notice; only the
    journal can say whether it is about a mail of ours. `marked_urgent`: the sender says so. `owner_priority`: the owner
    says it, by command; empty = they do not. `account`: the address of the mail account it came by; `folder`: where it
    lay in that mailbox, with `/`.
    With a `run` it is a due time of a scheduled job: it becomes a line of the ledger, and a task only when the run is
    wanted.
    """

    source: str
    source_id: str
    occurred_at: datetime
    content_sha256: str
    kind: Kind
    origin: str
    origin_sha256: str = ""
    origin_kind: OriginKind = OriginKind.FILE
    sender_name: str = ""
    sender_address: str = ""
    subject: str = ""
    text: str = ""
    message_id: str = ""
    answers: tuple[str, ...] = ()
    reply_to: str = ""
    bounce: Bounce | None = None
    flags: tuple[str, ...] = ()
    marked_urgent: bool = False
    owner_priority: str = ""
    original: StoredFile | None = None
    attachments: tuple[StoredFile, ...] = ()
    problem: Problem | None = None
    run: Run | None = None
    account: str = ""
    folder: str = ""
    taken: Taken | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is no event (yet) and stays where it is: its path relative to our root, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a source that keeps its things was read, once the events beside it are filed: `value`, to its watcher.

    Intake writes it into the journal in the transaction that files them, so neither is there without the other.
    """

    place: str
    value: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the owner must know of a source, once: an alert. `occasion` tells causes apart that sound the same."""

    about: str
    words: str
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One look at a source.

    `unsettled_s` is the time in seconds until the earliest file that is not quiet yet may be; 0 = more is ready than
    one sweep carries, scan again at once; None = nothing is waiting. `next_due_s` is the time in seconds until there
    will be something by the clock alone: a watching run wakes then, a single one does not wait for it. `checkpoints`
    and `notices` are written together with the events, or not at all.
    """

    events: tuple[Event, ...] = ()
    unsettled_s: float | None = None
    left: tuple[Left, ...] = ()
    next_due_s: float | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class WatcherContext:
    """What a watcher may look at. `root`: our folder in the vault; `quiet_s`: a file unchanged for so long is whole.

    `machine_now` is the time by which the disk dates files; None = that of `scan`. `monotonic_s` measures in seconds
    how long something takes. `stirs` counts the hints that something changed in a folder; None = there can be none, so
    it has to be looked at. `wake` is set when there is something to scan for; what runs beside a scan ends with
    `stopping`. `mail`, `calendar`: what the owner connected, None = nobody looks into any. `mail_days`, `mail_every_s`,
    `calendar_every_s`, `odoo_every_s`, `meeting_hours`: as in the settings. `odoo` gives the Odoo that keeps the books
    now, None = another keeps them. `state`: the state folder, None = there is none.
    """

    root: Path
    quiet_s: float
    journal: Journal
    machine_now: Callable[[], datetime] | None = None
    monotonic_s: Callable[[], float] = lambda: 0.0
    stirs: Callable[[Path], int | None] = lambda _folder: None
    wake: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    mail: MailSources | None = None
    mail_days: int = 7
    mail_every_s: float = 120.0
    calendar: Source | None = None
    calendar_every_s: float = 300.0
    meeting_hours: float = 0.0
    state: Path | None = None
    odoo: Callable[[], OdooSource | None] = lambda: None
    odoo_every_s: float = 300.0


class Watcher(Protocol):
    """Looks at one source. Its module is named `<name>_watcher` and offers `open_watcher(context) -> Watcher`."""

    @property
    def name(self) -> str:
        """As in a note's history: 'email watcher' is the watcher named 'inbox' or 'ask'."""
        ...

    def scan(self, now: datetime) -> Sweep:
        """What lies there now and is finished. `now` is aware; never raises for what it finds."""
        ...
