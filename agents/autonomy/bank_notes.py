"""Writes down how a bank writes its CSV files, once a file of it could be read: proven by it, or as the owner said.

Followed is the chain of events, since a brain writes no note. What the owner wrote in such a note stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.bank_brain import is_table, kept_file
from agents.autonomy.queries import links_after
from agents.autonomy.views import task_view
from agents.durability.journal import newest_seq, read_meta, write_meta
from agents.durability.task_persistence import find_task, questions_of, reopenings_of
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.durability.transitions import Recorder, Writing
    from agents.security.audit_logger import Link

POSITION = "bank formats"  # the last event that was looked at
BATCH = 500  # events of one look
TOLD, RULE = "task.planned", "bank"


class BankNotes:
    """Follows the tasks of one vault."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._seen = -1

    def look(self) -> int:
        """Take in what was planned since the last look; how many things were written down."""
        with self._recorder.journal.begin() as sql:
            if self._seen < 0:
                self._seen = int(read_meta(sql, POSITION, "0"))
            newest = newest_seq(sql)
            links = links_after(sql, self._seen, BATCH) if newest > self._seen else ()
        tasks = tuple(_planned(links))
        wrote = self._take_in(tasks, links[-1].seq) if tasks else 0
        self._seen = links[-1].seq if links else self._seen
        return wrote + (self._seen < newest and bool(links))

    def _take_in(self, tasks: Iterable[str], last: int) -> int:
        with self._recorder.begin() as writing:
            for each in tasks:
                self._keep(writing, each)
            write_meta(writing.sql, POSITION, str(last))
        return len(writing.recorded)

    def _keep(self, writing: Writing, task: str) -> None:
        from agents.autonomy.bank_formats import formats_in, operation_for  # noqa: PLC0415 (readers: 2 MB, used rarely)
        from agents.autonomy.bank_tables import answers_of  # noqa: PLC0415 (the same)
        from agents.connectors.bank.csv_study import Studied, study  # noqa: PLC0415 (the same)

        row = find_task(writing.sql, task)
        view = task_view(writing.sql, row, "") if row else None
        root = self._recorder.store.root
        content = kept_file(root, view) if view and view.kind == "file" and is_table(view) else None
        if view is None or not isinstance(content, bytes):
            return
        formats = formats_in(root)
        since = max(reopenings_of(writing.sql, task), default="")
        asked = [each for each in questions_of(writing.sql, task) if each.state == "answered"]
        said = answers_of((each.move_key, each.answer) for each in asked if each.answered_at > since)
        found = study(content, view.attachments[0].sent_name, formats.profiles, said)
        if not isinstance(found, Studied) or found.questions or formats.fault_of(found.kept.digest):
            return
        operation = operation_for(found.kept, formats)
        if operation is None or (operation.kind == "create" and (root / operation.path).exists()):
            return
        name = operation.path.rpartition("/")[2].removesuffix(".md")
        writing.record(Transition(Fact("runner", "bank.format_kept", name, task), f"Keep {name}", (operation,)))


def _planned(links: Iterable[Link]) -> Iterable[str]:
    """The tasks about statements of a bank that were planned, each once."""
    told = (each for each in map(fields_of, links) if each.get("action_type") == TOLD)
    return dict.fromkeys(str(each["target"]) for each in told if each.get("parameters", {}).get("rule") == RULE)
