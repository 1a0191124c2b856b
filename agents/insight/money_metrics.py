"""Revenue, money on the accounts, how long it lasts, and what is left of what was earned. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.insight.company import working_days
from agents.insight.measured import Metric
from agents.insight.reckoning import (
    NOTHING,
    QUARTER_DAYS,
    Days,
    added,
    all_open,
    last_days,
    less,
    money,
    month_to_date,
    of,
    open_rows,
    over,
    quarter_before,
    quarter_to_date,
    shares,
    sums,
    turned,
    year_to_date,
)

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from agents.connectors.book_figures import SourceRow
    from agents.insight.company import Books, Company
    from agents.insight.measured import Value
    from agents.insight.reckoning import Reckon, Told

MONTHS_OF_QUARTER = 3
DAYS_TO_PAY_VAT = 31  # tax offices differ: a month after the quarter the VAT of it should be paid
BOOKS = "the books"


def revenue(company: Company, books: Books) -> Told:
    """What was invoiced, net, less credit notes."""
    spans = (last_days(company.on, 7, "last 7 days"), month_to_date(company.on), year_to_date(company.on))
    values = [value for span in spans for value in money(sums(of(books.earned, span)), books, span.label)]
    return values, of(books.earned, year_to_date(company.on))


def revenue_vs_plan(company: Company, books: Books) -> Told:
    """Revenue of the month over the part of the plan that its working days so far stand for."""
    month = month_to_date(company.on)
    plan = company.goals.plan.get(f"{company.on:%Y-%m}")
    if not plan:
        return f"Business_Goals.md has no plan for {company.on:%Y-%m}."
    passed = working_days(month.first, month.last)
    if not passed:
        return "No working day of the month has come yet."
    whole = working_days(month.first, company.on.replace(day=monthrange(company.on.year, company.on.month)[1]))
    due = {currency: amount * passed / whole for currency, amount in plan.items()}
    rows = of(books.earned, month)
    pace = shares(over(sums(rows), due, 100))
    return (pace, rows) if pace else "The plan of this month is nothing."


def cash(company: Company, books: Books) -> Told:
    """What stands on the owner's accounts, in all and on each."""
    by_account = _money_on(books, company.on)
    total: dict[str, Decimal] = {}
    for (_, currency), amount in by_account.items():
        total[currency] = total.get(currency, NOTHING) + amount
    values = money(total, books)
    for account in sorted({account for account, _ in by_account}):
        amounts = {currency: amount for (of_it, currency), amount in by_account.items() if of_it == account}
        values += money(amounts, books, account) if any(amounts.values()) else []
    return values, of(books.money, last_days(company.on, QUARTER_DAYS))


def net_burn(company: Company, books: Books) -> Told:
    """How much money went out a month, more than came in."""
    before = company.days_ago(QUARTER_DAYS)
    then, now = _cash_of(books, before), _cash_of(books, company.on)
    if not _was_booked(books, before):
        return f"The books hold no money of {before}, 90 days ago."
    burnt = {each: amount / MONTHS_OF_QUARTER for each, amount in less(then, now).items()}
    return money(burnt, books), of(books.money, last_days(company.on, QUARTER_DAYS))


def runway(company: Company, books: Books) -> Told:
    """How many months the money lasts if it goes on going out so."""
    told = net_burn(company, books)
    if isinstance(told, str):
        return told
    burnt = {value.currency: value.amount for value in told[0]}
    months = over(_cash_of(books, company.on), burnt)
    if not months:
        return "No more money went out than came in within 90 days, so it does not run out."
    return shares(months), told[1]


def gross_margin(company: Company, books: Books) -> Told:
    """What is left of revenue after what the work itself cost."""
    if not any(each.account in books.direct for each in books.spent):
        return "No direct costs are booked, such as on Expenses:COGS."
    values: list[Value] = []
    for span in (month_to_date(company.on), year_to_date(company.on)):
        earned = sums(of(books.earned, span))
        values += shares(over(less(earned, sums(_direct(books, span))), earned, 100), span.label)
    year = year_to_date(company.on)
    return (
        (values, [*of(books.earned, year), *turned(_direct(books, year))])
        if values
        else "Nothing was earned this year."
    )


def operating_profit(company: Company, books: Books) -> Told:
    """What was earned, less what was spent."""
    values: list[Value] = []
    for span in (month_to_date(company.on), year_to_date(company.on)):
        earned = sums([*of(books.earned, span), *of(books.exchanged, span)])
        values += money(less(earned, sums(of(books.spent, span))), books, span.label)
    year = year_to_date(company.on)
    return values, [*of(books.earned, year), *of(books.exchanged, year), *turned(of(books.spent, year))]


