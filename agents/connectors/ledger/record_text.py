"""The text of ledger entries that are no invoices: bills, movements of the bank, credits put to use. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_orders import Payment, Payout, Spending, Transfer, Unexplained, sums_of
from agents.connectors.books import cents
from agents.connectors.ledger.account_names import bank_account, other_side, payable, receivable
from agents.connectors.ledger.booked import PAYABLES, RECEIVABLES, moved_leg
from agents.connectors.ledger.entry import OPENED, UTC_FORMAT, posting, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from agents.connectors.book_orders import BillBook, Cost, CreditApply, Move, Reason
    from agents.connectors.ledger.beancount_file import Transaction
    from agents.connectors.ledger.receivables import Owed

INPUT_VAT = "Liabilities:VAT:Input"
FEES, EXCHANGE, UNEXPLAINED = "Expenses:Bank-Fees", "Income:Exchange", "Equity:Unexplained"
ON_ACCOUNT = "on account"  # of the party: for no document yet
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Leg:
    """One line of an entry: `cost` is what it is worth in the books' currency, where it is over another.

    `party`: whose account it is, where that is not the entry's payee.
    """

    account: str
    amount: Decimal
    currency: str
    cost: tuple[Decimal, str] | None = None
    applies: str = ""
    rate: str = ""
    party: str = ""

    def worth(self) -> Decimal:
        """What it weighs in the entry."""
        return self.amount if self.cost is None else self.cost[0].copy_sign(self.amount)


@dataclass(slots=True)
class Text:
    """An entry in the making, and who the new accounts belong to, by account."""

    day: date
    payee: str
    narration: str
    tag: str
    links: tuple[str, ...] = ()
    meta: dict[str, str] = field(default_factory=dict)
    legs: list[Leg] = field(default_factory=list)

    def written(self) -> str:
        """The transaction as beancount reads it."""
        links = "".join(f" ^{each.lower()}" for each in dict.fromkeys(self.links))
        head = f"{self.day} * {quoted(self.payee)} {quoted(self.narration)} #{self.tag}{links}"
        meta = [f"  {name}: {value}" for name, value in self.meta.items() if value]
        return "\n".join([head, *meta, *(line for leg in self.legs for line in _lines(leg))]) + "\n"

    def opens(self) -> dict[str, str]:
        """What opens its accounts, by account."""
        whose = {RECEIVABLES: "customer", PAYABLES: "vendor"}
        opens = {}
        for leg in self.legs:
            word = next((word for prefix, word in whose.items() if leg.account.startswith(prefix)), "")
            said = f"  {word}: {quoted(leg.party or self.payee)}\n" if word else ""
            opens[leg.account] = f"{OPENED} open {leg.account}\n{said}"
        return opens


@dataclass(frozen=True, slots=True)
class Known:
    """The documents of the books by number, and the currency the owner works in."""

    documents: Mapping[str, Owed]
    home: str


def bill_text(order: BillBook, made: tuple[str, str, datetime], home: str) -> Text:
    """A bill. `made`: its number, key and moment (UTC); `home` is the currency of the books."""
    number, key, at = made
    told = None if order.currency == home else order.rate  # money of the books' own currency has no rate
    rate, currency = told or Decimal(1), order.currency if told is None else home
    legs = [_converted(each, rate, currency) for each in cost_legs(order.costs, order.currency)]
    owed, worth = -order.totals.gross, sum((each.amount for each in legs), NOTHING)
    cost = None if told is None else (worth, home)
    legs.append(Leg(payable(order.vendor), owed, order.currency, cost))
    meta = _meta(key, at) | {
        "number": quoted(number),
        "reference": quoted(order.reference),
        "due": str(order.due),
        "rate": quoted(str(told)) if told else "",
        "receipt": quoted(order.receipt) if order.receipt else "",
    }
    return Text(order.day, order.vendor, f"{number} {order.reference}", "bill", (number,), meta, legs)


def move_text(move: Move, place: tuple[str, str], known: Known, made: tuple[str, datetime]) -> Text:
    """A movement of the bank and what it was for. `place`: the account's name and its currency."""
    account, currency = place
    legs = [Leg(bank_account(account), move.amount, currency)]
    legs += reason_legs(move.reason, move.amount, currency, known)
    payee, numbers = _about(move.reason, move.party)
    receipt = move.reason.receipt if isinstance(move.reason, Spending) else ""
    said = {"iban": quoted(move.iban) if move.iban else "", "receipt": quoted(receipt) if receipt else ""}
    meta = {"bank_id": quoted(move.bank_id)} | _meta(*made) | said
    return Text(move.day, payee, move.text, move.reason.kind, numbers, meta, legs)


def explained_text(move: Move, booked: tuple[Transaction, str], known: Known, made: tuple[str, datetime]) -> Text:
    """What a movement was for. `booked`: as it stands in the ledger, whose word counts, and what it is taken from."""
    entry, taken_from = booked
    reason, currency, iban = move.reason, moved_leg(entry).currency, entry.meta.get("iban", "")
    legs = [Leg(taken_from, move.amount, currency), *reason_legs(reason, move.amount, currency, known)]
    payee, numbers = _about(reason, entry.payee)
    receipt = reason.receipt if isinstance(reason, Spending) else ""
    said = {"iban": quoted(iban) if iban else "", "receipt": quoted(receipt) if receipt else ""}
    meta = {"explains": quoted(move.bank_id)} | _meta(*made) | said
    return Text(move.day, payee, f"explains {move.bank_id}", reason.kind, numbers, meta, legs)


