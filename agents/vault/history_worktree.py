"""Which files of the vault can be kept in the history, and what they hold now.

A link is never followed, neither as the file nor as a folder above it, and nothing is read that is no plain file.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from agents.vault.files import read_all

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DEPTH = 64
_NO_NAMES = {"", ".", ".."}
# git's own names under any spelling that some disk takes for them: 8.3 names, streams, case, invisible characters
_GIT_NAMES = re.compile(r"\.git(modules|attributes)?|gi[a-z0-9]{0,4}~\d+")
_STREAM = re.compile(r"[:\\]")
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_FILE = {errno.ELOOP, errno.ENXIO}  # a link, a socket


class Missing(Enum):
    """Why the history has no content for a path."""

    ABSENT = auto()
    """No such file, or a folder, or beyond a link."""
    UNFIT = auto()
    """There, but nothing to keep: a link, too large, no plain file, a name that git refuses."""
    UNREADABLE = auto()
    """There, and the disk does not give it; what was kept of it stays."""


def content_of(root: Path, path: str, max_bytes: int) -> bytes | Missing:
    """What the file holds now; never raises for what lies on the disk."""
    opened = _opened(root, path, max_bytes)
    if isinstance(opened, Missing):
        return opened
    try:
        content = read_all(opened, os.fstat(opened).st_size, max_bytes)
    finally:
        os.close(opened)
    return content if len(content) <= max_bytes else Missing.UNFIT  # it may have grown since it was opened


def missing(root: Path, path: str, max_bytes: int) -> Missing | None:
    """Why `content_of` would give nothing; None when it would."""
    opened = _opened(root, path, max_bytes)
    if isinstance(opened, Missing):
        return opened
    os.close(opened)
    return None


def files_below(root: Path, folder: str) -> Iterator[str]:
    """Every file and link below a folder, by path from the root; git's own are left out."""
    for place, folders, names in os.walk(root / folder):
        folders[:] = [name for name in folders if name != ".git"]
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*names, *links]):
            if name != ".git":
                yield Path(place, name).relative_to(root).as_posix()


def is_kept_name(path: str) -> bool:
    """Whether git takes this path on every disk: real text, not absurdly deep, none of git's own names."""
    parts = path.split("/")
    return len(parts) <= _MAX_DEPTH and all(map(_is_kept_part, parts))


def _is_kept_part(part: str) -> bool:
    try:
        part.encode()
    except UnicodeEncodeError:
        return False
    seen = part if part.isascii() else "".join(char for char in part if unicodedata.category(char) != "Cf")
    plain = _STREAM.split(seen.casefold())[0].rstrip(" .")
    return part not in _NO_NAMES and "\0" not in part and not _GIT_NAMES.fullmatch(plain)


def folders_above(root: Path, path: str) -> Iterator[str]:
    """Every folder between the root and the file, the topmost first. As text: this is done for every file written."""
    place = str(root)
    for part in path.split("/")[:-1]:
        place = f"{place}/{part}"
        yield place


def _opened(root: Path, path: str, max_bytes: int) -> int | Missing:
    if not is_kept_name(path):
        return Missing.UNFIT
    if any(map(os.path.islink, folders_above(root, path))):
        return Missing.ABSENT
    try:
        descriptor = os.open(f"{root}/{path}", _OPEN)
    except (FileNotFoundError, NotADirectoryError):
        return Missing.ABSENT
    except OSError as err:
        return Missing.UNFIT if err.errno in _NO_FILE else Missing.UNREADABLE
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_size <= max_bytes:
        return descriptor
    os.close(descriptor)
    return Missing.ABSENT if stat.S_ISDIR(status.st_mode) else Missing.UNFIT
