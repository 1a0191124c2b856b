"""When the owner is away, as `Business_Goals.md` says: the property `away`, or a table under the heading Away. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from agents.approval.expiry import Period, merged
from agents.clock import from_local
from agents.vault.neutralize import visible
from agents.vault.note import Note, Problem, read_note
from agents.vault.tables import Table, heading_above, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

AWAY = "away"
MAX_DAYS = 366  # longer is a slip of the pen, and would keep a proposal open for ever
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?: ?\.\.\.? ?(\d{4}-\d\d-\d\d))?")
HOW = "write FROM..TO, for example 2026-12-20..2027-01-05"

Item = tuple[int, str]  # a line of the note, from 1, and what stands there


def read_absences(text: str) -> tuple[tuple[Period, ...], tuple[Problem, ...]]:
    """The times away, and what could not be read. The last day counts; days are those of this machine's zone."""
    found = [*_in_properties(text), *_in_tables(text)]
    read = [each if isinstance(each, Problem) else _period(*each) for each in found]
    problems = tuple(each for each in read if isinstance(each, Problem))
    return merged(each for each in read if isinstance(each, Period)), problems


def _in_properties(text: str) -> Iterator[Item | Problem]:
    note = read_note(text)
    if not isinstance(note, Note):
        yield note
        return
    for name, value in note.properties.items():
        if name.casefold() == AWAY:
            for entry in (value,) if isinstance(value, str) else value:
                yield from ((_line_of(text, item), item) for item in map(str.strip, entry.split(",")) if item)


def _line_of(text: str, item: str) -> int:
    """The line of the property, or of this item of its list."""
    lines = [*enumerate(text.splitlines(), 1)]
    first = next((number for number, line in lines if line.strip(" \"'").casefold().startswith(AWAY)), 1)
    return next((number for number, line in lines[first - 1 :] if item in line), first)


def _in_tables(text: str) -> Iterator[Item | Problem]:
    for table in read_tables(text):
        if isinstance(table, Problem):
            if heading_above(text, table.line) == AWAY:
                yield table
        elif table.heading.strip().casefold() == AWAY:
            yield from _rows(table)


def _rows(table: Table) -> Iterator[Item | Problem]:
    if not {"from", "to"} <= set(table.columns):
        yield Problem(table.line, "the table Away needs the columns from and to")
        return
    for row in table.rows:
        first, last = row.cells["from"].strip(), row.cells["to"].strip()
        if first or last:
            yield row.line, f"{first}..{last}"


def _period(line: int, words: str) -> Period | Problem:
    days = _DAYS.fullmatch(words)
    try:
        first = date.fromisoformat(days[1] if days else "")
        last = date.fromisoformat(days[2] or days[1] if days else "")
    except ValueError:
        return Problem(line, f"{visible(words)[:40]!r} are no days away; {HOW}")
    if last < first:
        return Problem(line, f"you come back on {last} before you leave on {first}")
    if (last - first).days >= MAX_DAYS:
        return Problem(line, f"{first}..{last} is longer than a year; it does not count")
    return Period(_midnight(first), _midnight(last + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return from_local(datetime.combine(day, time.min))
