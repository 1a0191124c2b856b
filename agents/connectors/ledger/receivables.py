"""What each invoice or bill asks for and what was booked on it, read out of a loaded ledger. Pure.

For the bills of vendors the same holds with all signs turned. A booking belongs to an invoice by `applies: "inv-..."`
under its leg, else by the link `^inv-...` or the number in its text, when the entry names one invoice only. What may be
a payment and does not say so plainly makes the invoice unclear: a customer who has paid must not be told that they have
not, and nothing is closed on a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from agents.connectors.books import InvoiceStanding, Unclear, amount_text, most_behind
from agents.connectors.contract import Money
from agents.connectors.ledger.account_names import BANK
from agents.connectors.ledger.booked import PAYABLES, RECEIVABLES, bank_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agents.connectors.books import Standing
    from agents.connectors.ledger.beancount_file import Loaded, Posting, Transaction

NOTHING = Decimal("0.00")
NOT_SURE = "!"


@dataclass(frozen=True, slots=True)
class Side:
    """Whose documents: the accounts on which they are owed, how they are told, the sign of what is owed, the word."""

    accounts: str
    tag: str
    number: re.Pattern[str]
    sign: int
    party: str


CUSTOMERS = Side(RECEIVABLES, "invoice", re.compile(r"\bINV-[0-9]{4}-[0-9]{4,6}\b", re.IGNORECASE), 1, "customer")
VENDORS = Side(PAYABLES, "bill", re.compile(r"\bBILL-[0-9]{4}-[0-9]{4,6}\b", re.IGNORECASE), -1, "vendor")


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


class Register:
    """Every document of one side of a ledger.

    `loose` are bookings on its accounts that name none, by account; `bank_to` is as `InvoiceStanding` has it.
    """

    def __init__(self, loaded: Loaded, texts: Mapping[str, str], side: Side = CUSTOMERS) -> None:
        self._side = side
        self._owed: dict[str, Owed] = {}
        self._loose: dict[str, list[Leg]] = {}
        self._broken = _told(loaded)
        self.bank_to = None if self._broken else _bank_to(loaded, texts)
        if not self._broken:
            issued = [each for each in loaded.transactions if _issues(each, side)]
            for each in issued:
                self._issue(each)
            self._explained = {each.meta["explains"] for each in loaded.transactions if "explains" in each.meta}
            for each in loaded.transactions:
                if not _issues(each, side):
                    self._take_in(each)
            self._look_beside(loaded.files, texts)

    def customers(self) -> dict[str, str]:
        """The customer of every invoice, by its number, in the order of the books."""
        return {number: each.party for number, each in self._owed.items()}

    def documents(self) -> dict[str, Owed]:
        """Every document, by its number, in the order of the books; none when the ledger has an error."""
        return dict(self._owed)

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

    def _issue(self, invoice: Transaction) -> None:
        number, place = invoice.meta["number"].upper(), _place(invoice)
        legs = [leg for leg in invoice.postings if leg.account.startswith(self._side.accounts)]
        accounts, currencies = {leg.account for leg in legs}, {leg.currency for leg in legs}
        if number in self._owed:
            self._owed[number].doubts.append(f"{place}: {number} is booked twice.")
        elif len(accounts) != 1 or len(currencies) != 1 or (due := _due(invoice)) is None or not _is_rated(invoice):
            self._owed[number] = owed = Owed("", Money(NOTHING, ""), invoice.day, invoice.payee)
            owed.doubts.append(f"{place}: {number} does not say any more who owes how much until when.")
        else:
            total = Money(self._side.sign * sum((leg.amount for leg in legs), NOTHING), currencies.pop())
            said = (invoice.meta.get("rate", ""), invoice.meta.get("reference", ""))
            self._owed[number] = Owed(accounts.pop(), total, due, invoice.payee, invoice.day, place, *said)

    def _take_in(self, entry: Transaction) -> None:
        """Put every leg on a customer's account to the invoice it is for."""
        side = self._side
        legs = [leg for leg in entry.postings if leg.account.startswith(side.accounts)]
        is_money = any(leg.account.startswith("Assets:") and side.sign * leg.amount > 0 for leg in entry.postings)
        if not (legs or is_money):
            return
        named = self._known({*entry.links, *side.number.findall(f"{entry.payee} {entry.narration}")})
        for leg in legs:
            about = self._known({leg.meta["applies"]}) if "applies" in leg.meta else named
            if len(about) > 1:
                self._doubt(about, entry, "names several invoices: write `applies:` below each leg.")
            elif about:
                self._apply(next(iter(about)), entry, leg)
            else:
                self._loose.setdefault(leg.account, []).append(self._leg(entry, leg))
        if not legs:
            self._moves_only(named, entry)

    def _moves_only(self, named: Iterable[str], entry: Transaction) -> None:
        """Money that came with an invoice's number, and was booked as something else."""
        bank_id = entry.meta.get("bank_id", "")
        words = f"brings money in, but takes nothing off the {self._side.party}'s account."
        if not bank_id:
            self._doubt(named, entry, words)
        elif bank_id not in self._explained:
            for number in named:
                self._owed[number].waiting.append(f"{_place(entry)}: this entry about {number} {words}")

    def _apply(self, number: str, entry: Transaction, leg: Posting) -> None:
        owed = self._owed[number]
        owed.legs.append(self._leg(entry, leg))
        if leg.account != owed.account or leg.currency != owed.total.currency:
            self._doubt({number}, entry, f"is over {leg.currency} on {leg.account}; the invoice is not.")
        if entry.flag == NOT_SURE:
            self._doubt({number}, entry, "is marked `!`, not certain: write `*` when it is.")

    def _leg(self, entry: Transaction, leg: Posting) -> Leg:
        amount = self._side.sign * leg.amount
        return Leg(entry.day, amount, leg.currency, _place(entry), is_credit="credit" in entry.tags)

    def _known(self, names: Iterable[str]) -> set[str]:
        return {name.upper() for name in names} & self._owed.keys()

    def _doubt(self, numbers: Iterable[str], entry: Transaction, words: str) -> None:
        for number in numbers:
            self._owed[number].doubts.append(f"{_place(entry)}: this entry about {number} {words}")

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
        for name, text in texts.items():
            for at, line in _naming(text, self._side).items() if name not in included else ():
                for number in self._known(self._side.number.findall(line)) if line not in here else ():
                    self._owed[number].doubts.append(f"{name}:{at}: names {number} and is no part of the ledger.")


