"""What the history must not keep although it could: files of which a gate says that they hold a secret.

Such a file stays as it is in the vault, and what the history has of it from before stays as well. It is asked again
whenever the file changes, so it comes in as soon as it is clean.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agents.vault.history_worktree import content_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Gate = Callable[[str, bytes], tuple[str, ...]]
    Stamp = tuple[int, int, int]

UNKNOWN: Stamp = (0, 0, 0)  # of a file that somebody else read, at whatever moment: it is looked at again


def open_gate(_path: str, _content: bytes) -> tuple[str, ...]:
    """Everything may pass."""
    return ()


class Withholding:
    """The files of one work tree that are withheld. `gate` gives what a file holds, empty when it may be kept."""

    def __init__(self, work_tree: Path, gate: Gate, max_bytes: int) -> None:
        self._work_tree = work_tree
        self._gate = gate
        self._max_bytes = max_bytes
        self._looked_at: dict[str, tuple[Stamp, tuple[str, ...]]] = {}

    @property
    def found(self) -> Mapping[str, tuple[str, ...]]:
        """The files that are withheld as far as is known, and what they hold."""
        return {path: words for path, (_, words) in self._looked_at.items() if words}

    def withholds(self, path: str, content: bytes | None = None) -> bool:
        """Whether the file is withheld as it is now; `content` saves reading it."""
        stamp = self._stamp(path) if content is None else UNKNOWN
        known = self._looked_at.get(path)
        if content is None and known is not None and known[0] == stamp:
            return bool(known[1])
        read = content_of(self._work_tree, path, self._max_bytes) if content is None else content
        words = self._gate(path, read) if isinstance(read, bytes) else ()
        self._looked_at.pop(path, None)
        if words:
            self._looked_at[path] = (stamp, words)
        return bool(words)

    def _stamp(self, path: str) -> Stamp:
        """Taken before the file is read, so that a change meanwhile is looked at again."""
        try:
            status = os.lstat(self._work_tree / path)
        except OSError:
            return UNKNOWN
        return (status.st_mtime_ns, status.st_size, status.st_ino)
