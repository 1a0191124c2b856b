"""Hints that something may have begun, so that the runner need not wait for its next scan.

Hints may be late, doubled or lost; the scans are the truth. What cannot be watched is said and polled.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from agents.vault.layout import (
    APPROVED,
    ASK_NOTE,
    CLAIMED,
    INBOX,
    NEEDS_ACTION,
    PENDING,
    REJECTED,
    SCHEDULES_NOTE,
    is_stop,
)
from agents.vault.mounts import file_system_of, is_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver, ObservedWatch

FOLDERS = (INBOX, NEEDS_ACTION, CLAIMED, PENDING, APPROVED, REJECTED)
NOTES = (ASK_NOTE, SCHEDULES_NOTE)
ROOT = "."
BELL = "bell"
DROP = "drop folder "
VAULT = "the vault"
EVERYTHING = "everything"
STOP_WAIT_S = 5.0
_Identity = tuple[int, int]


class Hints:
    """Sets `wake` when something changes where work can begin, or somebody rings the `bell`.

    Work begins in our folders, `Ask.md`, `Schedules.md` and `STOP.md`. `bell` is the folder outside the vault in which
    other processes ring, `drops` are the drop folders now. `says` is empty while all is watched, else one sentence on
    what is only polled and why: also what lies on a drive that others change, since the system does not tell of that.
    `file_system` gives the kind of file system a folder lies on.
    """

    def __init__(
        self,
        root: Path,
        wake: threading.Event,
        open_observer: Callable[[], BaseObserver] | None = None,
        bell: Path | None = None,
        drops: Callable[[], Iterable[Path]] = tuple,
        file_system: Callable[[Path], str] = file_system_of,
    ) -> None:
        self._open_observer = open_observer or _open_observer
        self._root = root
        self._wake = wake
        self._places = {folder: root / folder for folder in (ROOT, *FOLDERS)} | ({BELL: bell} if bell else {})
        self._drops, self._file_system = drops, file_system
        self._stirred: dict[str, int] = {}
        self._news: set[str] = set()
        self._lock = threading.Lock()
        self._observer: BaseObserver | None = None
        self._watched: dict[str, tuple[_Identity, ObservedWatch]] = {}
        self.gone: set[str] = set()  # deleted while watched; a new folder may get the same inode
        self._reasons: dict[str, str] = {}
        self._trouble = _TroubleHandler(self)

    @property
    def says(self) -> str:
        """What is not watched, in words for the owner; empty = everything is."""
        if not self._reasons:
            return ""
        return "Some folders are only looked at from time to time: " + "; ".join(
            f"{folder} ({reason})" for folder, reason in sorted(self._reasons.copy().items())
        )

    def start(self) -> None:
        """Begin watching; never raises, see `says`."""
        logging.getLogger("watchdog").addHandler(self._trouble)
        try:
            observer = self._open_observer()
            observer.start()
        except OSError as err:  # the system's limit of watchers
            self._reasons[EVERYTHING] = _words(err)
            return
        self._observer = observer
        self._note_remote(VAULT, self._root)
        self.renew()

    def renew(self) -> None:
        """Watch again what was replaced, came back or could not be watched; call it with every scan."""
        if self._observer is None:
            return
        self._reasons.pop(EVERYTHING, None)
        self._follow_drops(self._observer)
        for folder in self._places:
            self._renew(self._observer, folder)

    def _note_remote(self, folder: str, path: Path) -> None:
        if is_remote(kind := self._file_system(path)):
            self._reasons[folder] = f"on a drive that others change too, {kind}"

    def _follow_drops(self, observer: BaseObserver) -> None:
        """Watch the drop folders there are now, and those no more that there were."""
        now = {f"{DROP}{path}": path for path in self._drops()}
        for folder in [each for each in self._places if each.startswith(DROP) and each not in now]:
            del self._places[folder]
            self._reasons.pop(folder, None)
            if known := self._watched.pop(folder, None):
                observer.unschedule(known[1])
        self._places |= now

    def stirs(self, path: Path) -> int | None:
        """How often something stirred in a drop folder until now; None = it has to be looked at, nobody tells."""
        folder = f"{DROP}{path}"
        with self._lock:
            if self._observer is None or folder not in self._watched or {folder, EVERYTHING} & self._reasons.keys():
                return None
            return self._stirred.get(folder, 0)

    def stop(self) -> None:
        """Stop watching and wait for its threads."""
        logging.getLogger("watchdog").removeHandler(self._trouble)
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(STOP_WAIT_S)
            self._observer = None
        self._watched.clear()

    def news(self) -> frozenset[str] | None:
        """The folders in which something changed since this was last asked; None = look everywhere."""
        with self._lock:
            news, self._news = self._news, set()
        ours = [each for each in self._reasons if not each.startswith(DROP)]
        return None if self._observer is None or ours or EVERYTHING in news else frozenset(news)

    def _tell(self, folder: str) -> None:
        with self._lock:
            self._news.add(folder)
            self._stirred[folder] = self._stirred.get(folder, 0) + 1

    def lost(self) -> None:
        """Hints were lost: look at everything now."""
        self._reasons[EVERYTHING] = "too many changes at once"
        self._tell(EVERYTHING)
        self._wake.set()

    def hint(self, path: Path, folder: str) -> None:
        """Something changed at `path`, seen by the watch on `folder`."""
        if path == self._places.get(folder):  # the watched folder itself is gone, and its watch with it
            self.gone.add(folder)
            self._wake.set()
        name = path.name
        if folder == ROOT and not (is_stop(name) or name in NOTES or name in FOLDERS):
            return
        if not name.startswith("."):  # our own half-written files
            self._tell(folder)
            self._wake.set()

    def _renew(self, observer: BaseObserver, folder: str) -> None:
        path = self._places[folder]
        try:
            status = path.lstat()
            identity = (status.st_dev, status.st_ino)
            known = self._watched.get(folder)
            if known and known[0] == identity and folder not in self.gone:
                return
            if known:
                del self._watched[folder]
                self.gone.discard(folder)
                observer.unschedule(known[1])
                self._wake.set()
            deep = folder == INBOX or folder.startswith(DROP)
            watch = observer.schedule(
                self._handler(folder), str(path), recursive=deep, event_filter=list(_beginnings())
            )
        except OSError as err:
            self._reasons[folder] = _words(err)
        else:
            self._tell(folder)  # what happened until now was not seen
            self._watched[folder] = (identity, watch)
            self._reasons.pop(folder, None)
            if folder.startswith(DROP):
                self._note_remote(folder, path)

    def _handler(self, folder: str) -> FileSystemEventHandler:
        from watchdog.events import FileSystemEventHandler  # noqa: PLC0415 (heavy, not needed by other commands)

        hints = self

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                for path in (event.src_path, event.dest_path):
                    if path:
                        hints.hint(Path(os.fsdecode(path)), folder)

        return Handler()


class _TroubleHandler(logging.Handler):
    """The library tells an overflow only by a log line."""

    def __init__(self, hints: Hints) -> None:
        super().__init__(logging.WARNING)
        self._hints = hints

    def emit(self, record: logging.LogRecord) -> None:
        """Take the warning for what it is: hints were lost."""
        del record
        self._hints.lost()


def _open_observer() -> BaseObserver:
    from watchdog.observers import Observer  # noqa: PLC0415 (heavy, not needed by other commands)

    return Observer()


def _beginnings() -> Iterator[type[FileSystemEvent]]:
    """What may begin work. Not opening, closing or reading, which our own scans do all the time."""
    from watchdog import events  # noqa: PLC0415 (heavy, not needed by other commands)

    yield events.FileCreatedEvent
    yield events.FileModifiedEvent
    yield events.FileMovedEvent
    yield events.FileDeletedEvent
    yield events.DirCreatedEvent
    yield events.DirMovedEvent
    yield events.DirDeletedEvent


def _words(err: OSError) -> str:
    return (err.strerror or type(err).__name__).lower()
