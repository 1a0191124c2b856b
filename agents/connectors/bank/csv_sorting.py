"""Which rows of a table are movements: booked ones, announced ones, balances, and the rest that tells nothing. Pure.

What might be a movement and cannot be read is refused; left aside is only what has neither day nor amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.bank.csv_sniffing import is_day
from agents.connectors.bank.csv_values import has_all_parts
from agents.connectors.bank.csv_words import (
    AMOUNT,
    ANNOUNCED,
    BOOKED,
    CLOSING,
    CREDIT,
    CURRENCY,
    DAY,
    DEBIT,
    FLAG,
    MONEY,
    OPENING,
    STATUS,
    TEXT,
    bare,
)
from agents.connectors.bank.csv_words import PARTY as PARTY_ROLE
from agents.connectors.bank.refusal import RefusedError, told

if TYPE_CHECKING:
    from agents.connectors.bank.csv_profile import Profile
    from agents.connectors.bank.csv_table import Row, Table

_UNENDED = "Export it again; if it is whole, open it in a text editor, press Enter at its very end and save it."


@dataclass(frozen=True, slots=True)
class Sorted:
    """The rows of a table by what they are, in the order of the file, each as wide as the heading."""

    booked: tuple[Row, ...]
    openings: tuple[Row, ...]
    closings: tuple[Row, ...]
    left_out: int


def sort_rows(table: Table, profile: Profile) -> Sorted:
    """Every row of the table.

    Raises:
        RefusedError: one may be a movement and cannot be read, or the last one may be cut off.
    """
    day = profile.place(DAY) or 0
    booked: list[Row] = []
    openings: list[Row] = []
    closings: list[Row] = []
    left_out = 0
    for raw in table.rows:
        row = _as_wide(raw, profile)
        if _tells_nothing(row, profile, day):
            continue
        if _is_announced(row, profile):
            left_out += 1
        elif words := {bare(cell) for cell in row.cells if cell} & (OPENING | CLOSING):
            (openings if words & OPENING else closings).append(row)
        elif not is_day(row.cells[day]) or len(raw.cells) < _least_width(table):
            raise RefusedError(f"Line {raw.line} is no whole movement: {told(' '.join(raw.cells))}")
        else:
            booked.append(row)
    return Sorted(tuple(booked), tuple(openings), tuple(closings), left_out)


def _as_wide(row: Row, profile: Profile) -> Row:
    """The row with as many cells as the heading; more may only be empty."""
    width = len(profile.heading)
    if any(row.cells[width:]):
        raise RefusedError(
            f"Line {row.line} has more cells than the heading: {told(' '.join(row.cells))}",
            "A mark that divides cells stands within a text there: export it again, as CAMT if the bank offers it.",
        )
    return type(row)(row.line, (*row.cells[:width], *("" for _ in range(width - len(row.cells)))))


def _least_width(table: Table) -> int:
    """So many cells has a whole row: columns without a heading at the end may be missing."""
    return max(place for place, name in enumerate(table.heading, 1) if not name.startswith("column "))


def _tells_nothing(row: Row, profile: Profile, day: int) -> bool:
    """Neither a day nor any amount: a heading between, a rest of a text, a remark of the bank."""
    has_money = any(row.cells[place] for role in MONEY for place in profile.places(role))
    return not has_money and not any(char.isdigit() for char in row.cells[day])


def _is_announced(row: Row, profile: Profile) -> bool:
    place = profile.place(STATUS)
    word = bare(row.cells[place]) if place is not None and row.cells[place] else ""
    if word and word not in BOOKED and word not in ANNOUNCED:
        raise RefusedError(
            f"Line {row.line} has the status {told(row.cells[place or 0])}, which is not known here.",
            "Leave the property `status` of the bank's format empty if it does not matter.",
        )
    return word in ANNOUNCED


def check_end(table: Table, profile: Profile) -> None:
    """A file whose last line has no end may be cut anywhere: its last cell must show that it is whole.

    Raises:
        RefusedError: it does not.
    """
    if table.is_ended or not table.rows:
        return
    last = table.rows[-1]
    name = table.heading[-1]
    role = next((each for each, column in profile.columns if column == name), "")
    cell = last.cells[-1]
    others = {row.cells[-1] for row in table.rows[:-1] if len(row.cells) == len(table.heading)}
    whole = len(last.cells) == len(table.heading) and (
        (role in MONEY and _is_whole_amount(cell, profile, others))
        or (role in {CURRENCY, FLAG} and cell in others)
        or (table.is_closed and role not in {"", TEXT, PARTY_ROLE, AMOUNT, DEBIT, CREDIT})
        or (not cell and others == {""})
    )
    if not whole:
        raise RefusedError("The last line of the file has no end; it may be cut off.", _UNENDED)


def _is_whole_amount(cell: str, profile: Profile, others: set[str]) -> bool:
    signed_behind = any(not each[-1:].isdigit() for each in others if each)
    return not signed_behind and bool(profile.decimal) and has_all_parts(cell, profile.decimal)
