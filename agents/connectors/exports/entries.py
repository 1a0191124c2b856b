"""The lines of the books as whole entries in one currency, and the accounts of another program for ours. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from agents.connectors.book_export import inert
from agents.connectors.books import amount_text
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from agents.connectors.book_export import BookLine

_CODE = re.compile(r"([0-9]+)[ \t]+(.+)")  # an account as Odoo shows it
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Leg:
    """A line of an entry, worth `amount` in the currency of the books: more than nothing = debit."""

    line: BookLine
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that balances. `name`: what tells it from all others, such as its place in the ledger."""

    day: date
    name: str
    legs: tuple[Leg, ...]

    @property
    def document(self) -> str:
        """The number of its document; its name where it has none."""
        return next((leg.line.document for leg in self.legs if leg.line.document), self.name)

    @property
    def said(self) -> str:
        """Who and what, on one line."""
        first = self.legs[0].line
        party = next((leg.line.party for leg in self.legs if leg.line.party), "")
        return " ".join(" ".join(dict.fromkeys(filter(None, (party, first.text)))).split())


@dataclass(frozen=True, slots=True)
class Exported:
    """A file, and the entries that are not in it, in words: the books do not say what they are worth."""

    content: bytes
    left_out: tuple[str, ...]


def entries_of(lines: Iterable[BookLine]) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The entries, in their order; and those that are left out, in words."""
    found, left_out = [], []
    for (day, place), group in groupby(lines, key=lambda line: (line.day, line.place)):
        some = [*group]
        legs = tuple(Leg(each, each.worth) for each in some if each.worth is not None)
        if len(legs) == len(some) and not sum(leg.amount for leg in legs):
            if any(leg.amount for leg in legs):
                found.append(Entry(day, place, tuple(leg for leg in legs if leg.amount)))
            continue
        money = ", ".join(amount_text(each.amount, each.currency) for each in some[:2])
        left_out.append(f"{place} of {day} ({money}): the books do not say what it is worth in {some[0].home}")
    return tuple(found), tuple(left_out)


class Accounts:
    """The accounts of another program (`program`, as the owner writes it) for those of the books."""

    def __init__(self, program: str, codes: Mapping[str, str]) -> None:
        self._program = program
        self._codes = codes

    def codes(self, entries: Iterable[Entry]) -> dict[str, str]:
        """The account for each that these entries name.

        Raises:
            NeedsOwner: some have none; all of them are named.
        """
        names = sorted({leg.line.account for entry in entries for leg in entry.legs})
        found = {name: self.code(name) for name in names}
        if missing := [name for name, code in found.items() if not code]:
            more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
            hint = f'Write `{self._program}: "1234"` below its `open` in Accounting/accounts.beancount.'
            raise NeedsOwner(f"No account of theirs is known for {', '.join(missing[:SHOWN])}{more}.", hint=hint)
        return found

    def code(self, name: str) -> str:
        """The account for one: its own, that of the account above it, or the number Odoo has; empty for none."""
        place = name
        while place:
            if place in self._codes:
                return self._codes[place]
            place = place.rpartition(":")[0]
        numbered = _CODE.fullmatch(name)
        return numbered[1] if numbered else ""


def cell(text: str, at_most: int) -> str:
    """A text on one line, cut, that no table takes for a formula."""
    return inert(" ".join(text.split()))[:at_most].rstrip()
