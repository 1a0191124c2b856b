"""Figures of the books in Odoo, as they are now. Reads only.

What was earned in another currency counts in that currency, as on the invoice; all else in that of the books.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from agents.connectors.book_export import BookLine, export_text
from agents.connectors.book_figures import PRIVATELY, BareCost, Figure, PastCost, ProfitAndLoss, SourceRow, VatPosition
from agents.connectors.odoo.book_lines import IS_POSTED, BookLines, Span, Wanted
from agents.connectors.odoo.chart import COSTS, category_of
from agents.connectors.odoo.credited import creditable
from agents.connectors.odoo.documents import LINE, money
from agents.connectors.odoo.movements import UNNAMED
from agents.connectors.odoo.odoo_statements import INCOME, OdooStatements
from agents.connectors.odoo.open_items import OpenDocuments
from agents.connectors.odoo.opening import books_before, chart_of, open_records
from agents.connectors.odoo.purchases import purchases_of, receipts, taken_back
from agents.connectors.odoo.records import name_of, number_of, reference, text
from agents.connectors.odoo.standing_documents import every_standing, first_invoices, was_over
from agents.connectors.odoo.statement_lines import STATEMENT_LINE
from agents.connectors.sepa import packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

    from agents.connectors.book_figures import DocumentStanding, OpenItems
    from agents.connectors.book_statements import BalanceSheet, TaxReport
    from agents.connectors.books_after_move import Earlier
    from agents.connectors.contract import ConnectorContext
    from agents.connectors.credit_notes import Creditable
    from agents.connectors.odoo.chart import Chart, Journal, Tax
    from agents.connectors.odoo.records import Records

    Row = Mapping[str, JsonValue]

EXCHANGE, TRANSIT, PRIVATE = "Exchange", "Transit", "Private"
BILLS = ("in_invoice", "in_receipt")
DIRECT_COSTS = ("expense_direct_cost",)
EXPORTED = (
    *("move_id", "move_name", "move_type", "date", "partner_id", "name", "account_id"),
    *("balance", "amount_currency", "currency_id", "tax_ids", "tax_line_id"),
)


class OdooFigures:
    """The figures of one Odoo; made anew for each question. `earlier`: the books that were moved into it."""

    def __init__(self, records: Records, chart: Chart, earlier: Earlier | None = None) -> None:
        self._records = records
        self._chart = chart
        self._earlier = earlier
        self._lines = BookLines(records, chart)
        self._open = OpenDocuments(self._lines)

    def profit_and_loss(self, start: date, end: date) -> ProfitAndLoss:
        """What was earned and spent between two days, both with."""
        span = Span(end, start)
        earned, spent = self._accounts(INCOME), self._accounts(COSTS)
        exchange = dict.fromkeys(self._chart.exchange, EXCHANGE)
        of_income = self._wanted({**earned, **exchange}, -1, earned.keys() - exchange.keys())
        revenue = self._lines.figures(of_income, span)
        costs = self._lines.figures(self._wanted(spent, 1), span)
        result = self._lines.together("result", [*revenue, *map(_turned, costs)], span)
        return ProfitAndLoss(start, end, revenue, costs, result)

    def accounts(self) -> dict[str, str]:
        """The owner's bank accounts by name, each with its IBAN, or empty where Odoo does not hold it."""
        return {each.name: each.iban for each in self._chart.banks if each.kind == "bank"}

    def booked_moves(self, account: str, since: date = date.min) -> dict[str, SourceRow]:
        """Every movement of an account that is booked, here or in the books of before, by its `bank_id`."""
        before = self._earlier.moves(account) if self._earlier else {}
        kept = {bank_id: row for bank_id, row in before.items() if row.day >= since}
        return {**kept, **self.moves(self._bank(account), since)}

    def moves(self, journal: Journal, since: date = date.min) -> dict[str, SourceRow]:
        """Every movement of a journal, of the days since one, by its `bank_id`."""
        of_days: list[JsonValue] = [["date", ">=", since.isoformat()]] if since > date.min else []
        domain: list[JsonValue] = [["journal_id", "=", journal.number], ["ref", "!=", False], *of_days]
        fields = ("ref", "date", "name", "amount", "payment_ref", "partner_name", "currency_id")
        return {text(each["ref"]): _moved(each) for each in self._records.search(STATEMENT_LINE, domain, fields)}

    def ibans(self) -> dict[str, tuple[str, ...]]:
        """The accounts that each customer or vendor was paid from or to, by their name."""
        domain: list[JsonValue] = [["account_number", "!=", False]]
        told = self._records.search(STATEMENT_LINE, domain, ("ref", "journal_id", "account_number", "date"))
        journals = {each.number: each.name for each in self._chart.banks}
        by_place = {
            f"{journals.get(reference(each['journal_id']), '')} {text(each['ref'])}": packed(
                text(each["account_number"])
            )
            for each in sorted(told, key=lambda row: (text(row["date"]), number_of(row)))
        }
        kinds: list[JsonValue] = ["asset_receivable", "liability_payable"]
        of_entries: list[JsonValue] = [IS_POSTED, ["move_type", "=", "entry"], ["ref", "like", " · "]]
        rows = self._records.search(LINE, [*of_entries, ["account_type", "in", kinds]], ("ref", "partner_id", "name"))
        parties: dict[str, str] = {}
        for each in rows:
            parties[text(each["ref"]).rpartition(" · ")[0]] = name_of(each["partner_id"])
        found: dict[str, dict[str, None]] = {}
        for place, iban in by_place.items():
            if (party := parties.get(place)) and party != UNNAMED:
                found.setdefault(party, {})[iban] = None
        return {party: tuple(each) for party, each in found.items()}

    def cash(self, on: date, since: date = date.min) -> tuple[Figure, ...]:
        """What was on each of the owner's accounts at the end of a day, and under way between them."""
        names = {each.account: each.name for each in self._chart.banks}
        own = {each.account for each in self._chart.banks if each.currency}
        transit = {self._chart.transfer: TRANSIT} if self._chart.transfer else {}
        return self._lines.figures(self._wanted({**transit, **names}, 1, own), Span(on), since)

    def vat(self, start: date, end: date) -> VatPosition:
        """The VAT of a time, in the currency of the books; of before a move, from the books of before."""
        return self._earlier.vat(start, end, self._vat) if self._earlier else self._vat(start, end)

    def _vat(self, start: date, end: date) -> VatPosition:
        span = Span(end, start)
        charged, paid = (
            self._lines.figure(name, Wanted([["tax_line_id.type_tax_use", "=", use]], {}, sign), span)
            for name, use, sign in (("VAT charged", "sale", -1), ("VAT paid", "purchase", 1))
        )
        return VatPosition(charged, paid, self._lines.together("VAT due", [charged, _turned(paid)], span))

    def tax_report(self, start: date, end: date) -> TaxReport:
        """The VAT of a time by rate; as `vat`."""
        own = OdooStatements(self._lines).tax_report
        return self._earlier.tax_report(start, end, own) if self._earlier else own(start, end)

    def balance_sheet(self, on: date) -> BalanceSheet:
        """What was owned and owed on a day."""
        return OdooStatements(self._lines).balance_sheet(on)

    def receivables(self, on: date) -> OpenItems:
        """What customers owed on a day."""
        return self._open.items(on, vendor=False)

    def payables(self, on: date) -> OpenItems:
        """What was owed to vendors on a day."""
        return self._open.items(on, vendor=True)

    def party(self, name: str, on: date, *, vendor: bool = False) -> Figure:
        """Everything booked on what a customer owes, or a vendor is owed, up to a day."""
        kind = "liability_payable" if vendor else "asset_receivable"
        domain: list[JsonValue] = [["partner_id.name", "=", name], ["account_type", "=", kind]]
        own = {each.number for each in self._chart.accounts if each.kind == kind}
        return self._lines.figure(name, Wanted(domain, {}, -1 if vendor else 1, own), Span(on))

    def document(self, number: str, on: date) -> DocumentStanding | None:
        """One invoice or bill; None when Odoo holds none of this number up to that day."""
        return self._open.document(number, on)

    def documents(self, on: date, *, vendor: bool = False, since: date = date.min) -> tuple[DocumentStanding, ...]:
        """Every invoice, or every bill, up to a day as it stood then, the oldest first; as `BookReports.documents`."""
        every = every_standing(self._lines, on, vendor=vendor)
        return tuple(each for each in every if not was_over(each, since))

    def customers_since(self) -> dict[str, date]:
        """The day of each customer's first invoice."""
        return first_invoices(self._records)

    def creditable(self, number: str) -> Creditable:
        """What of an invoice can still be credited, after all credit notes that are posted in Odoo."""
        return creditable(self._records, self._chart, number)

    def unexplained(self, on: date) -> Figure:
        """Movements of which nobody has said what they were for, of those up to a day."""
        names = {each.suspense: each.name for each in self._chart.banks if each.suspense}
        return self._lines.figure("unexplained", self._wanted(names, -1), Span(on))

    def unexplained_moves(self, account: str) -> dict[str, SourceRow]:
        """The movements of an account, by `bank_id`, that stand on its suspense account."""
        journal = self._bank(account)
        domain: list[JsonValue] = [
            ["journal_id", "=", journal.number],
            ["account_id", "=", journal.suspense],
            IS_POSTED,
        ]
        waiting = {text(each["ref"]) for each in self._records.search(LINE, domain, ("ref",))}
        return {name: row for name, row in self.moves(journal).items() if name in waiting} if waiting else {}

    def bare_costs(self, account: str, since: date = date.min) -> dict[str, BareCost]:
        """The movements of an account since a day, by `bank_id`, each one cost, without a receipt and without VAT.

        Those that the owner booked by hand in Odoo are none of them.
        """
        found = purchases_of(self._records, self._bank(account))
        bare = {name: self._cost_name(each.account) for name, each in found.items() if not each.taken_back_by}
        booked = self.moves(self._bank(account), since) if bare else {}
        return {name: BareCost(row, bare[name]) for name, row in booked.items() if name in bare}

    def receipts(self) -> frozenset[str]:
        """Every receipt that a document names, as it names it."""
        return receipts(self._records)

    def past_costs(self) -> tuple[PastCost, ...]:
        """What was paid to whom for what, the oldest first; what the owner took privately with it."""
        found: dict[int, tuple[str, dict[str, None], bool]] = {}
        again = taken_back(self._records)
        costs: list[JsonValue] = [*self._accounts(COSTS)]
        private: list[JsonValue] = [each.number for each in self._chart.accounts if category_of(each.name) == PRIVATE]
        bought: list[JsonValue] = ["&", ["move_type", "in", [*BILLS]], ["account_id", "in", costs]]
        taken: list[JsonValue] = ["&", ["move_type", "=", "entry"], ["account_id", "in", private]]
        fields = ("move_id", "move_type", "date", "partner_id", "name", "account_id", "balance")
        rows = self._records.search(LINE, [IS_POSTED, ["balance", ">", 0], "|", *bought, *taken], fields)
        for each in sorted(rows, key=lambda row: (text(row["date"]), number_of(row))):
            if reference(each["move_id"]) in again:
                continue
            is_private = each["move_type"] == "entry"
            payee = text(each["name"]) if is_private else name_of(each["partner_id"])
            named = PRIVATELY if is_private else self._name(each)
            _, names, _ = found.setdefault(reference(each["move_id"]), (payee, {}, each["move_type"] == "in_invoice"))
            names[named] = None
        return tuple(
            PastCost(payee, () if is_billed else tuple(names), is_billed=is_billed)
            for payee, names, is_billed in found.values()
            if payee and payee != UNNAMED
        )

    def cost_names(self) -> tuple[str, ...]:
        """Every cost account of the owner's chart, by the name that orders give it."""
        return tuple(sorted(set(self._accounts(COSTS).values())))

    def direct_costs(self) -> frozenset[str]:
        """Those that Odoo calls cost of revenue."""
        return frozenset(self._accounts(DIRECT_COSTS).values())

    def export(self, start: date, end: date) -> str:
        """Every line of every entry of a time as CSV."""
        return export_text(self.lines(start, end))

    def lines(self, start: date, end: date) -> tuple[BookLine, ...]:
        """Every line of every entry of a time, entry by entry."""
        rows = self._records.search(LINE, Span(end, start).domain, EXPORTED)
        taxes = {each.number: each for each in self._chart.taxes}
        rows.sort(key=lambda row: (text(row["date"]), reference(row["move_id"]), number_of(row)))
        return tuple(_exported(each, taxes, self._chart.currency) for each in rows)

    def _wanted(self, names: Mapping[int, str], sign: int, own: Iterable[int] = ()) -> Wanted:
        return Wanted([["account_id", "in", [*names]]], names, sign, frozenset(own))

    def _accounts(self, kinds: Iterable[str]) -> dict[int, str]:
        """The accounts of some kinds by number, as orders call them; what the exchange makes is none of them."""
        found = (each for each in self._chart.accounts if each.kind in kinds)
        return {each.number: category_of(each.name) for each in found if each.number not in self._chart.exchange}

    def _name(self, row: Row) -> str:
        return self._cost_name(reference(row["account_id"])) or name_of(row["account_id"])

    def _cost_name(self, number: int) -> str:
        account = self._chart.named(number)
        return category_of(account.name) if account else ""

    def _bank(self, account: str) -> Journal:
        return self._chart.bank(account)


