"""Figures of the embedded ledger, each computed from the rows it needs. Pure but for the reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_export import export_text
from agents.connectors.book_figures import (
    BareCost,
    DocumentStanding,
    Figure,
    Freshness,
    OpenDocument,
    OpenItems,
    PastCost,
    ProfitAndLoss,
    SourceRow,
    VatPosition,
)
from agents.connectors.book_statements import TaxReport
from agents.connectors.books import InvoiceStanding, cents
from agents.connectors.ledger.account_names import BANK, CASH, TRANSIT, bank_account, payable, receivable
from agents.connectors.ledger.bookings import CUSTOMERS, VENDORS
from agents.connectors.ledger.credited import creditable
from agents.connectors.ledger.entry import VAT
from agents.connectors.ledger.exported import exported
from agents.connectors.ledger.ledger_files import bank_accounts, opened_accounts
from agents.connectors.ledger.many_rows import many_rows
from agents.connectors.ledger.receivables import Register
from agents.connectors.ledger.record_text import INPUT_VAT, UNEXPLAINED
from agents.connectors.ledger.tax_lines import tax_lines
from agents.connectors.ledger.unexplained import bare_costs, past_costs, waiting_moves
from agents.connectors.sepa import packed
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agents.connectors.book_export import BookLine
    from agents.connectors.credit_notes import Creditable
    from agents.connectors.ledger.bookings import Side
    from agents.connectors.ledger.ledger import Days, Ledger

NOTHING = Decimal("0.00")
OWN_MONEY = (BANK, CASH, TRANSIT)
REVENUE, COSTS, DIRECT_COSTS = "Income:", "Expenses:", "Expenses:COGS"


class LedgerFigures:
    """The figures of one state of the ledger. `version` tells its bytes."""

    def __init__(self, ledger: Ledger, version: str) -> None:
        if ledger.errors:
            error = ledger.errors[0]
            raise NeedsOwner(
                f"The ledger has an error, so no figure can be trusted: {error}",
                hint=f"Put {error.file}:{error.line} in order.",
            )
        self._ledger = ledger
        self._fresh = Freshness(version, ledger.bank_to())
        self._registers: dict[str, Register] = {}

    def profit_and_loss(self, start: date, end: date) -> ProfitAndLoss:
        """What was earned and spent between two days, both with."""
        days = (start, end)
        revenue = self._by_account(lambda account: account.startswith(REVENUE), days, sign=-1)
        costs = self._by_account(lambda account: account.startswith(COSTS), days, sign=1)
        result = self._figure("result", lambda account: account.startswith((REVENUE, COSTS)), days, sign=-1)
        return ProfitAndLoss(start, end, revenue, costs, result)

    def accounts(self) -> dict[str, str]:
        """The owner's bank accounts by name, each with its IBAN, or empty where the ledger does not say it."""
        return bank_accounts(self._ledger.texts.values())

    def booked_moves(self, account: str, since: date = date.min) -> dict[str, SourceRow]:
        """Every movement of an account that is booked, of the days since one, by its `bank_id`."""
        return self._ledger.moves(bank_account(account), since=since)

    def ibans(self) -> dict[str, tuple[str, ...]]:
        """The accounts that each customer or vendor was paid from or to, by their name."""
        found: dict[str, dict[str, None]] = {}
        for entry in self._ledger.whole().transactions:
            if "payment" in entry.tags and "iban" in entry.meta:
                found.setdefault(entry.payee, {})[packed(entry.meta["iban"])] = None
        return {party: tuple(each) for party, each in found.items()}

    def cash(self, on: date, since: date = date.min) -> tuple[Figure, ...]:
        """What was on each of the owner's accounts at the end of a day, and under way between them."""
        before = self._ledger.sums_before(lambda account: account.startswith(OWN_MONEY), since)
        moved = self._by_account(lambda account: account.startswith(OWN_MONEY), (since, on), sign=1)
        found = {each.name: each for each in moved}
        for account, amounts in before.items():
            told = found.get(account) or self._of_rows(account, (), (since, on))
            whole = {each: amounts.get(each, NOTHING) + told.amounts.get(each, NOTHING) for each in amounts}
            kept = {each: amount for each, amount in {**told.amounts, **whole}.items() if amount}
            found[account] = replace(told, amounts=kept)
        return _in_order(found.values())

    def vat(self, start: date, end: date) -> VatPosition:
        """The VAT of a time."""
        days = (start, end)
        return VatPosition(
            self._figure("VAT charged", lambda account: account == VAT, days, sign=-1),
            self._figure("VAT paid", lambda account: account == INPUT_VAT, days, sign=1),
            self._figure("VAT due", lambda account: account in {VAT, INPUT_VAT}, days, sign=-1),
        )

    def tax_report(self, start: date, end: date) -> TaxReport:
        """The VAT of a time by rate, as the lines of its entries say it."""
        days = (start, end)
        return TaxReport(start, end, tax_lines(self._ledger.transactions(days)), self._fresh)

    def balance_sheet(self, on: date) -> None:
        """None: what this ledger holds is not valued as a balance sheet would have it."""

    def receivables(self, on: date) -> OpenItems:
        """What customers owed on a day."""
        return self._open_items(CUSTOMERS, on)

    def payables(self, on: date) -> OpenItems:
        """What was owed to vendors on a day."""
        return self._open_items(VENDORS, on)

    def party(self, name: str, on: date, *, vendor: bool = False) -> Figure:
        """Everything booked on the accounts of a customer or vendor up to a day."""
        side = VENDORS if vendor else CUSTOMERS
        owed = self._register(side).documents().values()
        accounts = {each.account for each in owed if each.party == name and each.account}
        accounts.add(payable(name) if vendor else receivable(name))
        return self._figure(name, lambda account: account in accounts, (date.min, on), side.sign)

    def document(self, number: str, on: date) -> DocumentStanding | None:
        """One invoice or bill; None when the ledger holds none of this number up to that day."""
        register = self._register(VENDORS if number.startswith("BILL") else CUSTOMERS)
        if number not in register.documents():  # other books call their bills otherwise
            register = self._register(VENDORS)
        owed = register.documents().get(number)
        return None if owed is None or owed.day > on else self._standing(register, number, on)

    def documents(self, on: date, *, vendor: bool = False, since: date = date.min) -> tuple[DocumentStanding, ...]:
        """Every invoice, or every bill, up to a day as it stood then, the oldest first; as `BookReports.documents`."""
        register = self._register(VENDORS if vendor else CUSTOMERS)
        issued = [name for name, each in register.documents().items() if each.day <= on and not each.was_over(since)]
        with many_rows():
            found = [self._standing(register, each, on, with_credit=False) for each in issued]
        return tuple(sorted(found, key=lambda each: each.day))

    def customers_since(self) -> dict[str, date]:
        """The day of each customer's first invoice."""
        found: dict[str, date] = {}
        for each in self._register(CUSTOMERS).documents().values():
            found[each.party] = min(each.day, found.get(each.party, each.day))
        return found

    def _standing(self, register: Register, number: str, on: date, *, with_credit: bool = True) -> DocumentStanding:
        owed, standing = register.owed(number), register.standing(number, on, with_credit=with_credit)
        clear, unclear = (standing, "") if isinstance(standing, InvoiceStanding) else (None, standing.why)
        booked = (SourceRow(leg.day, leg.place, number, leg.amount, leg.currency) for leg in owed.legs if leg.day <= on)
        return DocumentStanding(
            number=number,
            party=owed.party,
            day=owed.day,
            due=owed.due,
            total=owed.total.amount,
            currency=owed.total.currency,
            place=owed.place,
            open=clear.open if clear else None,
            unclear=unclear,
            rows=tuple(booked),
            as_of=on,
            freshness=self._fresh,
            reference=owed.reference,
            paid_on=clear.paid_on if clear else None,
            credited=clear.credited if clear else NOTHING,
        )

    def _register(self, side: Side) -> Register:
        """The documents of a side, read once."""
        if side.party not in self._registers:
            self._registers[side.party] = Register(self._ledger, side)
        return self._registers[side.party]

    def creditable(self, number: str) -> Creditable:
        """What of an invoice can still be credited, after all credit notes in the ledger."""
        return creditable(self._ledger.whole(), number)

    def unexplained(self, on: date) -> Figure:
        """Movements of which nobody has said what they were for; what was explained since is taken off."""
        return self._figure("unexplained", lambda account: account == UNEXPLAINED, (date.min, on), sign=-1)

    def unexplained_moves(self, account: str) -> dict[str, SourceRow]:
        """The movements of an account, by `bank_id`, of which surely nobody has said what they were for."""
        still = waiting_moves(self._ledger.whole()).keys()
        return {name: row for name, row in self.booked_moves(account).items() if name in still}

    def bare_costs(self, account: str, since: date = date.min) -> dict[str, BareCost]:
        """The movements of an account since a day, by `bank_id`, each one cost, without a receipt and without VAT."""
        entries = self._ledger.transactions((since, date.max))  # what explains a movement is not older
        bare = {name: cost.removeprefix(COSTS) for name, (_, cost) in bare_costs(entries).items()}
        moves = self.booked_moves(account, since)
        return {name: BareCost(row, bare[name]) for name, row in moves.items() if name in bare}

    def receipts(self) -> frozenset[str]:
        """Every receipt that an entry names, as it names it."""
        return frozenset(each.meta["receipt"] for each in self._ledger.whole().transactions if "receipt" in each.meta)

    def past_costs(self) -> tuple[PastCost, ...]:
        """What was paid to whom for what, the oldest first."""
        return tuple(past_costs(self._ledger.whole()))

    def cost_names(self) -> tuple[str, ...]:
        """Every cost account of the owner's chart, by the name that orders give it."""
        opened = sorted(opened_accounts(self._ledger.texts.values()))
        return tuple(each.removeprefix(COSTS) for each in opened if each.startswith(COSTS))

    def direct_costs(self) -> frozenset[str]:
        """Those under `Expenses:COGS`."""
        opened = opened_accounts(self._ledger.texts.values())
        return frozenset(each.removeprefix(COSTS) for each in opened if f"{each}:".startswith(f"{DIRECT_COSTS}:"))

    def export(self, start: date, end: date) -> str:
        """Every line of every entry of a time as CSV."""
        return export_text(self.lines(start, end))

    def lines(self, start: date, end: date) -> tuple[BookLine, ...]:
        """Every line of every entry of a time, entry by entry."""
        entries, home = self._ledger.transactions((start, end)), self._ledger.home
        return tuple(line for entry in entries for line in exported(entry, home))

    def _open_items(self, side: Side, on: date) -> OpenItems:
        register = self._register(side)
        documents, unclear = [], []
        names: dict[str, str] = {}
        back: dict[tuple[str, str], Decimal] = {}  # what was paid too much, or paid and credited
        for number, owed in register.documents().items():
            names[owed.account] = owed.party
            if owed.day > on:
                continue
            standing = register.standing(number, on, with_credit=False)
            if not isinstance(standing, InvoiceStanding):
                unclear.append(f"{number}: {standing.why}")
            elif standing.open < 0:
                back[owed.party, owed.total.currency] = (
                    back.get((owed.party, owed.total.currency), NOTHING) - standing.open
                )
            elif standing.open:
                late = (on - owed.due).days
                money = (owed.total.amount, standing.open, owed.total.currency)
                booked = cents(standing.open * Decimal(owed.rate)) if owed.rate else None
                about = (number, owed.party, owed.day, owed.due)
                documents.append(OpenDocument(*about, *money, owed.place, late, owed.reference, booked))
        documents.sort(key=lambda each: (each.due, each.number))
        for (account, currency), amount in register.credits(on).items():
            place = (names.get(account, account), currency)
            back[place] = back.get(place, NOTHING) + amount
        owing = {place: amount for place, amount in back.items() if amount}
        return OpenItems(on, tuple(documents), owing, tuple(unclear), self._fresh)

    def _by_account(self, wanted: Callable[[str], bool], days: Days, sign: int) -> tuple[Figure, ...]:
        found: dict[str, list[SourceRow]] = {}
        for account, row in self._ledger.rows(wanted, days, sign):
            found.setdefault(account, []).append(row)
        figures = (self._of_rows(account, rows, days) for account, rows in found.items())
        return _in_order(figures)

    def _figure(self, name: str, wanted: Callable[[str], bool], days: Days, sign: int) -> Figure:
        return self._of_rows(name, [row for _, row in self._ledger.rows(wanted, days, sign)], days)

    def _of_rows(self, name: str, rows: Iterable[SourceRow], days: Days) -> Figure:
        kept = tuple(rows)
        amounts: dict[str, Decimal] = {}
        for row in kept:
            amounts[row.currency] = amounts.get(row.currency, NOTHING) + row.amount
        return Figure(name, {each: amount for each, amount in amounts.items() if amount}, days[1], kept, self._fresh)


def _in_order(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """The largest first."""
    return tuple(sorted(figures, key=lambda figure: (-max(figure.amounts.values(), default=NOTHING), figure.name)))
