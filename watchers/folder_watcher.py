"""Drop folders: folders anywhere on this computer that the owner named, and of which files are taken in.

What lies there is only read. A file that was taken in has a row in the journal; by that, and while it looks as it did
then, it is not read again. What may not be read, or is not finished, stays where it is and is said.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agents.durability.checkpoint_rows import reached
from agents.durability.drop_folder_rows import After, DroppedFile, Stage, drop_folders, dropped_files
from agents.vault.plain import plain
from watchers.answering import Answering
from watchers.contract import Checkpoint, Event, Left, Notice, OriginKind, Sweep, Taken
from watchers.drop_clearing import FILED, filed_places, is_there
from watchers.file_sweeps import FileSweeps
from watchers.inbox_listing import Listing, list_folder
from watchers.inbox_reading import read_entry

if TYPE_CHECKING:
    from datetime import datetime

    from agents.durability.drop_folder_rows import DropFolder, Signature
    from watchers.contract import WatcherContext
    from watchers.inbox_listing import Entry

SKIPPED = frozenset({FILED.casefold()})
IDLE_SHARE = 500  # between two looks at a folder in which nothing stirs lies so much more time than one takes
LONGEST_S = 600.0  # and no more than this
NOT_THERE = "a drop folder that is not there now"
SILENT = "a drop folder whose drive does not answer"
GONE = "The drop folder {name} is not there any more, or does not answer. Nothing is taken from it until it is back."
PLACE = "drop folder\t"
STAYS = "filed, but it could not be taken away from here"


@dataclass
class _Watched:
    """One folder as this process knows it: its rows, and when it was looked at, by `monotonic_s`."""

    folder: DropFolder
    sweeps: FileSweeps | None = None
    rows: dict[str, DroppedFile] = field(default_factory=dict)
    stirred: int | None = None
    listed_s: float = float("-inf")
    cost_s: float = 0.0
    left: tuple[Left, ...] = ()
    retried: set[str] = field(default_factory=set)  # what was stuck gets one more chance in a new process


class FolderWatcher:
    """Offers every finished file of the drop folders as an event."""

    name = "folder"

    def __init__(self, context: WatcherContext, drives: Answering | None = None) -> None:
        self._context = context
        self._watched: dict[str, _Watched] = {}
        self._drives = drives or Answering()

    def scan(self, now: datetime) -> Sweep:
        """What is finished in all of them, and which of them came or went."""
        with self._context.journal.begin() as sql:
            folders, places = drop_folders(sql), reached(sql, PLACE)
        self._watched = {each.path: self._known(each) for each in folders}
        gone = {place for place, since in places.items() if since.value}
        sweeps = [self._one(each, now, was_gone=_place(each.folder) in gone) for each in self._watched.values()]
        return Sweep(
            tuple(event for each in sweeps for event in each.events),
            min((each.unsettled_s for each in sweeps if each.unsettled_s is not None), default=None),
            tuple(left for each in sweeps for left in each.left),
            checkpoints=tuple(checkpoint for each in sweeps for checkpoint in each.checkpoints),
            notices=tuple(notice for each in sweeps for notice in each.notices),
        )

    def _known(self, folder: DropFolder) -> _Watched:
        watched = self._watched.get(folder.path) or _Watched(folder)
        watched.folder = folder  # the owner may have said something else of it meanwhile
        return watched

    def _one(self, watched: _Watched, now: datetime, *, was_gone: bool) -> Sweep:
        folder = watched.folder
        answers = self._drives.answers(folder.path)
        if not (answers and is_there(folder)):
            watched.listed_s = float("-inf")
            left = (Left(folder.name, NOT_THERE if answers else SILENT),)
            return Sweep(left=left) if was_gone else _goes(folder, left, now)
        back = (Checkpoint(_place(folder), ""),) if was_gone else ()
        sweeps = watched.sweeps or self._sweeps(watched)
        if not self._is_due(watched, sweeps):
            return Sweep(left=watched.left, checkpoints=back)
        sweep = sweeps.sweep(now)
        watched.left = sweep.left
        return replace(sweep, checkpoints=back)

    def _is_due(self, watched: _Watched, sweeps: FileSweeps) -> bool:
        """Whether to look: something stirs or waits, or the last look is long ago for what it costs."""
        stirred = self._context.stirs(Path(watched.folder.path))
        pause_s = min(LONGEST_S, IDLE_SHARE * watched.cost_s)
        rests = stirred == watched.stirred and not sweeps.waits
        watched.stirred = stirred
        return not (rests and self._context.monotonic_s() - watched.listed_s < pause_s)

    def _sweeps(self, watched: _Watched) -> FileSweeps:
        context, reads = self._context, partial(_read, watched)
        lists = partial(self._list, watched)
        watched.sweeps = FileSweeps(lists, reads, context.quiet_s, context.machine_now, context.monotonic_s)
        return watched.sweeps

    def _list(self, watched: _Watched) -> Listing:
        """What lies there and was not taken in as it is now."""
        began_s = self._context.monotonic_s()
        folder = watched.folder
        listing = list_folder(Path(folder.path), folder.name, SKIPPED)
        with self._context.journal.begin() as sql:
            watched.rows = dropped_files(sql, folder.path)
        entries, left = [], [*listing.left]
        for entry in listing.entries:
            row = watched.rows.get(_below(entry))
            if row is None or _offers_again(row, entry, watched):
                entries.append(entry)
            elif row.stage is Stage.STUCK:
                left.append(Left(entry.path, STAYS))
        watched.listed_s = self._context.monotonic_s()
        watched.cost_s = watched.listed_s - began_s
        return Listing(tuple(entries), tuple(left))


def _place(folder: DropFolder) -> str:
    """Where the journal keeps since when a folder is not there; empty = it is."""
    return f"{PLACE}{folder.path}"


def _goes(folder: DropFolder, left: tuple[Left, ...], now: datetime) -> Sweep:
    """The owner is told once, until it is back."""
    notice = Notice("drop folders", GONE.format(name=plain(folder.name)), f"{folder.path}\0{now.isoformat()}")
    return Sweep(left=left, checkpoints=(Checkpoint(_place(folder), now.isoformat()),), notices=(notice,))


def signature_of(entry: Entry) -> Signature:
    """What changes when a file is written, whatever it says of when that was."""
    return entry.status.st_size, entry.status.st_mtime_ns, entry.status.st_ctime_ns


def _below(entry: Entry) -> str:
    """Its path below the drop folder; that of the entry begins with the folder's name."""
    return entry.path.partition("/")[2]


