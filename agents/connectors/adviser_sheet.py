"""A sheet for the tax adviser: profit and loss, VAT by rate, the balance sheet where there is one, and what is open.

It is drawn from the figures of whoever keeps the books, and says as of which day and state of them.
"""

from __future__ import annotations

import unicodedata
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_statements import ASSETS, SECTIONS
from agents.connectors.books import amount_text
from agents.connectors.ledger.pdf_sheet import ACCENT, INK, LEFT, MUTED, RIGHT, RULE, TINT, WIDTH, Sheet, Style
from agents.vault.neutralize import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from agents.connectors.book_figures import BookReports, Figure, OpenItems, ProfitAndLoss, VatPosition
    from agents.connectors.book_statements import BalanceSheet, TaxReport

BOTTOM, TOP, ROW_MM = 272.0, 30.0, 5.6
MAX_OPEN = 200  # documents of one side that are listed
HEAD = Style(size=8, colour=MUTED)
RIGHTS = {2: (1,), 3: (2,), 4: (2, 3), 5: (4,)}  # the columns that hold amounts, by how many columns there are
BODY, STRONG = Style(size=9), Style(size=9, bold=True)

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdviserFigures:
    """Everything on the sheet; `balance` None where the books tell none."""

    profit: ProfitAndLoss
    vat: VatPosition
    taxes: TaxReport
    balance: BalanceSheet | None
    cash: tuple[Figure, ...]
    owed_to: OpenItems
    owed_by: OpenItems
    unexplained: Figure


def adviser_figures(reports: BookReports, start: date, end: date) -> AdviserFigures:
    """The figures of a time, both days with, read from the books as they are now."""
    return AdviserFigures(
        profit=reports.profit_and_loss(start, end),
        vat=reports.vat(start, end),
        taxes=reports.tax_report(start, end),
        balance=reports.balance_sheet(end),
        cash=reports.cash(end),
        owed_to=reports.receivables(end),
        owed_by=reports.payables(end),
        unexplained=reports.unexplained(end),
    )


def adviser_pdf(figures: AdviserFigures, company: str) -> bytes:
    """The sheet as PDF; the same figures give the same bytes."""
    with closing(_AdviserSheet(figures, company)) as page:
        page.add_page()
        page.draw()
        return bytes(page.output())


