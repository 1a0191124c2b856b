"""Whether a drive answers. One on another machine that fell silent holds up whoever touches it, for as long as it is.

So a thread of its own touches first. While that one does not come back, nobody else touches the folder.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 3.0


def touch(folder: Path) -> None:
    """Ask the drive for the folder and its first entry: what is remembered on this side answers without it."""
    with suppress(OSError):
        next(folder.iterdir(), None)


class Answering:
    """Knows which folders answer. A folder that does not is waited for once, and not again until it does."""

    def __init__(self, touches: Callable[[Path], None] = touch, patience_s: float = PATIENCE_S) -> None:
        self._touches = touches
        self._patience_s = patience_s
        self._waiting: dict[str, threading.Thread] = {}

    def answers(self, folder: str) -> bool:
        """Whether the folder can be looked at without waiting for long; one that is not there answers too."""
        thread, patience_s = self._waiting.pop(folder, None), 0.0
        if thread is None:
            thread, patience_s = self._asked(folder), self._patience_s
        thread.join(patience_s)
        if thread.is_alive():
            self._waiting[folder] = thread
            return False
        return True

    def _asked(self, folder: str) -> threading.Thread:
        thread = threading.Thread(target=self._touches, args=(Path(folder),), name="drive", daemon=True)
        thread.start()
        return thread
