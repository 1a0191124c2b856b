"""Which customers the business lives on: shares, what comes again, who is new or silent, what is not billed. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import recurring_charges
from agents.connectors.bank.statement import BankLine
from agents.connectors.book_figures import SourceRow
from agents.insight.measured import Metric, Value
from agents.insight.reckoning import (
    NOTHING,
    QUARTER_DAYS,
    YEAR_DAYS,
    added,
    last_days,
    middle,
    money,
    of,
    over,
    shares,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from agents.connectors.bank.recurring import Series
    from agents.connectors.book_figures import DocumentStanding
    from agents.insight.company import Books, Company
    from agents.insight.reckoning import Reckon, Told

    Share = Callable[[Mapping[str, Decimal]], Decimal]

BOOKS = "the books"
TOP = 5
LEAST_INVOICES = 3  # of which an interval of one's own can be told
DORMANT, LOST = 2, 4  # times the own interval


def concentration(company: Company, books: Books) -> Told:
    """How much of a year's revenue comes from the largest customers."""
    span = last_days(company.on, YEAR_DAYS)
    rows = of(books.earned, span)
    by_currency = _revenue_by_customer(books, rows)
    values: list[Value] = []
    for name, share in (("largest customer", _top(1)), (f"{TOP} largest", _top(TOP)), ("HHI", _herfindahl)):
        values += shares({currency: share(parts) for currency, parts in by_currency.items()}, name)
    return (values, rows) if values else "Nothing was earned from a customer within a year."


def recurring_revenue(company: Company, books: Books) -> Told:
    """What customers are invoiced again and again, by the month."""
    series = [each for _, each in _series(books, company.on) if each.is_active]
    monthly = added(*({each.currency: _monthly(each)} for each in series))
    rows = [SourceRow(each.last_day, each.charges[-1], each.payee, each.amount, each.currency) for each in series]
    return money(monthly, books), rows


def churn(company: Company, books: Books) -> Told:
    """How much of what came again 90 days ago came to its end."""
    before = company.days_ago(QUARTER_DAYS)
    then = [(party, each) for party, each in _series(books, before) if each.is_active]
    if not then:
        return "No invoice came again and again 90 days ago."
    still = {(party, each.currency) for party, each in _series(books, company.on) if each.is_active}
    ended = [each for party, each in then if (party, each.currency) not in still]
    whole, lost = (added(*({each.currency: _monthly(each)} for each in some)) for some in ([s for _, s in then], ended))
    rows = [SourceRow(each.last_day, each.charges[-1], each.payee, each.amount, each.currency) for each in ended]
    return shares(over(lost, whole, 100)), rows


def customers(company: Company, books: Books) -> Told:
    """Who is new, and who is silent for longer than they used to be."""
    last: dict[str, DocumentStanding] = {}
    days: dict[str, list[date]] = {}
    for each in books.invoices:
        if each.day <= company.on:
            days.setdefault(each.party, []).append(each.day)
            last[each.party] = max(each, last.get(each.party, each), key=lambda one: (one.day, one.number))
    if not last:
        return "No invoice was issued within fifteen months."
    first = {party: min(books.customers_since.get(party, some[0]), *some) for party, some in days.items()}
    kinds = {party: _kind(first[party], some, company.on) for party, some in days.items()}
    counted = Counter(kinds.values())
    rows = [_last(each, kinds[party]) for party, each in last.items() if kinds[party]]
    return [Value(Decimal(counted[kind]), "", kind) for kind in ("new", "dormant", "lost")], rows


def pipeline(company: Company, books: Books) -> Told:
    """What active projects are worth: done and not invoiced yet, and under way."""
    projects = [each for each in company.goals.projects if each.worth is not None]
    if not projects:
        return "No active project in Business_Goals.md says what it is worth."
    amounts: dict[str, dict[str, Decimal]] = {"not billed yet": {}, "under way": {}}
    rows = []
    for each in projects:
        is_over = each.due < company.on
        if is_over and any(
            bill.party == each.customer and each.due <= bill.day <= company.on for bill in books.invoices
        ):
            continue
        part, worth = amounts["not billed yet" if is_over else "under way"], each.worth or NOTHING
        part[each.currency] = part.get(each.currency, NOTHING) + worth
        rows.append(
            SourceRow(each.due, f"Business_Goals.md:{each.line}", f"{each.name}, {each.customer}", worth, each.currency)
        )
    return [value for name, part in amounts.items() for value in money(part, books, name)], rows


