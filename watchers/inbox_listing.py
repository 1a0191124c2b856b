"""What lies in the inbox: which entries may be read, and which stay where they are and why. Follows no link."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.vault.layout import is_conflict_copy
from watchers.contract import Left

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator
    from pathlib import Path

MAX_DEPTH = 4  # folders below the inbox that are looked into
# What systems and tools put into every folder; not worth a word.
NOISE = frozenset({".ds_store", ".gitkeep", ".keep", ".localized", ".nomedia", "desktop.ini", "thumbs.db"})
PARTIAL = (".crdownload", ".download", ".opdownload", ".part", ".partial", ".tmp", ".temp", ".!qb", "~")
LOCKS = ("~$", ".~lock.")
_DATALESS = 0x40000000  # SF_DATALESS of macOS: the bytes are still in the cloud
_RECALL = 0x00400000 | 0x00001000  # FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, _OFFLINE of Windows


@dataclass(frozen=True, slots=True)
class Entry:
    """One file (or link, FIFO ...) in the inbox; `path` is relative to our root, posix. `status` is of itself."""

    path: str
    location: Path
    status: os.stat_result


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries by path, and what stays where it is."""

    entries: tuple[Entry, ...]
    left: tuple[Left, ...]


def reason_to_leave(name: str, siblings: Collection[str]) -> str | None:
    """Why a file of this name is no event (yet), or None. `siblings` are all names in its folder."""
    lower = name.lower()
    if lower.endswith(".icloud"):
        return "still in the cloud; open it once so that it is downloaded"
    if lower.startswith(LOCKS) or lower.endswith(PARTIAL):
        return "a file another program is still writing"
    if name.startswith("."):
        return "a hidden file"
    if any(name + suffix in siblings for suffix in PARTIAL):
        return "still being downloaded"
    if is_conflict_copy(name):
        return "a conflict copy of your sync tool; keep one of the two and remove the other"
    return None


def is_in_the_cloud(flags: int, attributes: int) -> bool:
    """Whether reading would first have to fetch the bytes. `flags` is macOS' st_flags, `attributes` Windows'."""
    return bool(flags & _DATALESS or attributes & _RECALL)


def list_inbox(root: Path, folder: str) -> Listing:
    """Everything in the folder and the folders below it."""
    found: list[Entry] = []
    left: list[Left] = []
    for each in _walk(root / folder, folder, 0):
        if isinstance(each, Left):
            left.append(each)
        else:
            found.append(each)
    return Listing(tuple(sorted(found, key=lambda entry: entry.path)), tuple(left))


def _walk(location: Path, path: str, depth: int) -> Iterator[Entry | Left]:
    if depth > MAX_DEPTH:
        yield Left(path, f"more than {MAX_DEPTH} folders deep")
        return
    if location.is_symlink():
        yield Left(path, "a link to another folder; links are not followed")
        return
    try:
        names = sorted(each.name for each in location.iterdir())
    except OSError as err:
        yield Left(path, f"not readable: {err.strerror}")
        return
    siblings = frozenset(names)
    for name in names:
        yield from look(location / name, f"{path}/{name}", siblings, depth)


def look(location: Path, path: str, siblings: frozenset[str], depth: int) -> Iterator[Entry | Left]:
    """What one name in a folder is: an entry, entries below it, something left, or nothing."""
    name = location.name
    if name.lower() in NOISE:
        return
    try:
        path.encode()
        status = location.lstat()
    except UnicodeEncodeError:
        yield Left(path.encode(errors="backslashreplace").decode(), "its name is not UTF-8; rename it")
        return
    except OSError:  # gone since it was listed
        return
    folder = stat.S_ISDIR(status.st_mode)
    if folder and not name.lower().endswith(".eml"):
        if not name.startswith("."):
            yield from _walk(location, path, depth + 1)
        return
    if reason := reason_to_leave(name, siblings) or _cloud(status):
        yield Left(path, reason)
    else:
        yield Entry(path, location, status)


def _cloud(status: os.stat_result) -> str | None:
    away = is_in_the_cloud(getattr(status, "st_flags", 0), getattr(status, "st_file_attributes", 0))
    return "still in the cloud; open it once so that it is downloaded" if away else None
