"""Where notes lie now. The folders are the truth; hints from the operating system only say when to look."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.errors import NeedsOwner
from agents.vault.files import make_folder
from agents.vault.layout import DONE, FOLDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from agents.clock import Clock

Signature = tuple[int, int, int, int]
_PARTS = tuple(dict.fromkeys(part for name in FOLDERS for part in (name.split("/")[0], name)))
_KINDS = ((stat.S_ISLNK, "link"), (stat.S_ISDIR, "folder"), (stat.S_ISREG, "file"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a folder. `kind`: 'file', 'link', 'folder' or 'other', as is a file whose name is no UTF-8.

    `signature` (its first number tells files apart) changes when it is written, or gets or loses another name.
    """

    folder: str
    name: str
    kind: str
    signature: Signature
    modified_s: float
    changed_s: float = 0.0  # when the system last wrote, moved or renamed it; unlike the above nobody can set it

    @property
    def path(self) -> str:
        """Posix, relative to our root."""
        return f"{self.folder}/{self.name}"

    @property
    def stem(self) -> str:
        """The name without `.md`: the id of the note, if it is one of ours."""
        return self.name.removesuffix(".md")


class Places:
    """Looks into folders and tells whether a file has been quiet for long enough.

    `told` gives the folders in which something changed since it was last asked, as far as the operating system says so;
    None = it does not say, so everything has to be looked at.
    """

    def __init__(
        self, root: Path, clock: Clock, quiet_s: float, told: Callable[[], frozenset[str] | None] = lambda: None
    ) -> None:
        self._root = root
        self._clock = clock
        self._quiet_s = quiet_s
        self._told = told
        self._stirs: dict[str, int] = {}
        self._seen: dict[str, tuple[Signature, float]] = {}
        self.unsettled_s: float | None = None

    def begin(self) -> None:
        """A new tick: forget what was not quiet.

        Raises:
            NeedsOwner: one of our folders was replaced by a link or a file.
        """
        self.unsettled_s = None
        self._refuse_replaced()
        told = self._told()
        for folder in FOLDERS if told is None else told:
            self._stirs[folder] = self._stirs.get(folder, 0) + 1

    def stirs(self, folder: str) -> tuple[int, int]:
        """A value that changes when something changed in the folder, as far as the operating system tells."""
        try:
            changed_ns = (self._root / folder).stat().st_mtime_ns
        except OSError:
            changed_ns = 0
        return self._stirs.get(folder, 0), changed_ns

    def names(self, folder: str) -> tuple[str, ...]:
        """The names of everything in a folder, sorted, dotfiles left out; far cheaper than what they are."""
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(self._root / folder) as lying:
            return tuple(sorted(each.name for each in lying if not each.name.startswith(".")))
        return ()

    def signatures(self, folder: str) -> Iterator[tuple[str, Signature]]:
        """Name and signature of everything in a folder, dotfiles left out; nothing when the folder is gone."""
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(self._root / folder) as lying:
            for each in lying:
                if not each.name.startswith("."):
                    with suppress(FileNotFoundError):
                        yield each.name, _signature(each.stat(follow_symlinks=False))

    def prepare(self) -> None:
        """Make the folders that are gone.

        Raises:
            NeedsOwner: one of them is a link or a file.
        """
        self._refuse_replaced()
        for name in FOLDERS:
            make_folder(self._root / name)

    def _refuse_replaced(self) -> None:
        for part in _PARTS:
            entry = self.entry(".", part)
            if entry is not None and entry.kind != "folder":
                raise NeedsOwner(
                    f"{part} is not a folder of the vault, but leads elsewhere or is a file.",
                    hint=f"Put a real folder {part} into the vault.",
                )

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """What lies in a folder, dotfiles left out, by name. A folder that is gone is empty."""
        listed = (self.entry(folder, name) for name in self.names(folder))
        return tuple(each for each in listed if each)

    def entry(self, folder: str, name: str) -> Entry | None:
        """What has this name in this folder; None when nothing has. Costs the same however much lies there."""
        try:
            status = os.lstat(f"{self._root}/{folder}/{name}")  # text, not a path: this is done for every note there is
        except (FileNotFoundError, NotADirectoryError):
            return None
        kind = next((word for is_one, word in _KINDS if is_one(status.st_mode)), "other")
        if kind == "file" and not _is_text(name):
            kind = "other"
        return Entry(folder, name, kind, _signature(status), status.st_mtime, status.st_ctime)

    def find(self, name: str, *folders: str) -> Entry | None:
        """The note of this name in the first of `folders` that has it. `Done` stands for itself and its months."""
        for folder in folders:
            months = [each.path for each in self.entries(DONE) if each.kind == "folder"] if folder == DONE else []
            for place in (folder, *months):
                found = self.entry(place, name)
                if found and found.kind == "file":
                    return found
        return None

    def settled(self, entry: Entry) -> bool:
        """Whether the file has not changed for the quiet period; otherwise the wait is remembered."""
        left_s = self._quiet_s - self._age_s(entry)
        if left_s > 0:
            self.unsettled_s = left_s if self.unsettled_s is None else min(left_s, self.unsettled_s)
        return left_s <= 0

    def is_quiet(self, entry: Entry) -> bool:
        """Whether it has settled; nobody need wait for it."""
        return self._age_s(entry) >= self._quiet_s

    def _age_s(self, entry: Entry) -> float:
        age_s = self._clock.machine_now().timestamp() - entry.modified_s
        if age_s >= 0:
            return age_s
        # a clock elsewhere is ahead: judge by our own watching
        signature, since_s = self._seen.get(entry.path, ((0, 0, 0, 0), 0.0))
        if signature != entry.signature:
            since_s = self._clock.monotonic_s()
            self._seen[entry.path] = (entry.signature, since_s)
        return self._clock.monotonic_s() - since_s


def _signature(status: os.stat_result) -> Signature:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_nlink)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
