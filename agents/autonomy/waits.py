"""Tasks that wait for a moment, a payment, a reply or another task. A wait is a row and holds nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.mail_replies import tell_replies
from agents.durability.transitions import Transition, local_text
from agents.durability.wait_rows import (
    BY_TIME,
    WaitRow,
    add_wait,
    end_wait,
    tasks_waited_for,
    waits_for_something,
    waits_of,
    waits_over,
    withdraw_waits,
)
from agents.errors import EmployeeError
from agents.reasoning.brain import AskOwner, Choice, Condition, WaitUntil
from agents.reasoning.decision_wire import conditions_from_json, conditions_to_json
from agents.security.audit_logger import Fact
from agents.vault.layout import CLAIMED
from agents.vault.plain import plain
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from agents.autonomy.conditions import Conditions
    from agents.durability.transitions import Recorder, Writing
    from agents.reasoning.brain import Outcome

BY_REPLY = "reply"
DEADLOCK = "deadlock"
SKIPPED = "skipped"
GO_ON_ALONE = Choice("go on without waiting")
CHOICES = (GO_ON_ALONE, Choice("file it, nothing is to be done"), Choice("I do it myself"))
RECHECK_S = 600.0  # conditions are looked up again after this time, even when nothing says that something changed


def after(other: str) -> WaitUntil:
    """To wait for another task that asks what this one would ask too."""
    return WaitUntil(f"after-{other}", "another task asks the owner the same", None, (Condition("task", other),))


class Waits:
    """The waits of one vault."""

    def __init__(self, recorder: Recorder, conditions: Conditions) -> None:
        self._recorder = recorder
        self._conditions = conditions
        self._clock = recorder.clock
        self._looked: tuple[object, int] | None = None
        self._looked_s = float("-inf")

    def file(self, writing: Writing, task: str, move: WaitUntil, known: Sequence[Outcome] = ()) -> AskOwner | None:
        """Let the task wait; nothing when it waits for just that already, another wait of this key ends.

        A question comes back when tasks would wait for each other.
        """
        circle = _circle(writing.sql, task, move)
        if circle and not _said_go_on(known):
            names = " → ".join(f"[[{each}]]" for each in circle)
            return AskOwner(DEADLOCK, f"These tasks wait for each other: {names}. What shall I do?", CHOICES)
        until = move.until.isoformat() if move.until else ""
        conditions = json.dumps(conditions_to_json(move.conditions))
        if any(_is(each, move.key, until, conditions) for each in waits_of(writing.sql, task, "open")):
            return None
        withdraw_waits(writing.sql, task, move.key)
        now = self._clock.now()
        number = add_wait(
            writing.sql,
            {
                "task": task,
                "move_key": move.key,
                "why": move.why,
                "until": until,
                "conditions": conditions,
                "created_at": now.isoformat(),
            },
        )
        if circle:
            end_wait(writing.sql, number, SKIPPED, now.isoformat())
            return None
        when = f" until {as_local(move.until):%Y-%m-%d %H:%M}" if move.until else ""
        self._tell(writing, task, "wait.begun", f"waits{when}: {plain(move.why)}")
        return None

    def look_again(self) -> None:
        """Something changed that others may wait for."""
        self._looked = None

    def look(self) -> int:
        """End what is over; how many waits that were."""
        now = self._clock.now().isoformat()
        with self._recorder.journal.begin() as sql:
            over = [(row, BY_TIME) for row in waits_over(sql, now)]
        known = {row.number for row, _ in over}
        over += [(row, value) for row, value in self._fulfilled() if row.number not in known]
        for row, value in over:
            with self._recorder.begin() as writing:
                end_wait(writing.sql, row.number, value, now)
                if value == BY_REPLY:
                    tell_replies(writing.sql, row.task)
                self._tell(writing, row.task, "wait.ended", f"wakes: {value}", by=value)
        return len(over)

    def _fulfilled(self) -> list[tuple[WaitRow, str]]:
        """The waits one of whose conditions holds; looked up only when something may have changed."""
        with self._recorder.journal.begin() as sql:
            rows = waits_for_something(sql)
            newest = rows[-1].number if rows else 0
            seen = (self._conditions.fingerprint(sql), newest)
            if not rows or (seen == self._looked and self._clock.monotonic_s() - self._looked_s < RECHECK_S):
                return []
            found = [(row, value) for row in rows if (value := self._holding(sql, row))]
        self._looked, self._looked_s = seen, self._clock.monotonic_s()
        return found

    def _holding(self, sql: Connection, row: WaitRow) -> str:
        """The kind of the first of its conditions that holds, or empty."""
        for each in conditions_from_json(json.loads(row.conditions)):
            try:
                if self._conditions.holds(sql, row.task, each):
                    return each.kind
            except EmployeeError:
                continue  # told where the books are read; it is looked up again
        return ""

    def _tell(self, writing: Writing, task: str, what: str, words: str, **parameters: str) -> None:
        line = EditText("line", f"- {local_text(self._clock.now())} {words}", "History")
        edit = Operation("edit", f"{CLAIMED}/{task}.md", edits=(line,))
        subject = f"Let {task} wait" if what == "wait.begun" else f"Wake {task}"
        writing.record(Transition(Fact("runner", what, task, task, parameters), subject, (edit,)))


def _is(row: WaitRow, key: str, until: str, conditions: str) -> bool:
    return (row.move_key, row.until, row.conditions) == (key, until, conditions)


def _said_go_on(known: Sequence[Outcome]) -> bool:
    answers = [each.value for each in known if each.kind == "answered" and each.key == DEADLOCK]
    return answers[-1:] == [GO_ON_ALONE.text]


def _circle(sql: Connection, task: str, move: WaitUntil) -> tuple[str, ...]:
    """The tasks that would wait for each other, from this one back to itself; empty when there is no circle."""
    if move.until is not None or any(each.kind != "task" for each in move.conditions):
        return ()
    graph = tasks_waited_for(sql)
    paths: list[tuple[str, ...]] = [(task, each.about) for each in move.conditions]
    while paths:
        path = paths.pop()
        if path[-1] == task:
            return path
        paths += [(*path, each) for each in graph.get(path[-1], ()) if each not in path[1:]]
    return ()