def credit_text(order: CreditApply, known: Known, made: tuple[str, datetime]) -> Text:
    """What stood to a party's credit, put to its documents."""
    sign = -1 if order.vendor else 1
    legs = []
    for part in order.parts:
        document = known.documents[part.number]
        account, currency = document.account, document.total.currency
        legs.append(Leg(account, sign * part.amount, currency, applies=ON_ACCOUNT))
        legs.append(Leg(account, -sign * part.amount, currency, applies=part.number.lower()))
    numbers = tuple(part.number for part in order.parts)
    return Text(order.day, order.party, "credit put to use", "applied", numbers, _meta(*made), legs)


def balance_text(account: str, closed_on: date, closing: Decimal, currency: str) -> str:
    """What the bank says was there at the end of a day: beancount asserts it at the beginning of the next."""
    return f"{closed_on + timedelta(days=1)} balance {bank_account(account)}  {closing:.2f} {currency}\n"


def cost_legs(costs: Iterable[Cost], currency: str, sign: int = 1) -> list[Leg]:
    """The costs and the VAT that the owner gets back, one leg for each category and rate."""
    costs = tuple(costs)
    nets: dict[tuple[str, Decimal], Decimal] = {}
    for each in costs:
        nets[each.category, each.tax] = nets.get((each.category, each.tax), NOTHING) + each.net
    legs = [Leg(f"Expenses:{category}", sign * net, currency, rate=str(tax)) for (category, tax), net in nets.items()]
    sums = sums_of(costs)
    return legs + [Leg(INPUT_VAT, sign * each.vat, currency, rate=str(each.rate)) for each in sums.rates if each.vat]


def reason_legs(reason: Reason, amount: Decimal, currency: str, known: Known) -> list[Leg]:
    """The other side of a movement of `amount`; together they weigh nothing."""
    match reason:
        case Payment():
            return _paid(reason, amount, currency, known)
        case Payout():
            return _paid_out(reason, amount, currency, known)
        case Spending():
            return cost_legs(reason.costs, currency, 1 if amount < 0 else -1)
        case Transfer():
            return [Leg(other_side(reason.account), -amount, currency)]
        case Unexplained():
            return [Leg(UNEXPLAINED, -amount, currency)]


def _paid(reason: Payment, amount: Decimal, currency: str, known: Known) -> list[Leg]:
    """The documents that were paid, the fee, what is left to the party's credit, and what the exchange made of it."""
    way = -1 if amount > 0 else 1
    account = (payable if reason.vendor else receivable)(reason.party)
    legs = [Leg(FEES, reason.fee, currency)] if reason.fee else []
    foreign = False
    for part in reason.parts:
        document = known.documents[part.number]
        other = document.total.currency
        cost = None
        if other != currency:
            foreign = True
            cost = (_worth(part.amount, document, (amount, currency), reason, known.home), currency)
        account = document.account
        legs.append(Leg(account, way * part.amount, other, cost, part.number.lower()))
    rest = -amount - sum((each.worth() for each in legs), NOTHING)
    if rest:
        legs.append(Leg(EXCHANGE, rest, currency) if foreign else Leg(account, rest, currency, applies=ON_ACCOUNT))
    return legs


def _about(reason: Reason, payee: str) -> tuple[str, tuple[str, ...]]:
    """Who stands in the entry, and which documents it names; `payee` is what the bank says."""
    match reason:
        case Payment():
            return reason.party, tuple(part.number for part in reason.parts)
        case Payout():
            return reason.service, reason.numbers
        case _:
            return payee, ()


def _paid_out(reason: Payout, amount: Decimal, currency: str, known: Known) -> list[Leg]:
    """What each customer paid or got back, what the service kept, and what the exchange made of it."""
    legs = [Leg(f"Expenses:{reason.category}", reason.fee, currency)] if reason.fee else []
    for share in reason.in_order:
        if share.number is None:
            legs.append(Leg(receivable(share.party), -share.amount, currency, applies=ON_ACCOUNT, party=share.party))
            continue
        document, cost = known.documents[share.number], None
        if share.worth is not None:
            is_rated = document.rate and currency == known.home
            booked = cents(share.amount * Decimal(document.rate)) if is_rated else share.worth
            cost = (abs(booked), currency)
        other, number = document.total.currency, share.number.lower()
        legs.append(Leg(document.account, -share.amount, other, cost, number, party=share.party))
    rest = -amount - sum((each.worth() for each in legs), NOTHING)
    return [*legs, Leg(EXCHANGE, rest, currency)] if rest else legs


def _worth(part: Decimal, document: Owed, moved: tuple[Decimal, str], reason: Payment, home: str) -> Decimal:
    """What a part in another currency is worth in that of the account: as booked, else as paid."""
    amount, currency = moved
    if document.rate and currency == home:
        return cents(part * Decimal(document.rate))
    whole = sum(each.amount for each in reason.parts)
    return cents(abs(amount + reason.fee) * part / whole)


def _converted(leg: Leg, rate: Decimal, currency: str) -> Leg:
    return Leg(leg.account, cents(leg.amount * rate), currency, rate=leg.rate)


def _meta(key: str, at: datetime) -> dict[str, str]:
    return {"key": quoted(key), "at": quoted(at.strftime(UTC_FORMAT))}


def _lines(leg: Leg) -> Iterable[str]:
    cost = f" @@ {leg.cost[0]:.2f} {leg.cost[1]}" if leg.cost else ""
    yield posting(leg.account, f"{leg.amount:.2f} {leg.currency}") + cost
    if leg.applies:
        yield f"    applies: {quoted(leg.applies)}"
    if leg.rate:
        yield f"    rate: {quoted(leg.rate)}"
