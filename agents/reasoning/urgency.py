"""How soon a task is to be taken, by its kind, a deadline in its text, and the handbook. Pure.

Whoever writes a mail chooses its words, so what a stranger writes never raises anything by itself: a deadline and a
kind count for senders we know, or where the owner's table names the kind; nothing from outside is more than `high`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.deadlines import deadline_in
from agents.durability.priorities import HEAD_START, HIGH, LOW, NORMAL
from agents.durability.urgency_table import at_most_high, for_deadline
from agents.reasoning.brain import Problem
from agents.reasoning.triage import SUSPICIOUS, newest_words
from agents.vault.layout import HANDBOOK_NOTE

if TYPE_CHECKING:
    from agents.durability.urgency_table import UrgencyRow
    from agents.reasoning.brain import Facts, TaskView
    from agents.reasoning.kinds import Kinds

OF_KINDS = {"outage": HIGH, "newsletter": LOW, "spam": LOW}  # where the handbook says nothing


@dataclass(frozen=True, slots=True)
class Urgency:
    """A priority, and why in the owner's words."""

    priority: str
    why: str


USUAL = Urgency(NORMAL, "nothing makes it more or less urgent")


def urgency_of(task: TaskView, category: str, facts: Facts, kinds: Kinds) -> Urgency:
    """How soon the task is to be taken, while the owner has said nothing of it."""
    if task.kind == "ask" or task.flags or category == SUSPICIOUS:
        return USUAL
    rows = facts.handbook.urgency
    found = [_by_kind(task, category, rows, kinds), _by_deadline(task, facts, rows)]
    said = [each for each in found if each.priority != NORMAL]
    return max(said, key=lambda each: HEAD_START[each.priority], default=USUAL)


def _by_kind(task: TaskView, category: str, rows: tuple[UrgencyRow, ...], kinds: Kinds) -> Urgency:
    label = kinds.label(category)
    row = next((each for each in rows if each.what and kinds.named(each.what) == category), None)
    if row is not None:
        return Urgency(at_most_high(row.priority), f"{label}, line {row.line} of the handbook")
    priority = OF_KINDS.get(category, NORMAL)
    return Urgency(priority, label) if priority == LOW or task.sender_known else USUAL


def _by_deadline(task: TaskView, facts: Facts, rows: tuple[UrgencyRow, ...]) -> Urgency:
    day = deadline_in(newest_words(task), as_local(task.received).date()) if task.sender_known else None
    priority = for_deadline((day - facts.today).days, rows) if day else ""
    return Urgency(priority, f"it is wanted by {day}") if priority else USUAL


def unknown_kinds(rows: tuple[UrgencyRow, ...], kinds: Kinds) -> tuple[Problem, ...]:
    """The rows that name no kind there is."""
    unknown = (each for each in rows if each.what and not kinds.named(each.what))
    return tuple(Problem(HANDBOOK_NOTE, each.line, f"there is no kind of task {each.what[:40]!r}") for each in unknown)
