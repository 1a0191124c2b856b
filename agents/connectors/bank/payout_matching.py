"""Which invoice each payment of a payout was for: by the number it names, else by name and amount. Pure.

Sure is a number that the row names and of which as much is open, or the one invoice of that customer over that sum.
What went back is about the invoice that its payment was for. All else is a doubt for the owner, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.bank.party_names import NameIndex
from agents.connectors.bank.references import ReferenceIndex
from agents.connectors.book_reasons import Share
from agents.connectors.books import amount_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from agents.connectors.bank.payout_report import Charge, PaidOut
    from agents.connectors.book_figures import DocumentStanding, OpenItems

ASKED = "paid:"
LEAVE = "none: leave the payout unexplained"
CREDIT_OF = "to the credit of "
MAX_OFFERED = 8
_NUMBER = re.compile(r"(?<![A-Z0-9])[A-Z]{2,6}[-/][0-9]{4}[-/][0-9]{4,6}(?![A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A payment of which nobody can tell which invoice it was for. `missed`: an answer that says nothing known here."""

    charge: Charge
    offered: tuple[str, ...]
    missed: str = ""

    @property
    def key(self) -> str:
        """Under which the owner is asked."""
        return f"{ASKED}{self.charge.id}"


@dataclass(frozen=True, slots=True)
class Shared:
    """A payout as shares, with what is doubtful, what the owner wants left, and what only name and amount say."""

    shares: tuple[Share, ...]
    doubts: tuple[Doubt, ...]
    left: tuple[Charge, ...]
    by_name: tuple[str, ...]


