"""What lies in the inbox or a drop folder: which entries may be read, and which stay where they are and why.

Follows no link.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.vault.layout import is_conflict_copy
from agents.vault.mounts import file_system_of, is_remote
from watchers.contract import Left

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator
    from pathlib import Path

MAX_DEPTH = 4  # folders below the inbox that are looked into
# What systems and tools put into every folder; not worth a word. Folders of these names are not entered.
TOOL_FOLDERS = frozenset(
    {"#recycle", "#snapshot", "$recycle.bin", "@eadir", "__macosx", "lost+found", "system volume information"}
)
NOISE = frozenset({".ds_store", ".gitkeep", ".keep", ".localized", ".nomedia", "desktop.ini", "thumbs.db"})
PARTIAL = (".crdownload", ".download", ".opdownload", ".part", ".partial", ".tmp", ".temp", ".!qb", "~")
LOCKS = ("~$", ".~lock.")
_DATALESS = 0x40000000  # SF_DATALESS of macOS: the bytes are still in the cloud
_RECALL = 0x00400000 | 0x00001000  # FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, _OFFLINE of Windows
SMALL_BYTES = 16_384  # what a disk may keep beside the file's name instead of in blocks (btrfs: up to a page)
HOLLOW = "nothing of it is on this disk: still in the cloud, or still being written"
IN_THE_CLOUD = "still in the cloud; open it once so that it is downloaded"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file (or link, FIFO ...); `status` is of itself.

    `path`: relative to our root, posix; in a drop folder below its name.
    """

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
        return IN_THE_CLOUD
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


def is_hollow(status: os.stat_result) -> bool:
    """Whether it has a size and not one block: its bytes are elsewhere, or are yet to be written.

    macOS says so with a flag instead, and has no block for what it compressed.
    """
    has_size = stat.S_ISREG(status.st_mode) and status.st_size > SMALL_BYTES
    return has_size and not hasattr(status, "st_flags") and getattr(status, "st_blocks", 1) == 0


def list_folder(location: Path, path: str, skip: frozenset[str] = frozenset()) -> Listing:
    """Everything in a folder and the folders below it, under `path`.

    `skip`: names directly in it, in small letters, that are passed over.
    """
    found: list[Entry] = []
    left: list[Left] = []
    for each in _walk(location, path, 0, skip):
        if isinstance(each, Left):
            left.append(each)
        else:
            found.append(each)
    hollow = [each for each in found if is_hollow(each.status)]
    if hollow and _tells_blocks(location, found):
        left += [Left(each.path, HOLLOW) for each in hollow]
        found = [each for each in found if not is_hollow(each.status)]
    return Listing(tuple(sorted(found, key=lambda entry: entry.path)), tuple(left))


def _tells_blocks(location: Path, found: list[Entry]) -> bool:
    """Whether the file system counts blocks at all; some that are shared or programs do for no file."""
    counts = any(stat.S_ISREG(each.status.st_mode) and getattr(each.status, "st_blocks", 0) for each in found)
    return counts or not is_remote(file_system_of(location))


def _walk(location: Path, path: str, depth: int, skip: frozenset[str] = frozenset()) -> Iterator[Entry | Left]:
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
        if name.casefold() not in skip:
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
        if not name.startswith(".") and name.lower() not in TOOL_FOLDERS:
            yield from _walk(location, path, depth + 1)
        return
    if reason := reason_to_leave(name, siblings) or _cloud(status):
        yield Left(path, reason)
    else:
        yield Entry(path, location, status)


def _cloud(status: os.stat_result) -> str | None:
    away = is_in_the_cloud(getattr(status, "st_flags", 0), getattr(status, "st_file_attributes", 0))
    return IN_THE_CLOUD if away else None
