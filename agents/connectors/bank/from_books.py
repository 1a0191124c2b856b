"""What the books expect on a bank account, and a matched statement as an order to the books. Pure.

Booked as a payment is only what was matched for sure, and all of whose parts are of one party; every other movement is
booked as what it is, unexplained, so that the books follow the bank and the owner says what it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agents.connectors.bank.matches import Kind, Verdict
from agents.connectors.bank.open_items import Expected, OpenItem, Party
from agents.connectors.book_orders import BankBook, Move, Part, Payment, Transfer, Unexplained
from agents.connectors.books import plain_line
from agents.security.personal_numbers import is_iban

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agents.connectors.bank.matches import Match, Reconciliation
    from agents.connectors.bank.statement import Statement
    from agents.connectors.book_figures import OpenItems

OPENING = "Opening"  # the account of what was there before the books began
PAYS = frozenset(
    {Kind.REFERENCE, Kind.AMOUNT, Kind.PARTIAL, Kind.INSTALMENT, Kind.JOINT, Kind.FEE, Kind.EXCHANGE, Kind.OVERPAID}
)
MAX_TEXT_CHARS = 280


def expected_of(
    owed_to_us: OpenItems, owed_by_us: OpenItems, own_accounts: Iterable[str], ibans: Mapping[str, tuple[str, ...]]
) -> Expected:
    """What may come and go: every document that is open. `ibans`: the accounts that each party used before."""
    items = [*_items(owed_to_us, ibans, is_incoming=True), *_items(owed_by_us, ibans, is_incoming=False)]
    parties = {(each.party, each.is_incoming): each.ibans for each in items}
    known = tuple(Party(party, places, is_vendor=not pays) for (party, pays), places in parties.items())
    return Expected(tuple(items), known, tuple(own_accounts))


def order_of(
    statement: Statement,
    account: str,
    found: Reconciliation,
    expected: Expected,
    names: Mapping[str, str],
    *,
    new: bool,
) -> BankBook:
    """The statement as an order. `names`: the owner's accounts by IBAN; `new`: the books hold nothing of it yet."""
    items = {each.number: each for each in expected.items}
    lost = _taken_back_otherwise(found)
    moves = [_move(each, items, names, is_sure=each.id not in lost) for each in found.matches]
    opening = statement.opening
    if new and opening is not None and opening.amount:
        first = min((line.day for line in statement.lines), default=opening.day) - timedelta(days=1)
        before = Move(
            bank_id=f"opening:{account}",
            day=min(first, opening.day),
            amount=opening.amount,
            text="what was there before",
            reason=Transfer(account=OPENING),
        )
        moves.insert(0, before)
    closing = statement.closing
    return BankBook(
        account=account,
        currency=statement.currency,
        moves=tuple(moves),
        closing=closing.amount if closing else None,
        closed_on=closing.day if closing else None,
    )


def _taken_back_otherwise(found: Reconciliation) -> set[tuple[str, str]]:
    """What a bank took back in a way that cannot be booked as such: neither that nor the payment is booked as one."""
    returns = [each for each in found.matches if each.kind is Kind.RETURN and not _is_booked_back(each)]
    return {each.other for each in returns if each.other}


def _is_booked_back(match: Match) -> bool:
    return match.verdict is Verdict.AUTO and bool(match.parts) and not match.fee and not match.difference


def _items(owed: OpenItems, ibans: Mapping[str, tuple[str, ...]], *, is_incoming: bool) -> Iterable[OpenItem]:
    for each in owed.documents:
        names = (each.reference,) if each.reference else ()
        places = ibans.get(each.party, ())
        about = (each.number, each.party, each.open, each.currency, each.day, each.due)
        yield OpenItem(*about, is_incoming, names, places, each.booked)


def _move(match: Match, items: Mapping[str, OpenItem], names: Mapping[str, str], *, is_sure: bool) -> Move:
    line = match.line
    said = plain_line(" ".join(part for part in (line.text, line.reference) if part))
    return Move(
        bank_id=line.bank_id,
        day=line.day,
        amount=line.amount,
        party=plain_line(line.party)[:MAX_TEXT_CHARS],
        text=said[:MAX_TEXT_CHARS],
        iban=line.iban if is_iban(line.iban) else "",
        reason=_reason(match, items, names) if is_sure else Unexplained(),
    )


def _reason(match: Match, items: Mapping[str, OpenItem], names: Mapping[str, str]) -> Payment | Transfer | Unexplained:
    if match.verdict is not Verdict.AUTO or match.flags:
        return Unexplained()
    if match.kind is Kind.TRANSFER and match.line.iban in names:
        return Transfer(account=names[match.line.iban])
    pays = match.kind in PAYS or (match.kind is Kind.RETURN and _is_booked_back(match))
    paid = [items[number] for number, _ in match.parts if number in items]
    if not pays or not paid or len(paid) < len(match.parts) or len({(x.party, x.is_incoming) for x in paid}) > 1:
        return Unexplained()
    foreign = match.kind is Kind.EXCHANGE  # settled whole, in its own currency
    parts = tuple(
        Part(number=number, amount=item.amount if foreign else abs(amount))
        for (number, amount), item in zip(match.parts, paid, strict=True)
    )
    return Payment(party=paid[0].party, vendor=not paid[0].is_incoming, parts=parts, fee=abs(match.fee))
