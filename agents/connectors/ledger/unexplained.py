"""Which movements of the bank wait to be explained, which are costs without a receipt, and what payees were paid for.

Pure. Of several entries about one movement the last one counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_figures import PRIVATELY, PastCost
from agents.connectors.ledger.account_names import NO_BANK_TELLS
from agents.connectors.ledger.booked import PAYABLES, RECEIVABLES, moved_leg
from agents.connectors.ledger.record_text import UNEXPLAINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from agents.connectors.ledger.beancount_file import Loaded, Posting, Transaction

COSTS, PRIVATE, NOT_SURE = "Expenses:", NO_BANK_TELLS["Private"], "!"
LEGS_OF_ONE_COST = 2


def _explained(entries: Iterable[Transaction]) -> dict[str, Transaction]:
    """The entry that explains each movement, by `bank_id`; of several the last one."""
    return {each.meta["explains"]: each for each in entries if "explains" in each.meta}


def _booked(entries: Iterable[Transaction]) -> dict[str, list[Transaction]]:
    """The movements of all accounts by `bank_id`."""
    found: dict[str, list[Transaction]] = {}
    for each in entries:
        if "bank_id" in each.meta and each.postings:
            found.setdefault(each.meta["bank_id"], []).append(each)
    return found


def waiting_moves(loaded: Loaded) -> dict[str, Transaction]:
    """The movements that wait, by `bank_id`.

    Left out are those whose id two accounts share, and those that an entry of the owner's own may explain: which one it
    means is told by its amount, and else by nothing, so that none of its time waits.
    """
    booked: dict[str, list[Transaction]] = {}
    by_hand: list[tuple[date, Posting]] = []
    for entry, leg in _unexplained_legs(loaded.transactions):
        if "bank_id" in entry.meta:
            booked.setdefault(entry.meta["bank_id"], []).append(entry)
        elif "explains" not in entry.meta:
            by_hand.append((entry.day, leg))
    explained = {each.meta["explains"] for each in loaded.transactions if "explains" in each.meta}
    waiting = {name: each[0] for name, each in booked.items() if len(each) == 1 and name not in explained}
    for day, leg in by_hand:
        may_be = {name: each for name, each in waiting.items() if each.day <= day and _may_explain(leg, each)}
        same = {name for name, each in may_be.items() if moved_leg(each).amount == leg.amount}
        waiting = {name: each for name, each in waiting.items() if name not in (same or may_be)}
    return waiting


def bare_costs(entries: Sequence[Transaction]) -> dict[str, tuple[Transaction, str]]:
    """The movements that were one cost whole, without a receipt: each, by `bank_id`, with the account of its cost."""
    explained, booked, found = _explained(entries), _booked(entries), {}
    for name, moves in booked.items():
        moved = moved_leg(moves[0])
        told = explained.get(name, moves[0])
        cost = [each for each in told.postings if each.account.startswith(COSTS)]
        is_whole = len(cost) == 1 and (cost[0].amount, cost[0].currency) == (-moved.amount, moved.currency)
        is_bare = "receipt" not in told.meta and len(told.postings) == LEGS_OF_ONE_COST
        if len(moves) == 1 and is_whole and is_bare:
            found[name] = (moves[0], cost[0].account)
    return found


def past_costs(loaded: Loaded) -> Iterator[PastCost]:
    """What was paid to whom for what, the oldest first; an entry that is marked as not certain tells nothing."""
    explained = _explained(loaded.transactions)
    for entry in loaded.transactions:
        if not entry.payee or entry.flag == NOT_SURE or _touches(entry, RECEIVABLES):
            continue
        of = entry.meta.get("explains", entry.meta.get("bank_id", ""))
        if explained.get(of, entry) is not entry:
            continue
        is_billed = _touches(entry, PAYABLES)
        names = () if is_billed else tuple(dict.fromkeys(_names(entry.postings)))
        if is_billed or names:
            yield PastCost(entry.payee, names, is_billed=is_billed)


def _unexplained_legs(entries: Iterable[Transaction]) -> Iterator[tuple[Transaction, Posting]]:
    return ((entry, leg) for entry in entries for leg in entry.postings if leg.account == UNEXPLAINED)


def _may_explain(leg: Posting, booked: Transaction) -> bool:
    """Whether what an entry takes away from the unexplained can be this movement."""
    moved = moved_leg(booked)
    return leg.currency == moved.currency and leg.amount * moved.amount > 0


def _touches(entry: Transaction, accounts: str) -> bool:
    return any(leg.account.startswith(accounts) for leg in entry.postings)


def _names(legs: Iterable[Posting]) -> Iterator[str]:
    for leg in legs:
        if leg.amount > 0 and (leg.account.startswith(COSTS) or leg.account == PRIVATE):
            yield PRIVATELY if leg.account == PRIVATE else leg.account.removeprefix(COSTS)
