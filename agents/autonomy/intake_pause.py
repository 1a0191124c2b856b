"""When too many proposals wait for the owner, nothing new is begun until they have decided about some (ADR 0030).

What arrives is taken in all the same: it becomes a task note in Needs_Action and lies in the history, so nothing
depends on the sender's side keeping it. It is not begun. What goes on: tasks that were begun before, everything the
owner decides, what the owner asks for, and tasks whose note says `priority: urgent`.

The pause begins when more than the limit wait, and ends when a fifth less than the limit do, so that it neither begins
nor ends at every single decision. It is a row of the journal: a restart does not forget it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from agents.autonomy.read_notes import ReadNotes
from agents.durability.alerts import raise_alert
from agents.durability.journal import read_meta, write_meta
from agents.durability.schema import TASKS
from agents.durability.task_persistence import TaskRow, tasks_in
from agents.durability.transitions import Transition
from agents.durability.waiting_rows import count_waiting, task_rows, tasks_standing
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import NEEDS_ACTION
from agents.vault.note import MAX_NOTE_BYTES, Note, read_note

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.autonomy.places import Entry, Places
    from agents.durability.transitions import Recorder

URGENT = "urgent"
ASKED = "____-__-__-ask-%"  # the ids of what the owner asked for
ENDS_AT = 0.8  # of the limit
_PAUSED = "intake pause"
WORDS = (
    "More than {limit} proposals wait for you, so nothing new is begun. What comes in is kept in Needs_Action; it goes "
    "on by itself when {ends_at} or fewer wait. Urgent tasks and what you ask for go on now."
)


def pause_words(sql: Connection) -> str:
    """Why nothing new is begun, in words; empty when it is."""
    return read_meta(sql, _PAUSED)


class IntakePause:
    """Says which tasks may be begun. `limit`: more waiting proposals than this pause what is new."""

    def __init__(self, recorder: Recorder, places: Places, limit: int) -> None:
        self._recorder = recorder
        self._limit = limit
        self._ends_at = int(limit * ENDS_AT)
        self._new = ReadNotes(places, recorder.clock, NEEDS_ACTION)
        self._urgent: set[str] = set()

    def admitted(self, limit: int) -> tuple[TaskRow, ...]:
        """The filed tasks that may be begun now, oldest first; not more than `limit`, nor than there is room for."""
        with self._recorder.journal.begin() as sql:
            waiting, paused = count_waiting(sql), bool(pause_words(sql))
        if not paused and waiting > self._limit:
            self._pause(waiting)
        elif paused and waiting <= self._ends_at:
            self._resume(waiting)
        else:
            return self._let_through(limit) if paused else self._begin(limit, waiting)
        return self.admitted(limit)

    def _begin(self, limit: int, waiting: int) -> tuple[TaskRow, ...]:
        """As many as there is room for, counting one proposal for each task that was begun and not planned yet."""
        with self._recorder.journal.begin() as sql:
            coming = len(tasks_standing(sql, "claimed"))
            room = max(1, self._limit + 1 - waiting - coming)  # one always: tasks whose turn fails hold nobody up
            return tasks_in(sql, "filed", limit=min(limit, room))

    def _let_through(self, limit: int) -> tuple[TaskRow, ...]:
        for entry in self._new.look():
            if entry.kind == "file":
                self._note(entry)
        with self._recorder.journal.begin() as sql:
            filed = tasks_standing(sql, "filed")
            self._urgent &= filed
            asked = sql.execute(select(TASKS.c.id).where(TASKS.c.state == "filed", TASKS.c.id.like(ASKED))).scalars()
            return task_rows(sql, self._urgent.union(asked))[:limit]

    def _note(self, entry: Entry) -> None:
        """Whether the owner calls it urgent; read again when the note changes."""
        name = entry.name.removesuffix(".md")
        self._urgent.discard(name)
        content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES)
        if isinstance(content, bytes) and URGENT.encode() in content:
            note = read_note(content.decode(errors="replace"))
            if isinstance(note, Note) and note.properties.get("priority") == URGENT:
                self._urgent.add(name)
        self._new.read(entry)

    def _pause(self, waiting: int) -> None:
        words = WORDS.format(limit=self._limit, ends_at=self._ends_at)
        with self._recorder.begin() as writing:
            write_meta(writing.sql, _PAUSED, words)
            parameters = {"waiting": str(waiting), "limit": str(self._limit)}
            fact = Fact("runner", "intake.paused", "intake", parameters=parameters)
            event = writing.record(Transition(fact, "Begin nothing new"))
            raise_alert(writing, "intake", words, self._recorder.clock.now(), occasion=str(event))

    def _resume(self, waiting: int) -> None:
        with self._recorder.begin() as writing:
            write_meta(writing.sql, _PAUSED, "")
            fact = Fact("runner", "intake.resumed", "intake", parameters={"waiting": str(waiting)})
            writing.record(Transition(fact, "Begin new tasks again"))
