"""VAT by rate and the balance sheet, as sums that Odoo reckons: the calls do not grow with the books. Reads only."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_statements import (
    ASSETS,
    EQUITY,
    LIABILITIES,
    WITHOUT,
    BalanceLine,
    BalanceSheet,
    TaxLine,
    TaxReport,
    in_order,
)
from agents.connectors.odoo.apps import count_of
from agents.connectors.odoo.book_lines import FIELDS, Span, source_row
from agents.connectors.odoo.chart import COSTS
from agents.connectors.odoo.documents import LINE, NOTHING, money
from agents.connectors.odoo.records import name_of, number_of, reference, text
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from pydantic import JsonValue

    from agents.connectors.book_figures import SourceRow
    from agents.connectors.odoo.book_lines import BookLines

    Row = Mapping[str, JsonValue]

NEWEST = 200  # lines that are read as the rows behind a whole statement
NEWEST_FIRST = "date desc, id desc"
INCOME = ("income", "income_other")
RESULT = "result of all years, not yet distributed"
OFF_BALANCE = "off_balance"
_SECTIONS = {"asset": ASSETS, "liability": LIABILITIES, "equity": EQUITY, "income": EQUITY, "expense": EQUITY}
_KINDS = {
    "asset_cash": "bank and cash",
    "asset_receivable": "owed by customers",
    "asset_current": "current assets",
    "asset_prepayments": "prepayments",
    "asset_fixed": "fixed assets",
    "asset_non_current": "long-term assets",
    "liability_payable": "owed to vendors",
    "liability_credit_card": "credit card",
    "liability_current": "current liabilities",
    "liability_non_current": "long-term liabilities",
    "equity": "equity",
    "equity_unaffected": "undistributed result",
}


class OdooStatements:
    """The statements of one Odoo; made anew for each question."""

    def __init__(self, lines: BookLines) -> None:
        self._lines = lines
        self._records = lines.records
        self._currency = lines.chart.currency

    def balance_sheet(self, on: date) -> BalanceSheet:
        """What was owned and owed at the end of a day, by account.

        Raises:
            NeedsOwner: it does not add up to nothing, so none of it can be trusted.
        """
        domain: list[JsonValue] = [*Span(on).domain, ["account_type", "!=", OFF_BALANCE]]
        groups = self._records.sums(LINE, domain, ["balance:sum"], ["account_type", "account_id"])
        rows = self._newest(domain)
        found = [_balance_line(each, self._rows_of(rows, each)) for each in groups]
        kept = [each for each in found if each.kind != RESULT and each.amount]
        results = [each for each in found if each.kind == RESULT]
        if amount := sum((each.amount for each in results), NOTHING):
            entries = sum(each.entries for each in results)
            behind = tuple(row for each in results for row in each.rows)
            kept.append(BalanceLine(EQUITY, RESULT, RESULT, amount, entries, behind))
        kept.sort(key=lambda each: (each.section, each.account))
        sheet = BalanceSheet(on, self._currency, tuple(kept), self._lines.freshness())
        if sheet.difference:
            said = f"The balance sheet of {on} is off by {sheet.difference} {self._currency}"
            raise NeedsOwner(said, hint="Look at its accounts in Odoo: one has a type that nobody here knows.")
        return sheet

    def tax_report(self, start: date, end: date) -> TaxReport:
        """Net amounts and VAT by tax, and what has none, between two days, both with, by day of booking."""
        span: list[JsonValue] = Span(end, start).domain
        of_tax: list[JsonValue] = [*span, ["tax_line_id", "!=", False]]
        of_base: list[JsonValue] = [*span, ["tax_ids", "!=", False]]
        kinds: list[JsonValue] = [*INCOME, *COSTS]
        own: list[JsonValue] = [*self._lines.chart.exchange]
        bare: list[JsonValue] = [*span, ["tax_ids", "=", False], ["tax_line_id", "=", False]]
        bare += [["account_type", "in", kinds], ["account_id", "not in", own]]
        taxes = self._records.sums(LINE, of_tax, ["balance:sum"], ["tax_line_id"])
        bases = self._records.sums(LINE, of_base, ["balance:sum"], ["tax_ids"])
        others = self._records.sums(LINE, bare, ["balance:sum"], ["account_type"])
        known = self._taxes({reference(each.get("tax_line_id") or each.get("tax_ids")) for each in (*taxes, *bases)})
        either: list[JsonValue] = [*span, "|", ["tax_line_id", "!=", False], ["tax_ids", "!=", False]]
        rows = self._newest(either)
        lines = [self._tax_line(each, (taxes, bases), rows) for each in known]
        return TaxReport(start, end, in_order([*lines, *self._untaxed(others)]), self._lines.freshness())

    def _taxes(self, numbers: Iterable[int]) -> list[dict[str, JsonValue]]:
        """The taxes of these numbers, such as are not used any more too."""
        wanted: list[JsonValue] = [*numbers]
        domain: list[JsonValue] = [["id", "in", wanted], ["active", "in", [True, False]]]
        fields = ("name", "amount", "amount_type", "type_tax_use")
        return self._records.search("account.tax", domain, fields) if wanted else []

    def _tax_line(self, tax: Row, sums: tuple[Sequence[Row], Sequence[Row]], rows: Sequence[Row]) -> TaxLine:
        number, is_sale = number_of(tax), tax["type_tax_use"] == "sale"
        sign = -1 if is_sale else 1
        amounts, entries = [], 0
        for groups, name in zip(sums, ("tax_line_id", "tax_ids"), strict=True):
            mine = [each for each in groups if reference(each[name]) == number]
            amounts.append(sum((sign * money(each["balance"]) for each in mine), NOTHING))
            entries += sum(count_of(each) for each in mine)
        behind = [each for each in rows if _names(each, number)]
        return TaxLine(
            is_sale=is_sale,
            rate=Decimal(str(tax["amount"])).normalize() if tax["amount_type"] == "percent" else None,
            name=text(tax["name"]),
            base=amounts[1],
            tax=amounts[0],
            currency=self._currency,
            entries=entries,
            rows=tuple(self._row(each, sign) for each in behind),
        )

    def _untaxed(self, groups: Sequence[Row]) -> Iterable[TaxLine]:
        """What was earned and spent without any tax."""
        for is_sale, kinds, sign in ((True, INCOME, -1), (False, COSTS, 1)):
            mine = [each for each in groups if each["account_type"] in kinds]
            base = sum((sign * money(each["balance"]) for each in mine), NOTHING)
            if base:
                yield TaxLine(is_sale, Decimal(0), WITHOUT, base, NOTHING, self._currency, sum(map(count_of, mine)))

    def _newest(self, domain: list[JsonValue]) -> list[dict[str, JsonValue]]:
        fields = (*FIELDS, "tax_ids", "tax_line_id")
        return self._records.search(LINE, domain, fields, NEWEST, NEWEST_FIRST)

    def _rows_of(self, rows: Sequence[Row], group: Row) -> tuple[SourceRow, ...]:
        account = reference(group["account_id"])
        sign = _sign(text(group["account_type"]))
        return tuple(self._row(each, sign) for each in rows if reference(each["account_id"]) == account)

    def _row(self, row: Row, sign: int) -> SourceRow:
        return source_row(row, sign * money(row["balance"]), self._currency)


def _balance_line(group: Row, rows: tuple[SourceRow, ...]) -> BalanceLine:
    kind = text(group["account_type"])
    start = kind.partition("_")[0]
    shown = RESULT if start in {"income", "expense"} else _KINDS.get(kind, kind)
    amount = _sign(kind) * money(group["balance"])
    account = name_of(group["account_id"])
    return BalanceLine(_SECTIONS.get(start, kind), shown, account, amount, count_of(group), rows)


def _sign(kind: str) -> int:
    return 1 if kind.startswith("asset") else -1


def _names(row: Row, tax: int) -> bool:
    """Whether a line is of a tax: its amount, or what it is reckoned from."""
    used = row["tax_ids"] if isinstance(row["tax_ids"], list) else []
    return tax in used or reference(row["tax_line_id"]) == tax
