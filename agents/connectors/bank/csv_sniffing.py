"""What a CSV file is, proven over all of its rows: columns by their words, date order and decimal mark by their cells.

An order that fits every row beside another one that reads other days is no proof: then it is asked. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.connectors.bank.csv_profile import Profile, Question
from agents.connectors.bank.csv_values import AS_WRITTEN, DECIMALS, ORDERS, number_of, read_cell, read_day
from agents.connectors.bank.csv_words import (
    ACCOUNT,
    AMOUNT,
    BALANCE,
    CREDIT,
    CURRENCY,
    DAY,
    DEBIT,
    FLAG,
    KIND,
    MANY,
    MINUS,
    MONEY,
    PLUS,
    TEXT,
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

_PROOF = 2  # balances


def drafted(table: Table) -> Profile:
    """The profile as far as the heading says it."""
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
    columns = tuple((role, name) for role, (_, name) in best.items())
    units = {unit_of(name) for role, name in columns if role in MONEY} - {""}
    return Profile(table.heading, (*columns, *many), currency=units.pop() if len(units) == 1 else "")


def with_flag(profile: Profile, rows: Sorted) -> Profile:
    """The profile with a column that says which amounts are money out, when these rows have one and need one.

    It holds S and H, or another such pair, in every row, while no amount has a minus.
    """
    if profile.place(AMOUNT) is None or profile.place(FLAG) is not None or profile.signs or _has_sign(profile, rows):
        return profile
    said = {name for role, name in profile.columns if role not in {KIND, TEXT}}
    for place, name in enumerate(profile.heading):
        words = {bare(row.cells[place]) for row in rows.booked}
        if name not in said and words & MINUS and words <= MINUS | PLUS:
            return replace(profile, columns=((FLAG, name), *profile.columns))
    return profile


def _has_sign(profile: Profile, rows: Sorted) -> bool:
    """Whether some amount has a minus, or a plus that says the same of the others."""
    place = profile.place(AMOUNT)
    texts = [row.cells[place] for row in rows.booked] if place is not None else []
    return any("+" in text or ((cell := read_cell(text)) is not None and cell.is_negative) for text in texts)


def _signs_are_open(profile: Profile, rows: Sorted) -> bool:
    """Whether nothing shows which way the amounts go: no minus, no flag, and no two balances that they must join."""
    if profile.place(AMOUNT) is None or profile.place(FLAG) is not None or profile.signs:
        return False
    balance = profile.place(BALANCE)
    balances = sum(1 for row in rows.booked if row.cells[balance]) if balance is not None else 0
    ends = len(rows.openings) + len(rows.closings)
    return balances < _PROOF and ends < _PROOF and not _has_sign(profile, rows)


def questions_of(profile: Profile) -> tuple[Question, ...]:
    """What is asked before any row can be looked at."""
    questions = []
    if profile.place(DAY) is None:
        questions.append(Question(DAY, "Which column is the day of booking?"))
    if all(profile.place(role) is None for role in (AMOUNT, DEBIT, CREDIT)):
        questions.append(Question(AMOUNT, "Which column is the amount, or which two are money out and money in?"))
    return tuple(questions)


def settled(profile: Profile, rows: Sorted) -> tuple[Profile, tuple[Question, ...]]:
    """The profile as these rows are read by it, and what has to be asked.

    An aspect that makes no difference in these rows is filled, and yet not `proven`.
    """
    questions = []
    orders, order = _fitting(profile.date_order, ORDERS, lambda each: _days_under(profile, rows, each))
    if orders > 1:
        questions.append(
            Question("date_order", "What comes first in the dates, day or month? All of them can be read both ways.")
        )
    marks, mark = _fitting(profile.decimal, DECIMALS, lambda each: _numbers_under(profile, rows, each))
    if marks > 1:
        questions.append(
            Question("decimal", "Which mark stands before the cents? All of these amounts can be read both ways.")
        )
    if _signs_are_open(profile, rows):
        questions.append(
            Question(
                "signs", "No amount has a minus: did all of it come in, or is all of it money out without a minus?"
            )
        )
    if profile.place(CURRENCY) is None and not profile.currency:
        questions.append(Question("currency_of_all", "Which currency are the amounts in?"))
    if profile.place(ACCOUNT) is None and not profile.account:
        questions.append(Question("account_of_all", "Which of your accounts is this?"))
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
        signs=profile.signs or (AS_WRITTEN if _has_sign(profile, rows) and profile.place(FLAG) is None else ""),
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
    """The amounts of all rows under one decimal mark, each in its currency; None when it does not fit one."""
    found: list[object] = []
    said = profile.place(CURRENCY)
    for place in (place for role in MONEY for place in profile.places(role)):
        for row in (row for row in (*rows.booked, *rows.openings, *rows.closings) if row.cells[place]):
            cell = read_cell(row.cells[place])
            currency = ("" if said is None else row.cells[said].upper()) or profile.currency
            number = number_of(cell, decimal, currency) if cell else None
            if number is None:
                return None
            found.append(number)
    return found