class _AdviserSheet(Sheet):
    """The sheet while it is drawn, from top to bottom."""

    def __init__(self, figures: AdviserFigures, company: str) -> None:
        super().__init__()
        self._figures, self._company = figures, company
        self._span = f"{figures.profit.start} to {figures.profit.end}"
        self.set_title(f"For the tax adviser, {self._span}")
        self.set_author(company)
        self.set_lang("en")
        self.set_creation_date(datetime.combine(figures.profit.end, time(), UTC))

    def drawable(self, text: str) -> str:
        """As `Sheet.drawable`; a letter the font lacks is a question mark, since a figure matters more than a name."""
        plain = on_one_line(text)
        return super().drawable("".join(each if self._is_known(each) else "?" for each in plain))

    def _is_known(self, letter: str) -> bool:
        return ord(letter) in self._glyphs or unicodedata.category(letter)[0] not in "LN"

    def header(self) -> None:
        """Whose sheet of which time it is. fpdf calls it for each page."""
        self.fill((0, 0, 210, 3), ACCENT)
        self.put(LEFT, 13, 110, self._company, Style(size=13, bold=True, colour=ACCENT))
        self.put(LEFT, 13.5, WIDTH, "For the tax adviser", Style(size=10, colour=MUTED, align="R"))
        self.put(LEFT, 19.5, WIDTH, self._span, Style(size=10, align="R"))
        self.set_y(TOP)

    def footer(self) -> None:
        """As of when it holds, and the page. fpdf calls it for each page."""
        fresh = self._figures.profit.result.freshness
        banks = ", ".join(f"{name.rpartition(':')[2]} to {day}" for name, day in sorted(fresh.bank_to.items()))
        self.rule(280)
        as_of, bank = self._figures.profit.end, banks or "nothing yet"
        said = f"The books as of {as_of}, version {fresh.version}; the bank: {bank}"
        self.put(LEFT, 282, WIDTH, said, Style(size=7, colour=MUTED))
        page = f"Page {self.page_no()} of {self.str_alias_nb_pages}"
        self.put(LEFT, 286, WIDTH, page, Style(size=7, colour=MUTED))

    def draw(self) -> None:
        """All of it."""
        figures = self._figures
        self._part("Profit and loss, without VAT")
        self._amounts("Earned", figures.profit.revenue)
        self._amounts("Spent", figures.profit.costs)
        self._sum("Result", figures.profit.result.amounts)
        self._draw_taxes()
        if figures.balance is not None:
            self._draw_balance(figures.balance)
        self._part(f"On the accounts on {figures.profit.end}")
        self._amounts("Account", figures.cash)
        if figures.unexplained.amounts:
            self._amounts("", [figures.unexplained], name="Movements nobody has explained yet")
        self._draw_open(f"Owed by customers on {figures.owed_to.as_of}", figures.owed_to)
        self._draw_open(f"Owed to vendors on {figures.owed_by.as_of}", figures.owed_by)

    def _draw_taxes(self) -> None:
        self._part("VAT by rate, by day of booking")
        widths = (44.0, 42.0, 40.0, 40.0)
        for title, sales in (("Sales", True), ("Purchases", False)):
            rows = [
                (each.name, "", amount_text(each.base, each.currency), amount_text(each.tax, each.currency))
                for each in self._figures.taxes.of(sales=sales)
            ]
            self._table(widths, (title, "", "net", "VAT"), rows)
        self._sum("VAT due (less than nothing: comes back)", self._figures.vat.due.amounts)

    def _draw_balance(self, sheet: BalanceSheet) -> None:
        self._part(f"Balance sheet of {sheet.as_of}")
        for section in SECTIONS:
            rows = [
                (each.account, "" if each.kind == each.account else each.kind, amount_text(each.amount, sheet.currency))
                for each in sheet.of(section)
            ]
            self._table((76.0, 50.0, 40.0), (section.capitalize(), "", ""), rows)
            self._sum(f"{section.capitalize()} together", {sheet.currency: sheet.total(section)})
        self._note(f"Assets are liabilities and equity together: {amount_text(sheet.total(ASSETS), sheet.currency)}.")

    def _draw_open(self, title: str, items: OpenItems) -> None:
        self._part(title)
        rows = [
            (
                each.number,
                f"{each.party} ({each.reference})" if each.reference else each.party,
                f"{each.day}",
                f"{each.due}" + (f", {each.late_days} days late" if each.late_days > 0 else ""),
                amount_text(each.open, each.currency),
            )
            for each in items.documents[:MAX_OPEN]
        ]
        self._table((32.0, 48.0, 20.0, 36.0, 30.0), ("Number", "Whose", "Day", "Due", "Open"), rows)
        sums: dict[str, Decimal] = {}
        for each in items.documents:
            sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.open
        if sums:
            self._sum("Open together", sums)
        if more := len(items.documents) - len(rows):
            self._note(f"{more} more documents are in the sum and not listed.")
        for (party, currency), amount in items.credits.items():
            self._note(f"To the credit of {party}: {amount_text(amount, currency)}.")
        for words in items.unclear:
            self._note(f"Not clear: {words}")

    def _part(self, title: str) -> None:
        self._room(13 + 3 * ROW_MM)
        y = self.get_y() + 4
        self.put(LEFT, y, WIDTH, title, Style(size=12, bold=True, colour=ACCENT))
        self.rule(y + 7, ACCENT, 0.4)
        self.set_y(y + 9)

    def _amounts(self, title: str, figures: Iterable[Figure], name: str = "") -> None:
        rows = [
            (name or each.name.rpartition(":")[2], amount_text(amount, currency))
            for each in figures
            for currency, amount in each.amounts.items()
        ]
        self._table((120.0, 46.0), (title, ""), rows)

    def _table(self, widths: Sequence[float], heads: Cells, rows: Sequence[Cells]) -> None:
        if any(heads):
            self._room(3 * ROW_MM)
            self._row(widths, heads, HEAD)
        for at, cells in enumerate(rows):
            with_sum = ROW_MM + 2 if at == len(rows) - 1 else 0  # a sum does not stand on a page of its own
            if self._room(ROW_MM + with_sum) and any(heads):
                self._row(widths, heads, HEAD)
            if at % 2 == 0:
                self.fill((LEFT, self.get_y(), WIDTH, ROW_MM), TINT)
            self._row(widths, cells, BODY)
        if not rows and any(heads):
            self._row((WIDTH,), ("nothing",), HEAD)

    def _row(self, widths: Sequence[float], cells: Cells, style: Style) -> None:
        x, y = LEFT, self.get_y()
        rights = RIGHTS.get(len(cells), ())
        for at, (width, text) in enumerate(zip(widths, cells, strict=True)):
            own = Style(style.size, style.bold, style.colour, "R" if at in rights else "L")
            self.put(x + 1.5, y + 0.5, width - 3, text, own)
            x += width
        self.set_y(y + ROW_MM)

    def _sum(self, title: str, amounts: Mapping[str, Decimal]) -> None:
        for currency, amount in amounts.items() or (("", None),):
            self._room(ROW_MM + 2)
            self.rule(self.get_y() + 0.4, RULE)
            self.set_y(self.get_y() + 0.6)
            shown = "0.00" if amount is None else amount_text(amount, currency)
            self._row((110.0, 56.0), (title, shown), STRONG)
        self.set_y(self.get_y() + 1.5)

    def _note(self, words: str) -> None:
        style = Style(size=8.5, colour=INK)
        self._room(self.block_mm(WIDTH - 3, words, style) + 1)
        self.put_block(LEFT + 1.5, self.get_y() + 0.5, RIGHT - LEFT - 3, words, style)
        self.set_y(self.get_y() + 0.5)

    def _room(self, height: float) -> bool:
        """Go on to the next page when there is no room left; says whether it did."""
        if self.get_y() + height <= BOTTOM:
            return False
        self.add_page()
        return True
