"""What Odoo holds at the end of a day, as it is compared with other books, or carried into them. Reads only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agents.connectors.book_state import BookState, added, credits_of, items_of
from agents.connectors.odoo.account_map import INCOME
from agents.connectors.odoo.book_lines import FIELDS, IS_POSTED, source_row
from agents.connectors.odoo.chart import COSTS
from agents.connectors.odoo.documents import LINE, MOVE, POSTED, money
from agents.connectors.odoo.odoo_figures import OdooFigures
from agents.connectors.odoo.records import name_of, reference, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.book_figures import SourceRow
    from agents.connectors.book_state import Place
    from agents.connectors.odoo.account_map import AccountMap
    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.records import Records

SUMS = ("balance:sum", "amount_currency:sum")


def odoo_state(records: Records, chart: Chart, accounts: AccountMap, on: date) -> BookState:
    """Odoo at the end of a day, its accounts called as the ledger calls them."""
    figures = OdooFigures(records, chart)
    customers, vendors = figures.receivables(on), figures.payables(on)
    return BookState(
        on,
        chart.currency,
        added(_balances(records, chart, accounts, on)),
        items_of(customers, vendors),
        credits_of(customers, vendors),
        _waiting(figures, chart, on),
        (*customers.unclear, *vendors.unclear),
    )


def later_in_odoo(records: Records, on: date) -> str:
    """What Odoo holds of later days, in words; empty for nothing."""
    rows = records.search(MOVE, [["state", "=", POSTED], ["date", ">", on.isoformat()]], ("name", "date"))
    if not rows:
        return ""
    first = min(rows, key=lambda each: text(each["date"]))
    said = f"the first of {text(first['date'])}, {text(first['name'])}"
    return f"{len(rows)} entries in Odoo are later than {on}, {said}"


def rows_of(records: Records, chart: Chart, numbers: Iterable[int], on: date) -> list[SourceRow]:
    """Every line of some accounts up to a day, debit more than nothing; of income in the currency of the invoice."""
    domain: list[JsonValue] = [["account_id", "in", [*numbers]], ["date", "<=", on.isoformat()], IS_POSTED]
    own = _own(chart)
    return [_row(each, chart, own) for each in records.search(LINE, domain, FIELDS)]


def _row(row: Mapping[str, JsonValue], chart: Chart, own: Collection[int]) -> SourceRow:
    (_, currency), amount = _amount(row, chart, "", is_own=reference(row["account_id"]) in own)
    return source_row(row, amount, currency)


def _own(chart: Chart) -> set[int]:
    """The accounts of which amounts count in their own currency."""
    return {each.number for each in chart.accounts if each.kind in INCOME and each.number not in chart.exchange}


def _balances(records: Records, chart: Chart, accounts: AccountMap, on: date) -> Iterator[tuple[Place, Decimal]]:
    start = on.replace(month=1, day=1) - timedelta(days=1)
    of_result: list[JsonValue] = ["account_type", "in", [*INCOME, *COSTS]]
    until: list[JsonValue] = [["date", "<=", on.isoformat()], IS_POSTED]
    since: list[JsonValue] = ["|", ["date", ">", start.isoformat()], "!", of_result]
    own = _own(chart)
    for row in records.sums(LINE, [*until, *since], SUMS, ["account_id", "currency_id"]):
        number = reference(row["account_id"])
        if name := accounts.ledger_name(number):
            yield _amount(row, chart, name, is_own=number in own)


def _amount(row: Mapping[str, JsonValue], chart: Chart, name: str, *, is_own: bool) -> tuple[Place, Decimal]:
    if is_own:  # what was earned in another currency counts in that currency, as on the invoice
        return (name, name_of(row["currency_id"])), money(row["amount_currency"])
    return (name, chart.currency), money(row["balance"])


def _waiting(figures: OdooFigures, chart: Chart, on: date) -> dict[str, Mapping[str, SourceRow]]:
    found: dict[str, Mapping[str, SourceRow]] = {}
    for each in chart.banks:
        rows = figures.unexplained_moves(each.name) if each.suspense and each.on_the_way else {}
        if kept := {bank_id: row for bank_id, row in rows.items() if row.day <= on}:
            found[each.name] = kept
    return found
