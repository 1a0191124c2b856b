"""What a statement must fulfil before anything of it counts: one currency, and balances that come out. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.refusal import RefusedError, check_rows, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.connectors.bank.statement import Statement


def comes_out(statement: Statement) -> bool:
    """Whether opening balance and lines give the closing one; true where one of them is not told."""
    if statement.opening is None or statement.closing is None:
        return True
    total = sum((line.amount for line in statement.lines), Decimal(0))
    return statement.opening.amount + total == statement.closing.amount


def check(statements: Iterable[Statement]) -> None:
    """Every statement of a file.

    Raises:
        RefusedError: too many lines, several currencies in one statement, or a balance that does not come out.
    """
    rows = 0
    for statement in statements:
        rows += len(statement.lines)
        check_rows(rows)
        strays = {line.currency for line in statement.lines} - {statement.currency}
        if strays:
            raise RefusedError(
                f"The account {told(statement.account)} is kept in {told(statement.currency)}, and the file has "
                f"movements in {told(', '.join(sorted(strays)))} too.",
                "Export the account of each currency into a file of its own.",
            )
        if not comes_out(statement):
            raise _does_not_come_out(statement)


def _does_not_come_out(statement: Statement) -> RefusedError:
    total = sum((line.amount for line in statement.lines), Decimal(0))
    opening = statement.opening.amount if statement.opening else Decimal(0)
    closing = statement.closing.amount if statement.closing else Decimal(0)
    return RefusedError(
        f"Opening balance {opening:f} and {len(statement.lines)} movements of together {total:f} give "
        f"{opening + total:f}, but the statement of {told(statement.account)} ends with {closing:f}.",
        "Movements are missing or wrong in this file: export it again from the bank.",
    )
