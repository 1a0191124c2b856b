"""The tables an owner edits in a note; every bad row is named with its line. Pure.

GitHub's tables, strictly: GitHub pads and cuts rows of the wrong width, we call them a Problem, since a cell in the
wrong column would be a wrong price or a wrong permission.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.vault.outline import MAX_LINE_CHARS, Line, Problem, heading, lines_outside_fences, outline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PIPE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r":?-+:?")
_OTHER_BLOCK = re.compile(r" {0,3}(?:#{1,6}(?:[ \t]|$)|>|%%|<|[-+*][ \t])")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its line in the note, from 1, and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table under `heading` ("" when none stands above it); `columns` in lower case, `line` is its header's."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    line: int


def read_tables(text: str) -> tuple[Table | Problem, ...]:
    """Every table of the note, and a Problem for every row that cannot be read; the other rows of its table count."""
    lines = list(lines_outside_fences(text))
    found: list[Table | Problem] = []
    above, at = "", 0
    while at < len(lines):
        words = heading(lines[at].text)
        above = words[1] if words else above
        end = _end_of_table(lines, at)
        if end:
            found += _read_table(above, lines[at:end])
        at = end or at + 1
    return tuple(found)


def tables_under(text: str, name: str) -> tuple[tuple[Table | Problem, ...], tuple[Problem, ...]]:
    """The tables of the part under a heading (folded words), smaller headings in it included; and what is astray there.

    Astray is a row that stands in no table, as behind a blank line, and a block of code that never ends.
    """
    part = dict(_part(text, name))
    found = tuple(each for each in read_tables(text) if each.line in part)
    seen = {line for each in found for line in _lines_of(each)}
    stray = [line for line, words in part.items() if "|" in words and line not in seen]
    problems = [Problem(line, "this stands in no table; every row has the same columns") for line in stray]
    if unclosed := outline(text).unclosed:
        problems.append(Problem(unclosed.number, "a block of code begins here and never ends"))
    return found, tuple(problems)


def _part(text: str, name: str) -> Iterator[tuple[int, str]]:
    """The lines under a heading, those under smaller headings in it included."""
    level = 0
    for line in lines_outside_fences(text):
        found = heading(line.text)
        if found and (not level or found[0] <= level):
            level = found[0] if found[1].strip().casefold() == name else 0
        if level:
            yield line.number, line.text


def _lines_of(table: Table | Problem) -> Iterator[int]:
    """The lines that were read for it: of a table its header, the line below and its good rows."""
    yield table.line
    if isinstance(table, Table):
        yield table.line + 1
        yield from (row.line for row in table.rows)


def heading_above(text: str, line: int) -> str:
    """The words of the heading above a line, folded; empty when there is none."""
    found = [heading(each.text) for each in lines_outside_fences(text) if each.number < line]
    return next((each[1].strip().casefold() for each in reversed(found) if each), "")


def _end_of_table(lines: list[Line], at: int) -> int:
    """The index behind the table that begins here; 0 when none does."""
    pair = [line.text[:MAX_LINE_CHARS] for line in lines[at : at + 2]]
    if not all("|" in text and _is_row(text) for text in pair) or not _is_rule(*pair[1:]):
        return 0
    end = at + 1
    while end < len(lines) and lines[end].number == lines[at].number + end - at and _is_row(lines[end].text):
        end += 1
    return end


def _read_table(above: str, lines: list[Line]) -> Iterator[Table | Problem]:
    header, rule, *body = lines
    columns = tuple(cell.lower() for cell in _cells(header.text))
    if len(_cells(rule.text)) != len(columns):
        yield Problem(rule.number, f"the line below the header must have {len(columns)} cells too")
    elif len(set(columns)) < len(columns) or "" in columns:
        yield Problem(header.number, "every column needs a name of its own")
    else:
        rows = [_read_row(columns, line) for line in body]
        yield Table(above, columns, tuple(row for row in rows if isinstance(row, TableRow)), header.number)
        yield from (row for row in rows if isinstance(row, Problem))


def _read_row(columns: tuple[str, ...], line: Line) -> TableRow | Problem:
    if len(line.text) > MAX_LINE_CHARS:
        return Problem(line.number, f"the row is longer than {MAX_LINE_CHARS:,} characters")
    cells = _cells(line.text)
    if len(cells) != len(columns):
        return Problem(line.number, f"the row has {len(cells)} cells, its table has {len(columns)} columns")
    return TableRow(line.number, dict(zip(columns, cells, strict=True)))


def _is_row(text: str) -> bool:
    return bool(text.strip()) and not text.startswith(("    ", "\t")) and not _OTHER_BLOCK.match(text)


def _is_rule(text: str = "") -> bool:
    cells = _cells(text)
    return bool(cells) and all(_RULE.fullmatch(cell) for cell in cells)


def _cells(text: str) -> list[str]:
    """GitHub: one pipe may open and one may close the row; a pipe behind a backslash is text."""
    cells = [cell.strip().replace("\\|", "|") for cell in _PIPE.split(text.strip())]
    return cells[not cells[0] : len(cells) - (not cells[-1] and len(cells) > 1)]
