"""What forecasts start from, read out of the figures of any books; works with values only, and writes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import lines_of, recurring_charges
from agents.insight.cash_forecast import Dated, Owed
from agents.insight.pay_dates import PastInvoice
from agents.insight.predictive_analytics import NOTHING, KnownBusiness, Repeating

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from agents.connectors.book_figures import BookReports, DocumentStanding, Figure, OpenDocument, OpenItems

MONTHS = 60  # at most; a year without anything ends the look back
QUIET_MONTHS = 12
HOME = "EUR"
QUARTER_DAYS = 95  # from its first day into the first days of the next one
VAT_DAY = 10  # of the month after a quarter: the German day, and near those of others (UStG section 18)
CHARGE_DAYS = 1_200  # three charges that come once a year
WORK_WEEKS = 104
PAST_DAYS = 1_095  # of invoices that tell how customers pay
TERMS_DAYS = 14


def known_business(reports: BookReports, today: date, work: Iterable[date] = ()) -> KnownBusiness:
    """What the books hold on a day; `work`: the days on which tasks began.

    Raises:
        NeedsOwner: the books have an error.
    """
    cash = reports.cash(today)
    currency = _main_currency(cash)
    revenue, costs = _months(reports, today, currency)
    this = reports.profit_and_loss(today.replace(day=1), today)
    invoices = [
        each
        for each in reports.documents(today)
        if each.currency == currency and each.day > _days_before(today, PAST_DAYS)
    ]
    owed, left_out = _in_currency(reports.receivables(today), currency)
    bills, not_paid = _in_currency(reports.payables(today), currency)
    return KnownBusiness(
        as_of=today,
        currency=currency,
        cash=_sum(cash, currency),
        revenue=revenue,
        costs=costs,
        revenue_so_far=_sum(this.revenue, currency),
        costs_so_far=_sum(this.costs, currency),
        invoices=tuple(_past(each) for each in invoices if each.open is not None and not each.credited),
        terms_days=round(median((each.due - each.day).days for each in invoices)) if invoices else TERMS_DAYS,
        owed=tuple(Owed(party, amount, due) for party, amount, due in owed),
        bills=tuple(Dated(party, -amount, due) for party, amount, due in bills),
        taxes=_taxes(reports, today, currency),
        repeating=_repeating(reports, today, currency),
        work=_by_week(work, today),
        left_out=(*left_out, *not_paid),
    )


def _main_currency(cash: Iterable[Figure]) -> str:
    """The one in which most accounts are kept."""
    found = Counter(currency for each in cash for currency in each.amounts)
    return min(found, key=lambda each: (-found[each], each != HOME, each), default=HOME)


def _months(reports: BookReports, today: date, currency: str) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
    """Revenue and costs of whole months, the oldest first, from the first month with either."""
    revenue: list[Decimal] = []
    costs: list[Decimal] = []
    quiet, first = 0, today.replace(day=1)
    while len(revenue) < MONTHS and quiet < QUIET_MONTHS:
        last = _days_before(first, 1)
        first = last.replace(day=1)
        found = reports.profit_and_loss(first, last)
        revenue.append(_sum(found.revenue, currency))
        costs.append(_sum(found.costs, currency))
        quiet = 0 if revenue[-1] or costs[-1] else quiet + 1
    kept = len(revenue) - quiet
    return tuple(reversed(revenue[:kept])), tuple(reversed(costs[:kept]))


def _past(each: DocumentStanding) -> PastInvoice:
    return PastInvoice(each.party, each.due, each.paid_on)


def _in_currency(items: OpenItems, currency: str) -> tuple[list[tuple[str, Decimal, date]], list[str]]:
    """What is open, in one currency; what is not said in it, in words."""
    worth = [(each, _worth(each, currency)) for each in items.documents]
    found = [(each.party, amount, each.due) for each, amount in worth if amount is not None]
    other = [f"{each.number} is in {each.currency} and not counted." for each, amount in worth if amount is None]
    return found, [*other, *(f"Not counted: {words}" for words in items.unclear)]


def _worth(each: OpenDocument, currency: str) -> Decimal | None:
    return each.open if each.currency == currency else each.booked


def _taxes(reports: BookReports, today: date, currency: str) -> tuple[Dated, ...]:
    """VAT of the quarter that goes on, and of the last one until its day has come."""
    start = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    end = _quarter_later(start)
    spans = [(start, today, end.replace(day=VAT_DAY))]
    if today < start.replace(day=VAT_DAY):
        before = _days_before(start, 1)
        spans.insert(0, (before.replace(month=before.month - 2, day=1), before, start.replace(day=VAT_DAY)))
    due = ((_sum((reports.vat(first, last).due,), currency), day) for first, last, day in spans)
    return tuple(Dated("VAT", -amount, day) for amount, day in due if amount)


def _quarter_later(start: date) -> date:
    return (start + timedelta(days=QUARTER_DAYS)).replace(day=1)


def _repeating(reports: BookReports, today: date, currency: str) -> tuple[Repeating, ...]:
    since = _days_before(today, CHARGE_DAYS)
    lines = (line for account in reports.accounts() for line in lines_of(reports.booked_moves(account, since)))
    return tuple(
        Repeating(each.payee, each.amount, each.next_day, each.period_days)
        for each in recurring_charges(lines, today)
        if each.is_active and each.currency == currency
    )


def _by_week(days: Iterable[date], today: date) -> tuple[int, ...]:
    """How many begin in each whole week before today, from the first one with any."""
    weeks = Counter((today - each).days // 7 for each in days)
    return tuple(weeks[back] for back in range(min(max(weeks, default=0), WORK_WEEKS), 0, -1))


def _sum(figures: Iterable[Figure], currency: str) -> Decimal:
    return sum((each.amounts.get(currency, NOTHING) for each in figures), NOTHING)


def _days_before(day: date, days: int) -> date:
    return day - timedelta(days=days)
