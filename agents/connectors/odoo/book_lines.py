"""Lines of the books in Odoo as the rows and sums of figures, and how fresh they are. Reads only.

Sums are reckoned by Odoo; rows are read once, up to a bound, so that the calls do not grow with the books.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from agents.connectors.book_figures import Figure, Freshness, SourceRow
from agents.connectors.odoo.calls import LATER
from agents.connectors.odoo.documents import LINE, NOTHING, PARTIAL, POSTED, money
from agents.connectors.odoo.records import name_of, number_of, reference, text
from agents.connectors.odoo.statement_lines import STATEMENT_LINE, closed_days
from agents.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.records import Records

    Row = Mapping[str, JsonValue]

MAX_ROWS = 20_000
IS_POSTED: list[JsonValue] = ["parent_state", "=", POSTED]
AMOUNTS = ("balance", "amount_currency", "currency_id")
FIELDS = ("move_id", "move_name", "date", "partner_id", "name", "account_id", *AMOUNTS)


@dataclass(frozen=True, slots=True)
class Span:
    """A time, both days with; `start` None = from the beginning."""

    end: date
    start: date | None = None

    @property
    def domain(self) -> list[JsonValue]:
        """As Odoo searches it."""
        since: list[JsonValue] = [["date", ">=", self.start.isoformat()]] if self.start else []
        return [*since, ["date", "<=", self.end.isoformat()], IS_POSTED]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a figure is about: lines that `domain` names, each account's name, and the sign it is shown with.

    Of accounts in `own` the amount counts in its own currency; of all others in that of the books.
    """

    domain: list[JsonValue]
    names: Mapping[int, str]
    sign: int = 1
    own: Collection[int] = ()


class BookLines:
    """The lines of one Odoo; what is read of its freshness is kept."""

    def __init__(self, records: Records, chart: Chart) -> None:
        self.records = records
        self.chart = chart
        self._fresh: Freshness | None = None

    def freshness(self) -> Freshness:
        """How fresh the books are."""
        if self._fresh is None:
            self._fresh = Freshness(version_of(self.records), self.bank_to())
        return self._fresh

    def bank_to(self) -> dict[str, date]:
        """Up to when each account's movements are in, by its name in orders."""
        names = {each.number: each.name for each in self.chart.banks}
        groups = self.records.sums(STATEMENT_LINE, [["journal_id", "in", [*names]]], ["date:max"], ["journal_id"])
        found = {names[reference(each["journal_id"])]: date.fromisoformat(text(each["date"])) for each in groups}
        closed = closed_days(self.records)
        known = {name: day for name, day in closed.items() if name in names.values()}
        return {name: max(day, known.get(name, day)) for name, day in {**known, **found}.items()}

    def figures(self, wanted: Wanted, span: Span, rows_since: date = date.min) -> tuple[Figure, ...]:
        """One figure for each name, the largest first; of its rows only those since a day.

        Raises:
            Transient: somebody wrote between the sums and the rows.
        """
        domain: list[JsonValue] = [*wanted.domain, *span.domain]
        sums: dict[str, dict[str, Decimal]] = {}
        groups = self.records.sums(LINE, domain, ["balance:sum", "amount_currency:sum"], ["account_id", "currency_id"])
        for each in groups:
            amounts = sums.setdefault(self._name(each, wanted), {})
            amount, currency = self._amount(each, wanted)
            amounts[currency] = amounts.get(currency, NOTHING) + amount
        rows: dict[str, list[SourceRow]] = {}
        if rows_since > date.min:
            domain = [*domain, ["date", ">=", rows_since.isoformat()]]
        read = self.records.search(LINE, domain, FIELDS, MAX_ROWS) if groups else []
        for each in sorted(read, key=lambda row: (text(row["date"]), number_of(row))):
            rows.setdefault(self._name(each, wanted), []).append(self._row(each, wanted))
        figures = [self._figure(name, amounts, rows.get(name, []), span) for name, amounts in sums.items()]
        if (
            rows_since == date.min
            and len(read) < MAX_ROWS
            and any(added(each.rows) != each.amounts for each in figures)
        ):
            raise Transient("Somebody wrote into the books while they were read", hint=LATER)
        return tuple(sorted(figures, key=lambda each: (-max(each.amounts.values(), default=NOTHING), each.name)))

    def figure(self, name: str, wanted: Wanted, span: Span) -> Figure:
        """One figure over all that is wanted; raises as `figures`."""
        return self.together(name, self.figures(wanted, span), span)

    def together(self, name: str, figures: Iterable[Figure], span: Span) -> Figure:
        """Several figures as one."""
        amounts: dict[str, Decimal] = {}
        rows: list[SourceRow] = []
        for each in figures:
            rows += each.rows
            for currency, amount in each.amounts.items():
                amounts[currency] = amounts.get(currency, NOTHING) + amount
        return self._figure(name, amounts, sorted(rows, key=lambda row: row.day), span)

    def _figure(self, name: str, amounts: Mapping[str, Decimal], rows: Iterable[SourceRow], span: Span) -> Figure:
        told = {currency: amount for currency, amount in amounts.items() if amount}
        return Figure(name, told, span.end, tuple(rows), self.freshness())

    def _name(self, row: Row, wanted: Wanted) -> str:
        return wanted.names.get(reference(row["account_id"]), name_of(row["account_id"]))

    def _amount(self, row: Row, wanted: Wanted) -> tuple[Decimal, str]:
        if reference(row["account_id"]) in wanted.own:
            return wanted.sign * money(row["amount_currency"]), name_of(row["currency_id"])
        return wanted.sign * money(row["balance"]), self.chart.currency

    def _row(self, row: Row, wanted: Wanted) -> SourceRow:
        return source_row(row, *self._amount(row, wanted))


def source_row(row: Row, amount: Decimal, currency: str) -> SourceRow:
    """A line as a row behind a figure."""
    said = " · ".join(part for part in (name_of(row["partner_id"]), text(row["name"])) if part)
    return SourceRow(date.fromisoformat(text(row["date"])), f"Odoo {text(row['move_name'])}", said, amount, currency)


def added(rows: Iterable[SourceRow]) -> dict[str, Decimal]:
    """The sums of rows by currency, without those that are nothing."""
    sums: dict[str, Decimal] = {}
    for each in rows:
        sums[each.currency] = sums.get(each.currency, NOTHING) + each.amount
    return {currency: amount for currency, amount in sums.items() if amount}


def version_of(records: Records) -> str:
    """What tells one state of the books from the next: when a line was written last, and how many there are.

    Odoo tells seconds, so what was matched within one is told by how much is matched.
    """
    lines = records.sums(LINE, [IS_POSTED], ["write_date:max"], [])
    matched = records.sums(PARTIAL, [], ["amount:sum"], [])
    told = [text(each.get("write_date")) or "never" for each in lines]
    told += [str(each.get("__count", 0)) for each in (*lines, *matched)]
    return " · ".join([*told, *(f"{money(each.get('amount') or 0):f}" for each in matched)])
