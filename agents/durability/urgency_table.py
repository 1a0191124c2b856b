"""The handbook's table under `Urgency`: which kinds of task, and which deadlines, come first or can wait. Pure.

`what` is a kind of task, or `due within 3 days`; `priority` one of urgent, high, normal, low. A row that cannot be read
is named with its line, and the others count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.durability.priorities import HEAD_START, HIGH, URGENT
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from agents.vault.tables import TableRow

HEADING = "urgency"
DEFAULT_DUE_DAYS = 2  # what a known sender wants within these days is of high priority
MAX_DUE_DAYS = 60
_DUE = re.compile(r"due within ([0-9]{1,3}) days?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UrgencyRow:
    """One row: a kind in the owner's words, or how many days a deadline may be away (`what` is empty then)."""

    what: str
    due_days: int
    priority: str
    line: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read: its line, and what is wrong."""

    line: int
    message: str


def read_urgency(handbook: str) -> tuple[tuple[UrgencyRow, ...], tuple[BadRow, ...]]:
    """The rows of the table, and those that cannot be read."""
    tables = (each for each in read_tables(handbook) if isinstance(each, Table))
    named = [each for each in tables if each.heading.strip().casefold() == HEADING]
    bad = [
        BadRow(each.line, "the table of urgency has the columns `what` and `priority`")
        for each in named
        if not _fits(each)
    ]
    read = [_row(row) for table in named if _fits(table) for row in table.rows]
    bad += [each for each in read if isinstance(each, BadRow)]
    return tuple(each for each in read if isinstance(each, UrgencyRow)), tuple(bad)


def _fits(table: Table) -> bool:
    return {"what", "priority"} <= set(table.columns)


def _row(row: TableRow) -> UrgencyRow | BadRow:
    what, priority = row.cells["what"].strip(), row.cells["priority"].strip().casefold()
    due = _DUE.fullmatch(what)
    if priority not in HEAD_START:
        return BadRow(row.line, f"the priority {priority[:40]!r} is none of {', '.join(HEAD_START)}")
    if not what or (due is None and what.casefold().startswith("due ")):
        return BadRow(row.line, "`what` is a kind of task, or for example: due within 3 days")
    if due is not None and not 0 < int(due[1]) <= MAX_DUE_DAYS:
        return BadRow(row.line, f"a deadline is from 1 to {MAX_DUE_DAYS} days away")
    return UrgencyRow("" if due else what, int(due[1]) if due else 0, priority, row.line)


def at_most_high(priority: str) -> str:
    """The priority as far as what comes from outside can have it: `urgent` is the owner's word about one task."""
    return HIGH if priority == URGENT else priority


def for_deadline(days_left: int, rows: tuple[UrgencyRow, ...]) -> str:
    """The priority of what is wanted within so many days; empty when no row says so. The nearest limit counts."""
    limits = {each.due_days: at_most_high(each.priority) for each in rows if each.due_days} or {DEFAULT_DUE_DAYS: HIGH}
    return next((limits[days] for days in sorted(limits) if days_left <= days), "")
