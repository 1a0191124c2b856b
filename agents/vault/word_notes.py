"""Notes in the vault's root that say one word by being there: PAUSE.md and DRAIN.md, on any device."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agents.vault.layout import is_word_note

if TYPE_CHECKING:
    from pathlib import Path


def word_notes(root: Path, word: str) -> dict[str, str] | None:
    """The notes that say the word: name, and a mark that changes when it is written. None: nobody can tell now."""
    try:
        with os.scandir(root) as entries:
            found = [(each.name, each.stat(follow_symlinks=False)) for each in entries if _says(each, word)]
    except OSError:
        return None
    return {name: f"{status.st_ino} {status.st_size} {status.st_mtime_ns}" for name, status in sorted(found)}


def _says(entry: os.DirEntry[str], word: str) -> bool:
    return is_word_note(entry.name, word) and not entry.is_dir(follow_symlinks=False)
