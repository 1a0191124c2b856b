"""What people of the business spent, out of the app Expenses: who, what, how much, and how far it is. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.odoo.apps import App, count_of, day_in
from agents.connectors.odoo.documents import money
from agents.connectors.odoo.records import name_of, number_of, text

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.odoo.apps import Row
    from agents.connectors.odoo.records import Records

EXPENSE = "hr.expense"
AMOUNTS = ("total_amount_currency", "total_amount")  # what it is called, newest first; VAT is in it
FIELDS = ("name", "employee_id", "product_id", "date", "currency_id", "payment_mode", "state", *AMOUNTS)


@dataclass(frozen=True, slots=True)
class Expense:
    """Something somebody spent, VAT included. `paid_by`: 'Company', or the employee, who is owed it."""

    place: str
    day: date | None
    who: str
    what: str
    category: str
    amount: Decimal
    currency: str
    state: str
    paid_by: str


@dataclass(frozen=True, slots=True)
class ExpenseSum:
    """All expenses of a time in one state and currency."""

    state: str
    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Expenses:
    """Expenses between two days, both with: all by state, and the first of them, the newest first."""

    start: date
    end: date
    sums: tuple[ExpenseSum, ...]
    expenses: tuple[Expense, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(each.count for each in self.sums)


def read_expenses(records: Records, start: date, end: date) -> Expenses:
    """The expenses of a time.

    Raises:
        NeedsOwner: the app is not installed, or the user may not see it.
    """
    app = App(records, EXPENSE, FIELDS)
    amount = app.first_of(*AMOUNTS)
    span: list[JsonValue] = [["date", ">=", start.isoformat()], ["date", "<=", end.isoformat()]]
    groups = app.sums(span, [f"{amount}:sum"], ["state", "currency_id"])
    sums = (
        ExpenseSum(app.label("state", each["state"]), name_of(each["currency_id"]), count_of(each), money(each[amount]))
        for each in groups
    )
    rows = app.first(span, "date desc, id desc") if groups else []
    return Expenses(start, end, tuple(sums), tuple(_expense(each, app, amount) for each in rows))


def _expense(row: Row, app: App, amount: str) -> Expense:
    return Expense(
        place=f"Odoo expense {number_of(row)}",
        day=day_in(row["date"]),
        who=name_of(row["employee_id"]),
        what=text(row["name"]),
        category=name_of(row["product_id"]),
        amount=money(row[amount]),
        currency=name_of(row["currency_id"]),
        state=app.label("state", row["state"]),
        paid_by=app.label("payment_mode", row["payment_mode"]),
    )
