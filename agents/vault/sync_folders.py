"""Which folders a sync tool carries to other machines, by their names or by the tool's own mark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SYNCED = re.compile(
    r"(dropbox|onedrive|icloud|mobile documents|cloudstorage|nextcloud|owncloud|google ?drive|pcloud).*|mega(sync)?"
)
MARK = ".stfolder"  # Syncthing's


def synced_folder(place: Path) -> Path | None:
    """The synced folder that `place` is or lies in; None where none is known."""
    for folder in (place, *place.parents):
        if SYNCED.fullmatch(folder.name.casefold()) or (folder / MARK).exists():
            return folder
    return None
