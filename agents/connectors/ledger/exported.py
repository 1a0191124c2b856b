"""The lines of a ledger entry as they are exported, each with what it is worth in the currency of the books. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_export import BookLine, Vat
from agents.connectors.book_figures import NOTHING
from agents.connectors.books import cents
from agents.connectors.ledger.entry import VAT
from agents.connectors.ledger.record_text import INPUT_VAT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from agents.connectors.ledger.beancount_file import Posting, Transaction

KINDS: dict[str, Vat] = {VAT: "charged", INPUT_VAT: "paid"}


def exported(entry: Transaction, home: str) -> list[BookLine]:
    """The lines of an entry."""
    meta = entry.meta
    receipt, place = meta.get("document", "") or meta.get("receipt", ""), f"{entry.file}:{entry.line}"
    found = []
    for leg, worth in zip(entry.postings, worths(entry.postings, home), strict=True):
        number = meta.get("number", "") or leg.meta.get("applies", "").upper()
        words = (entry.day, number, entry.payee, entry.narration, leg.account)
        rate, vat = leg.meta.get("rate", ""), KINDS.get(leg.account, "")
        found.append(BookLine(*words, leg.amount, leg.currency, rate, receipt, place, worth, home, vat))
    return found


def worths(legs: Sequence[Posting], home: str) -> list[Decimal | None]:
    """What each leg is worth in the books' currency: legs in one other currency share what balances the entry.

    None for all of an entry that holds nothing of the books' own currency, or several others: it does not say.
    """
    others = {leg.currency for leg in legs} - {home}
    if not others:
        return [leg.amount for leg in legs]
    at_home = [leg.amount for leg in legs if leg.currency == home]
    foreign = [at for at, leg in enumerate(legs) if leg.currency != home]
    whole = sum((legs[at].amount for at in foreign), NOTHING)
    if len(others) > 1 or not at_home or not whole:
        return [None] * len(legs)
    wanted = -sum(at_home, NOTHING)
    found: list[Decimal | None] = [leg.amount for leg in legs]
    left = wanted
    for at in foreign[:-1]:
        share = cents(wanted * legs[at].amount / whole)
        found[at] = share
        left -= share
    found[foreign[-1]] = left
    return found
