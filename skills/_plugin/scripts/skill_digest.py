"""The digest of a skill's folder, as the employee computes it (`agents/reasoning/skill_acceptance.py`).

A test compares the two. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def digest_of_folder(folder: Path) -> str:
    """SHA-256 over names, modes and bytes; empty when it holds a link or something that is no file."""
    try:
        files = dict(files_in(folder, ""))
    except OSError:
        return ""
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def files_in(folder: Path, below: str) -> Iterator[tuple[str, str]]:
    """Each file with its mode and the SHA-256 of its bytes; what begins with a dot and `__pycache__` are none.

    Raises:
        OSError: something that is no plain file.
    """
    if folder.is_symlink():
        raise OSError("a link")
    with os.scandir(folder) as entries:
        lying = sorted(entries, key=lambda entry: entry.name)
    for each in lying:
        if each.name.startswith(".") or each.name == "__pycache__":
            continue
        about, path = each.stat(follow_symlinks=False), f"{below}{each.name}"
        if stat.S_ISDIR(about.st_mode):
            yield from files_in(folder / each.name, f"{path}/")
        elif stat.S_ISREG(about.st_mode) and about.st_nlink == 1:
            mode = "x" if about.st_mode & stat.S_IXUSR else "-"
            yield path, f"{mode} {hashlib.sha256((folder / each.name).read_bytes()).hexdigest()}"
        else:
            raise OSError(f"{path} is no plain file")
