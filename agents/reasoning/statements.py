"""Recognising a bank's table of bookings in a text file, in the dialects of many banks. Pure.

Only what a question to the owner needs is read: how many bookings, from when to when, how much came and went. The
words of the header come from the language tables. Nothing is booked by this: a file of a bank in the inbox is read by
`connectors/bank` (ADR 0060), and this describes what is left, tables within mails above all.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.reasoning.amounts import read_number
from agents.reasoning.phrases import folded
from agents.reasoning.word_tables import load_word_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CHARS = 2_000_000
MAX_HEADER_LINE = 30  # banks put the account's owner and number above the table
MAX_ROWS = 20_000
MAX_CELL_CHARS = 20_000
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})([./-])(\d{1,2})\5(\d{4}|\d{2})")


@dataclass(frozen=True, slots=True)
class Statement:
    """A bank's table: the number of bookings, the first and last day, and the sums in the account's currency."""

    rows: int
    first: date
    last: date
    paid_in: Decimal
    paid_out: Decimal


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where date and money stand; `paid_in` and `paid_out` are used when there is no `amount`."""

    date: int
    amount: int | None
    paid_in: int | None
    paid_out: int | None


def read_statement(text: str) -> Statement | None:
    """The statement in a text, or None when it is none. Never raises."""
    lines = text[:MAX_CHARS].lstrip("\ufeff").splitlines()
    if any(len(line) > MAX_CELL_CHARS for line in lines[:MAX_ROWS]):
        return None
    for number, line in enumerate(lines[:MAX_HEADER_LINE]):
        for delimiter in ";,\t|":
            columns = _columns(line.split(delimiter)) if delimiter in line else None
            if columns is not None:
                return _summary(lines[number + 1 : MAX_ROWS], delimiter, columns)
    return None


def _columns(header: Sequence[str]) -> _Columns | None:
    names = [folded(cell.strip().strip('"')) for cell in header]
    day = _place(names, "date")
    if day is None:
        return None
    found = _Columns(day, _place(names, "amount"), _place(names, "paid_in"), _place(names, "paid_out"))
    has_money = found.amount is not None or None not in (found.paid_in, found.paid_out)
    return found if has_money else None


def _place(names: Sequence[str], kind: str) -> int | None:
    known = {folded(word) for each in load_word_tables().languages for word in getattr(each.bank, kind)}
    return next((at for at, name in enumerate(names) if name in known), None)


def _summary(lines: Sequence[str], delimiter: str, columns: _Columns) -> Statement | None:
    days, amounts = [], []
    for cells in csv.reader(lines, delimiter=delimiter):
        day, amount = _day(_cell(cells, columns.date)), _amount(cells, columns)
        if day is not None and amount is not None:
            days.append(day)
            amounts.append(amount)
    if not days:
        return None
    paid_in = sum((each for each in amounts if each > 0), Decimal(0))
    paid_out = -sum((each for each in amounts if each < 0), Decimal(0))
    return Statement(len(days), min(days), max(days), paid_in, paid_out)


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""


def _amount(cells: Sequence[str], columns: _Columns) -> Decimal | None:
    if columns.amount is not None:
        return _signed(_cell(cells, columns.amount))
    paid_in, paid_out = _signed(_cell(cells, columns.paid_in)), _signed(_cell(cells, columns.paid_out))
    if paid_in is None and paid_out is None:
        return None
    return (paid_in or Decimal(0)) - abs(paid_out or Decimal(0))


def _signed(text: str) -> Decimal | None:
    """'-1.234,50', '1,234.50-', '(12.00)', '- 5,00 EUR', '12,00 S' (a debit in German tables)."""
    bare = re.sub(r"(?i)[€$£]|\b(?:eur|usd|gbp|chf)\b", "", text).strip()
    negative = bare.startswith(("-", "−", "(")) or bare.endswith(("-", " S", " D"))
    value = read_number(bare.strip("+-−() SHDC"))
    return None if value is None else -value if negative else value


def _day(text: str) -> date | None:
    found = _DATE.match(text)
    if found is None:
        return None
    if found[1]:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        day, month, year = int(found[4]), int(found[6]), int(found[7])
        if found[5] == "/" and month > 12:  # noqa: PLR2004 (only months end at 12: an American date)
            day, month = month, day
    try:
        return date(year + 2000 if year < 100 else year, month, day)  # noqa: PLR2004 (two digits of a year)
    except ValueError:
        return None
