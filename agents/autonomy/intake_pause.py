"""When too many proposals wait for the owner, nothing new is begun until they have decided about some (ADR 0036).

What arrives is taken in all the same: it becomes a task note in Needs_Action and lies in the history, so nothing
depends on the sender's side keeping it. It is not begun. What goes on: tasks that were begun before, everything the
owner decides, what the owner asks for, and urgent tasks.

The pause begins when more than the limit wait, and ends when a fifth less than the limit do, so that it neither begins
nor ends at every single decision. It is a row of the journal: a restart does not forget it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from agents.autonomy.queue_order import due_in_order, next_tasks
from agents.durability.alerts import raise_alert
from agents.durability.journal import read_meta, write_meta
from agents.durability.priorities import URGENT
from agents.durability.schema import PRIORITIES, TASKS
from agents.durability.transitions import Transition
from agents.durability.waiting_rows import count_waiting, task_rows, tasks_standing
from agents.security.audit_logger import Fact

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.autonomy.holds import Holds
    from agents.durability.task_persistence import TaskRow
    from agents.durability.transitions import Recorder

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

    def __init__(self, recorder: Recorder, holds: Holds, limit: int) -> None:
        self._recorder = recorder
        self._holds = holds
        self._limit = limit
        self._ends_at = int(limit * ENDS_AT)

    def admitted(self, limit: int) -> list[TaskRow]:
        """The filed tasks that may be begun now, first those to be taken first.

        Not more than `limit`, nor than there is room for, and none that the owner holds.
        """
        with self._recorder.journal.begin() as sql:
            waiting, paused = count_waiting(sql), bool(pause_words(sql))
        if not paused and waiting > self._limit:
            self._pause(waiting)
        elif paused and waiting <= self._ends_at:
            self._resume(waiting)
        else:
            return self._let_through(limit) if paused else self._begin(limit, waiting)
        return self.admitted(limit)

    def _begin(self, limit: int, waiting: int) -> list[TaskRow]:
        """As many as there is room for, counting one proposal for each task that was begun and not planned yet."""
        held = self._holds.known()  # no transaction nests in another one
        with self._recorder.journal.begin() as sql:
            coming = len(tasks_standing(sql, "claimed"))
            room = max(1, self._limit + 1 - waiting - coming)  # one always: tasks whose turn fails hold nobody up
            some = min(limit, room)
            found = next_tasks(sql, "filed", some + len(held))
        return self._holds.may_begin(found)[:some]

    def _let_through(self, limit: int) -> list[TaskRow]:
        """What is urgent, and what the owner asked for."""
        urgent = TASKS.c.id.in_(select(PRIORITIES.c.task).where(PRIORITIES.c.priority == URGENT))
        wanted = select(TASKS.c.id).where(TASKS.c.state == "filed", or_(urgent, TASKS.c.id.like(ASKED)))
        with self._recorder.journal.begin() as sql:
            names = due_in_order(sql, sql.execute(wanted).scalars())
            rows = {row.id: row for row in task_rows(sql, names)}
        return self._holds.may_begin(rows[name] for name in names)[:limit]

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
