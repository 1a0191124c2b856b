"""Whether a movement can be what it is said to be: what it pays is owed by that party, and the sums fit. Pure.

The parts of one order count together: two movements cannot both pay the rest of one invoice.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from agents.connectors.book_orders import Part, Payment, Payout, Spending, sums_of
from agents.connectors.books import InvoiceStanding, amount_text, cents
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.book_orders import CreditApply, Reason
    from agents.connectors.books import Standing
    from agents.connectors.contract import Money

NOTHING = Decimal("0.00")
MAX_EXCHANGE = Decimal("0.2")  # of what it is booked at: more is no rate, but a mistake
HINT = "Reject the proposal, and say what the movement was for."


class Owed(Protocol):
    """One document: whose it is, on which account it stands, and how much it asks for.

    `rate`: what one unit of its currency was worth in that of the books when it was booked; empty where it says none.
    """

    @property
    def party(self) -> str:
        """The customer or vendor, by name."""
        ...

    @property
    def account(self) -> str:
        """What tells the credits that may be put to it, as in `Register.credits`."""
        ...

    @property
    def total(self) -> Money:
        """What it asks for, VAT included."""
        ...

    @property
    def rate(self) -> str:
        """The rate it was booked at."""
        ...


class Register(Protocol):
    """The documents of one side, customers or vendors, as some books hold them."""

    def documents(self) -> Mapping[str, Owed]:
        """The documents by number, at least those that the order names."""
        ...

    def credits(self, today: date) -> dict[tuple[str, str], Decimal]:
        """What stands to somebody's credit up to a day, by account and currency."""
        ...

    def standing(self, number: str, today: date, *, with_credit: bool = True) -> Standing:
        """How a document stands on a day; `with_credit`: credits make one that is open unclear."""
        ...


