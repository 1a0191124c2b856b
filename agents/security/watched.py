"""A stamp of files: another one as soon as one of them was changed, made or removed. Cheap: nothing is read."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def stamp_of(written: Iterable[Path | str], guarded: Iterable[Path]) -> str:
    """A stamp; of `written` files every change counts, of `guarded` ones only a change of mode or owner."""
    lines = [f"{path}\0{_written(path)}" for path in written] + [f"{path}\0{_guarded(path)}" for path in guarded]
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()[:32]


def _written(path: Path | str) -> str:
    try:
        about = os.lstat(path)
    except OSError:
        return ""
    return f"{about.st_mtime_ns} {about.st_size} {about.st_ino} {about.st_mode}"


def _guarded(path: Path) -> str:
    try:
        about = path.lstat()
    except OSError:
        return ""
    return f"{about.st_mode} {about.st_uid}"