def quick_ratio(company: Company, books: Books) -> Told:
    """Money and what customers owe, over what is owed at once."""
    on, by_account = company.on, _money_on(books, company.on)
    there: dict[str, Decimal] = {}
    short: dict[str, Decimal] = {}
    for (_, currency), amount in by_account.items():
        side = there if amount > 0 else short
        side[currency] = side.get(currency, NOTHING) + abs(amount)
    owed_to_us = all_open(books.invoices, on)
    vat = {each: max(amount, NOTHING) for each, amount in _vat_owed(books, on).items()}
    owing = added(short, all_open(books.bills, on), vat)
    ratio = over(added(there, owed_to_us), owing)
    rows = [*of(books.money, last_days(on, QUARTER_DAYS)), *open_rows(books.invoices, on), *open_rows(books.bills, on)]
    return (shares(ratio), rows) if ratio else "Nothing is owed to anybody."


def vat_due(company: Company, books: Books) -> Told:
    """VAT charged less VAT paid, of this quarter and the one before."""
    spans = (quarter_to_date(company.on), quarter_before(company.on))
    values = [value for span in spans for value in money(_vat(books, span), books, span.label)]
    whole = Days(spans[1].first, company.on)
    charged, paid = ([row for row in rows if whole.has(row.day)] for rows in (books.vat_charged, books.vat_paid))
    return values, [*charged, *turned(paid)]


def _direct(books: Books, span: Days) -> list[SourceRow]:
    return [each.row for each in books.spent if each.account in books.direct and span.has(each.row.day)]


def _money_on(books: Books, day: date) -> dict[tuple[str, str], Decimal]:
    found = dict(books.money_before)
    for each in books.money:
        if each.row.day <= day:
            place = (each.account, each.row.currency)
            found[place] = found.get(place, NOTHING) + each.row.amount
    return found


def _cash_of(books: Books, day: date) -> dict[str, Decimal]:
    return added(*({currency: amount} for (_, currency), amount in _money_on(books, day).items()))


def _was_booked(books: Books, day: date) -> bool:
    return any(books.money_before.values()) or any(each.row.day <= day for each in books.money)


def _vat(books: Books, span: Days) -> dict[str, Decimal]:
    charged, paid = (sums(row for row in rows if span.has(row.day)) for rows in (books.vat_charged, books.vat_paid))
    return less(charged, paid)


def _vat_owed(books: Books, on: date) -> dict[str, Decimal]:
    """The VAT of this quarter, and of the one before as long as it may not be paid."""
    this, before = quarter_to_date(on), quarter_before(on)
    is_due = on - this.first < timedelta(days=DAYS_TO_PAY_VAT)
    return _vat(books, Days(before.first if is_due else this.first, on))


MONEY_METRICS: dict[Metric, Reckon] = {
    Metric(
        "revenue",
        "Revenue",
        "money",
        "invoices before VAT less credit notes, by the day of the document",
        BOOKS,
        "more",
    ): revenue,
    Metric(
        "revenue.plan_pace",
        "Revenue against the plan",
        "percent",
        "revenue of the month ÷ (plan of the month × its working days so far ÷ all of them)",
        f"{BOOKS}; Business_Goals.md, Revenue",
        "more",
    ): revenue_vs_plan,
    Metric("cash", "Cash", "money", "what stands on your accounts, and under way between them", BOOKS, "more"): cash,
    Metric(
        "cash.net_burn",
        "Money that goes out a month",
        "money",
        "(cash 90 days ago − cash) ÷ 3; less than nothing: more came in",
        BOOKS,
        "less",
    ): net_burn,
    Metric("cash.runway", "How long the money lasts", "months", "cash ÷ money that goes out a month", BOOKS, "more"): (
        runway
    ),
    Metric(
        "profit.gross_margin",
        "Gross margin",
        "percent",
        "(revenue − direct costs) ÷ revenue",
        BOOKS,
        "more",
    ): gross_margin,
    Metric(
        "profit.operating",
        "Operating profit",
        "money",
        "all that was earned − all that was spent, before VAT",
        BOOKS,
        "more",
    ): operating_profit,
    Metric(
        "cash.quick_ratio",
        "Quick ratio",
        "ratio",
        "(cash + owed to you) ÷ (owed by you + overdrawn + VAT of this quarter, in its first month of the last too)",
        BOOKS,
        "more",
    ): quick_ratio,
    Metric(
        "tax.vat_due",
        "VAT due",
        "money",
        "VAT charged − VAT paid, by the day of the document",
        BOOKS,
        "less",
    ): vat_due,
}