class Checks:
    """The checks of one order against the documents as they are now: `sides` has those of vendors under True."""

    def __init__(self, sides: Mapping[bool, Register], home: str) -> None:
        self._sides = sides
        self._home = home
        self._used: dict[str, Decimal] = {}

    def reason(self, reason: Reason, amount: Decimal, currency: str) -> None:
        """What a movement of `amount` is said to be.

        Raises:
            NotAllowed: it cannot be that.
        """
        if isinstance(reason, Spending):
            gross = sums_of(reason.costs).gross
            if gross != abs(amount):
                raise NotAllowed(f"Costs of {amount_text(gross)} are not {amount_text(abs(amount))}.", hint=HINT)
        elif isinstance(reason, Payment):
            self._payment(reason, amount, currency)
        elif isinstance(reason, Payout):
            self._payout(reason, amount, currency)

    def credit(self, order: CreditApply) -> None:
        """What stands to a party's credit is enough.

        Raises:
            NotAllowed: it is not.
        """
        left = self._sides[order.vendor].credits(date.max)
        for part in order.parts:
            owed = self._owed(part, order.party, vendor=order.vendor)
            self._take(part, owed, vendor=order.vendor)
            place = (owed.account, owed.total.currency)
            left[place] = left.get(place, NOTHING) - part.amount
            if left[place] < 0:
                raise NotAllowed(f"{order.party} has no {amount_text(part.amount)} to their credit.", hint=HINT)

    def _payment(self, reason: Payment, amount: Decimal, currency: str) -> None:
        pays = (amount > 0) != reason.vendor  # else it goes back: a refund, or money the bank took back
        arrived = amount + reason.fee if amount > 0 else -amount - reason.fee
        if arrived < 0 or (reason.parts and not arrived):
            raise NotAllowed(f"A fee of {amount_text(reason.fee)} leaves nothing of what was moved.", hint=HINT)
        currencies = set()
        for part in reason.parts:
            owed = self._owed(part, reason.party, vendor=reason.vendor)
            currencies.add(owed.total.currency)
            (self._take if pays else self._give_back)(part, owed, vendor=reason.vendor)
        if currencies - {currency} and len(currencies) > 1:
            raise NotAllowed("One movement cannot pay documents in several currencies.", hint=HINT)
        if not currencies - {currency}:
            self._fits(reason, arrived)
        elif currency == self._home:
            self._is_a_rate(reason, arrived)

    def _payout(self, reason: Payout, amount: Decimal, currency: str) -> None:
        """What customers paid, less the fee, is what was moved, and each share can be what it is said to be."""
        held = sum((each.came_to for each in reason.shares), -reason.fee)
        if held != amount:
            there, moved = amount_text(held, currency), amount_text(amount, currency)
            raise NotAllowed(f"The payout comes to {there}, the movement to {moved}.", hint=HINT)
        for share in reason.in_order:
            if share.number is None:
                continue
            part = Part(number=share.number, amount=abs(share.amount))
            owed = self._owed(part, share.party, vendor=False)
            if (owed.total.currency != currency) != (share.worth is not None):
                raise NotAllowed(f"{share.number} is over {owed.total.currency}.", hint=HINT)
            (self._take if share.amount > 0 else self._give_back)(part, owed, vendor=False)
            if share.worth is not None and currency == self._home and owed.rate:
                self._is_near(abs(share.worth), part.amount * Decimal(owed.rate))

    def _fits(self, reason: Payment, arrived: Decimal) -> None:
        whole = sum((each.amount for each in reason.parts), NOTHING)
        if whole > arrived:
            raise NotAllowed(f"{amount_text(arrived)} do not pay {amount_text(whole)}.", hint=HINT)

    def _is_a_rate(self, reason: Payment, arrived: Decimal) -> None:
        documents = self._sides[reason.vendor].documents()
        rated = [(part.amount, documents[part.number].rate) for part in reason.parts]
        if any(rate for _, rate in rated) and not all(rate for _, rate in rated):
            raise NotAllowed("One movement cannot pay documents with a rate and without one.", hint=HINT)
        if all(rate for _, rate in rated):
            booked = sum((part * Decimal(rate) for part, rate in rated), NOTHING)
            self._is_near(arrived, booked)

    def _is_near(self, arrived: Decimal, booked: Decimal) -> None:
        if abs(arrived - booked) > MAX_EXCHANGE * booked:
            there, owed = amount_text(arrived, self._home), amount_text(cents(booked), self._home)
            raise NotAllowed(f"{there} are far from the {owed} it is booked at.", hint=HINT)

    def _owed(self, part: Part, party: str, *, vendor: bool) -> Owed:
        owed = self._sides[vendor].documents().get(part.number)
        if owed is None or owed.party != party:
            raise NotAllowed(f"The books hold no {part.number} of {party}.", hint=HINT)
        return owed

    def _take(self, part: Part, owed: Owed, *, vendor: bool) -> None:
        still = self._open(part, vendor=vendor) - part.amount
        if still < 0:
            there = amount_text(still + part.amount, owed.total.currency)
            raise NotAllowed(f"{amount_text(part.amount)} are more than the {there} open of {part.number}.", hint=HINT)
        self._used[part.number] = self._used.get(part.number, NOTHING) + part.amount

    def _give_back(self, part: Part, owed: Owed, *, vendor: bool) -> None:
        standing = self._standing(part, vendor=vendor)
        paid = owed.total.amount - standing.credited - self._open(part, vendor=vendor)
        if part.amount > paid:
            raise NotAllowed(f"{amount_text(part.amount)} are more than was paid of {part.number}.", hint=HINT)
        self._used[part.number] = self._used.get(part.number, NOTHING) - part.amount

    def _open(self, part: Part, *, vendor: bool) -> Decimal:
        """What is open once what this order has said so far is booked."""
        return self._standing(part, vendor=vendor).open - self._used.get(part.number, NOTHING)

    def _standing(self, part: Part, *, vendor: bool) -> InvoiceStanding:
        standing = self._sides[vendor].standing(part.number, date.max, with_credit=False)
        if not isinstance(standing, InvoiceStanding):
            raise NotAllowed(f"What is open of {part.number} is unclear: {standing.why}", hint=HINT)
        return standing
