"""What a CSV file is, proven over all of its rows: columns by their words, date order and decimal mark by their cells.

An order that fits every row beside another one that reads other days is no proof: then it is asked. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.connectors.bank.csv_profile import Profile
from agents.connectors.bank.csv_values import DECIMALS, ORDERS, number_of, read_cell, read_day
from agents.connectors.bank.csv_words import (
    ACCOUNT,
    AMOUNT,
    CREDIT,
    CURRENCY,
    DAY,
    DEBIT,
    FLAG,
    MANY,
    MINUS,
    MONEY,
    PLUS,
    VALUE_DAY,
    bare,
    role_of,
    unit_of,
)
from agents.connectors.bank.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agents.connectors.bank.csv_sorting import Sorted
    from agents.connectors.bank.csv_table import Table

_LEAST_FLAGS = 2


def drafted(table: Table) -> Profile:
    """The profile as far as the heading says it, and a column of S and H that it does not name."""
    best: dict[str, tuple[int, str]] = {}
    many: list[tuple[str, str]] = []
    for name in table.heading:
        found = role_of(name)
        if found is None:
            continue
        role, rank = found
        if role in MANY:
            many.append((role, name))
        elif role not in best or rank < best[role][0]:
            best[role] = (rank, name)
    if AMOUNT in best:
        best.pop(DEBIT, None)
        best.pop(CREDIT, None)
        unsaid = _unnamed_flag(table) if FLAG not in best else ""
        best |= {FLAG: (0, unsaid)} if unsaid else {}
    columns = tuple((role, name) for role, (_, name) in best.items())
    units = {unit_of(name) for role, name in columns if role in MONEY} - {""}
    return Profile(table.heading, (*columns, *many), currency=units.pop() if len(units) == 1 else "")


def _unnamed_flag(table: Table) -> str:
    """A column without a known word that holds S and H, or another such pair, in every row it is used in."""
    for place, name in enumerate(table.heading):
        if role_of(name) is None:
            words = [bare(row.cells[place]) for row in table.rows if len(row.cells) > place and row.cells[place]]
            if len(words) >= _LEAST_FLAGS and all(word in MINUS or word in PLUS for word in words):
                return name
    return ""


def questions_of(profile: Profile) -> tuple[str, ...]:
    """What is asked before any row can be looked at."""
    questions = []
    if profile.place(DAY) is None:
        questions.append("Which column is the day of booking? (day)")
    if all(profile.place(role) is None for role in (AMOUNT, DEBIT, CREDIT)):
        questions.append("Which column is the amount, or which two are money out and money in? (amount; debit, credit)")
    return tuple(questions)


def settled(profile: Profile, rows: Sorted) -> tuple[Profile, tuple[str, ...]]:
    """The profile as these rows are read by it, and what has to be asked.

    An aspect that makes no difference in these rows is filled, and yet not `proven`.
    """
    questions = []
    orders, order = _fitting(profile.date_order, ORDERS, lambda each: _days_under(profile, rows, each))
    if orders > 1:
        questions.append("What comes first in the dates, day or month? All of them can be read both ways. (date_order)")
    marks, mark = _fitting(profile.decimal, DECIMALS, lambda each: _numbers_under(profile, rows, each))
    if marks > 1:
        questions.append("Which mark stands before the cents? All of these amounts can be read both ways. (decimal)")
    if profile.place(CURRENCY) is None and not profile.currency:
        questions.append("Which currency are the amounts in? (currency_of_all)")
    if profile.place(ACCOUNT) is None and not profile.account:
        questions.append("Which account is this: its IBAN, or another name for it? (account_of_all)")
    if not orders or not marks:
        role = DAY if not orders else AMOUNT
        raise RefusedError(
            f"No single way of reading fits every {'date' if role == DAY else 'amount'} of the file.",
            "Export it again, or correct the profile of this bank's format.",
        )
    return replace(profile, date_order=order, decimal=mark), tuple(questions)


def proven(profile: Profile, rows: Sorted) -> Profile:
    """The profile with what no other reading of these rows fits: what may be kept for later files."""
    orders = [each for each in ORDERS if _days_under(profile, rows, each) is not None]
    marks = [each for each in DECIMALS if _numbers_under(profile, rows, each) is not None]
    return replace(
        profile,
        date_order=profile.date_order or (orders[0] if len(orders) == 1 else ""),
        decimal=profile.decimal or (marks[0] if len(marks) == 1 else ""),
    )


def _fitting(said: str, choices: Iterable[str], read: Callable[[str], object]) -> tuple[int, str]:
    """How many readings differ, and the first choice that reads all; what the profile says is not questioned."""
    if said:
        return 1, said
    readings = [(each, found) for each in choices if (found := read(each)) is not None]
    differing = [found for at, (_, found) in enumerate(readings) if all(found != each for _, each in readings[:at])]
    return len(differing), readings[0][0] if len(differing) == 1 else ""


def _days_under(profile: Profile, rows: Sorted, order: str) -> list[object] | None:
    """The days of all rows under one order; None when it does not fit one of them. Days of value prove it too."""
    found: list[object] = []
    for place in (*profile.places(DAY), *profile.places(VALUE_DAY)):
        for cell in (row.cells[place] for row in rows.booked if row.cells[place]):
            day = read_day(cell, order)
            if day is None and (place == profile.place(DAY) or is_day(cell)):
                return None
            found.append(day)
    return found


def is_day(text: str) -> bool:
    """Whether a cell is a day under some order."""
    return any(read_day(text, order) for order in ORDERS)


def _numbers_under(profile: Profile, rows: Sorted, decimal: str) -> list[object] | None:
    """The amounts of all rows under one decimal mark; None when it does not fit one of them."""
    found: list[object] = []
    for place in (place for role in MONEY for place in profile.places(role)):
        for text in (row.cells[place] for row in (*rows.booked, *rows.openings, *rows.closings) if row.cells[place]):
            cell = read_cell(text)
            number = number_of(cell, decimal, profile.currency) if cell else None
            if number is None:
                return None
            found.append(number)
    return found
