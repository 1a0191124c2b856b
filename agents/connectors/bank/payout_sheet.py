"""A report of a payment service as a sheet: columns known by their heading; days and amounts are read one way, or none.

Pure. A report has its heading in the first row; whatever else stands in it is kept as text.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from agents.connectors.bank.csv_table import DELIMITERS, MAX_COLUMNS, MAX_LINE_CHARS, Row
from agents.connectors.bank.csv_values import DECIMALS, ORDERS, number_of, read_cell, read_day
from agents.connectors.bank.line_text import one_line
from agents.connectors.bank.refusal import WHOLE, RefusedError, check_rows, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True)
class Sheet:
    """The rows of a report. `columns`: where each thing is told; `amounts`, `days`: which of those are such."""

    columns: Mapping[str, int]
    rows: tuple[Row, ...]
    amounts: tuple[str, ...]
    days: tuple[str, ...]

    def text(self, row: Row, about: str) -> str:
        """What a row says of it, empty without."""
        return row.cells[self.columns[about]] if about in self.columns else ""

    def everything(self, row: Row) -> str:
        """All words of a row."""
        return one_line(" ".join(cell for cell in row.cells if cell))

    def currency(self, row: Row, about: str = "currency") -> str:
        """A currency, as its code."""
        return self.text(row, about).upper()

    def amount(self, row: Row, about: str) -> Decimal:
        """An amount in the currency of its row.

        Raises:
            RefusedError: it is none.
        """
        found = self._number(row, about, self._decimal)
        if found is None:
            raise RefusedError(f"Line {row.line} of the report has no amount that can be read.", WHOLE)
        return found

    def days_of(self, row: Row, about: str) -> tuple[date, ...]:
        """The day in a cell, or the two it may be.

        Raises:
            RefusedError: it is none.
        """
        found = (read_day(self.text(row, about), order) for order in self._orders)
        days = tuple(dict.fromkeys(day for day in found if day))
        if not days:
            raise RefusedError(f"Line {row.line} of the report has no day that can be read.", WHOLE)
        return days

    @cached_property
    def _orders(self) -> tuple[str, ...]:
        cells = {text for row in self.rows for about in self.days if (text := self.text(row, about))}
        return tuple(order for order in ORDERS if all(read_day(text, order) for text in cells))

    @cached_property
    def _decimal(self) -> str:
        """The mark before the parts of every amount."""
        read = {mark: [*self._numbers(mark)] for mark in DECIMALS}
        whole = {mark: found for mark, found in read.items() if None not in found}
        if len(whole) > 1 and len({tuple(found) for found in whole.values()}) > 1:
            raise RefusedError("Whether a comma or a point stands before the cents cannot be told.", WHOLE)
        return next(iter(whole), DECIMALS[0])

    def _numbers(self, mark: str) -> Iterator[Decimal | None]:
        return (self._number(row, about, mark) for row in self.rows for about in self.amounts if self.text(row, about))

    def _number(self, row: Row, about: str, mark: str) -> Decimal | None:
        cell = read_cell(self.text(row, about))
        return None if cell is None else number_of(cell, mark, self.currency(row))


def columns_of(heading: Iterable[str], words: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """The place of each column that is known, by what it tells."""
    places: dict[str, int] = {}
    for place, cell in enumerate(heading):
        places.setdefault(" ".join(cell.casefold().split()), place)
    found = ((about, next((places[word] for word in some if word in places), -1)) for about, some in words.items())
    return {about: place for about, place in found if place >= 0}


def open_sheet(text: str, words: Mapping[str, tuple[str, ...]], amounts: Sequence[str], days: Sequence[str]) -> Sheet:
    """The report as a sheet.

    Raises:
        RefusedError: quotes that do not close, rows that are cut, or too many of them.
    """
    lines = text.strip("\n").split("\n")
    check_rows(len(lines))
    heading, delimiter = max(((_first(lines[0], each), each) for each in DELIMITERS), key=lambda each: len(each[0]))
    if max(map(len, lines)) > MAX_LINE_CHARS or len(heading) > MAX_COLUMNS:
        raise RefusedError("The report has a line that is too long.", WHOLE)
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, strict=True)
    try:
        rows = [Row(reader.line_num, tuple(map(str.strip, cells))) for cells in reader if any(cells)]
    except csv.Error as err:
        raise RefusedError("The report ends within quotes; its end may be missing.", WHOLE) from err
    for row in rows:
        if len(row.cells) != len(heading):
            said = f"Line {row.line} of the report has {len(row.cells)} cells, its heading {len(heading)}"
            raise RefusedError(f"{said}: {told(' '.join(row.cells))}.", WHOLE)
    return Sheet(columns_of(heading, words), tuple(rows[1:]), tuple(amounts), tuple(days))


def _first(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter))
