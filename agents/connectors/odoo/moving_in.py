"""Carries what other books hold into Odoo: open documents, one entry of all balances and credits, waiting movements.

A document is written over what is open of it, without tax, against the account for what was there before the books
began, so that neither revenue nor VAT counts twice. Each record has a key made of what it is, so that whatever broke
off is there once. Source: ADR 0071.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from agents.connectors.book_orders import BankBook, Move
from agents.connectors.book_state import OPENING, RESULT, UNEXPLAINED
from agents.connectors.books import RateTotal, Totals, cents
from agents.connectors.odoo.account_map import BANK, TILL
from agents.connectors.odoo.documents import MOVE, NOTHING, POSTED, Draft
from agents.connectors.odoo.entries import Entry, Leg
from agents.connectors.odoo.numbering import ORIGIN
from agents.connectors.odoo.records import number_of, reference, text
from agents.connectors.odoo.statement_lines import STATEMENT_LINE, StatementLines, digest
from agents.errors import EmployeeError, NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from pydantic import JsonValue

    from agents.connectors.book_state import BookState, Item, Whose
    from agents.connectors.odoo.account_map import AccountMap
    from agents.connectors.odoo.chart import Chart
    from agents.connectors.odoo.writing import Writing

BALANCES = "moved_balances"
OF_ITEM = "moved_"


class MovingIn:
    """Carries one state of other books into one Odoo."""

    def __init__(self, writing: Writing, chart: Chart, accounts: AccountMap) -> None:
        self._writing = writing
        self._records = writing.records
        self._chart = chart
        self._accounts = accounts
        self._lines = StatementLines(writing.records)

    # ---- before anything is written ----

    def obstacles(self, state: BookState) -> tuple[str, ...]:
        """Everything in the way, in words with what to do about it; nothing is written."""
        return (*self._of_setup(state), *self._of_currencies(state), *self._of_parties(state), *self._foreign(state))

    def _of_setup(self, state: BookState) -> Iterator[str]:
        if state.home != self._chart.currency:
            yield f"the books are in {state.home}, and Odoo keeps its in {self._chart.currency}"
        checks: list[Callable[[], object]] = [partial(self._chart.refuse_locked, first_day(state))]
        checks += [partial(self._chart.journal, kind) for kind in ("sale", "purchase", "general")]
        checks += [partial(self._chart.bank, name) for name in state.waiting]
        checks += [partial(self._accounts.odoo_account, OPENING)]
        checks += [partial(self._accounts.odoo_account, *each) for each in sorted(_by_name(state))]
        yield from dict.fromkeys(filter(None, map(_refusal, checks)))

    def _of_currencies(self, state: BookState) -> Iterator[str]:
        for name, currency in sorted(state.balances):
            if currency != state.home and not name.startswith(RESULT[0]):
                yield f"{name} holds {currency}, and only documents and income can be carried in another currency"
        used = {each.currency for each in state.items.values()} | {currency for *_, currency in state.credits}
        used |= {currency for _, currency in state.balances}
        for code in sorted(used - {state.home}):
            if said := _refusal(partial(self._rate, code, state.on)):
                yield said

    def _of_parties(self, state: BookState) -> Iterator[str]:
        for name in sorted({each.party for each in state.items.values()} | {party for _, party, _ in state.credits}):
            if said := _refusal(partial(self._writing.parties.known, name)):
                yield said

    def _foreign(self, state: BookState) -> Iterator[str]:
        """Entries up to the first day that are not of this moving over: with them the balances would count twice."""
        until = state.on + timedelta(days=1)
        domain: list[JsonValue] = [["state", "=", POSTED], ["date", "<=", until.isoformat()]]
        rows = self._records.search(MOVE, domain, ("name", "date", "statement_line_id"))
        ours = self._writing.entries.keys(MOVE, [number_of(each) for each in rows])
        moved = {number for key, number in ours.items() if key.startswith(OF_ITEM)}
        lines = {reference(each["statement_line_id"]): number_of(each) for each in rows}
        lines.pop(0, None)
        wanted = {_bank_key(self._chart, name, each) for name, rows in state.waiting.items() for each in rows}
        keys = self._writing.entries.keys(STATEMENT_LINE, [*lines])
        moved |= {lines[number] for key, number in keys.items() if key in wanted}
        if alien := sorted((text(each["date"]), text(each["name"])) for each in rows if number_of(each) not in moved):
            said = f"Odoo has {len(alien)} entries of its own up to {until}, the first of {alien[0][0]}, {alien[0][1]}"
            yield f"{said}: the balances would count twice. Take an Odoo, or a database of it, without entries."

    # ---- what is written ----

    def write(self, state: BookState) -> None:
        """Carry all of it that is not there; may be done again after any fault.

        Raises:
            NotAllowed, NeedsOwner, Transient, OutcomeUnknown: as writing into Odoo does.
        """
        for item in sorted(state.items.values(), key=lambda each: each.number):
            self._writing.documents.post(self._draft(item, state.on))
        for name, rows in state.waiting.items():
            journal = self._chart.bank(name)
            there = self._lines.find(journal, rows)
            new = [
                Move(bank_id=bank_id, day=row.day, amount=row.amount, text=row.said[:300])
                for bank_id, row in rows.items()
                if bank_id not in there
            ]
            self._lines.write(journal, new)
        for name, (day, balance) in state.bank_to.items():
            told = BankBook(account=self._chart.bank(name).name, currency=state.home, closing=balance, closed_on=day)
            self._lines.keep_compared(told)
        if legs := self._legs(state):
            ref = f"Balances at the end of {state.on}"
            general = self._chart.journal("general").number
            self._writing.entries.post(Entry(BALANCES, general, state.on, ref, legs))

    def _draft(self, item: Item, on: date) -> Draft:
        opening, day = self._accounts.odoo_account(OPENING), on.isoformat()
        head: dict[str, JsonValue] = {
            "invoice_date_due": item.due.isoformat(),
            "ref": item.reference or item.number,
            "payment_reference": item.number,
            ORIGIN: item.number,
        }
        line: dict[str, JsonValue] = {
            "name": item.number,
            "quantity": 1.0,
            "price_unit": float(item.open),
            "account_id/.id": opening,
            "tax_ids/.id": "",
        }
        return Draft(
            key=f"{OF_ITEM}{digest(item.party, item.number)}",
            kind="in_invoice" if item.is_vendors else "out_invoice",
            partner=self._writing.parties.made(item.party),
            day=on,
            currency=self._chart.currency_of(item.currency),
            totals=Totals((RateTotal(NOTHING, item.open, NOTHING),)),
            head=head | ({"date": day} if item.is_vendors else {}),
            lines=[line],
        )

    def _legs(self, state: BookState) -> tuple[Leg, ...]:
        """One leg for each balance and each credit, and one for what was there before the books began."""
        legs = []
        for (name, currency), amount in sorted(state.balances.items()):
            left = amount - _waiting_on(state, name)
            if name != UNEXPLAINED and left:
                worth = self._worth(left, currency, state.on)
                account = self._accounts.odoo_account(name, amount)
                legs.append(Leg(account, worth, self._chart.currency_of(currency), left, name))
        legs += [self._credit(whose, amount, state.on) for whose, amount in sorted(state.credits.items())]
        if rest := -sum((each.balance for each in legs), NOTHING):
            home = self._chart.currency_of(state.home)
            legs.append(Leg(self._accounts.odoo_account(OPENING), rest, home, rest, OPENING))
        return tuple(legs)

    def _credit(self, whose: Whose, amount: Decimal, on: date) -> Leg:
        is_vendors, party, currency = whose
        partner = self._writing.parties.made(party)
        field = f"property_account_{'payable' if is_vendors else 'receivable'}_id"
        account = reference(self._records.read("res.partner", partner, (field,))[field])
        left = amount if is_vendors else -amount
        worth = self._worth(left, currency, on)
        return Leg(account, worth, self._chart.currency_of(currency), left, "on account", partner)

    def _worth(self, amount: Decimal, code: str, on: date) -> Decimal:
        return amount if code == self._chart.currency else cents(amount / self._rate(code, on))

    def _rate(self, code: str, on: date) -> Decimal:
        """How many of a currency were one of the books' on a day.

        Raises:
            NeedsOwner: it is not switched on, or Odoo has no rate of it.
        """
        number = self._chart.currency_of(code)
        domain: list[JsonValue] = [["currency_id", "=", number], ["name", "<=", on.isoformat()]]
        rows = self._records.search("res.currency.rate", domain, ("name", "company_rate"))
        if not rows:
            hint = "Enter it in Odoo (Invoicing, Configuration, Currencies)."
            raise NeedsOwner(f"Odoo has no rate of {code} on {on}", hint=hint)
        return Decimal(str(max(rows, key=lambda each: text(each["name"]))["company_rate"]))


def first_day(state: BookState) -> date:
    """The first day of which something is written."""
    days = [row.day for rows in state.waiting.values() for row in rows.values()]
    return min([state.on, *days])


def _by_name(state: BookState) -> Iterator[tuple[str, Decimal]]:
    return ((name, amount) for (name, _), amount in state.balances.items() if name != UNEXPLAINED)


def _waiting_on(state: BookState, name: str) -> Decimal:
    """What of an account's balance comes with the movements that wait."""
    bank = TILL.rpartition(":")[2] if name == TILL else name.removeprefix(BANK)
    rows = state.waiting.get(bank, {}) if name == TILL or name.startswith(BANK) else {}
    return sum((each.amount for each in rows.values()), NOTHING)


def _bank_key(chart: Chart, account: str, bank_id: str) -> str:
    try:
        return f"bank_{digest(chart.bank(account).name, bank_id)}"
    except NeedsOwner:
        return ""


def _refusal(check: Callable[[], object]) -> str:
    """What a check says, with what to do about it; empty when it passes."""
    try:
        check()
    except EmployeeError as err:
        return f"{err}. {err.hint}"
    return ""