def open_figures(context: ConnectorContext) -> OdooFigures:
    """The figures of the Odoo that is connected now.

    Raises:
        NeedsOwner: none is, or it does not take the key.
        Transient: it does not answer.
    """
    records = open_records(context)
    return OdooFigures(records, chart_of(context, records), books_before(context))


def _turned(figure: Figure) -> Figure:
    amounts = {currency: -amount for currency, amount in figure.amounts.items()}
    rows = tuple(SourceRow(each.day, each.place, each.said, -each.amount, each.currency) for each in figure.rows)
    return Figure(figure.name, amounts, figure.as_of, rows, figure.freshness)


def _moved(row: Row) -> SourceRow:
    said = " · ".join(part for part in (text(row["partner_name"]), text(row["payment_ref"])) if part)
    day, place = date.fromisoformat(text(row["date"])), f"Odoo {text(row['name'])}"
    return SourceRow(day, place, said, money(row["amount"]), name_of(row["currency_id"]))


def _exported(row: Row, taxes: Mapping[int, Tax], home: str) -> BookLine:
    of_line = taxes.get(reference(row["tax_line_id"]))
    told = row["tax_ids"] if isinstance(row["tax_ids"], list) else []
    used = of_line or next((taxes[each] for each in told if isinstance(each, int) and each in taxes), None)
    return BookLine(
        day=date.fromisoformat(text(row["date"])),
        document="" if row["move_type"] == "entry" else text(row["move_name"]),
        party=name_of(row["partner_id"]),
        text=text(row["name"]),
        account=name_of(row["account_id"]),
        amount=money(row["amount_currency"]),
        currency=name_of(row["currency_id"]),
        rate=f"{used.rate:f}" if used else "",
        receipt="",
        place=f"Odoo {text(row['move_name'])}",
        worth=money(row["balance"]),
        home=home,
        vat="" if of_line is None else "charged" if of_line.use == "sale" else "paid",
    )
