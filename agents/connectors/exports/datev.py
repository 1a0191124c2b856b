"""A batch of postings for DATEV: format 700, category 21, version 13, windows-1252. Pure.

An entry with VAT becomes one row for each account and rate, gross, with the key of its tax (BU): DATEV then reckons the
VAT itself, and to the same cent, or the row is not written so. All else becomes rows between two accounts, and with VAT
in it with the key 40, so that an account that reckons VAT by itself does not.
Source: developer.datev.de, DATEV-Format: the header, the batch of postings, and its example.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import CENT
from agents.connectors.exports.datev_columns import COLUMNS
from agents.connectors.exports.entries import Exported, cell, entries_of
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from agents.connectors.book_export import BookLine
    from agents.connectors.exports.entries import Accounts, Entry, Leg

TAX_KEYS = {("charged", "7"): "2", ("charged", "19"): "3", ("paid", "7"): "8", ("paid", "19"): "9"}
NO_TAX, AS_IT_IS = "", "40"
ENCODING, LINE_END = "cp1252", "\r\n"
MAX_DOCUMENT, MAX_TEXT, MIN_DIGITS = 36, 60, 4
ADVISERS, CLIENTS = range(1001, 10_000_000), range(1, 100_000)
_NOT_IN_DOCUMENTS = re.compile(r"[^A-Za-z0-9$&%*+/-]")
_NUMBER = re.compile(r"[0-9]{4,9}")


@dataclass(frozen=True, slots=True)
class Batch:
    """What stands at the top. `adviser` and `client`: the numbers that the tax adviser gave."""

    start: date
    end: date
    at: datetime
    adviser: int
    client: int


@dataclass(frozen=True, slots=True)
class Row:
    """`amount` from `credit` to `debit`, with the key of a tax that is in it. `account` stands first, of the two."""

    amount: Decimal
    account: str
    other: str
    is_debit: bool
    key: str = NO_TAX


def datev(lines: Iterable[BookLine], accounts: Accounts, batch: Batch) -> Exported:
    """The file.

    Raises:
        NotAllowed: the time is in two years, or a number is none that DATEV takes.
        NeedsOwner: accounts have no number there.
    """
    _refuse(batch)
    entries, left_out = entries_of(lines)
    codes = accounts.codes(entries)
    if wrong := sorted({code for code in codes.values() if not _NUMBER.fullmatch(code)}):
        raise NotAllowed(
            f"DATEV takes numbers for accounts, not {', '.join(wrong)}.", hint="Write four to nine digits."
        )
    home = next((leg.line.home for entry in entries for leg in entry.legs), "EUR")
    digits = min(map(len, codes.values()), default=MIN_DIGITS)  # those of customers and vendors have one more
    told = [_header(batch, home, digits), ";".join(COLUMNS)]
    for entry in entries:
        told += [_line(entry, row, home) for row in rows_of(entry, codes)]
    text = LINE_END.join(told) + LINE_END
    return Exported(text.encode(ENCODING, errors="replace"), left_out)


def rows_of(entry: Entry, codes: Mapping[str, str]) -> list[Row]:
    """An entry as rows between two accounts; what they come to is the entry, to the cent."""
    return _with_keys(entry, codes) or _between(entry, codes)


def _with_keys(entry: Entry, codes: Mapping[str, str]) -> list[Row]:
    """Rows whose VAT DATEV reckons; none where it could come to another cent, or has no key for it."""
    taxes = [leg for leg in entry.legs if leg.line.vat]
    against = [leg for leg in entry.legs if not leg.line.vat and not leg.line.rate]
    if not taxes or len(against) != 1:
        return []
    counter, rows, left = codes[against[0].line.account], [], len(taxes)
    rates = dict.fromkeys(leg.line.rate for leg in entry.legs if leg.line.rate)
    for rate in rates:
        nets = [leg for leg in entry.legs if leg.line.rate == rate and not leg.line.vat]
        of_rate = [leg for leg in taxes if leg.line.rate == rate]
        left -= len(of_rate)
        key = TAX_KEYS.get((of_rate[0].line.vat, _plain(rate)), "") if len(of_rate) == 1 else NO_TAX
        if of_rate and not key:
            return []
        parts = _shared(nets, of_rate[0].amount, Decimal(rate)) if of_rate else [Decimal(0)] * len(nets)
        if parts is None:
            return []
        for leg, vat in zip(nets, parts, strict=True):
            gross = leg.amount + vat
            rows.append(Row(abs(gross), counter, codes[leg.line.account], gross < 0, key))
    return rows if not left else []


def _shared(nets: Sequence[Leg], vat: Decimal, rate: Decimal) -> list[Decimal] | None:
    """The VAT of each net amount, which is what DATEV takes out of the gross one; None where it adds up to another."""
    parts = [_rounded(leg.amount * rate / 100) for leg in nets]
    return parts if rate and sum(parts) == vat else None


def _between(entry: Entry, codes: Mapping[str, str]) -> list[Row]:
    """Debits against credits, in their order, each as far as it goes."""
    key = AS_IT_IS if any(leg.line.vat for leg in entry.legs) else NO_TAX
    rows, there = [], [(codes[leg.line.account], -leg.amount) for leg in entry.legs if leg.amount < 0]
    for leg in entry.legs:
        left = leg.amount
        while left > 0:
            other, most = there.pop(0)
            amount = min(left, most)
            rows.append(Row(amount, codes[leg.line.account], other, is_debit=True, key=key))
            left -= amount
            if most > amount:
                there.insert(0, (other, most - amount))
    return rows


def _refuse(batch: Batch) -> None:
    if batch.start.year != batch.end.year:
        hint = "Write a file for each year, with --from and --to."
        raise NotAllowed("DATEV takes the days of one year in one file.", hint=hint)
    hint = "Ask your tax adviser for both."
    if batch.adviser not in ADVISERS:
        raise NotAllowed("The adviser's number has four to seven digits.", hint=hint)
    if batch.client not in CLIENTS:
        raise NotAllowed("The client's number has one to five digits.", hint=hint)


def _header(batch: Batch, home: str, digits: int) -> str:
    year = f"{batch.start:%Y}0101"
    created = f"{batch.at:%Y%m%d%H%M%S}{batch.at.microsecond // 1000:03d}"
    told = ['"EXTF"', "700", "21", '"Buchungsstapel"', "13", created, "", '"RE"', '""', '""']
    told += [str(batch.adviser), str(batch.client), year, str(digits)]
    told += [f"{batch.start:%Y%m%d}", f"{batch.end:%Y%m%d}", '"Buchungsstapel"', '""', "1", "0", "0", f'"{home}"']
    told += ["", '""', "", "", '""', "", "", '""', '""']
    return ";".join(told)


def _line(entry: Entry, row: Row, home: str) -> str:
    document = _NOT_IN_DOCUMENTS.sub("", entry.document).lstrip("+-")[:MAX_DOCUMENT]
    told = {
        1: f"{row.amount:.2f}".replace(".", ","),
        2: _text("S" if row.is_debit else "H"),
        3: _text(home),
        7: row.account,
        8: row.other,
        9: _text(row.key),
        10: f"{entry.day:%d%m}",
        11: _text(document),
        14: _text(cell(entry.said, MAX_TEXT)),
    }
    return ";".join(told.get(at, "") for at in range(1, len(COLUMNS) + 1))


def _text(text: str) -> str:
    """A text between quotation marks, without control characters."""
    shown = "".join(letter for letter in text if letter.isprintable())
    return '"' + shown.replace('"', '""') + '"'


def _plain(rate: str) -> str:
    return format(Decimal(rate).normalize(), "f")


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
