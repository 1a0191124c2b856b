"""The bell: another process that asked the runner for something rings it, so that the runner looks at once.

A file in a folder of its own in the state folder, never in the vault; the runner watches the folder. A ring that is
lost costs time, never a request: the row in the journal is the truth, and the runner's next scan finds it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BELL = "bell"  # the folder, and the file in it


def bell_folder(state: Path) -> Path:
    """The folder to watch; made when it is not there, as far as the disk lets us."""
    folder = state / BELL
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
    return folder


def ring(state: Path) -> None:
    """Tell the runner that there is something in the journal; ring after the transaction. Never raises."""
    with suppress(OSError):
        (bell_folder(state) / BELL).write_bytes(b"!")  # written, not only opened: that is what a watch sees
