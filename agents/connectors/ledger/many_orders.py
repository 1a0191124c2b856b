"""Writes many orders of the past into a new ledger at once: it is loaded once, and each month is one write.

The entries are those that the same orders make one by one; only the PDFs of invoices are left out, since nobody was
sent one. What the orders ask for is not checked against what is open: this is for orders that code made (ADR 0077).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.connectors.book_orders import BankBook, BillBook
from agents.connectors.contract import Money, sha256_hex
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit
from agents.connectors.ledger.account_names import payable, receivable
from agents.connectors.ledger.entry import NewEntry, entry_text, open_text
from agents.connectors.ledger.ledger_append import appended, changed_meanwhile, with_accounts
from agents.connectors.ledger.ledger_files import opened_accounts
from agents.connectors.ledger.receivables import Owed
from agents.connectors.ledger.record_text import Known, balance_text, bill_text, move_text
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from agents.connectors.ledger.ledger_append import LedgerAppend

    Past = InvoiceCreate | InvoiceCredit | BillBook | BankBook
    Entry = tuple[date, str, dict[str, str]]  # day and text, and what opens its accounts

WHAT = "the orders of the past"


def append_past(append: LedgerAppend, orders: Iterable[tuple[date, Past, str]], at: datetime) -> tuple[str, ...]:
    """Append all of them, each with its day and the number of its document; the files that were written.

    They come oldest first. `at`: when they are written (UTC). An invoice is credited whole.

    Raises:
        NotAllowed: the ledger holds documents or movements already, or refuses an entry.
        NeedsOwner: a file cannot be read.
        Transient: the ledger was busy, or changed meanwhile.
        OutcomeUnknown: the disk refused.
    """
    with append.locked():
        ledger = append.cache.ledger(append.readable())
        if ledger.whole().transactions:
            raise NotAllowed("The ledger holds entries already.", hint="Make a new vault for the samples.")
        past = _Past(ledger.home, at)
        opened = opened_accounts(ledger.texts.values())
        snippets = [
            (of, with_accounts(opened, text, opens, WHAT))
            for day, order, number in orders
            for of, text, opens in past.entries(day, order, number)
        ]
        changed = appended(ledger.texts, snippets)
        after = append.checked(ledger, {**ledger.texts, **changed}, WHAT)
        for month, new in sorted(changed.items()):
            if not append.write(month, ledger.texts.get(month), new, WHAT):
                raise changed_meanwhile()
        append.written(after)
        for number in past.last_numbers():
            append.keep_number(number)
        return tuple(sorted(changed))


class _Past:
    """The entries of one order after the other; which documents there were is kept in mind."""

    def __init__(self, home: str, at: datetime) -> None:
        self._at = at
        self._documents: dict[str, Owed] = {}
        self._known = Known(self._documents, home)
        self._invoices: dict[str, InvoiceCreate] = {}
        self._numbers: dict[str, str] = {}

    def entries(self, day: date, order: Past, number: str) -> Iterator[Entry]:
        """Day and text of each entry of an order, with what opens its accounts."""
        if number:
            self._numbers[f"{isinstance(order, BillBook)} {day.year}"] = number
        match order:
            case BankBook():
                yield from self._moves(order)
            case BillBook():
                total = Money(order.totals.gross, order.currency)
                self._documents[number] = Owed(payable(order.vendor), total, order.due, order.vendor)
                text = bill_text(order, (number, _key(number), self._at), self._known.home)
                yield text.day, text.written(), text.opens()
            case InvoiceCreate():
                self._invoices[number] = order
                account, due = receivable(order.customer), day + timedelta(days=order.due_days)
                total = Money(order.totals.gross, order.currency)
                self._documents[number] = Owed(account, total, due, order.customer)
                entry = self._issued(day, order, (number, order.lines[0].text))
                yield day, entry_text(replace(entry, due=due)), {account: open_text(order.customer)}
            case InvoiceCredit():
                said = (number, f"credits {order.number} {order.reason}")
                entry = self._issued(day, self._invoices[order.number], said)
                yield day, entry_text(replace(entry, credits=order.number)), {}

    def last_numbers(self) -> Iterable[str]:
        """The last number of each row of them."""
        return self._numbers.values()

    def _moves(self, order: BankBook) -> Iterator[Entry]:
        made = (_key(f"{order.account} {order.closed_on}"), self._at)
        for move in order.moves:
            text = move_text(move, (order.account, order.currency), self._known, made)
            yield text.day, text.written(), text.opens()
        if order.closing is not None and order.closed_on is not None:
            closed = balance_text(order.account, order.closed_on, order.closing, order.currency)
            yield order.closed_on, closed, {}

    def _issued(self, day: date, order: InvoiceCreate, said: tuple[str, str]) -> NewEntry:
        number, subject = said
        return NewEntry(
            number=number,
            key=_key(number),
            day=day,
            at=self._at,
            customer=order.customer,
            email=order.email,
            subject=subject,
            totals=order.totals,
            currency=order.currency,
            document=None,
        )


def _key(what: str) -> str:
    return sha256_hex(f"past {what}".encode())
