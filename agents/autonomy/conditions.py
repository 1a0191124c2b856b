"""Looks conditions up: for waits that may be over, and for the done-check before a task is closed.

What the world says counts, never what a brain says of it. What cannot be looked up does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from agents.autonomy.book_facts import credits_that_wait
from agents.durability.proposal_rows import proposals_of
from agents.durability.task_persistence import find_task
from agents.errors import EmployeeError
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from agents.reasoning.brain import Condition

Check = Callable[["Connection", str, str], bool]  # about a task: does it hold?
_WORDS = {
    "paid": "invoice {} is not paid",
    "reply": "no reply has come",
    "done": "the step {} is not done",
    "task": "the task {} is not closed",
    "bank": "the bank's movements are not in up to {}",
    "owed": "just this is owed still: {}",
    "credited": "a credit note over {} waits for a decision",
    "moved": "the payout of {} is not in the books",
}


def _done(sql: Connection, task: str, about: str) -> bool:
    return any(each.move_key == about and each.state == "done" for each in proposals_of(sql, task))


def _closed(sql: Connection, _task: str, about: str) -> bool:
    row = find_task(sql, about)
    return row is not None and row.state == "done"


def _nothing_asked_back(sql: Connection, _task: str, about: str) -> bool:
    return about not in credits_that_wait(sql)


_OF_THE_JOURNAL: Mapping[str, Check] = {"done": _done, "task": _closed, "credited": _nothing_asked_back}


class Conditions:
    """Looks up by kind of condition. `checks` are those of other rooms; the journal's own are here.

    `fingerprint` differs from the last one when one of the other rooms may have something new to say.
    """

    def __init__(
        self, checks: Mapping[str, Check] | None = None, fingerprint: Callable[[Connection], object] = lambda _: None
    ) -> None:
        self._checks = {} if checks is None else checks
        self.fingerprint = fingerprint

    def holds(self, sql: Connection, task: str, condition: Condition) -> bool:
        """Whether it holds.

        Raises:
            EmployeeError: nobody can tell now.
        """
        check = _OF_THE_JOURNAL.get(condition.kind) or self._checks.get(condition.kind)
        return check is not None and check(sql, task, condition.about)

    def unmet(self, sql: Connection, task: str, conditions: Iterable[Condition]) -> str:
        """What does not hold, in words for the owner; empty when everything holds."""
        return "; ".join(words for each in conditions if (words := self._unmet(sql, task, each)))

    def _unmet(self, sql: Connection, task: str, condition: Condition) -> str:
        try:
            holds = self.holds(sql, task, condition)
        except EmployeeError as err:
            return plain(f"{err} {err.hint}")
        return "" if holds else _WORDS[condition.kind].format(plain(condition.about))
