"""Takes a file away from its drop folder once it is filed: into the folder `Filed` in it, or for good.

Only while it holds the bytes that were filed, and through no link. Killed anywhere, it is done again.
"""

from __future__ import annotations

import hashlib
import os
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from agents.durability.drop_folder_rows import After
from agents.errors import NotAllowed
from agents.vault.files import MISSING, end_move, move_new, read_regular, remove
from agents.vault.history_worktree import folders_above
from agents.vault.mounts import mount_of
from watchers.inbox_reading import MAX_FILE_BYTES

if TYPE_CHECKING:
    from agents.durability.drop_folder_rows import DropFolder, DroppedFile

FILED = "Filed"  # the folder in a drop folder into which what was filed is moved


class Ended(StrEnum):
    """What came of it."""

    AWAY = "away"
    LATER = "later"  # the folder is not there, or another file has its path by now
    STUCK = "stuck"  # it may not be moved or removed


def is_there(folder: DropFolder) -> bool:
    """Whether the folder is there, and the drive it was on: without that a mount point is an empty folder."""
    path = Path(folder.path)
    if path.is_symlink() or not path.is_dir():
        return False
    mount = mount_of(path) if folder.mount else None
    above = mount and mount.point != folder.mount and PurePosixPath(folder.mount).is_relative_to(mount.point)
    return not above


def filed_places(file: DroppedFile) -> tuple[Path, Path]:
    """Where a filed file is moved: under its own path, or, where another file has that, with eight digits in it."""
    place = Path(file.folder, FILED, file.path)
    return place, place.with_name(f"{place.stem}-{file.sha256[:8]}{place.suffix}")


def take_away(file: DroppedFile, folder: DropFolder) -> Ended:
    """Move or remove it as the owner said of the folder, or find it done."""
    if not is_there(folder):
        return Ended.LATER
    links = filter(os.path.islink, (*_above(file, file.path), *_above(file, f"{FILED}/{file.path}")))
    if next(links, None):
        return Ended.STUCK
    try:
        return _take_away(file, folder.after)
    except (NotAllowed, OSError):
        return Ended.STUCK


def _take_away(file: DroppedFile, after: After) -> Ended:
    path = Path(file.folder, file.path)
    for place in filed_places(file):
        end_move(path, place)
    content = read_regular(path, MAX_FILE_BYTES)
    if content == MISSING:
        return Ended.AWAY
    if not isinstance(content, bytes):
        return Ended.STUCK
    if hashlib.sha256(content).hexdigest() != file.sha256:
        return Ended.LATER
    if after is After.MOVE:
        _move(file, path)
        return Ended.AWAY
    return Ended.AWAY if remove(path, file.sha256) else Ended.LATER


def _move(file: DroppedFile, path: Path) -> None:
    first, second = filed_places(file)
    try:
        move_new(path, first)
    except FileExistsError:
        move_new(path, second)


def _above(file: DroppedFile, path: str) -> tuple[str, ...]:
    return tuple(folders_above(Path(file.folder), path))
