"""What customers owe and how they pay, and what is owed to vendors. Pure."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from agents.connectors.book_figures import BUCKETS, SourceRow
from agents.insight.measured import Metric, Value
from agents.insight.reckoning import (
    NOTHING,
    QUARTER_DAYS,
    YEAR_DAYS,
    added,
    all_open,
    last_days,
    less,
    money,
    open_rows,
    over,
    settled_on,
    shares,
    tenth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from agents.connectors.book_figures import DocumentStanding
    from agents.insight.company import Books, Company
    from agents.insight.reckoning import Days, Reckon, Told

BOOKS = "the books"
AGES = ("not due", *(f"{low + 1}-{high} days late" for low, high in pairwise(BUCKETS)))
BUCKET_NAMES = (*AGES, f"over {BUCKETS[-1]} days late")
SOON = (7, 14, 30)  # days
NOTHING_PAID = "No invoice was paid within a year."


def receivables(company: Company, books: Books) -> Told:
    """What customers owe, and what of it is overdue."""
    on = company.on
    values = money(all_open(books.invoices, on), books, "total")
    values += money(all_open(_late(books.invoices, on), on), books, "overdue")
    return values, open_rows(books.invoices, on)


def aging(company: Company, books: Books) -> Told:
    """What customers owe by how late it is."""
    values: list[Value] = []
    for at, name in enumerate(BUCKET_NAMES):
        some = [each for each in books.invoices if sum((company.on - each.due).days > limit for limit in BUCKETS) == at]
        values += money(all_open(some, company.on), books, name)
    return values, open_rows(books.invoices, company.on)


def days_sales_outstanding(company: Company, books: Books) -> Told:
    """How many days of what is invoiced are not paid."""
    span = last_days(company.on, QUARTER_DAYS)
    sales = _issued(books.invoices, span)
    days = over(all_open(books.invoices, company.on), sales, QUARTER_DAYS)
    return (shares(days), open_rows(books.invoices, company.on)) if days else "Nothing was invoiced within 90 days."


def days_late(company: Company, books: Books) -> Told:
    """How late customers paid, weighted by the amount; of all, and of each."""
    paid = _paid(books.invoices, company)
    if not paid:
        return NOTHING_PAID
    by_party: dict[str, list[tuple[DocumentStanding, date]]] = {}
    for each, day in paid:
        by_party.setdefault(each.party, []).append((each, day))
    values = [value for party in sorted(by_party) for value in _mean_late(by_party[party], party)]
    return [*_mean_late(paid), *values], [_late_row(each, day) for each, day in paid]


def paid_on_time(company: Company, books: Books) -> Told:
    """How many of the invoices that were paid were paid when due, or before."""
    paid = _paid(books.invoices, company)
    if not paid:
        return NOTHING_PAID
    in_time = sum(day <= each.due for each, day in paid)
    return [Value(tenth(Decimal(in_time * 100) / len(paid)))], [_late_row(each, day) for each, day in paid]


def collection_effectiveness(company: Company, books: Books) -> Told:
    """How much of what could be collected within 90 days was."""
    span = last_days(company.on, QUARTER_DAYS)
    start = all_open(books.invoices, company.days_ago(QUARTER_DAYS))
    whole = added(start, _issued(books.invoices, span))
    end = all_open(books.invoices, company.on)
    not_due = less(end, all_open(_late(books.invoices, company.on), company.on))
    share = over(less(whole, end), less(whole, not_due), 100)
    return (
        (shares(share), open_rows(books.invoices, company.on))
        if share
        else "Nothing could be collected within 90 days."
    )


def payables(company: Company, books: Books) -> Told:
    """What is to be paid to vendors: what is late, and what falls due soon."""
    on = company.on
    values = money(all_open(_late(books.bills, on), on), books, "overdue")
    for days in SOON:
        soon = [each for each in books.bills if 0 <= (each.due - on).days <= days]
        values += money(all_open(soon, on), books, f"within {days} days")
    return values, open_rows(books.bills, on)


def days_payable_outstanding(company: Company, books: Books) -> Told:
    """How many days of what vendors bill are not paid."""
    span = last_days(company.on, QUARTER_DAYS)
    days = over(all_open(books.bills, company.on), _issued(books.bills, span), QUARTER_DAYS)
    return (shares(days), open_rows(books.bills, company.on)) if days else "No bill came within 90 days."


def _late(documents: Iterable[DocumentStanding], on: date) -> list[DocumentStanding]:
    return [each for each in documents if each.due < on]


def _issued(documents: Iterable[DocumentStanding], span: Days) -> dict[str, Decimal]:
    """What was asked for in a span of days, VAT included, less what credit notes took back."""
    return added(*({each.currency: each.total - each.credited} for each in documents if span.has(each.day)))


def _paid(documents: Iterable[DocumentStanding], company: Company) -> list[tuple[DocumentStanding, date]]:
    """The invoices that were paid within a year, each with the day; those that were taken back whole are none."""
    span = last_days(company.on, YEAR_DAYS)
    wanted = (each for each in documents if not each.unclear and each.credited < each.total)
    settled = ((each, settled_on(each, company.on)) for each in wanted)
    return [(each, day) for each, day in settled if day and span.has(day)]


def _mean_late(paid: Iterable[tuple[DocumentStanding, date]], label: str = "") -> list[Value]:
    """One value for each currency: amounts of two of them are not weighed against each other."""
    late: dict[str, Decimal] = {}
    whole: dict[str, Decimal] = {}
    for each, day in paid:
        late[each.currency] = late.get(each.currency, NOTHING) + (day - each.due).days * each.total
        whole[each.currency] = whole.get(each.currency, NOTHING) + each.total
    return shares(over(late, whole), label)


def _late_row(document: DocumentStanding, paid: date) -> SourceRow:
    late = Decimal((paid - document.due).days)
    return SourceRow(paid, document.place, f"{document.number} {document.party}, days late", late, "")


OWED_METRICS: dict[Metric, Reckon] = {
    Metric(
        "receivables",
        "Owed to you",
        "money",
        "what is open of invoices, VAT included; overdue: due before this day",
        BOOKS,
        "less",
    ): receivables,
    Metric("receivables.aging", "Owed to you by age", "money", "what is open by days after the due day", BOOKS): aging,
    Metric(
        "receivables.dso",
        "Days until customers pay (DSO)",
        "days",
        "owed to you ÷ invoiced in 90 days, VAT included × 90",
        BOOKS,
        "less",
    ): days_sales_outstanding,
    Metric(
        "receivables.days_late",
        "How late customers pay",
        "days",
        "pay day − due day of invoices paid within a year, weighted by the amount",
        BOOKS,
        "less",
    ): days_late,
    Metric(
        "receivables.on_time",
        "Invoices paid on time",
        "percent",
        "paid on the due day or before ÷ all invoices paid within a year",
        BOOKS,
        "more",
    ): paid_on_time,
    Metric(
        "receivables.collected",
        "Collection effectiveness",
        "percent",
        "(owed 90 days ago + invoiced since − owed) ÷ (owed 90 days ago + invoiced since − owed and not due)",
        BOOKS,
        "more",
    ): collection_effectiveness,
    Metric("payables", "Owed by you", "money", "what is open of bills by its due day", BOOKS): payables,
    Metric(
        "payables.dpo",
        "Days until you pay (DPO)",
        "days",
        "owed by you ÷ billed in 90 days × 90",
        BOOKS,
    ): days_payable_outstanding,
}
