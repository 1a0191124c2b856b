"""What a movement of the bank was for, as the lines of one general entry. Pure.

The bank's leg stands on the account of what is on the way, against which the line of the statement is matched. Parts in
another currency than the movement share what arrived; Odoo books itself what the exchange made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_orders import Payment, Payout, Spending, Transfer
from agents.connectors.books import cents
from agents.connectors.odoo.chart import plain
from agents.connectors.odoo.documents import NOTHING
from agents.connectors.odoo.entries import Leg
from agents.errors import NeedsOwner, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

    from agents.connectors.book_orders import Cost, CreditApply, Move, Part
    from agents.connectors.odoo.chart import Chart, Journal
    from agents.connectors.odoo.register import Credit, Document

FEES = "Bank-Fees"
BEFORE_THE_BOOKS = {"Opening": "Opening Balances"}  # as a first statement calls it, and as docs/odoo.md has it made


@dataclass(frozen=True, slots=True)
class Party:
    """A contact, and the account on which it owes, or is owed, what belongs to no document."""

    number: int
    account: int


@dataclass(frozen=True, slots=True)
class Known:
    """What an order names, as it is in Odoo: documents by number (or `bought_as`), parties by name."""

    documents: Mapping[str, Document] = field(default_factory=dict)
    parties: Mapping[str, Party] = field(default_factory=dict)


def legs_of(move: Move, party: str, journal: Journal, chart: Chart, known: Known) -> tuple[Leg, ...]:
    """The bank's leg first, then what it was for; together they weigh nothing. `party`: the other side, if known."""
    home = chart.currency_of(chart.currency)
    bank = Leg(journal.on_the_way, move.amount, home, move.amount, move.text or move.bank_id)
    match move.reason:
        case Payment():
            rest = _paid(move.reason, move.amount, chart, known)
        case Payout():
            rest = _paid_out(move.reason, chart, known)
        case Spending():
            bought, to = known.documents[bought_as(move)], bought_as(move)
            rest = [Leg(bought.ledger_account, -move.amount, home, -move.amount, bought.name, bought.partner, to)]
        case Transfer():
            account = other_side(move.reason.account, chart)
            rest = [Leg(account, -move.amount, home, -move.amount, party)]
        case _:
            raise NotAllowed(f"Nobody says what {move.bank_id} was for.", hint="Say what it was for.")
    return (bank, *rest)


def bought_as(move: Move) -> str:
    """How the document of a purchase at once is called here; no document of the books can be called so."""
    return f"bought {move.bank_id}"


def other_side(name: str, chart: Chart) -> int:
    """Where a transfer goes: between two accounts of a bank it is under way until the other one tells of it too.

    Raises:
        NeedsOwner: there is no such account.
    """
    for each in chart.banks:
        if plain(each.name) == plain(name):
            if each.kind == "cash":  # no bank tells what came into the till
                return each.account
            if not chart.transfer:
                raise NeedsOwner("Odoo has no account for transfers between banks", hint="Set it in Odoo's settings.")
            return chart.transfer
    return chart.other(BEFORE_THE_BOOKS.get(name, name))


def credit_legs(order: CreditApply, loose: Iterable[Credit], chart: Chart, known: Known) -> tuple[Leg, ...]:
    """Two legs for each part: what is taken from the credit, and what is put to the document."""
    sign = -1 if order.vendor else 1
    held = {each.currency: each.ledger_account for each in loose if each.left > 0}
    legs = []
    for part in order.parts:
        document = known.documents[part.number]
        code = document.total.currency
        currency, amount, partner = chart.currency_of(code), sign * part.amount, document.partner
        worth = amount if not document.rate else cents(amount * Decimal(document.rate))
        taken = held.get(code, document.ledger_account)
        legs.append(Leg(taken, worth, currency, amount, f"credit for {part.number}", partner, to=code))
        legs.append(Leg(document.ledger_account, -worth, currency, -amount, part.number, partner, to=part.number))
    return tuple(legs)


def cost_lines(chart: Chart, costs: Iterable[Cost]) -> list[dict[str, JsonValue]]:
    """Costs as the lines of a bill.

    Raises:
        NeedsOwner: Odoo has no such account or tax.
    """
    return [
        {
            "name": each.category,
            "quantity": 1.0,
            "price_unit": float(each.net),
            "account_id/.id": chart.cost(each.category),
            "tax_ids/.id": str(chart.tax("purchase", each.tax) or ""),
        }
        for each in costs
    ]


def _paid(reason: Payment, amount: Decimal, chart: Chart, known: Known) -> list[Leg]:
    home, way = chart.currency_of(chart.currency), -1 if amount > 0 else 1
    legs = [Leg(chart.cost(FEES), reason.fee, home, reason.fee, FEES)] if reason.fee else []
    arrived = abs(amount + reason.fee)
    worths = _worths(reason.parts, arrived, chart.currency, known)
    for part, worth in zip(reason.parts, worths, strict=True):
        document = known.documents[part.number]
        currency = chart.currency_of(document.total.currency)
        account, partner = document.ledger_account, document.partner
        legs.append(Leg(account, way * worth, currency, way * part.amount, part.number, partner, to=part.number))
    rest = -amount - sum((each.balance for each in legs), NOTHING)
    if rest:
        party = known.parties[reason.party]
        legs.append(Leg(party.account, rest, home, rest, "on account", party.number))
    return legs


def _paid_out(reason: Payout, chart: Chart, known: Known) -> list[Leg]:
    """What the service kept, then what each customer paid or got back."""
    home, fee = chart.currency_of(chart.currency), reason.fee
    legs = [Leg(chart.cost(reason.category), fee, home, fee, f"fee of {reason.service}")] if fee else []
    for share in reason.in_order:
        if share.number is None:
            party, amount = known.parties[share.party], -share.amount
            legs.append(Leg(party.account, amount, home, amount, "on account", party.number))
            continue
        document = known.documents[share.number]
        currency, about = chart.currency_of(document.total.currency), (share.number, document.partner, share.number)
        legs.append(Leg(document.ledger_account, -share.came_to, currency, -share.amount, *about))
    return legs


def _worths(parts: tuple[Part, ...], arrived: Decimal, home: str, known: Known) -> list[Decimal]:
    """What each part weighs in the books' currency: itself, or in another its share of what arrived."""
    if all(known.documents[each.number].total.currency == home for each in parts):
        return [each.amount for each in parts]
    whole = sum((each.amount for each in parts), NOTHING)
    shares = [cents(arrived * each.amount / whole) for each in parts[:-1]]
    return [*shares, arrived - sum(shares, NOTHING)]
