"""Figures of the embedded ledger, computed over its loaded entries in one pass each. Pure but for the reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_export import export_text
from agents.connectors.book_figures import (
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
from agents.connectors.books import InvoiceStanding, cents
from agents.connectors.ledger.account_names import BANK, CASH, TRANSIT, payable, receivable
from agents.connectors.ledger.booked import bank_to, booked_moves, moved_leg
from agents.connectors.ledger.entry import VAT
from agents.connectors.ledger.ledger_files import bank_accounts, opened_accounts
from agents.connectors.ledger.receivables import CUSTOMERS, VENDORS, Register
from agents.connectors.ledger.record_text import INPUT_VAT, UNEXPLAINED
from agents.connectors.ledger.unexplained import past_costs, waiting_moves
from agents.connectors.sepa import packed
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from agents.connectors.ledger.beancount_file import Loaded, Posting, Transaction
    from agents.connectors.ledger.receivables import Side

NOTHING = Decimal("0.00")
OWN_MONEY = (BANK, CASH, TRANSIT)
REVENUE, COSTS = "Income:", "Expenses:"


@dataclass(frozen=True, slots=True)
class _Span:
    start: date
    end: date

    def has(self, day: date) -> bool:
        return self.start <= day <= self.end


class LedgerFigures:
    """The figures of one state of the ledger. `version` tells its bytes; `texts` are those of all its files."""

    def __init__(self, loaded: Loaded, texts: Mapping[str, str], version: str) -> None:
        if loaded.errors:
            error = loaded.errors[0]
            raise NeedsOwner(
                f"The ledger has an error, so no figure can be trusted: {error}",
                hint=f"Put {error.file}:{error.line} in order.",
            )
        self._loaded = loaded
        self._texts = texts
        self._fresh = Freshness(version, bank_to(loaded, texts))

    def profit_and_loss(self, start: date, end: date) -> ProfitAndLoss:
        """What was earned and spent between two days, both with."""
        span = _Span(start, end)
        revenue = self._by_account(lambda leg: leg.account.startswith(REVENUE), span, sign=-1)
        costs = self._by_account(lambda leg: leg.account.startswith(COSTS), span, sign=1)
        result = self._figure("result", lambda leg: leg.account.startswith((REVENUE, COSTS)), span, sign=-1)
        return ProfitAndLoss(start, end, revenue, costs, result)

    def accounts(self) -> dict[str, str]:
        """The owner's bank accounts by name, each with its IBAN, or empty where the ledger does not say it."""
        return bank_accounts(self._texts.values())

    def booked_moves(self, account: str) -> dict[str, SourceRow]:
        """Every movement of an account that is booked, by its `bank_id`."""
        return {name: _row(each, moved_leg(each), 1) for name, each in booked_moves(self._loaded, account).items()}

    def ibans(self) -> dict[str, tuple[str, ...]]:
        """The accounts that each customer or vendor was paid from or to, by their name."""
        found: dict[str, dict[str, None]] = {}
        for entry in self._loaded.transactions:
            if "payment" in entry.tags and "iban" in entry.meta:
                found.setdefault(entry.payee, {})[packed(entry.meta["iban"])] = None
        return {party: tuple(each) for party, each in found.items()}

    def cash(self, on: date) -> tuple[Figure, ...]:
        """What was on each of the owner's accounts at the end of a day, and under way between them."""
        return self._by_account(lambda leg: leg.account.startswith(OWN_MONEY), _Span(date.min, on), sign=1)

    def vat(self, start: date, end: date) -> VatPosition:
        """The VAT of a time."""
        span = _Span(start, end)
        return VatPosition(
            self._figure("VAT charged", lambda leg: leg.account == VAT, span, sign=-1),
            self._figure("VAT paid", lambda leg: leg.account == INPUT_VAT, span, sign=1),
            self._figure("VAT due", lambda leg: leg.account in {VAT, INPUT_VAT}, span, sign=-1),
        )

    def receivables(self, on: date) -> OpenItems:
        """What customers owed on a day."""
        return self._open_items(CUSTOMERS, on)

    def payables(self, on: date) -> OpenItems:
        """What was owed to vendors on a day."""
        return self._open_items(VENDORS, on)

    def party(self, name: str, on: date, *, vendor: bool = False) -> Figure:
        """Everything booked on the accounts of a customer or vendor up to a day."""
        side = VENDORS if vendor else CUSTOMERS
        owed = Register(self._loaded, self._texts, side).documents().values()
        accounts = {each.account for each in owed if each.party == name and each.account}
        accounts.add(payable(name) if vendor else receivable(name))
        return self._figure(name, lambda leg: leg.account in accounts, _Span(date.min, on), side.sign)

    def document(self, number: str, on: date) -> DocumentStanding | None:
        """One invoice or bill; None when the ledger holds none of this number up to that day."""
        side = VENDORS if number.startswith("BILL") else CUSTOMERS
        register = Register(self._loaded, self._texts, side)
        owed = register.documents().get(number)
        if owed is None or owed.day > on:
            return None
        standing = register.standing(number, on)
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
        )

    def unexplained(self, on: date) -> Figure:
        """Movements of which nobody has said what they were for; what was explained since is taken off."""
        return self._figure("unexplained", lambda leg: leg.account == UNEXPLAINED, _Span(date.min, on), sign=-1)

    def unexplained_moves(self, account: str) -> dict[str, SourceRow]:
        """The movements of an account, by `bank_id`, of which surely nobody has said what they were for."""
        still = waiting_moves(self._loaded).keys()
        return {name: row for name, row in self.booked_moves(account).items() if name in still}

    def past_costs(self) -> tuple[PastCost, ...]:
        """What was paid to whom for what, the oldest first."""
        return tuple(past_costs(self._loaded))

    def cost_names(self) -> tuple[str, ...]:
        """Every cost account of the owner's chart, by the name that orders give it."""
        opened = sorted(opened_accounts(self._texts.values()))
        return tuple(each.removeprefix(COSTS) for each in opened if each.startswith(COSTS))

    def export(self, start: date, end: date) -> str:
        """Every line of every entry of a time as CSV."""
        return export_text(_exported(entry, leg) for entry, leg in self._legs(_Span(start, end)))

    def _open_items(self, side: Side, on: date) -> OpenItems:
        register = Register(self._loaded, self._texts, side)
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

    def _by_account(self, wanted: Callable[[Posting], bool], span: _Span, sign: int) -> tuple[Figure, ...]:
        rows: dict[str, list[SourceRow]] = {}
        for entry, leg in self._legs(span):
            if wanted(leg):
                rows.setdefault(leg.account, []).append(_row(entry, leg, sign))
        figures = (self._of_rows(account, each, span) for account, each in rows.items())
        return tuple(sorted(figures, key=lambda figure: (-max(figure.amounts.values(), default=NOTHING), figure.name)))

    def _figure(self, name: str, wanted: Callable[[Posting], bool], span: _Span, sign: int) -> Figure:
        return self._of_rows(name, [_row(entry, leg, sign) for entry, leg in self._legs(span) if wanted(leg)], span)

    def _of_rows(self, name: str, rows: Iterable[SourceRow], span: _Span) -> Figure:
        kept = tuple(rows)
        amounts: dict[str, Decimal] = {}
        for row in kept:
            amounts[row.currency] = amounts.get(row.currency, NOTHING) + row.amount
        return Figure(name, {each: amount for each, amount in amounts.items() if amount}, span.end, kept, self._fresh)

    def _legs(self, span: _Span) -> Iterator[tuple[Transaction, Posting]]:
        return ((entry, leg) for entry in self._loaded.transactions if span.has(entry.day) for leg in entry.postings)


def _row(entry: Transaction, leg: Posting, sign: int) -> SourceRow:
    said = " · ".join(part for part in (entry.payee, entry.narration) if part)
    return SourceRow(entry.day, _place(entry), said, sign * leg.amount, leg.currency)


def _place(entry: Transaction) -> str:
    return f"{entry.file}:{entry.line}"


def _exported(entry: Transaction, leg: Posting) -> tuple[str, ...]:
    meta = entry.meta
    number = meta.get("number", "") or leg.meta.get("applies", "").upper()
    money = (f"{leg.amount:.2f}", leg.currency, leg.meta.get("rate", ""))
    beside = (meta.get("document", "") or meta.get("receipt", ""), _place(entry))
    return (entry.day.isoformat(), number, entry.payee, entry.narration, leg.account, *money, *beside)
