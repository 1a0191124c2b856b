"""Objects made durable: one by one for a transition, all at once for many files, which is four times as fast.

An object is written once. If power fails before its bytes are on the disk, an empty file keeps its name and would be
taken for the object by the next commit. So many objects are written unflushed only under a marker; a start that finds
the marker removes what cannot be read. Where there is no syncfs(2), each object is flushed.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pygit2

from agents.vault.files import write_over
from agents.vault.syncing import SYNCFS, SyncFs, sync_file_systems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["SYNCFS", "Flushing", "SyncFs"]

MANY_FILES = 20
MARKER = "objects-unflushed"
_FOLDER = re.compile(r"[0-9a-f]{2}")
_REST = re.compile(r"[0-9a-f]{38}")


class Flushing:
    """How the objects of one repository reach the disk."""

    def __init__(self, git_dir: Path, syncfs: SyncFs | None) -> None:
        self._git_dir = git_dir
        self._marker = git_dir / MARKER
        self._syncfs = syncfs

    @contextmanager
    def writing(self, files: int) -> Iterator[None]:
        """While objects for so many files are written; `flush` has to follow inside, before a reference moves."""
        if self._syncfs and (files > MANY_FILES or self._marker.exists()):
            write_over(self._marker, b"")
            pygit2.settings.enable_fsync_gitdir(value=False)
        try:
            yield
        finally:
            pygit2.settings.enable_fsync_gitdir(value=True)

    def flush(self) -> None:
        """Make every object written so far durable.

        Raises:
            OSError: the disk refused.
        """
        if not self._syncfs or not self._marker.exists():
            return
        descriptor = os.open(self._git_dir, os.O_RDONLY | os.O_CLOEXEC)
        try:
            sync_file_systems([descriptor], self._syncfs)
        finally:
            os.close(descriptor)
        self._marker.unlink()
        pygit2.settings.enable_fsync_gitdir(value=True)

    def repair(self, repository: pygit2.Repository) -> int:
        """After a crash amid many objects, remove those that cannot be read; how many there were."""
        if not self._marker.exists():
            return 0
        broken = [path for path in self._loose() if not _is_readable(repository, path.parent.name + path.name)]
        for path in broken:
            path.unlink()
        self.flush()
        self._marker.unlink(missing_ok=True)  # it may come from a system with syncfs
        return len(broken)

    def _loose(self) -> Iterator[Path]:
        for folder in (self._git_dir / "objects").iterdir():
            if _FOLDER.fullmatch(folder.name):
                yield from (path for path in folder.iterdir() if _REST.fullmatch(path.name))


def _is_readable(repository: pygit2.Repository, oid: str) -> bool:
    try:
        repository.odb.read(oid)
    except (KeyError, ValueError, OSError, pygit2.GitError):
        return False
    return True
