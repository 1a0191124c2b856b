"""What stops a task that does not come to its end: turns, days, money, no progress. The owner is asked then.

Counted since the owner last said to go on, or put the task back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.contract import sha256_hex
from agents.durability.task_persistence import questions_of, reopenings_of
from agents.durability.turn_rows import turns_since
from agents.reasoning.brain import AskOwner, Choice
from agents.reasoning.decision_wire import move_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from agents.durability.task_persistence import TaskRow
    from agents.reasoning.brain import Move, Outcome

CAP = "cap"
GO_ON = Choice("go on")
CHOICES = (GO_ON, Choice("file it, nothing is to be done"), Choice("I do it myself"))


@dataclass(frozen=True, slots=True)
class Caps:
    """How far a task may go by itself. `same`: so many turns in a row that knew and decided the same."""

    turns: int = 60
    days: int = 180
    cost_usd: Decimal = Decimal(5)
    same: int = 3

    def stop(self, sql: Connection, row: TaskRow, now: datetime) -> AskOwner | None:
        """The question to the owner when the task must not go on by itself; None = it may."""
        words = self._words(sql, row, _since(sql, row), now)
        return AskOwner(CAP, f"I stopped this task: {words}. What shall I do?", CHOICES) if words else None

    def _words(self, sql: Connection, row: TaskRow, since: str, now: datetime) -> str:
        taken = turns_since(sql, row.id, since)
        cost = sum((each.cost for each in taken), Decimal(0))
        if len(taken) >= self.turns:
            return f"it took {len(taken)} turns and is not done"
        if cost >= self.cost_usd:
            return f"thinking about it has cost {cost:.2f} USD"
        if now - datetime.fromisoformat(since or row.created_at) >= timedelta(days=self.days):
            return f"it is not done after {self.days} days"
        last = [each.fingerprint for each in taken[-self.same :]]
        if len(last) == self.same and len(set(last)) == 1:
            unmet = f"; still not so: {taken[-1].unmet}" if taken[-1].unmet else ""
            return f"{self.same} turns in a row led to the same{unmet}"
        return ""


def _since(sql: Connection, row: TaskRow) -> str:
    """The ISO time after which turns, days and money count; empty = from the beginning."""
    said = [each.answered_at for each in questions_of(sql, row.id) if each.move_key == CAP and each.answered_at]
    return max([*said, *reopenings_of(sql, row.id)], default="")


def fingerprint(category: str, known: Iterable[Outcome], moves: Iterable[Move], unmet: str) -> str:
    """What tells a turn from one that brought nothing new: what was known, whatever its order, and what was decided."""
    heard = [each for each in known if each.kind != "unmet"]
    facts = sorted({json.dumps([each.key, each.kind, each.value, each.reason]) for each in heard})
    decided = [move_to_json(each) for each in moves]
    return sha256_hex(json.dumps([category, facts, decided, unmet], sort_keys=True).encode())
