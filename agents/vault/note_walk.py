"""Every note below a folder with a mark that changes when it is written. No link is followed, nothing is read."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_NO_TEXT = re.compile("[\ud800-\udfff]")  # how Python shows a name that is no UTF-8


def walk_notes(root: Path, leaves_out: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Path (posix, relative) and mark of each `.md` file. Hidden folders are not entered, nor those left out.

    `leaves_out` is asked about each folder by its path. What is gone meanwhile, or may not be looked at, is left out.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(root / folder):
            path = f"{folder}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if not leaves_out(path):
                    waiting.append(f"{path}/")
            elif entry.name[-3:].lower() == ".md" and (mark := _mark(entry)):
                yield path, mark


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as lying:
            for each in lying:
                if not each.name.startswith(".") and not _NO_TEXT.search(each.name):
                    yield each
    except OSError:
        return


def _mark(entry: os.DirEntry[str]) -> str:
    """Size and times of a regular file; empty for anything else.

    A sync tool may bring an older time back: the time of the last change to the file itself tells that.
    """
    try:
        about = entry.stat(follow_symlinks=False)
    except OSError:
        return ""
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}" if stat.S_ISREG(about.st_mode) else ""
