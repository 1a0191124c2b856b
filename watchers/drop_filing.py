"""Filing what came from drop folders: the row with the task, in one transaction, then the file is taken away.

Killed in between, the row says that the file is filed: it is taken away, and is no task a second time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.durability.drop_folder_rows import Stage, dropped_file, forget_dropped, note_dropped
from watchers.drop_clearing import Ended, take_away

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from agents.durability.transitions import Recorder
    from watchers.contract import Event, Taken


class DropFiling:
    """What intake does for files of drop folders."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def note(self, sql: Connection, taken: Taken) -> bool:
        """Note that the file is taken in; whether it was already, under this path and with these bytes."""
        before = dropped_file(sql, taken.file.folder, taken.file.path)
        note_dropped(sql, taken.file)
        return before is not None and before.sha256 == taken.file.sha256

    def clear(self, events: Sequence[Event]) -> None:
        """Take away what is filed, and note what became of each."""
        filed = [each.taken for each in events if each.taken and each.taken.file.stage is Stage.FILED]
        if not filed:
            return
        ended = [(each.file, take_away(each.file, each.folder)) for each in filed]
        with self._recorder.journal.begin() as sql:
            for file, end in ended:
                if end is Ended.AWAY:
                    forget_dropped(sql, file.folder, file.path)
                elif end is Ended.STUCK:
                    note_dropped(sql, replace(file, stage=Stage.STUCK))
