"""A statement beside what is booked of its days already, from whatever file; and what a table's balances prove. Pure.

One movement has another id in another format, so what is booked under other ids is compared by day, amount and
currency. That decides only where something proves it: balances, or that all of the days are told alike (ADR 0060).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.statement import Balance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from agents.connectors.bank.statement import BankLine, Statement
    from agents.connectors.book_figures import BookReports, SourceRow

OTHER_FILE = "its days are in the books, from another file; give one that tells the balance"
TABLE = "csv:"
BEFORE = "opening:"  # how the id begins of what was there before the books


def untold_lines(statement: Statement, booked: Mapping[str, SourceRow]) -> tuple[BankLine, ...] | None:
    """The movements that are not booked, under this id or another; None when nothing proves which these are.

    Balances prove it, since the books must come to them. Without, the days that are booked must be told alike, but for
    the last of them, which may not have been over, and the first of the file, which it may begin amid.
    """
    new = [line for line in statement.lines if line.bank_id not in booked]
    if not new:
        return ()
    ids = {line.bank_id for line in statement.lines}
    others = [each for name, each in booked.items() if name not in ids and not name.startswith(BEFORE)]
    span = (min(line.day for line in statement.lines), max(line.day for line in statement.lines))
    told = Counter((each.day, each.amount, each.currency) for each in others if span[0] <= each.day <= span[1])
    if not told:
        return tuple(new)
    last = max(day for day, _, _ in told)
    rest = []
    for line in new:
        same = (line.day, line.amount, line.currency)
        if told[same]:
            told[same] -= 1
        else:
            rest.append(line)
    missing = {day for (day, _, _), count in told.items() if count}
    is_alike = missing <= {span[0]} and all(line.day >= last and line.day not in missing for line in rest)
    return tuple(rest) if is_alike or statement.closing is not None else None


def is_table(statement: Statement) -> bool:
    """Whether it came as a table (CSV)."""
    return any(line.bank_id.startswith(TABLE) for line in statement.lines)


def of_table(statement: Statement) -> Statement:
    """A table's statement with its closing balance as of the day before its last: only then is a day surely over.

    What a table ends with is the balance when it was made; more may have come on the same day.
    """
    if statement.closing is None:
        return statement
    last = max(line.day for line in statement.lines)
    return replace(
        statement, closing=Balance(last - timedelta(days=1), statement.closing.amount - _of(statement, last))
    )


def _of(statement: Statement, day: date) -> Decimal:
    return sum((line.amount for line in statement.lines if line.day == day), Decimal(0))


def table_fault(statement: Statement, new: Statement, name: str, reports: BookReports) -> str:
    """Why a table does not fit what is booked on the account `name`; empty when it does, or is no table.

    `statement` is `of_table`, `new` what of it would be booked: then the books must come to the table's last balance.
    """
    if not is_table(statement):
        return ""
    last = max(line.day for line in statement.lines)
    figures = [each for each in reports.cash(last) if each.name.rpartition(":")[2] == name]
    rows = [row for each in figures for row in each.rows]
    kept_in = {row.currency for row in rows}
    if kept_in and statement.currency not in kept_in:
        return f"{name} is kept in {', '.join(sorted(kept_in))}, and the file is in {statement.currency}"
    if statement.closing is None or not rows:
        return ""
    before = sum((row.amount for row in rows if row.currency == statement.currency), Decimal(0))
    would = before + sum((line.amount for line in new.lines), Decimal(0))
    bank = statement.closing.amount + _of(statement, last)
    if would == bank:
        return ""
    return (
        f"with it {name} would come to {would:,.2f} {statement.currency} on {last}, and the file says {bank:,.2f}; "
        "something between is missing, or the file is of another account"
    )
