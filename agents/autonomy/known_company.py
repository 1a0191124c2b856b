"""What is known of the company on a day, read from the owner's books, goals and the journal for the metrics.

The books are read for the fifteen months before and not further back, but for invoices, bills, and charges that come
again, which are read as far as they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import lines_of
from agents.connectors.ledger.many_rows import many_rows
from agents.durability.work_times import model_spending, proposal_times, task_times
from agents.errors import NeedsOwner
from agents.insight.company import Booked, Books, Company, Outlook, ProposalSpan, TaskSpan, Work
from agents.insight.goals import read_goals
from agents.vault.files import read_regular
from agents.vault.layout import GOALS_NOTE
from agents.vault.note import MAX_NOTE_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.connectors.book_figures import BookReports, Figure, SourceRow

MONTHS_BEFORE = 15
CHARGE_DAYS = 1200  # three charges that come once a year
BARE_DAYS = 200  # a quarter, as of any day within the quarter before
WORK_DAYS = 400
EXCHANGE = "Exchange"
CUT = "There is more in the books of one day than can be read at once: what is told of it is too little."

Two = tuple[Sequence["Figure"], Sequence["Figure"]]


def known_company(
    root: Path, reports: Callable[[], BookReports], work: Work, on: date, outlook: Outlook | None = None
) -> Company:
    """All that is known on a day. `reports` raises NeedsOwner where the books cannot be read, which is told as such.

    Raises:
        Transient: the books do not answer.
    """
    goals = read_goals(_goals_text(root))
    try:
        with many_rows():
            books, why = known_books(reports(), on), ""
    except NeedsOwner as err:
        books, why = None, f"{err} {err.hint}".strip()
    return Company(on, goals, books, why, work, outlook or Outlook())


def known_books(reports: BookReports, on: date) -> Books:
    """What the books hold up to a day.

    Raises:
        NeedsOwner: they have an error.
    """
    since = _months_before(on, MONTHS_BEFORE)
    profit, vat = _Spans(partial(_earned_and_spent, reports)), _Spans(partial(_charged_and_paid, reports))
    (income, spending), (charged, paid) = profit.read(since, on), vat.read(since, on)
    money = reports.cash(on, since)
    accounts = reports.accounts()
    first_charge, first_bare = on - timedelta(days=CHARGE_DAYS), on - timedelta(days=BARE_DAYS)
    waiting = reports.unexplained(on)
    return Books(
        since=since,
        earned=tuple(each for each in income if each.account != EXCHANGE),
        exchanged=tuple(each for each in income if each.account == EXCHANGE),
        spent=tuple(spending),
        direct=reports.direct_costs(),
        money=tuple(_booked(money)),
        money_before=_before(money),
        vat_charged=tuple(each.row for each in charged),
        vat_paid=tuple(each.row for each in paid),
        invoices=reports.documents(on, since=since),
        customers_since=reports.customers_since(),
        bills=reports.documents(on, vendor=True, since=since),
        charges=tuple(line for each in accounts for line in lines_of(reports.booked_moves(each, first_charge))),
        unexplained=waiting.rows,
        bare=tuple(each.row for name in accounts for each in reports.bare_costs(name, first_bare).values()),
        bank_to=waiting.freshness.bank_to,
        version=waiting.freshness.version,
        cut=CUT if profit.is_cut or vat.is_cut else "",
    )


def known_work(sql: Connection, on: date) -> Work:
    """What the journal knows of tasks and proposals of the last 400 days, and of those that are open."""
    since = datetime.combine(on - timedelta(days=WORK_DAYS), time.min, UTC).isoformat()
    tasks = [
        TaskSpan(
            each.id,
            each.category,
            _local(each.created_at),
            _local(each.moved_at or each.created_at),
            _local(each.closed_at) if each.closed_at else None,
            is_mail=bool(each.sender),
        )
        for each in task_times(sql, since)
    ]
    proposals = [
        ProposalSpan(
            each.id,
            each.task,
            each.action,
            _local(each.made_at),
            _local(each.decided_at) if each.decided_at else None,
            _local(each.done_at) if each.done_at else None,
        )
        for each in proposal_times(sql, since)
    ]
    spent = {date.fromisoformat(day): Decimal(usd) for day, usd in model_spending(sql, since[:10]).items()}
    return Work(tuple(tasks), tuple(proposals), spent)


class _Spans:
    """Reads the rows of figures of a time, in as few calls as hold all of them; `is_cut`: one day was too much."""

    def __init__(self, read: Callable[[date, date], Two]) -> None:
        self._read = read
        self.is_cut = False

    def read(self, start: date, end: date) -> tuple[list[Booked], list[Booked]]:
        """The rows from one day to another, both with, of both kinds of figures."""
        one, other = self._read(start, end)
        middle = start + (end - start) / 2
        if all(_is_whole(each) for each in (*one, *other)):
            return _booked(one), _booked(other)
        if middle >= end:
            self.is_cut = True
            return _booked(one), _booked(other)
        first, last = self.read(start, middle), self.read(middle + timedelta(days=1), end)
        return [*first[0], *last[0]], [*first[1], *last[1]]


def _earned_and_spent(reports: BookReports, start: date, end: date) -> Two:
    found = reports.profit_and_loss(start, end)
    return found.revenue, found.costs


def _charged_and_paid(reports: BookReports, start: date, end: date) -> Two:
    found = reports.vat(start, end)
    return (found.charged,), (found.paid,)


def _is_whole(figure: Figure) -> bool:
    return {each: amount for each, amount in _sums(figure.rows).items() if amount} == dict(figure.amounts)


def _sums(rows: Iterable[SourceRow]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.amount
    return sums


def _booked(figures: Iterable[Figure]) -> list[Booked]:
    found = [Booked(short(figure.name), row) for figure in figures for row in figure.rows]
    return sorted(found, key=lambda each: (each.row.day, each.account, each.row.place))


def _before(money: Iterable[Figure]) -> dict[tuple[str, str], Decimal]:
    """What stood on each account before the first of its rows."""
    found: dict[tuple[str, str], Decimal] = {}
    for figure in money:
        moved = _sums(figure.rows)
        for currency in {*figure.amounts, *moved}:
            rest = figure.amounts.get(currency, Decimal(0)) - moved.get(currency, Decimal(0))
            if rest:
                found[short(figure.name), currency] = rest
    return found


def short(name: str) -> str:
    """'Services', not 'Income:Services'; 'Checking', not 'Assets:Bank:Checking'."""
    for beginning in ("Income:", "Expenses:", "Assets:Bank:", "Assets:"):
        if name.startswith(beginning):
            return name.removeprefix(beginning)
    return name


def _goals_text(root: Path) -> str:
    content = read_regular(root / GOALS_NOTE, MAX_NOTE_BYTES)
    return content.decode(errors="replace") if isinstance(content, bytes) else ""


def _months_before(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone()
