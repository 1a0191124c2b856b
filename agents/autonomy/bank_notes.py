"""Writes down how a bank writes its CSV files, once a file of it could be read: proven by it, or as the owner said.

Followed is the chain of events, since a brain writes no note. What the owner wrote in such a note stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents.autonomy.bank_brain import MAX_BYTES, is_table
from agents.autonomy.code_brain import kept_file
from agents.autonomy.following import Follower
from agents.autonomy.views import answers_in, task_view
from agents.durability.task_persistence import find_task, questions_of, reopenings_of
from agents.durability.transitions import Transition
from agents.errors import EmployeeError
from agents.security.audit_logger import Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from agents.connectors.bank.csv_profile import Profile
    from agents.connectors.book_figures import BookReports
    from agents.durability.transitions import Recorder, Writing

    Said = tuple[tuple[str, str], ...]  # keys of questions and their answers

PLANNED, RULE = "task.planned", "bank"


class BankNotes(Follower):
    """Follows the tasks of one vault. `reports`: the figures of the books as they are now."""

    POSITION = "bank formats"

    def __init__(self, recorder: Recorder, reports: Callable[[], BookReports]) -> None:
        super().__init__(recorder)
        self._reports = reports
        self._studied: dict[str, Said] = {}  # with which answers the table of a task was studied
        self._found: dict[str, Profile] = {}  # what is to be kept, by task

    def concerns(self, event: Mapping[str, Any]) -> bool:
        """Whether a task about a statement of a bank was planned."""
        return event.get("action_type") == PLANNED and event.get("parameters", {}).get("rule") == RULE

    def look_up(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Study the table of each task, once for what was answered so far: several plans of one task are one."""
        found = ((task, self._study(task)) for task in _tasks(events))
        self._found = {task: profile for task, profile in found if profile is not None}

    def _study(self, task: str) -> Profile | None:
        from agents.autonomy.bank_formats import formats_in  # noqa: PLC0415 (readers: 2 MB, used rarely)
        from agents.autonomy.bank_tables import answers_of, with_known_accounts  # noqa: PLC0415 (the same)
        from agents.connectors.bank.csv_study import Studied, study  # noqa: PLC0415 (the same)

        with self._recorder.journal.begin() as sql:
            row = find_task(sql, task)
            view = task_view(sql, row, "") if row else None
            since = max(reopenings_of(sql, task), default="")
            asked = [each for each in questions_of(sql, task) if each.state == "answered"]
        answered = (pair for each in asked if each.answered_at > since for pair in answers_in(each))
        said = tuple((ask.key, words) for ask, words in answered)
        if view is None or not is_table(view) or self._studied.get(task) == said:
            return None
        root = self._recorder.store.root
        content = kept_file(root, view.attachments[0].stored, MAX_BYTES)
        if not isinstance(content, bytes):
            return None
        try:
            answers, _ = with_known_accounts(answers_of(said), lambda: self._reports().accounts())
        except EmployeeError:
            return None  # told where the books are read; the next plan is looked at again
        self._studied[task] = said
        formats = formats_in(root)
        found = study(content, view.attachments[0].sent_name, formats.profiles, answers)
        return found.kept if isinstance(found, Studied) and not found.questions else None

    def take_in(self, writing: Writing, events: Sequence[Mapping[str, Any]]) -> None:
        """Keep how the tables are read."""
        for task in _tasks(events):
            if (profile := self._found.get(task)) is not None:
                self._keep(writing, task, profile)

    def _keep(self, writing: Writing, task: str, profile: Profile) -> None:
        from agents.autonomy.bank_formats import formats_in, operation_for  # noqa: PLC0415 (readers: 2 MB, used rarely)

        root = self._recorder.store.root
        formats = formats_in(root)
        operation = None if formats.fault_of(profile.digest) else operation_for(profile, formats)
        if operation is None or (operation.kind == "create" and (root / operation.path).exists()):
            return
        name = operation.path.rpartition("/")[2].removesuffix(".md")
        writing.record(Transition(Fact("runner", "bank.format_kept", name, task), f"Keep {name}", (operation,)))


def _tasks(events: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each["target"]) for each in events))