def _bank_to(loaded: Loaded, texts: Mapping[str, str]) -> date | None:
    """The day of the bank's account that is most behind; what lies in the till is told by no bank."""
    return most_behind([day for account, day in bank_to(loaded, texts).items() if account.startswith(BANK)])


def _naming(text: str, side: Side) -> dict[int, str]:
    """The lines that name a document, by number from 1."""
    return {at: line.strip() for at, line in enumerate(text.split("\n"), 1) if side.number.search(line)}


def _told(loaded: Loaded) -> str:
    """The first thing beancount finds wrong: an entry may be missing, a payment or an invoice, so nothing is said."""
    if not loaded.errors:
        return ""
    more = f" (and {len(loaded.errors) - 1} more)" if len(loaded.errors) > 1 else ""
    return f"the ledger has an error, {str(loaded.errors[0]).rstrip('. ')}{more}."


def _issues(entry: Transaction, side: Side) -> bool:
    return side.tag in entry.tags and bool(side.number.fullmatch(entry.meta.get("number", "")))


def _due(invoice: Transaction) -> date | None:
    try:
        return date.fromisoformat(invoice.meta["due"])
    except (KeyError, ValueError):
        return None


def _is_rated(invoice: Transaction) -> bool:
    """Whether its rate, if it has one, can be reckoned with."""
    try:
        rate = Decimal(invoice.meta.get("rate") or "1")
    except InvalidOperation:
        return False
    return rate.is_finite() and rate > 0


def _place(entry: Transaction) -> str:
    return f"{entry.file}:{entry.line}"


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
