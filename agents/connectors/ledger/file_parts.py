"""The parts in which a file of the ledger is kept: each question about the books needs some of them only. Pure.

The parts are lists and texts as JSON has them, in the order of the file's entries, by topic: `about` (see `About`),
`entries` (all of them whole), `moves` (those of the bank), `explains` (bank ids), `issued customer` and so on (what an
entry has to do with the documents of a side), and by account what is booked on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agents.connectors.book_figures import SourceRow
from agents.connectors.ledger.beancount_file import Posting, Transaction
from agents.connectors.ledger.booked import moved_leg
from agents.connectors.ledger.bookings import SIDES, Row, booking_rows, issued_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ABOUT, ENTRIES, MOVES, EXPLAINS = "about", "entries", "moves", "explains"
ISSUED, BOOKED = "issued", "booked"  # with the word for the side's party
TOPICS = (ABOUT, ENTRIES, MOVES, EXPLAINS, *(f"{kind} {side.party}" for kind in (ISSUED, BOOKED) for side in SIDES))
NOTHING = Decimal(0)
_CLOSING = re.compile(r"^(\d{4}-\d\d-\d\d) +balance +(Assets:[^ ]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class About:
    """What a file is about: the days of its first and last entry in ISO form, empty without any.

    `sums`: what is booked on each account, by currency. `moved`: the day of the last movement of each of the owner's
    accounts; `closed`: of its last closing balance.
    """

    first: str = ""
    last: str = ""
    sums: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)

    def has_within(self, start: date, end: date) -> bool:
        """Whether an entry may be of these days, both with."""
        return bool(self.first) and self.first <= end.isoformat() and start.isoformat() <= self.last


def parts_of(entries: Sequence[Transaction], text: str) -> dict[str, Any]:
    """Everything that is kept of one file, by topic."""
    accounts: dict[str, list[Row]] = {}
    for entry in entries:
        for at, leg in enumerate(entry.postings):
            row = [entry.day.isoformat(), entry.line, at, _said(entry), str(leg.amount), leg.currency]
            accounts.setdefault(leg.account, []).append(row)
    sides = {f"{ISSUED} {side.party}": issued_rows(entries, side) for side in SIDES}
    sides |= {f"{BOOKED} {side.party}": booking_rows(entries, side) for side in SIDES}
    explains = sorted({each.meta["explains"] for each in entries if "explains" in each.meta})
    days = [each.day.isoformat() for each in entries]
    sums = {account: _sums(rows) for account, rows in accounts.items()}
    about = [min(days, default=""), max(days, default=""), sums, _moved(entries), _closed(text)]
    whole = [_entry_row(each) for each in entries]
    return {ABOUT: about, ENTRIES: whole, MOVES: _moves(entries), EXPLAINS: explains, **sides, **accounts}


def about(row: Row) -> About:
    """The part `about`, as it was."""
    first, last, sums, moved, closed = row
    return About(str(first), str(last), dict(sums), dict(moved), dict(closed))


def transaction(file: str, row: Row) -> Transaction:
    """A row of `entries`, of that file, as it was."""
    day, line, payee, narration, flag, tags, links, meta, legs = row
    postings = tuple([Posting(account, Decimal(amount), *rest) for account, amount, *rest in legs])
    told = (payee, frozenset(tags), {**meta}, postings)
    return Transaction(date.fromisoformat(day), *told, file, int(line), frozenset(links), narration, flag)


def source_row(file: str, row: Row, sign: int) -> SourceRow:
    """A row of an account's part, of that file; the amount times `sign`."""
    day, line, _, said, amount, currency = row
    return SourceRow(date.fromisoformat(day), f"{file}:{line}", said, sign * Decimal(amount), currency)


def move(place: tuple[str, str], row: Row) -> tuple[str, SourceRow]:
    """A row of `moves`, of the file in `place`: its bank id and what was moved. Its third is the id, then accounts."""
    day, line, bank_id, _, said, amount, currency = row
    return bank_id, SourceRow(date.fromisoformat(day), f"{place[0]}:{line}", said, Decimal(amount), currency)


def _said(entry: Transaction) -> str:
    return " · ".join(part for part in (entry.payee, entry.narration) if part)


def _entry_row(entry: Transaction) -> Row:
    legs = [
        [leg.account, str(leg.amount), leg.currency, *([{**leg.meta}] if leg.meta else [])] for leg in entry.postings
    ]
    said = [entry.payee, entry.narration, entry.flag, sorted(entry.tags), sorted(entry.links), dict(entry.meta)]
    return [entry.day.isoformat(), entry.line, *said, legs]


def _sums(rows: Iterable[Row]) -> dict[str, str]:
    found: dict[str, Decimal] = {}
    for *_, amount, currency in rows:
        found[currency] = found.get(currency, NOTHING) + Decimal(amount)
    return {currency: str(amount) for currency, amount in found.items()}


def _moves(entries: Iterable[Transaction]) -> list[Row]:
    found: list[Row] = []
    for entry in entries:
        if "bank_id" in entry.meta and entry.postings:
            leg, accounts = moved_leg(entry), sorted({leg.account for leg in entry.postings})
            said = [entry.meta["bank_id"], accounts, _said(entry), str(leg.amount), leg.currency]
            found.append([entry.day.isoformat(), entry.line, *said])
    return found


def _moved(entries: Iterable[Transaction]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        if "bank_id" in entry.meta and entry.postings:
            account = moved_leg(entry).account
            found[account] = max(entry.day.isoformat(), found.get(account, ""))
    return found


def _closed(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if "balance" in text:
        for day, account in _CLOSING.findall(text):
            if _is_day(day):  # in a text over several lines it need not be one
                found[account] = max(day, found.get(account, ""))
    return found


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
