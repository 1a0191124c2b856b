"""VAT by rate: each line of an entry says the rate it was booked at. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from agents.connectors.book_figures import NOTHING, SourceRow
from agents.connectors.book_statements import WITHOUT, TaxLine, in_order
from agents.connectors.ledger.entry import VAT
from agents.connectors.ledger.record_text import EXCHANGE, INPUT_VAT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.connectors.ledger.beancount_file import Posting, Transaction

NEWEST = 200  # rows that are told of each line
_BASE, _TAX = "base", "tax"
_SIDES = (("Income:", True, _BASE), (VAT, True, _TAX), ("Expenses:", False, _BASE), (INPUT_VAT, False, _TAX))


@dataclass(slots=True)
class _Sum:
    amounts: dict[str, Decimal] = field(default_factory=lambda: {_BASE: NOTHING, _TAX: NOTHING})
    rows: list[SourceRow] = field(default_factory=list)


def tax_lines(entries: Iterable[Transaction]) -> tuple[TaxLine, ...]:
    """The sums of these entries by side, rate and currency; VAT that was written by hand without a rate has none."""
    sums: dict[tuple[bool, Decimal | None, str], _Sum] = {}
    for entry in entries:
        for leg in entry.postings:
            for prefix, is_sale, part in _SIDES:
                if leg.account.startswith(prefix) and leg.account != EXCHANGE:
                    amount = -leg.amount if is_sale else leg.amount
                    found = sums.setdefault((is_sale, _rate_of(leg, part), leg.currency), _Sum())
                    found.amounts[part] += amount
                    place = f"{entry.file}:{entry.line}"
                    found.rows.append(SourceRow(entry.day, place, entry.payee, amount, leg.currency))
    return in_order(_line(place, found) for place, found in sums.items() if any(found.amounts.values()))


def _line(place: tuple[bool, Decimal | None, str], found: _Sum) -> TaxLine:
    is_sale, rate, currency = place
    name = "VAT of no named rate" if rate is None else f"{rate:f} %" if rate else WITHOUT
    amounts, rows = found.amounts, found.rows
    return TaxLine(is_sale, rate, name, amounts[_BASE], amounts[_TAX], currency, len(rows), tuple(rows[-NEWEST:]))


def _rate_of(leg: Posting, part: str) -> Decimal | None:
    """What is named; a net amount of which nothing is said has no VAT."""
    try:
        return Decimal(leg.meta["rate"]).normalize()
    except (KeyError, InvalidOperation):
        return Decimal(0) if part == _BASE else None