def _offers_again(row: DroppedFile, entry: Entry, watched: _Watched) -> bool:
    if row.stage is Stage.FILED or row.signature != signature_of(entry):
        return True
    if row.stage is Stage.KEPT or row.path in watched.retried:
        return False
    watched.retried.add(row.path)
    return True


def _read(watched: _Watched, entry: Entry, now: datetime) -> Event | Left | None:
    seen, folder = read_entry(entry, now), watched.folder
    if not isinstance(seen, Event):
        return seen
    row = watched.rows.get(_below(entry))
    if row and row.stage is Stage.FILED and _is_half_moved(row, entry):
        return replace(seen, origin_kind=OriginKind.OUTSIDE, taken=Taken(row, folder))
    if seen.origin_kind is not OriginKind.FILE:
        return Left(entry.path, seen.problem.message if seen.problem else "no file")
    stage = Stage.KEPT if folder.after is After.KEEP else Stage.FILED
    file = DroppedFile(folder.path, _below(entry), signature_of(entry), seen.origin_sha256, stage)
    return replace(seen, origin_kind=OriginKind.OUTSIDE, taken=Taken(file, folder))


def _is_half_moved(row: DroppedFile, entry: Entry) -> bool:
    """Whether a crash amid its move left the file with both names."""
    for place in filed_places(row):
        with suppress(OSError):
            if os.path.samestat(entry.status, place.lstat()):
                return True
    return False


def open_watcher(context: WatcherContext) -> FolderWatcher:
    """The watcher of one vault's drop folders."""
    return FolderWatcher(context)
