"""What costs grow, what is paid again and again, and how fresh and whole the books are. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import Concern, recurring_charges
from agents.connectors.book_figures import SourceRow
from agents.insight.measured import Metric, Value
from agents.insight.reckoning import (
    NOTHING,
    QUARTER_DAYS,
    YEAR_DAYS,
    added,
    last_days,
    money,
    of,
    over,
    shares,
    sums,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.connectors.bank.recurring import Series
    from agents.insight.company import Books, Company
    from agents.insight.reckoning import Reckon, Told

BOOKS = "the books"
MONTH_DAYS = 30
BEFORE_MONTHS = 3


def costs_by_account(company: Company, books: Books) -> Told:
    """How much more or less was spent on each account than on average before."""
    now = last_days(company.on, MONTH_DAYS)
    before = last_days(now.first - timedelta(days=1), BEFORE_MONTHS * MONTH_DAYS)
    spent = [each for each in books.spent if each.account not in books.direct]
    values: list[Value] = []
    for account in sorted({each.account for each in spent}):
        some = [each for each in spent if each.account == account]
        usual = {currency: amount / BEFORE_MONTHS for currency, amount in sums(of(some, before)).items()}
        change = {each: share - 100 for each, share in over(sums(of(some, now)), usual, 100).items()}
        values += shares(change, account)
    return (values, of(spent, now)) if values else "Nothing was spent in the three months before the last."


def subscriptions(company: Company, books: Books) -> Told:
    """What is paid again and again, by the month, and what of it is there twice."""
    lines = [each for each in books.charges if each.day <= company.on]
    active = [each for each in recurring_charges(lines, company.on) if each.is_active]
    double = [each for each in active if Concern.DUPLICATE in each.concerns]
    values = money(_monthly(active), books, "a month")
    values += money(_monthly(double), books, "of it there twice")
    return values, [_charge(each) for each in active]


def bank_age(company: Company, books: Books) -> Told:
    """How many days ago the bank's movements end."""
    known_to = books.bank_known_to()
    if known_to is None:
        return "No movement of a bank is in the books yet."
    rows = [SourceRow(day, name, "movements are in up to", NOTHING, "") for name, day in sorted(books.bank_to.items())]
    return [Value(Decimal(max((company.on - known_to).days, 0)))], rows


def unexplained(company: Company, books: Books) -> Told:
    """Movements of which nobody has said what they were for."""
    rows = _still(row for row in books.unexplained if row.day <= company.on)
    return [Value(Decimal(len(rows)))], rows


def receipts_missing(company: Company, books: Books) -> Told:
    """How much of what was spent has neither a bill nor a receipt."""
    span = last_days(company.on, QUARTER_DAYS)
    bare = [SourceRow(row.day, row.place, row.said, abs(row.amount), row.currency) for row in books.bare]
    rows = [row for row in bare if span.has(row.day)]
    spent = over(sums(rows), sums(of(books.spent, span)), 100)
    return (shares(spent), rows) if spent else "Nothing was spent within 90 days."


def _monthly(series: Iterable[Series]) -> dict[str, Decimal]:
    return added(*({each.currency: each.amount * YEAR_DAYS / each.period_days / 12} for each in series))


def _charge(series: Series) -> SourceRow:
    said = f"{series.payee}, every {series.period_days} days"
    return SourceRow(series.last_day, series.charges[-1], said, series.amount, series.currency)


def _still(rows: Iterable[SourceRow]) -> list[SourceRow]:
    """What explains a movement is of its day and takes it off again: both are left out."""
    rows = list(rows)
    taken = Counter((row.day, -row.amount, row.currency) for row in rows)
    found = []
    for row in rows:
        place = (row.day, row.amount, row.currency)
        if taken[place] > 0:
            taken[place] -= 1
        else:
            found.append(row)
    return found


COST_METRICS: dict[Metric, Reckon] = {
    Metric(
        "costs.change",
        "Costs against the three months before",
        "percent",
        "spent in the last 30 days ÷ average of the three times 30 days before − 1, without direct costs",
        BOOKS,
        "less",
    ): costs_by_account,
    Metric(
        "costs.subscriptions",
        "Subscriptions",
        "money",
        "charges of one payee at a regular distance and of about one amount, three or more, by the month",
        BOOKS,
        "less",
    ): subscriptions,
    Metric(
        "books.bank_age", "Age of the bank's movements", "days", "this day − the day they are in up to", BOOKS, "less"
    ): (bank_age),
    Metric(
        "books.unexplained",
        "Movements nobody explained",
        "number",
        "movements of the bank whose reason is not known",
        BOOKS,
        "less",
    ): unexplained,
    Metric(
        "books.receipts_missing",
        "Costs without a receipt",
        "percent",
        "movements that were one cost whole without bill and receipt ÷ all costs, of 90 days",
        BOOKS,
        "less",
    ): receipts_missing,
}
