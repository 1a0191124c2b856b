"""The owner's handbook as the rules of intake read it: again only when it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.vault.files import read_regular
from agents.vault.layout import HANDBOOK_NOTE

if TYPE_CHECKING:
    from pathlib import Path

MAX_HANDBOOK_BYTES = 1_000_000


class Handbook:
    """The handbook of one vault, for one reader of it."""

    def __init__(self, root: Path) -> None:
        self._place = root / HANDBOOK_NOTE
        self._seen: tuple[int, ...] = (-1,)

    def changed(self) -> str | None:
        """Its text when it is another one than last time, empty where there is none; None: it is as it was."""
        try:
            status = self._place.lstat()
        except OSError:
            seen: tuple[int, ...] = ()
        else:
            seen = (status.st_ino, status.st_size, status.st_mtime_ns)
        if seen == self._seen:
            return None
        self._seen = seen
        content = read_regular(self._place, MAX_HANDBOOK_BYTES) if seen else b""
        return content.decode(errors="replace") if isinstance(content, bytes) else ""
