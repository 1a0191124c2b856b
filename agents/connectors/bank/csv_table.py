"""A CSV file as rows of cells, with its heading found: before anything in it is understood. Pure."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.bank.csv_words import AMOUNT, CREDIT, DAY, DEBIT, role_of
from agents.connectors.bank.line_text import one_line
from agents.connectors.bank.refusal import RefusedError, check_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DELIMITERS = (";", "\t", ",", "|")
MAX_HEADING_LINE = 100  # so many rows of address, account and dates come before it
MAX_COLUMNS = 100
MIN_COLUMNS = 3
MAX_LINE_CHARS = 20_000
_UNSAID = "column"


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `line` is where it ends in the file, from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`before` are the rows above the heading. `heading` has a name for each column, no two the same.

    `is_ended`: the last line has its end. `is_closed`: the last cell is in quotes that close.
    """

    before: tuple[Row, ...]
    heading: tuple[str, ...]
    rows: tuple[Row, ...]
    is_ended: bool
    is_closed: bool


def read_table(text: str) -> Table | None:
    """The file as a table; None when it is none.

    Raises:
        RefusedError: too many or too long lines, or quotes that do not close.
    """
    lines = text.split("\n")
    if max(map(len, lines)) > MAX_LINE_CHARS:
        raise RefusedError(f"A line of the file has more than {MAX_LINE_CHARS:,} letters.")
    check_rows(len(lines) - MAX_HEADING_LINE)
    used = [each for each in DELIMITERS if each in text]
    parsed = [rows for each in used if (rows := _rows(lines, each))]
    found = max((_Heading.of(rows) for rows in parsed), key=_Heading.worth, default=None)
    if len(parsed) < len(used) and not (found and found.known):
        raise RefusedError("The file ends within quotes, or has quotes that no table has; its end may be missing.")
    if found is None or found.at < 0:
        return None
    names = names_of(found.rows[found.at].cells)
    ends = (text.endswith("\n"), text.endswith('"'))
    return Table(tuple(found.rows[: found.at]), names, tuple(found.rows[found.at + 1 :]), *ends)


@dataclass(frozen=True, slots=True)
class _Heading:
    """Where the heading of a file stands when it is cut at one delimiter; `known` columns of it are understood."""

    rows: list[Row]
    at: int
    known: int
    columns: int

    def worth(self) -> tuple[int, int]:
        return (self.known, self.columns)

    @classmethod
    def of(cls, rows: list[Row]) -> _Heading:
        """The first row with words for a day and an amount; else the first of those as wide as most, without digits."""
        for at, row in enumerate(rows[:MAX_HEADING_LINE]):
            if _is_heading(row.cells):
                return cls(rows, at, len(_roles(row.cells)), len(row.cells))
        width = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
        words = (at for at, row in enumerate(rows[:MAX_HEADING_LINE]) if len(row.cells) == width and _has_words(row))
        return cls(rows, next(words, -1) if width >= MIN_COLUMNS else -1, 0, width)


def _has_words(row: Row) -> bool:
    return not any(char.isdigit() for cell in row.cells for char in cell) and any(map(str.isalpha, "".join(row.cells)))


def _rows(lines: Sequence[str], delimiter: str) -> list[Row] | None:
    """The file cut at this delimiter; None when its quotes then do not close or a row is too wide.

    What some banks write above the heading is cut at another one: its quotes need not be in order.
    """
    rows = _strictly(lines, delimiter, 0)
    if rows is not None:
        return rows
    at = next((at for at, line in enumerate(lines[:MAX_HEADING_LINE]) if _is_heading(_cells(line, delimiter))), 0)
    below = _strictly(lines[at:], delimiter, at) if at else None
    above = [Row(number, _cells(line, delimiter)) for number, line in enumerate(lines[:at], 1)]
    return [*above, *below] if below is not None else None


def _strictly(lines: Iterable[str], delimiter: str, before: int) -> list[Row] | None:
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True)
    rows = []
    try:
        for cells in reader:
            if len(cells) > MAX_COLUMNS:
                return None
            rows.append(Row(before + reader.line_num, tuple(map(str.strip, cells))))
    except csv.Error:
        return None
    return rows


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(cell.strip().strip('"') for cell in line.split(delimiter))


def _is_heading(cells: tuple[str, ...]) -> bool:
    roles = _roles(cells)
    return DAY in roles and bool(roles & {AMOUNT, DEBIT, CREDIT})


def _roles(cells: Iterable[str]) -> set[str]:
    return {found[0] for cell in cells if (found := role_of(cell))}


def names_of(cells: tuple[str, ...]) -> tuple[str, ...]:
    """A heading, blanks named by their place and repeated words numbered."""
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(cells, 1):
        word = one_line(cell) or f"{_UNSAID} {place}"
        seen[word] += 1
        names.append(word if seen[word] == 1 else f"{word} ({seen[word]})")
    return tuple(names)
