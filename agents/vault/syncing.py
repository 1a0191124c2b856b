"""Whole file systems flushed at once, where the system can: many new files cost one flush then."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SyncFs = Callable[[int], int]
# a descriptor in, 0 out when its whole file system is on the disk; None where the system has none
SYNCFS: SyncFs | None = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


def sync_file_systems(descriptors: Iterable[int], syncfs: SyncFs) -> None:
    """Flush the file systems these open files or folders lie on, each once.

    Raises:
        OSError: a disk refused.
    """
    for descriptor in {os.fstat(each).st_dev: each for each in descriptors}.values():
        if syncfs(descriptor):
            raise OSError(ctypes.get_errno(), "the file system cannot be flushed")
