"""What some books hold at the end of a day, in the words of the embedded ledger, so that two of them can be compared.

Balances are by account and currency, debit more than nothing: of what was earned and spent since 1 January, of all else
from the beginning. What partners owe and are owed stands in the documents and credits, and what was there before the
books began (`Equity:Opening-Balances`) follows from the rest: neither is among the balances. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.connectors.book_figures import NOTHING
from agents.connectors.books import amount_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from agents.connectors.book_figures import OpenItems, SourceRow

OPENING, UNEXPLAINED = "Equity:Opening-Balances", "Equity:Unexplained"
RESULT = ("Income:", "Expenses:")
Place = tuple[str, str]  # account and currency
Whose = tuple[bool, str, str]  # whether it is a vendor's credit, the party, the currency


@dataclass(frozen=True, slots=True)
class Item:
    """An invoice, or the bill of a vendor, of which `open` is owed. `worth`: in the books' currency, if another."""

    number: str
    party: str
    is_vendors: bool
    due: date
    open: Decimal
    currency: str
    reference: str = ""
    worth: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BookState:
    """The books at the end of `on`. `home` is their currency.

    `waiting`: the movements of each account, by bank id, that nobody has explained. `unclear`: in words, what cannot be
    told of them. `bank_to`: up to when the movements of each account are in, and what was on it then.
    """

    on: date
    home: str
    balances: Mapping[Place, Decimal] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    credits: Mapping[Whose, Decimal] = field(default_factory=dict)
    waiting: Mapping[str, Mapping[str, SourceRow]] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()
    bank_to: Mapping[str, tuple[date, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two books do not agree: on an account, a document or a credit, by its name and currency."""

    what: str
    here: Decimal
    there: Decimal
    currency: str
    said: str = ""

    @property
    def by(self) -> Decimal:
        """How much more there is than here."""
        return self.there - self.here

    def __str__(self) -> str:
        here, there = (amount_text(each, self.currency) for each in (self.here, self.there))
        return f"{self.what}: {here} and {there}{f', {self.said}' if self.said else ''}"


def differences(here: BookState, there: BookState) -> tuple[Difference, ...]:
    """Everything in which two books do not agree."""
    return (*_of_balances(here, there), *_of_items(here, there), *_of_credits(here, there))


def items_of(customers: OpenItems, vendors: OpenItems) -> dict[str, Item]:
    """What is open on both sides, by number."""
    found = {}
    for is_vendors, side in ((False, customers), (True, vendors)):
        for each in side.documents:
            about = (each.number, each.party, is_vendors, each.due, each.open, each.currency)
            found[each.number] = Item(*about, each.reference, each.booked)
    return found


def credits_of(customers: OpenItems, vendors: OpenItems) -> dict[Whose, Decimal]:
    """What stands to the credit of parties on both sides."""
    sides = ((False, customers), (True, vendors))
    return {(vendor, *place): amount for vendor, side in sides for place, amount in side.credits.items()}


def without_nothing(balances: Mapping[Place, Decimal]) -> dict[Place, Decimal]:
    """The balances, but for those of nothing."""
    return {place: amount for place, amount in balances.items() if amount}


def added(rows: Iterable[tuple[Place, Decimal]]) -> dict[Place, Decimal]:
    """The sums of rows by account and currency."""
    sums: dict[Place, Decimal] = {}
    for place, amount in rows:
        sums[place] = sums.get(place, NOTHING) + amount
    return without_nothing(sums)


def _of_balances(here: BookState, there: BookState) -> Iterator[Difference]:
    for place in sorted({*here.balances, *there.balances}):
        one, other = (each.balances.get(place, NOTHING) for each in (here, there))
        if one != other:
            yield Difference(place[0], one, other, place[1])


def _of_items(here: BookState, there: BookState) -> Iterator[Difference]:
    for number in sorted({*here.items, *there.items}):
        one, other = here.items.get(number), there.items.get(number)
        either = one or other
        if either is None or (one and other and _same(one, other)):
            continue
        said = f"of {either.party}"
        if one and other and (one.party, one.due) != (other.party, other.due):
            said = f"{one.party} until {one.due}, {other.party} until {other.due}"
        if one and other and one.currency != other.currency:
            yield Difference(number, one.open, NOTHING, one.currency, said)
            one, either = None, other
        open_ = (one.open if one else NOTHING, other.open if other else NOTHING)
        yield Difference(number, *open_, either.currency, said)


def _same(one: Item, other: Item) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in ("party", "due", "open", "currency"))


def _of_credits(here: BookState, there: BookState) -> Iterator[Difference]:
    for whose in sorted({*here.credits, *there.credits}):
        one, other = (each.credits.get(whose, NOTHING) for each in (here, there))
        if one != other:
            yield Difference(f"to the credit of {whose[1]}", one, other, whose[2])
