"""Days and amounts as people read them: read under one order, one decimal mark, or not at all. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from agents.connectors.bank.amounts import MAX_DIGITS, whole_units
from agents.connectors.bank.csv_words import SIGNS

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day-month-year", "month-day-year", "year-month-day"
ORDERS = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)
COMMA, POINT = "comma", "point"
DECIMALS = (COMMA, POINT)
AS_WRITTEN, TURNED = "as-written", "turned"
SIGNS_OF_AMOUNTS = (AS_WRITTEN, TURNED)
FIRST_YEAR, LAST_YEAR = 1980, 2099
MAX_CELL_CHARS = 40

_PARTS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T,].*)?", re.ASCII)
_COMPACT = re.compile(r"\d{8}", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[ .-]{1,2}([A-Za-zä]{3})[a-z]{0,6}[ .-]{1,2}(\d{4}|\d{2})", re.ASCII)
_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9} | {
    "mär": 3, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12
}  # fmt: skip
_FULL_YEAR, _SHORT_YEAR = 4, 2

_MINUSES = "-−–"
_UNIT_BEFORE = re.compile(r"([A-Z]{3}|[€£$])\s*(?=[\d+(.,−–-])")
_UNIT_BEHIND = re.compile(r"(?<=[\d).,−–-])\s*([A-Z]{3}|[€£$])")
_GAP = re.compile("(?<=\\d)[ '’\u00a0\u202f](?=\\d{3}(?!\\d))")
_BODY = {
    COMMA: re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d*)(?:,\d{1,6})?", re.ASCII),
    POINT: re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d{1,6})?", re.ASCII),
}
_DROPPED = {COMMA: str.maketrans(",", ".", "."), POINT: str.maketrans("", "", ",")}


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount before its marks are understood: `body` has digits, points and commas."""

    body: str
    is_negative: bool
    currency: str = ""


@lru_cache(maxsize=20_000)
def read_day(text: str, order: str) -> date | None:
    """The day in a cell under this order; a time behind it is not looked at."""
    if len(text) > MAX_CELL_CHARS:
        return None
    found = _PARTS.fullmatch(text)
    if found:
        return _ordered(found[1], found[3], found[4], order)
    if _COMPACT.fullmatch(text):
        cut = _FULL_YEAR if order == YEAR_FIRST else _SHORT_YEAR
        return _ordered(text[:cut], text[cut : cut + 2], text[cut + 2 :], order)
    named = _NAMED.fullmatch(text)
    month = _MONTHS.get(named[2].lower()) if named else None
    return _ordered(named[1], str(month), named[3], order) if named and month and order == DAY_FIRST else None


def _ordered(first: str, second: str, third: str, order: str) -> date | None:
    """A year has four digits, or two in the last place: no bank begins with a short one."""
    year, month, day = {
        DAY_FIRST: (third, second, first),
        MONTH_FIRST: (third, first, second),
        YEAR_FIRST: (first, second, third),
    }[order]
    if len(year) != _FULL_YEAR and (len(year) != _SHORT_YEAR or order == YEAR_FIRST):
        return None
    full = int(year) if len(year) == _FULL_YEAR else 2000 + int(year)
    try:
        return date(full, int(month), int(day)) if FIRST_YEAR <= full <= LAST_YEAR else None
    except ValueError:
        return None


@lru_cache(maxsize=20_000)
def read_cell(text: str) -> Cell | None:
    """Sign, digits and currency of an amount: `1.234,50-`, `(12.00)`, `EUR -3`, `5'000.00`; None when it is none."""
    if len(text) > MAX_CELL_CHARS:
        return None
    rest = text.strip()
    unit = _UNIT_BEFORE.match(rest)
    if unit:
        rest = rest[unit.end() :]
    else:
        behind = _UNIT_BEHIND.search(rest)
        unit = behind if behind and behind.end() == len(rest) else None
        rest = rest[: unit.start()] if unit else rest
    currency = SIGNS.get(unit[1], unit[1]) if unit else ""
    rest, is_negative = _without_sign(rest.strip())
    inner = _UNIT_BEFORE.match(rest) if not currency else None  # -€5.00
    if inner:
        currency, rest = SIGNS.get(inner[1], inner[1]), rest[inner.end() :]
    body = _GAP.sub("", rest.strip())
    digits = body.replace(",", "").replace(".", "")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS
    return Cell(body, is_negative, currency) if is_number else None


def _without_sign(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1], True
    for sign in (*_MINUSES, "+"):
        if text.startswith(sign):
            return text[1:].strip(), sign != "+"
        if text.endswith(sign):
            return text[:-1].strip(), sign != "+"
    return text, False


def number_of(cell: Cell, decimal: str, currency: str) -> Decimal | None:
    """The amount when this mark stands before its parts; None when it cannot, or when no currency has such parts."""
    if not _BODY[decimal].fullmatch(cell.body):
        return None
    number = Decimal(cell.body.translate(_DROPPED[decimal]))
    return whole_units(-number if cell.is_negative else number, cell.currency or currency)


def has_all_parts(text: str, decimal: str) -> bool:
    """Whether an amount shows two digits behind its mark, so that none of them can have been cut off."""
    cell = read_cell(text)
    mark = "," if decimal == COMMA else "."
    return cell is not None and len(cell.body.rpartition(mark)[2]) == _SHORT_YEAR and mark in cell.body
