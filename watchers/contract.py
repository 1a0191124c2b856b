"""What a watcher offers. A watcher sees and reads; it never writes, moves or removes a file (intake does).

`scan` is level-triggered: it looks at what lies there now, so a lost hint costs time, never an event, and an event is
offered again until intake has cleared its origin. Equal events have equal `(source, source_id)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from agents.durability.due_runs import Run
    from agents.durability.journal import Journal
    from agents.vault.note import Problem

Kind = Literal["email", "file", "ask"]


class OriginKind(StrEnum):
    """What lies at an event's origin, which decides how it is cleared."""

    FILE = "file"  # a regular file: removed or moved while its SHA-256 holds
    UNREAD = "unread"  # a regular file we did not read (too large): moved by name, its bytes unknown
    LINK = "link"  # a symbolic link: only the link is removed
    OTHER = "other"  # a folder, FIFO, socket or device: stays where it is
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
class Event:
    """Something a watcher saw. All text is as it came from outside.

    `content_sha256` (64 hex) is over the bytes with CRLF read as LF: the same mail exported twice is the same content.
    `origin` is the path to clear once filed, relative to our root, posix; `origin_sha256` is over its bytes as they lay
    there, empty when it must not be removed by them (not read, or only a line of it). With a `problem` the event
    belongs into Quarantine and only `original` is set. `answers`: ids of the mails it says it answers, nearest first.
    `marked_urgent`: the sender says so. `owner_priority`: the owner says it, by command; empty = they do not.
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
    flags: tuple[str, ...] = ()
    marked_urgent: bool = False
    owner_priority: str = ""
    original: StoredFile | None = None
    attachments: tuple[StoredFile, ...] = ()
    problem: Problem | None = None
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is no event (yet) and stays where it is: its path relative to our root, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """One look at a source.

    `unsettled_s` is the time in seconds until the earliest file that is not quiet yet may be; 0 = more is ready than
    one sweep carries, scan again at once; None = nothing is waiting. `next_due_s` is the time in seconds until there
    will be something by the clock alone: a watching run wakes then, a single one does not wait for it.
    """

    events: tuple[Event, ...] = ()
    unsettled_s: float | None = None
    left: tuple[Left, ...] = ()
    next_due_s: float | None = None


@dataclass(frozen=True, slots=True)
class WatcherContext:
    """What a watcher may look at. `root`: our folder in the vault; `quiet_s`: a file unchanged for so long is whole.

    `machine_now` is the time by which the disk dates files; None = that of `scan`.
    """

    root: Path
    quiet_s: float
    journal: Journal
    machine_now: Callable[[], datetime] | None = None


class Watcher(Protocol):
    """Looks at one source. Its module is named `<name>_watcher` and offers `open_watcher(context) -> Watcher`."""

    @property
    def name(self) -> str:
        """As in a note's history: 'email watcher' is the watcher named 'inbox' or 'ask'."""
        ...

    def scan(self, now: datetime) -> Sweep:
        """What lies there now and is finished. `now` is aware; never raises for what it finds."""
        ...
