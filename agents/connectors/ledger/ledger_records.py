"""Writes bills, movements of the bank and what they were for into the ledger: each once, all of an order or nothing.

A movement is known by its `bank_id`. Nothing is written into a ledger that has an error: what is open cannot be told.
An order whose movements lie in two months is written month by month; what a kill left out is written the next time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from agents.connectors.book_keeping import MAIN
from agents.connectors.book_orders import BankBook, BankExplain, BillBook, CreditApply, Payment, Payout, Spending
from agents.connectors.books import amount_text
from agents.connectors.contract import Absent, CannotKnow, Found, Receipt
from agents.connectors.ledger.account_names import bank_account
from agents.connectors.ledger.booked import moved_leg
from agents.connectors.ledger.bookings import CUSTOMERS, VENDORS
from agents.connectors.ledger.entry import UTC_FORMAT
from agents.connectors.ledger.ledger_append import TRIES, appended, changed_meanwhile, with_accounts
from agents.connectors.ledger.ledger_files import Unreadable, opened_accounts, places_of, read_ledger
from agents.connectors.ledger.receivables import Register
from agents.connectors.ledger.record_text import (
    UNEXPLAINED,
    Known,
    balance_text,
    bill_text,
    credit_text,
    explained_text,
    move_text,
)
from agents.connectors.ledger.unexplained import bare_costs, waiting_moves
from agents.connectors.payment_checks import Checks
from agents.errors import NeedsOwner, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from agents.clock import Clock
    from agents.connectors.book_figures import SourceRow
    from agents.connectors.book_orders import BookOrder, Move
    from agents.connectors.contract import Lookup
    from agents.connectors.ledger.beancount_file import Loaded, Transaction
    from agents.connectors.ledger.ledger import Ledger
    from agents.connectors.ledger.ledger_append import LedgerAppend
    from agents.connectors.ledger.record_text import Text


class LedgerRecords:
    """Everything in the ledger that is not an invoice or a credit note."""

    def __init__(self, append: LedgerAppend, clock: Clock) -> None:
        self._append = append
        self._clock = clock

    def find(self, order: BookOrder, key: str) -> Lookup:
        """Whether all of it is written; CannotKnow when the ledger cannot be read."""
        texts = read_ledger(self._append.root)
        if isinstance(texts, Unreadable):
            return CannotKnow(f"The ledger cannot be searched: {texts}. Was this written?")
        return _find(self._append.cache.ledger(texts), order, key)

    def record(self, order: BookOrder, key: str) -> Receipt:
        """Write it once; with the same key again, or with movements that are there already, the receipt of before.

        Raises:
            NotAllowed: the ledger refuses it, or what it pays is not owed.
            NeedsOwner: the ledger must be put in order first.
            Transient: nothing happened; the ledger was busy.
            OutcomeUnknown: it cannot be told whether all of it stands.
        """
        with self._append.locked():
            for _ in range(TRIES):
                ledger = self._append.cache.ledger(self._append.readable())
                _refuse_errors(ledger)
                found = _find(ledger, order, key)
                if isinstance(found, Found):
                    return found.receipt
                if receipt := self._written(ledger, order, key):
                    return receipt
        raise changed_meanwhile()

    def _written(self, ledger: Ledger, order: BookOrder, key: str) -> Receipt | None:
        """Append it; None when a file changed meanwhile and all is to be done again."""
        texts = ledger.texts
        changed = appended(texts, [*self._snippets(ledger, order, key)])
        after = self._append.checked(ledger, {**texts, **changed}, order.title())
        if missing := set(changed) - after.files:
            raise NeedsOwner(
                f"The ledger does not read what is appended to {min(missing)}.",
                hint=f'Include "20[0-9][0-9]/*.beancount" in {MAIN}.',
            )
        found = _find(after, order, key)
        if not isinstance(found, Found):
            raise NeedsOwner("The ledger does not read what would be appended.", hint=f"Look at {MAIN}.")
        for month, new in sorted(changed.items()):
            if not self._append.write(month, texts.get(month), new, order.title()):
                return None
        self._append.written(after)
        if isinstance(order, BillBook):
            self._append.keep_number(found.receipt.provider_id)
        return found.receipt

    def _snippets(self, ledger: Ledger, order: BookOrder, key: str) -> Iterable[tuple[date, str]]:
        opened = opened_accounts(ledger.texts.values())
        for entry in self._entries(ledger, order, key):
            yield entry.day, with_accounts(opened, entry.written(), entry.opens(), order.title())
        if isinstance(order, BankBook) and order.closing is not None and order.closed_on is not None:
            yield order.closed_on, balance_text(order.account, order.closed_on, order.closing, order.currency)

    def _entries(self, ledger: Ledger, order: BookOrder, key: str) -> Iterable[Text]:
        made = (key, self._clock.now())
        _refuse_used_receipts(ledger, order, key)
        if isinstance(order, BillBook):
            number = self._append.next_number(ledger.texts, "BILL", order.day)
            _refuse_twice(ledger.whole(), order)
            yield bill_text(order, (number, *made), ledger.home)
            return
        sides = {vendor: Register(ledger, VENDORS if vendor else CUSTOMERS) for vendor in _sides(order)}
        checks = Checks(sides, ledger.home)
        documents = {number: owed for each in sides.values() for number, owed in each.documents().items()}
        known = Known(documents, ledger.home)
        match order:
            case BankBook():
                there = _booked(ledger, order)
                for move in order.moves:
                    if move.bank_id not in there:
                        checks.reason(move.reason, move.amount, order.currency)
                        yield move_text(move, (order.account, order.currency), known, made)
            case BankExplain():
                for move, booked in _to_explain(ledger, order, key):
                    checks.reason(move.reason, move.amount, order.currency)
                    yield explained_text(move, booked, known, made)
            case CreditApply():
                checks.credit(order)
                yield credit_text(order, known, made)


def _sides(order: BankBook | BankExplain | CreditApply) -> set[bool]:
    """Whose documents an order is about: True for those of vendors."""
    if isinstance(order, CreditApply):
        return {order.vendor}
    sides = {each.reason.vendor for each in order.moves if isinstance(each.reason, Payment)}
    return sides | {False for each in order.moves if isinstance(each.reason, Payout)}


def _booked(ledger: Ledger, order: BankBook) -> dict[str, SourceRow]:
    return ledger.moves(bank_account(order.account), frozenset(each.bank_id for each in order.moves))


def _find(ledger: Ledger, order: BookOrder, key: str) -> Lookup:
    if isinstance(order, BankBook):
        booked = _booked(ledger, order)
        there = ledger.standing_at({each.place for each in booked.values()})
        closed = order.closing is None or _closes(ledger, order)
        whole = closed and {each.bank_id for each in order.moves} == booked.keys()
    elif isinstance(order, BankExplain):
        there = [*_explained(ledger, key).values()]
        whole = len(there) == len(order.moves)
    else:
        there = ledger.by_key(key)
        whole = bool(there)
    if whole:
        return Found(_receipt_of(order, there, key))
    if not there and (places := places_of(ledger.texts, key)):
        return CannotKnow(f"The ledger names this at {', '.join(places)}, but it cannot be read.")
    return Absent()


def _closes(ledger: Ledger, order: BankBook) -> bool:
    """Whether the ledger asserts the balance; what is commented out, or in no file of the ledger, does not count."""
    day = (order.closed_on or date.min) + timedelta(days=1)
    line = f"{day} balance {bank_account(order.account)}  {order.closing:.2f} {order.currency}"
    return any(line in ledger.texts[name].split("\n") for name in ledger.files)


def _receipt_of(order: BookOrder, there: Iterable[Transaction], key: str) -> Receipt:
    entries = [*there]
    closed = order.closed_on if isinstance(order, BankBook) else None
    at = max((each.meta.get("at", "") for each in entries), default="")
    name = entries[0].meta.get("number", "") if isinstance(order, BillBook) else order.recipient() or key[:12]
    details = {"number": name} if isinstance(order, BillBook) else {"entries": str(len(entries))}
    if order.money is not None:
        details["total"] = amount_text(order.money.amount, order.money.currency)
    where = f"{entries[0].file} line {entries[0].line}" if entries else "the balance"
    return Receipt(
        provider="ledger",
        provider_id=name,
        at=_moment(at, max((each.day for each in entries), default=closed or date.min)),
        summary=f"{name} · {where}",
        paths=tuple(sorted({each.file for each in entries})),
        details=details,
    )


def _moment(at: str, day: date) -> datetime:
    """When it was written; of an entry of the owner's own, the beginning of its day."""
    try:
        return datetime.strptime(at, UTC_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return datetime.combine(day, time(), UTC)


def _refuse_errors(ledger: Ledger) -> None:
    if ledger.errors:
        error = ledger.errors[0]
        hint = f"Put {error.file}:{error.line} in order first."
        raise NeedsOwner(f"The ledger has an error: {error.message}", hint=hint)


def _refuse_twice(loaded: Loaded, order: BillBook) -> None:
    """The same bill must not be owed twice: a vendor's number is theirs once."""
    for each in loaded.by_meta("reference", order.reference):
        if "bill" in each.tags and each.payee == order.vendor:
            hint = f"Look at {each.file}:{each.line}."
            raise NotAllowed(f"The bill {order.reference} of {order.vendor} is booked already.", hint=hint)


def _explained(ledger: Ledger, key: str) -> dict[str, Transaction]:
    """What an order has explained already, by `bank_id`."""
    return {each.meta["explains"]: each for each in ledger.by_key(key) if "explains" in each.meta}


def _refuse_used_receipts(ledger: Ledger, order: BookOrder, key: str) -> None:
    """A receipt proves one purchase: its VAT must not come back twice."""
    for receipt in _receipts_of(order):
        for each in ledger.whole().by_meta("receipt", receipt):
            if each.meta.get("key") != key:
                hint = f"Look at {each.file}:{each.line}."
                raise NotAllowed(f"The receipt {receipt} is in the books already.", hint=hint)


def _receipts_of(order: BookOrder) -> Iterable[str]:
    if isinstance(order, BillBook):
        return filter(None, (order.receipt,))
    moves = order.moves if isinstance(order, BankBook | BankExplain) else ()
    return (each.reason.receipt for each in moves if isinstance(each.reason, Spending) and each.reason.receipt)


def _to_explain(ledger: Ledger, order: BankExplain, key: str) -> Iterable[tuple[Move, tuple[Transaction, str]]]:
    """What an order has not explained yet, how it is booked, as the order has it, and what it is taken from.

    That is what waits to be explained; and what was a cost without a receipt, once there is one.
    """
    there, account, loaded = _explained(ledger, key), bank_account(order.account), ledger.whole()
    still = {name: (entry, UNEXPLAINED) for name, entry in waiting_moves(loaded).items()}
    bare = bare_costs(loaded.transactions)
    for move in order.moves:
        if move.bank_id in there:
            continue
        has_receipt = isinstance(move.reason, Spending) and move.reason.receipt
        booked = still.get(move.bank_id) or (bare.get(move.bank_id) if has_receipt else None)
        if booked is None or _moved(booked[0]) != (move.day, account, move.amount, order.currency):
            said = f"{amount_text(move.amount, order.currency)} on {order.account}"
            raise NotAllowed(
                f"{move.bank_id} is no movement of {said} that waits to be explained.",
                hint="Look for it in the ledger, by its bank_id.",
            )
        yield move, booked


def _moved(booked: Transaction) -> tuple[date, str, Decimal, str]:
    leg = moved_leg(booked)
    return booked.day, leg.account, leg.amount, leg.currency
