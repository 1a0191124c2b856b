"""Writes down how a bank writes its CSV files, once a file of it could be read: proven by it, or as the owner said.

Followed is the chain of events, since a brain writes no note. What the owner wrote in such a note stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents.autonomy.bank_brain import MAX_BYTES, is_table
from agents.autonomy.code_brain import kept_file
from agents.autonomy.following import Follower
from agents.autonomy.views import task_view
from agents.durability.task_persistence import find_task, questions_of, reopenings_of
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.durability.transitions import Writing

PLANNED, RULE = "task.planned", "bank"


class BankNotes(Follower):
    """Follows the tasks of one vault."""

    POSITION = "bank formats"

    def concerns(self, event: Mapping[str, Any]) -> bool:
        """Whether a task about a statement of a bank was planned."""
        return event.get("action_type") == PLANNED and event.get("parameters", {}).get("rule") == RULE

    def take_in(self, writing: Writing, events: Sequence[Mapping[str, Any]]) -> None:
        """Keep how the table of each task is read; several plans of one task are one."""
        for task in dict.fromkeys(str(each["target"]) for each in events):
            self._keep(writing, task)

    def _keep(self, writing: Writing, task: str) -> None:
        from agents.autonomy.bank_formats import formats_in, operation_for  # noqa: PLC0415 (readers: 2 MB, used rarely)
        from agents.autonomy.bank_tables import answers_of  # noqa: PLC0415 (the same)
        from agents.connectors.bank.csv_study import Studied, study  # noqa: PLC0415 (the same)

        row = find_task(writing.sql, task)
        view = task_view(writing.sql, row, "") if row else None
        root = self._recorder.store.root
        content = kept_file(root, view.attachments[0].stored, MAX_BYTES) if view and is_table(view) else None
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
