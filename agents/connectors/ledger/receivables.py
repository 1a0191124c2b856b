"""What each invoice or bill asks for and what was booked on it, read out of the ledger. Pure.

For the bills of vendors the same holds with all signs turned. A booking belongs to an invoice by `applies: "inv-..."`
under its leg, else by the link `^inv-...` or the number in its text, when the entry names one invoice only. What may be
a payment and does not say so plainly makes the invoice unclear: a customer who has paid must not be told that they have
not, and nothing is closed on a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from agents.connectors.books import InvoiceStanding, Unclear, amount_text, most_behind
from agents.connectors.contract import Money
from agents.connectors.ledger.account_names import BANK
from agents.connectors.ledger.bookings import CUSTOMERS
from agents.connectors.ledger.many_rows import many_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from agents.connectors.books import Standing
    from agents.connectors.ledger.beancount_file import LedgerError
    from agents.connectors.ledger.bookings import Booking, Issued, Owing, Side
    from agents.connectors.ledger.ledger import Ledger

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Leg:
    """One booking on what a customer owes: less than nothing when money came in. `place` is 'file:line'."""

    day: date
    amount: Decimal
    currency: str
    place: str
    is_credit: bool = False


@dataclass(slots=True)
class Owed:
    """One document as it was issued, with what was booked on it and whatever makes it unclear, in words.

    `waiting` are movements of the bank that name it and are not explained yet. `reference`: the vendor's own number.
    """

    account: str
    total: Money
    due: date
    party: str = ""
    day: date = date.min
    place: str = ""
    rate: str = ""
    reference: str = ""
    legs: list[Leg] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def was_over(self, day: date) -> bool:
        """Whether nothing was owed of it when a day began, and nothing was booked on it since."""
        if self.doubts or self.day >= day or any(leg.day >= day for leg in self.legs):
            return False
        return not self.total.amount + sum((leg.amount for leg in self.legs), NOTHING)


class Register:
    """Every document of one side of a ledger.

    `loose` are bookings on its accounts that name none, by account; `bank_to` is as `InvoiceStanding` has it.
    """

    def __init__(self, ledger: Ledger, side: Side = CUSTOMERS) -> None:
        self._side = side
        self._owed: dict[str, Owed] = {}
        self._loose: dict[str, list[Leg]] = {}
        self._broken = _told(ledger.errors)
        self.bank_to = None if self._broken else _bank_to(ledger)
        if not self._broken:
            with many_rows():
                self._read(ledger, side)

    def _read(self, ledger: Ledger, side: Side) -> None:
        for each in ledger.issued(side):
            self._issue(each)
        self._explained = ledger.explained()
        for booking in ledger.booked(side):
            self._take_in(booking)
        self._look_beside(ledger.files, ledger.texts)

    def customers(self) -> dict[str, str]:
        """The customer of every invoice, by its number, in the order of the books."""
        return {number: each.party for number, each in self._owed.items()}

    def documents(self) -> dict[str, Owed]:
        """Every document, by its number, in the order of the books; none when the ledger has an error."""
        return dict(self._owed)

    def owed(self, number: str) -> Owed:
        """The document of a number; raises KeyError where there is none."""
        return self._owed[number]

    def credits(self, today: date) -> dict[tuple[str, str], Decimal]:
        """What stands to a party's credit without being applied to a document, by account and currency."""
        found: dict[tuple[str, str], Decimal] = {}
        for account, legs in self._loose.items():
            for leg in legs:
                if leg.day <= today:
                    found[account, leg.currency] = found.get((account, leg.currency), NOTHING) - leg.amount
        return {place: amount for place, amount in found.items() if amount}

    def standing(self, number: str, today: date, *, with_credit: bool = True) -> Standing:
        """How an invoice stands; what is booked on later days does not count yet.

        `with_credit`: money that names no invoice, or is not explained yet, makes one that is open unclear.
        """
        owed = self._owed.get(number)
        if self._broken or owed is None:
            return Unclear(number, self._broken or f"the ledger holds no invoice {number}.")
        if owed.doubts:
            return Unclear(number, owed.doubts[0])
        legs = sorted((each for each in owed.legs if each.day <= today), key=lambda leg: leg.day)
        rest = owed.total.amount + sum((each.amount for each in legs), NOTHING)
        if with_credit and rest > 0 and (doubt := self._unapplied(owed, today)):
            return Unclear(number, doubt)
        credited = -sum((each.amount for each in legs if each.is_credit), NOTHING)
        paid_on = _paid_on(owed.total.amount, legs)
        return InvoiceStanding(number, owed.total, rest, owed.due, credited, paid_on, self.bank_to)

    def _issue(self, invoice: Issued) -> None:
        number, place = invoice.number.upper(), invoice.place
        accounts, currencies = {leg.account for leg in invoice.legs}, {leg.currency for leg in invoice.legs}
        if number in self._owed:
            self._owed[number].doubts.append(f"{place}: {number} is booked twice.")
        elif len(accounts) != 1 or len(currencies) != 1 or (due := _due(invoice)) is None or not _is_rated(invoice):
            self._owed[number] = owed = Owed("", Money(NOTHING, ""), invoice.day, invoice.party)
            owed.doubts.append(f"{place}: {number} does not say any more who owes how much until when.")
        else:
            total = Money(self._side.sign * sum((leg.amount for leg in invoice.legs), NOTHING), currencies.pop())
            said = (invoice.rate, invoice.reference)
            self._owed[number] = Owed(accounts.pop(), total, due, invoice.party, invoice.day, place, *said)

    def _take_in(self, entry: Booking) -> None:
        """Put every leg on a customer's account to the invoice it is for."""
        named = self._known(entry.names)
        for leg in entry.legs:
            about = named if leg.applies is None else self._known({leg.applies})
            if len(about) > 1:
                self._doubt(about, entry, "names several invoices: write `applies:` below each leg.")
            elif about:
                self._apply(next(iter(about)), entry, leg)
            else:
                self._loose.setdefault(leg.account, []).append(self._leg(entry, leg))
        if not entry.legs:
            self._moves_only(named, entry)

    def _moves_only(self, named: Iterable[str], entry: Booking) -> None:
        """Money that came with an invoice's number, and was booked as something else."""
        words = f"brings money in, but takes nothing off the {self._side.party}'s account."
        if not entry.bank_id:
            self._doubt(named, entry, words)
        elif entry.bank_id not in self._explained:
            for number in named:
                self._owed[number].waiting.append(f"{entry.place}: this entry about {number} {words}")

    def _apply(self, number: str, entry: Booking, leg: Owing) -> None:
        owed = self._owed[number]
        owed.legs.append(self._leg(entry, leg))
        if leg.account != owed.account or leg.currency != owed.total.currency:
            self._doubt({number}, entry, f"is over {leg.currency} on {leg.account}; the invoice is not.")
        if not entry.is_sure:
            self._doubt({number}, entry, "is marked `!`, not certain: write `*` when it is.")

    def _leg(self, entry: Booking, leg: Owing) -> Leg:
        return Leg(entry.day, self._side.sign * leg.amount, leg.currency, entry.place, is_credit=entry.is_credit)

    def _known(self, names: AbstractSet[str]) -> AbstractSet[str]:
        return names & self._owed.keys()

    def _doubt(self, numbers: Iterable[str], entry: Booking, words: str) -> None:
        for number in numbers:
            self._owed[number].doubts.append(f"{entry.place}: this entry about {number} {words}")

    def _unapplied(self, owed: Owed, today: date) -> str:
        """Money that may be for it: not explained yet, or, more than what is asked for beside our invoices, unnamed."""
        if owed.waiting:
            return owed.waiting[0]
        legs = [each for each in self._loose.get(owed.account, []) if each.day <= today]
        for currency in {each.currency for each in legs}:
            some = [each for each in legs if each.currency == currency]
            rest = sum((each.amount for each in some), NOTHING)
            if rest < 0:
                last = [each for each in some if each.amount < 0][-1]
                return f"{last.place}: {amount_text(-rest, currency)} on {owed.account} name no invoice."
        return ""

    def _look_beside(self, included: frozenset[str], texts: Mapping[str, str]) -> None:
        """A file that is no part of the ledger (a conflict copy) may hold a payment that is nowhere else."""
        if not set(texts) - included:
            return
        here = {line for name, text in texts.items() if name in included for line in _naming(text, self._side).values()}
        for name in [each for each in texts if each not in included]:
            for at, line in _naming(texts[name], self._side).items():
                named = {each.upper() for each in self._side.number.findall(line)} if line not in here else set()
                for number in self._known(named):
                    self._owed[number].doubts.append(f"{name}:{at}: names {number} and is no part of the ledger.")