class Invoices:
    """The invoices as the books hold them, and what the payouts of one report take of them, one after the other.

    `said` are the owner's answers by their keys; `document` is asked for what may have gone back.
    """

    def __init__(
        self, owed: OpenItems, document: Callable[[str], DocumentStanding | None], said: Mapping[str, str]
    ) -> None:
        self._open = {each.number: each for each in owed.documents}
        self._left = {each.number: each.open for each in owed.documents}
        self._numbers = ReferenceIndex((each.number, at) for at, each in enumerate(owed.documents))
        self._in_order = [each.number for each in owed.documents]
        parties = [*(each.party for each in owed.documents), *(party for party, _ in owed.credits)]
        self._parties = {party.casefold(): party for party in parties}
        self._names = NameIndex(parties)
        self._document = document
        self._said = said
        self._was_for: dict[str, Share] = {}  # what the payments of this report were for

    def shares(self, payout: PaidOut) -> Shared:
        """What a payout is made of."""
        shares, doubts, left, by_name = [], [], [], []
        for charge in sorted(payout.charges, key=lambda each: each.amount < 0):
            found = self._answered(charge, payout) or self._sure(charge, payout)
            if found is None:
                answer = self._said.get(f"{ASKED}{charge.id}")
                if answer is not None and answer.strip() in {"", LEAVE}:
                    left.append(charge)
                else:
                    doubts.append(Doubt(charge, tuple(self._offered(charge, payout)), answer or ""))
                continue
            share, is_by_name = found
            self._take(charge, share)
            shares.append(share)
            by_name += [charge_line(charge, payout.currency) + f": {share.number}"] if is_by_name else []
        return Shared(tuple(shares), tuple(doubts), tuple(left), tuple(by_name))

    def _take(self, charge: Charge, share: Share) -> None:
        if share.number is None:
            return
        if share.number in self._left:
            self._left[share.number] -= share.amount
        if charge.of:
            self._was_for.setdefault(charge.of, share)

    def _answered(self, charge: Charge, payout: PaidOut) -> tuple[Share, bool] | None:
        answer = self._said.get(f"{ASKED}{charge.id}", "").strip()
        party = self._parties.get(answer.removeprefix(CREDIT_OF).casefold())
        if party and charge.amount > 0:
            return Share(party=party, amount=charge.amount), False
        number = answer.partition(",")[0].strip().upper()
        share = self._of(number, charge, payout) if number else None
        return (share, False) if share else None

    def _sure(self, charge: Charge, payout: PaidOut) -> tuple[Share, bool] | None:
        if charge.amount < 0 and charge.of in self._was_for:
            share = _back(self._was_for[charge.of], charge)
            return (share, False) if share else None
        named = {share.number: share for each in self._named(charge) if (share := self._of(each, charge, payout))}
        if len(named) == 1:
            return next(iter(named.values())), False
        if named or charge.amount < 0:
            return None
        parties = self._names.find(charge.name).same
        exact = [
            each for each, item in self._open.items() if item.party in parties and self._is_just(each, charge, payout)
        ]
        share = self._of(exact[0], charge, payout) if len(exact) == 1 else None
        return (share, True) if share else None

    def _named(self, charge: Charge) -> Iterable[str]:
        found = self._numbers.find(charge.text).exact
        return dict.fromkeys(
            [*(self._in_order[at] for some in found for at in some), *_NUMBER.findall(charge.text.upper())]
        )

    def _of(self, number: str, charge: Charge, payout: PaidOut) -> Share | None:
        """The charge as a share of this invoice, if it can be one."""
        if charge.amount < 0:
            return self._went_back(number, charge, payout)
        item = self._open.get(number)
        if item is None:
            return None
        amount = _in_currency(charge, payout, item.currency)
        if amount is None or amount > self._left[number]:
            return None
        worth = charge.amount if item.currency != payout.currency else None
        return Share(party=item.party, number=number, amount=amount, worth=worth)

    def _is_just(self, number: str, charge: Charge, payout: PaidOut) -> bool:
        return _in_currency(charge, payout, self._open[number].currency) == self._left[number]

    def _went_back(self, number: str, charge: Charge, payout: PaidOut) -> Share | None:
        found = self._document(number) if _NUMBER.fullmatch(number) else None
        if found is None or found.open is None:
            return None
        amount = _in_currency(charge, payout, found.currency)
        if amount is None or -amount > found.total - min(found.open, found.total):
            return None
        worth = charge.amount if found.currency != payout.currency else None
        return Share(party=found.party, number=number, amount=amount, worth=worth)

    def _offered(self, charge: Charge, payout: PaidOut) -> Iterable[str]:
        """What it may have been for, the likeliest first."""
        alike = self._names.find(charge.name)
        known = alike.same | alike.close
        named = [each for each in self._named(charge) if each in self._open]
        theirs = [each for each, item in self._open.items() if item.party in known]
        same = [each for each in self._open if charge.amount > 0 and self._is_just(each, charge, payout)]
        can_be = [each for each in dict.fromkeys([*named, *theirs, *same]) if self._of(each, charge, payout)]
        yield from (self._line(each) for each in can_be[:MAX_OFFERED])
        if charge.amount > 0:
            yield from (f"{CREDIT_OF}{party}" for party in sorted(known)[:MAX_OFFERED])

    def _line(self, number: str) -> str:
        item = self._open[number]
        return f"{number}, {item.party}, {amount_text(self._left[number], item.currency)} open"


def charge_line(charge: Charge, currency: str) -> str:
    """'Northwind Ltd, 119.00 EUR, Website order 12'."""
    amount = amount_text(charge.amount, currency)
    foreign = f" ({amount_text(*charge.foreign)})" if charge.foreign else ""
    return ", ".join(part for part in (charge.name, f"{amount}{foreign}", charge.said) if part)


def _back(paid: Share, charge: Charge) -> Share | None:
    """What went back of a payment of this report, which may not be booked yet; None where its currency is not told."""
    if paid.worth is None:
        return Share(party=paid.party, number=paid.number, amount=charge.amount)
    if charge.foreign is None:
        return None
    return Share(party=paid.party, number=paid.number, amount=charge.foreign[0], worth=charge.amount)


def _in_currency(charge: Charge, payout: PaidOut, currency: str) -> Decimal | None:
    """What a charge is in this currency; None where nobody says it."""
    if currency == payout.currency:
        return charge.amount
    return charge.foreign[0] if charge.foreign and charge.foreign[1] == currency else None
