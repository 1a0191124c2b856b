"""Where notes lie now: the folders, read once a tick.

The scan is the truth; hints from the operating system only say when to look.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.vault.layout import DONE

if TYPE_CHECKING:
    from pathlib import Path

    from agents.clock import Clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a folder. `kind`: 'file', 'link', 'folder' or 'other'; `signature` changes when it is written."""

    folder: str
    name: str
    kind: str
    signature: tuple[int, int, int]
    modified_s: float

    @property
    def path(self) -> str:
        """Posix, relative to our root."""
        return f"{self.folder}/{self.name}"


class Places:
    """Lists folders and tells whether a file has been quiet for long enough."""

    def __init__(self, root: Path, clock: Clock, quiet_s: float) -> None:
        self._root = root
        self._clock = clock
        self._quiet_s = quiet_s
        self._seen: dict[str, tuple[tuple[int, int, int], float]] = {}
        self.unsettled_s: float | None = None

    def begin(self) -> None:
        """A new tick: forget what was not quiet."""
        self.unsettled_s = None

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """What lies in a folder, dotfiles left out, by name. A folder that is gone is empty."""
        try:
            with os.scandir(self._root / folder) as found:
                listed = [_entry(folder, each) for each in found if not each.name.startswith(".")]
        except FileNotFoundError:
            return ()
        return tuple(sorted((each for each in listed if each), key=lambda each: each.name))

    def settled(self, entry: Entry) -> bool:
        """Whether the file has not changed for the quiet period; otherwise the wait is remembered."""
        age_s = self._clock.now().timestamp() - entry.modified_s
        if age_s < 0:  # a clock elsewhere is ahead: judge by our own watching
            signature, since_s = self._seen.get(entry.path, ((0, 0, 0), 0.0))
            if signature != entry.signature:
                since_s = self._clock.monotonic_s()
                self._seen[entry.path] = (entry.signature, since_s)
            age_s = self._clock.monotonic_s() - since_s
        if age_s >= self._quiet_s:
            return True
        left_s = self._quiet_s - age_s
        self.unsettled_s = left_s if self.unsettled_s is None else min(left_s, self.unsettled_s)
        return False

    def find(self, name: str, *folders: str) -> str | None:
        """The first of `folders` (and the months of Done, when 'Done' is one) in which the file lies; its path."""
        for folder in folders:
            inner = [f"{DONE}/{each.name}" for each in self.entries(DONE) if each.kind == "folder"]
            for place in inner if folder == DONE else [folder]:
                if (self._root / place / name).is_file():
                    return f"{place}/{name}"
        return None


def _entry(folder: str, found: os.DirEntry[str]) -> Entry | None:
    try:
        status = found.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    mode = status.st_mode
    kind = "other"
    if stat.S_ISLNK(mode):
        kind = "link"
    elif stat.S_ISDIR(mode):
        kind = "folder"
    elif stat.S_ISREG(mode):
        kind = "file"
    return Entry(folder, found.name, kind, (status.st_ino, status.st_size, status.st_mtime_ns), status.st_mtime)
