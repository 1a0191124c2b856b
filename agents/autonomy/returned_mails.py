"""Mails of ours that came back or are late: the receipt and the task say so, and a task that was done is open again.

The notice of the mail server is a task of its own, which ends by itself; what it says is told here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.shelving import done_folder
from agents.durability.alerts import raise_alert
from agents.durability.bounce_rows import FAILED, BounceRow, bounces_about, tell_bounce, untold_bounces
from agents.durability.control_rows import cancelled_since
from agents.durability.task_persistence import find_task, update_task
from agents.durability.transitions import Transition, local_text
from agents.security.audit_logger import Fact
from agents.vault.layout import CLAIMED, DONE, NEEDS_ACTION, PLANS
from agents.vault.plain import plain
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.autonomy.shelving import Shelf
    from agents.durability.task_persistence import TaskRow
    from agents.durability.transitions import Recorder, Writing


class ReturnedMails:
    """Tells of the notices that intake has filed."""

    def __init__(self, recorder: Recorder, shelf: Shelf) -> None:
        self._recorder = recorder
        self._shelf = shelf
        self._clock = recorder.clock

    def look(self) -> int:
        """Tell of those that no note tells of; how many."""
        with self._recorder.journal.begin() as sql:
            untold = untold_bounces(sql)
        for row in untold:
            with self._recorder.begin() as writing:
                self._tell(writing, row)
        return len(untold)

    def _tell(self, writing: Writing, row: BounceRow) -> None:
        task = find_task(writing.sql, row.task)
        first = not any(each.told and each.outcome == FAILED for each in bounces_about(writing.sql, row.proposal))
        failed, cancelled = row.outcome == FAILED, cancelled_since(writing.sql, row.task, "")
        is_news = failed and first and not cancelled
        opens = is_news and task is not None and task.state == "done"
        tell_bounce(writing.sql, row.notice, is_news=is_news)
        fact = Fact("runner", f"mail.{'returned' if failed else 'delayed'}", row.proposal, row.task, {"why": row.why})
        operations = (*self._receipt(row), *(self._task(task, row, opens=opens) if task else ()))
        writing.record(Transition(fact, f"Tell what became of the mail {row.proposal}", operations))
        if opens:
            update_task(writing.sql, row.task, state="waiting")
        if failed and first and cancelled:
            words = f"The mail {row.proposal} of a task you cancelled came back: {plain(row.why)}."
            raise_alert(writing, row.proposal, words, self._clock.now())

    def _receipt(self, row: BounceRow) -> Iterator[Operation]:
        """The line in the note that ends with the receipt; nothing where the owner took it away."""
        here = self._shelf.places.find(f"{row.proposal}.md", DONE)
        if here:
            yield Operation("edit", here.path, edits=(self._line(words_about(row), "Receipt"),))

    def _task(self, task: TaskRow, row: BounceRow, *, opens: bool) -> Iterator[Operation]:
        name = f"{task.id}.md"
        line = self._line(f"[[{row.proposal}]]: {words_about(row)}", "History")
        if opens:
            yield from self._shelf.bring(name, (DONE,), CLAIMED, line, text=task.note)
            yield from self._shelf.bring(f"plan-{name}", (DONE,), PLANS)
            return
        here = self._shelf.places.find(name, CLAIMED, NEEDS_ACTION, DONE)
        path = here.path if here else f"{done_folder(self._clock.now())}/{name}"
        yield Operation("edit", path, edits=(line,))

    def _line(self, words: str, section: str) -> EditText:
        return EditText("line", f"- {local_text(self._clock.now())} {words}", section)


def words_about(row: BounceRow) -> str:
    """What a notice says, for the owner, in one line of a note."""
    said = f" (the mail server: {plain(row.said)})" if row.said else ""
    if row.outcome == FAILED:
        return f"**the mail came back**: {plain(row.why)}{said}"
    return f"the mail is late and still on its way: {plain(row.why)}{said}"