def _bank_to(ledger: Ledger) -> date | None:
    """The day of the bank's account that is most behind; what lies in the till is told by no bank."""
    return most_behind([day for account, day in ledger.bank_to().items() if account.startswith(BANK)])


def _naming(text: str, side: Side) -> dict[int, str]:
    """The lines that name a document, by number from 1."""
    return {at: line.strip() for at, line in enumerate(text.split("\n"), 1) if side.number.search(line)}


def _told(errors: Sequence[LedgerError]) -> str:
    """The first thing beancount finds wrong: an entry may be missing, a payment or an invoice, so nothing is said."""
    if not errors:
        return ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"the ledger has an error, {str(errors[0]).rstrip('. ')}{more}."


def _due(invoice: Issued) -> date | None:
    try:
        return date.fromisoformat(invoice.due)
    except ValueError:
        return None


def _is_rated(invoice: Issued) -> bool:
    """Whether its rate, if it has one, can be reckoned with."""
    try:
        rate = Decimal(invoice.rate or "1")
    except InvalidOperation:
        return False
    return rate.is_finite() and rate > 0


def _paid_on(total: Decimal, legs: Iterable[Leg]) -> date | None:
    """The day since when nothing is owed: a payment that was taken out again counts as none."""
    since: date | None = None
    for day, rest in _rests(total, legs):
        since = (since or day) if rest <= 0 else None
    return since


def _rests(total: Decimal, legs: Iterable[Leg]) -> Iterator[tuple[date, Decimal]]:
    for leg in legs:
        total += leg.amount
        yield leg.day, total
