"""What an entry has to do with the invoices of customers, or the bills of vendors: it issues one, or may be for one.

Entries that can have nothing to do with them are left out. The rows are plain values, so that they can be kept. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agents.connectors.ledger.booked import PAYABLES, RECEIVABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.connectors.ledger.beancount_file import Transaction

NOT_SURE = "!"
_FROM_ODOO = r"[A-Z][A-Z0-9]{1,9}(?:/[0-9-]{0,9}[0-9]){1,3}"  # INV/2026/00011, of books that were moved back
Row = list[Any]  # what JSON can hold; day and line come first


@dataclass(frozen=True, slots=True)
class Side:
    """Whose documents: the accounts on which they are owed, how they are told, the sign of what is owed, the word."""

    accounts: str
    tag: str
    number: re.Pattern[str]
    sign: int
    party: str


def _numbers(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{prefix}-[0-9]{{4}}-[0-9]{{4,6}}|{_FROM_ODOO})\b", re.IGNORECASE)


CUSTOMERS = Side(RECEIVABLES, "invoice", _numbers("INV"), 1, "customer")
VENDORS = Side(PAYABLES, "bill", _numbers("BILL"), -1, "vendor")
SIDES = (CUSTOMERS, VENDORS)


@dataclass(frozen=True, slots=True)
class Owing:
    """One leg on an account of the side. `applies` is what is named below it, in capitals; None without."""

    account: str
    amount: Decimal
    currency: str
    applies: str | None


@dataclass(frozen=True, slots=True)
class Issued:
    """An entry that issues the document `number`. `due` and `rate` are as written there; empty without."""

    day: date
    place: str
    number: str
    party: str
    due: str
    rate: str
    reference: str
    legs: tuple[Owing, ...]


@dataclass(frozen=True, slots=True)
class Booking:
    """An entry that may be for a document. `names`: whatever it calls like one, in capitals."""

    day: date
    place: str
    names: frozenset[str]
    bank_id: str
    is_credit: bool
    is_sure: bool
    legs: tuple[Owing, ...]


def issues(entry: Transaction, side: Side) -> bool:
    """Whether an entry issues a document of this side."""
    return side.tag in entry.tags and bool(side.number.fullmatch(entry.meta.get("number", "")))


def issued_rows(entries: Iterable[Transaction], side: Side) -> list[Row]:
    """The entries that issue a document, as rows of `issued`."""
    return [_issued_row(each, side) for each in entries if issues(each, side)]


def booking_rows(entries: Iterable[Transaction], side: Side) -> list[Row]:
    """The other entries that touch an account of the side, or bring money in and name a document; for `booking`."""
    found = []
    for each in entries:
        if issues(each, side):
            continue
        legs, names = _legs(each, side), _names(each, side)
        if legs or (names and _brings_money(each, side)):
            is_credit, is_sure = "credit" in each.tags, each.flag != NOT_SURE
            said = [sorted(names), each.meta.get("bank_id", ""), is_credit, is_sure]
            found.append([each.day.isoformat(), each.line, *said, *legs])
    return found


def issued(file: str, row: Row) -> Issued:
    """A row of `issued_rows`, of that file, as it was."""
    day, line, number, party, due, rate, reference, *legs = row
    about = (str(number), str(party), str(due), str(rate), str(reference))
    return Issued(date.fromisoformat(day), f"{file}:{line}", *about, _owing(legs))


def booking(file: str, row: Row) -> Booking:
    """A row of `booking_rows`, of that file, as it was."""
    day, line, names, bank_id, is_credit, is_sure, *legs = row
    said = (frozenset(names), str(bank_id), bool(is_credit), bool(is_sure))
    return Booking(date.fromisoformat(day), f"{file}:{line}", *said, _owing(legs))


def _issued_row(entry: Transaction, side: Side) -> Row:
    meta = entry.meta
    said = [meta["number"], entry.payee, meta.get("due", ""), meta.get("rate", ""), meta.get("reference", "")]
    return [entry.day.isoformat(), entry.line, *said, *_legs(entry, side)]


def _legs(entry: Transaction, side: Side) -> Row:
    """The legs on accounts of the side, four values each, one after the other."""
    found: Row = []
    for leg in entry.postings:
        if leg.account.startswith(side.accounts):
            applies = leg.meta.get("applies")
            found += [leg.account, str(leg.amount), leg.currency, None if applies is None else applies.upper()]
    return found


def _names(entry: Transaction, side: Side) -> set[str]:
    links = {link for link in entry.links if side.number.fullmatch(link)}
    return {name.upper() for name in {*links, *side.number.findall(f"{entry.payee} {entry.narration}")}}


def _brings_money(entry: Transaction, side: Side) -> bool:
    return any(leg.account.startswith("Assets:") and side.sign * leg.amount > 0 for leg in entry.postings)


def _owing(legs: Row) -> tuple[Owing, ...]:
    rest = iter(legs)
    four = zip(rest, rest, rest, rest, strict=True)
    return tuple([Owing(account, Decimal(amount), currency, applies) for account, amount, currency, applies in four])
