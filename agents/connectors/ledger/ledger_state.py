"""What the embedded ledger holds at the end of a day, as it is compared with other books, or carried into them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from agents.connectors.book_state import (
    OPENING,
    RESULT,
    UNEXPLAINED,
    BookState,
    added,
    credits_of,
    items_of,
)
from agents.connectors.books import amount_text
from agents.connectors.ledger.account_names import BANK, CASH
from agents.connectors.ledger.booked import PAYABLES, RECEIVABLES
from agents.connectors.ledger.figures import LedgerFigures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agents.connectors.book_figures import OpenItems, SourceRow
    from agents.connectors.book_state import Place, Whose
    from agents.connectors.ledger.ledger import Ledger

OWED = (RECEIVABLES, PAYABLES)
TILL = "Cash"
_OPEN = re.compile(
    rf"(?m)^\d{{4}}-\d\d-\d\d[ \t]+open[ \t]+((?:{'|'.join(OWED)})[^\s;]+).*\n"
    r'[ \t]+(?:customer|vendor):[ \t]*"((?:[^"\\]|\\.)*)"'
)


def ledger_state(ledger: Ledger, on: date) -> BookState:
    """The ledger at the end of a day.

    Raises:
        NeedsOwner: it has an error.
    """
    figures = LedgerFigures(ledger, "")
    start = on.replace(month=1, day=1)
    rows = ledger.rows(lambda account: account != OPENING and not account.startswith(OWED), (date.min, on), 1)
    told = ((place, row) for place, row in rows if row.day >= start or not place.startswith(RESULT))
    balances = added(((account, row.currency), row.amount) for account, row in told)
    customers, vendors = figures.receivables(on), figures.payables(on)
    waiting = _waiting(figures, on)
    names = party_names(ledger.texts.values())
    unclear = [*customers.unclear, *vendors.unclear, *_untold(ledger, on, (customers, vendors))]
    unclear += _unexplained(balances, waiting)
    return BookState(
        on,
        ledger.home,
        balances,
        items_of(customers, vendors),
        _named(credits_of(customers, vendors), names),
        waiting,
        tuple(unclear),
        _bank_to(ledger, on),
    )


def later_than(ledger: Ledger, on: date) -> str:
    """What the ledger holds of later days, in words; empty for nothing."""
    later = ledger.transactions((on + timedelta(days=1), date.max))
    if not later:
        return ""
    first = min(later, key=lambda each: each.day)
    return f"{len(later)} entries are later than {on}, the first of {first.day} at {first.file}:{first.line}"


def party_names(texts: Iterable[str]) -> dict[str, str]:
    """Whose each account of a customer or vendor is, as the ledger says it where it opens them."""
    found: dict[str, str] = {}
    for text in texts:
        for account, name in _OPEN.findall(text):
            found[account] = re.sub(r"\\(.)", r"\1", name)
    return found


def _named(told: Mapping[Whose, Decimal], names: Mapping[str, str]) -> dict[Whose, Decimal]:
    """Credits of parties that have no document are told by their account."""
    found: dict[Whose, Decimal] = {}
    for (vendor, party, currency), amount in told.items():
        whose = (vendor, names.get(party, party), currency)
        found[whose] = found.get(whose, Decimal(0)) + amount
    return found


def _waiting(figures: LedgerFigures, on: date) -> dict[str, Mapping[str, SourceRow]]:
    found: dict[str, Mapping[str, SourceRow]] = {}
    for name in (*figures.accounts(), TILL):
        rows = {bank_id: row for bank_id, row in figures.unexplained_moves(name).items() if row.day <= on}
        if rows:
            found[name] = rows
    return found


def _unexplained(balances: Mapping[Place, Decimal], waiting: Mapping[str, Mapping[str, SourceRow]]) -> Iterator[str]:
    """What stands on the account of the unexplained, and is no movement of the bank that waits."""
    told = added(((UNEXPLAINED, row.currency), -row.amount) for rows in waiting.values() for row in rows.values())
    there = {place: amount for place, amount in balances.items() if place[0] == UNEXPLAINED}
    for place in sorted({*told, *there}):
        if left := there.get(place, Decimal(0)) - told.get(place, Decimal(0)):
            yield f"{amount_text(left, place[1])} on {UNEXPLAINED} belong to no movement of the bank that waits"


def _untold(ledger: Ledger, on: date, sides: tuple[OpenItems, OpenItems]) -> Iterator[str]:
    """What stands on the accounts of partners, and is neither open nor to their credit."""
    for accounts, side, sign in zip(OWED, sides, (1, -1), strict=True):
        rows = ledger.rows(partial(_begins, accounts), (date.min, on), sign)
        there = added(((accounts, row.currency), row.amount) for _, row in rows)
        told = added(
            [((accounts, each.currency), each.open) for each in side.documents]
            + [((accounts, currency), -amount) for (_, currency), amount in side.credits.items()]
        )
        for place in sorted({*there, *told}):
            if left := there.get(place, Decimal(0)) - told.get(place, Decimal(0)):
                yield f"{amount_text(left, place[1])} on {accounts}* belong to no document and to nobody's credit"


def _begins(beginning: str, account: str) -> bool:
    return account.startswith(beginning)


def _bank_to(ledger: Ledger, on: date) -> dict[str, tuple[date, Decimal]]:
    found = {}
    for account, last in ledger.bank_to().items():
        day = min(last, on)
        rows = ledger.rows(partial(_is, account), (date.min, day), 1)
        name = TILL if account == CASH else account.removeprefix(BANK)
        found[name] = (day, sum((row.amount for _, row in rows), Decimal("0.00")))
    return found


def _is(name: str, account: str) -> bool:
    return account == name
