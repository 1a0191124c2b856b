"""Files the owner, a mail rule or a sync tool puts into `Inbox/`: mails (`.eml`) and documents."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from agents.vault.layout import INBOX
from watchers.file_sweeps import FileSweeps
from watchers.inbox_listing import list_folder
from watchers.inbox_reading import read_entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from watchers.contract import Sweep, WatcherContext


class InboxWatcher:
    """Offers every finished file below the inbox as an event. `quiet_s`: size and time unchanged for so long."""

    name = "inbox"

    def __init__(
        self,
        root: Path,
        quiet_s: float,
        machine_now: Callable[[], datetime] | None = None,
        monotonic_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        lists = partial(list_folder, root / INBOX, INBOX)
        self._files = FileSweeps(lists, read_entry, quiet_s, machine_now, monotonic_s)

    def scan(self, now: datetime) -> Sweep:
        """The finished files, those still changing (as a time to wait), and those left where they are."""
        return self._files.sweep(now)


def open_watcher(context: WatcherContext) -> InboxWatcher:
    """The watcher of one vault."""
    return InboxWatcher(context.root, context.quiet_s, context.machine_now, context.monotonic_s)
