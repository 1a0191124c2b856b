"""What the journal knows of the events of one transaction, and what it shall know: asked and written many at once.

A statement for each row of each event would be most of what a burst costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.task_persistence import TaskRow, add_events, add_tasks, seen_tasks, tasks_among
from agents.vault.layout import note_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from agents.durability.transitions import Transition, Writing
    from watchers.contract import Event
    from watchers.mail_flood import MailFlood


class Filing:
    """One transaction of intake. What was collected is in the journal only after `write`.

    `clean`: none of them says a secret. `flood` decides which mails are only listed.
    """

    def __init__(self, writing: Writing, events: Sequence[Event], day: date, *, clean: bool, flood: MailFlood) -> None:
        self.writing = writing
        self.clean = clean
        self.flood = flood
        self._day = day
        self._seen = seen_tasks(writing.sql, {(event.source, event.source_id) for event in events})
        ids = {note_id(day, event.kind, event.source, event.source_id) for event in events}
        self._taken = dict.fromkeys(ids, False) | dict.fromkeys(tasks_among(writing.sql, ids), True)
        self._events: list[dict[str, str]] = []
        self._tasks: list[TaskRow] = []
        self._transitions: list[Transition] = []

    def seen(self, source: str, source_id: str) -> tuple[str, str] | None:
        """The task and the content digest of an event already seen, also in this transaction, or None."""
        key = (source, source_id)
        if key not in self._seen:
            self._seen |= seen_tasks(self.writing.sql, {key})
        return self._seen[key]

    def free_id(self, event: Event, source_id: str) -> str:
        """An id that no task has: two events that share ten hex digits are two notes all the same."""
        task = note_id(self._day, event.kind, event.source, source_id)
        attempt = 1
        while self._is_taken(task):
            attempt += 1
            task = note_id(self._day, event.kind, event.source, f"{source_id}\0{attempt}")
        return task

    def _is_taken(self, task: str) -> bool:
        if task not in self._taken:
            self._taken[task] = bool(tasks_among(self.writing.sql, {task}))
        return self._taken[task]

    def add(self, event: dict[str, str], row: TaskRow) -> None:
        """A new event (source, source_id, content_sha256, task, seen_at) and its task."""
        self.add_event(event)
        self._tasks.append(row)
        self._taken[row.id] = True

    def add_event(self, event: dict[str, str]) -> None:
        """A new event that belongs to a task which is there already."""
        self._events.append(event)
        self._seen[event["source"], event["source_id"]] = (event["task"], event["content_sha256"])

    def record(self, transition: Transition) -> None:
        """A transition, after those that were recorded before."""
        self._transitions.append(transition)

    def write(self) -> None:
        """Write down what was collected."""
        add_events(self.writing.sql, self._events)
        add_tasks(self.writing.sql, self._tasks)
        self.writing.record_all(self._transitions)
        self._events, self._tasks, self._transitions = [], [], []

    def end(self) -> None:
        """The same, and the lists of mails that became no tasks, each written once."""
        self.write()
        self.flood.write()