def _revenue_by_customer(books: Books, rows: Iterable[SourceRow]) -> dict[str, dict[str, Decimal]]:
    """By currency and customer; whose an entry is, invoices and their credit notes say by their place."""
    whose = {place: each.party for each in books.invoices for place in (each.place, *(row.place for row in each.rows))}
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        if row.place in whose:
            parts = found.setdefault(row.currency, {})
            parts[whose[row.place]] = parts.get(whose[row.place], NOTHING) + row.amount
    told = {currency: {who: amount for who, amount in parts.items() if amount > 0} for currency, parts in found.items()}
    return {currency: parts for currency, parts in told.items() if parts}


def _top(count: int) -> Share:
    def share(parts: Mapping[str, Decimal]) -> Decimal:
        return sum(sorted(parts.values(), reverse=True)[:count], NOTHING) / sum(parts.values()) * 100

    return share


def _herfindahl(parts: Mapping[str, Decimal]) -> Decimal:
    whole = sum(parts.values(), NOTHING)
    return sum(((amount / whole) ** 2 for amount in parts.values()), NOTHING) * 100


def _series(books: Books, on: date) -> list[tuple[str, Series]]:
    """The invoices of each customer that come again, by the rules for charges that do; net, as far back as is known."""
    net = _by_place(row for each in books.earned if (row := each.row).day <= on)
    lines: dict[str, list[BankLine]] = {}
    for each in books.invoices:
        if each.day <= on and (amount := net.get((each.place, each.currency), NOTHING)) > 0:
            line = BankLine(each.number, each.day, -amount, each.currency, "customer")  # names are not compared here
            lines.setdefault(each.party, []).append(line)
    return [(party, series) for party, some in lines.items() for series in recurring_charges(some, on)]


def _by_place(rows: Iterable[SourceRow]) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        place = (row.place, row.currency)
        found[place] = found.get(place, NOTHING) + row.amount
    return found


def _monthly(series: Series) -> Decimal:
    return series.amount * YEAR_DAYS / series.period_days / 12


def _kind(first: date, days: list[date], on: date) -> str:
    ordered = sorted(set(days))
    if on - first < timedelta(days=QUARTER_DAYS):
        return "new"
    if len(ordered) < LEAST_INVOICES:
        return ""
    usual = middle([Decimal((after - before).days) for before, after in pairwise(ordered)])
    silent = (on - ordered[-1]).days
    return "lost" if silent > LOST * usual else "dormant" if silent > DORMANT * usual else ""


def _last(last: DocumentStanding, kind: str) -> SourceRow:
    return SourceRow(last.day, last.place, f"{kind}: {last.party}", last.total, last.currency)


CUSTOMER_METRICS: dict[Metric, Reckon] = {
    Metric(
        "customers.concentration",
        "How much depends on few customers",
        "percent",
        "a customer's revenue ÷ that of all customers, within a year; HHI: the sum of the squared shares",
        BOOKS,
        "less",
    ): concentration,
    Metric(
        "customers.recurring",
        "Recurring revenue a month (MRR)",
        "money",
        "net invoices of one customer at a regular distance and of about one amount, three or more, by the month",
        BOOKS,
        "more",
    ): recurring_revenue,
    Metric(
        "customers.churn",
        "Recurring revenue lost",
        "percent",
        "recurring revenue of 90 days ago whose customer has none any more ÷ all of it",
        BOOKS,
        "less",
    ): churn,
    Metric(
        "customers.count",
        "New, dormant and lost customers",
        "number",
        "first invoice within 90 days; none for twice the customer's usual interval, or four times; of fifteen months",
        BOOKS,
    ): customers,
    Metric(
        "customers.pipeline",
        "Work that is not billed yet",
        "money",
        "worth of active projects: due before this day without an invoice to the customer since; due later",
        "Business_Goals.md, Active projects; the books",
    ): pipeline,
}
