"""Lines that belong to another line: transfers between own accounts, returns, refunds, duplicates. Pure."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.connectors.bank.line_text import account_name
from agents.connectors.bank.party_names import name_key
from agents.connectors.bank.references import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from agents.connectors.bank.evidence import Seen
    from agents.connectors.bank.matches import LineId
    from agents.connectors.bank.open_items import Booked, Expected, Tolerances
    from agents.connectors.bank.statement import BankLine

MOST_EARLIER = 40  # lines of one other side and one amount that are looked at
_GIVING_BACK = ("erstattung", "refund", "ruckzahlung", "rueckzahlung", "gutschrift", "storno", "remboursement", "reimb")
_TAKEN_BACK = ("rucklastschrift", "ruecklastschrift", "ruckbuchung", "chargeback", "returned debit", "retour sepa")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A line that another one may belong to; `booked` when it was booked before."""

    account: str
    line: BankLine
    seen: Seen | None = None
    booked: Booked | None = None

    @property
    def id(self) -> LineId:
        """What names the line."""
        return self.account, self.line.bank_id


class History:
    """All lines, these and those booked before, by the other side and the amount."""

    def __init__(self, lines: Iterable[Seen], booked: Iterable[Booked]) -> None:
        self._names: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[str, Decimal, object], list[Earlier]] = {}
        every = {each.id: each for each in (Earlier(old.account, old.line, booked=old) for old in booked)}
        every |= {each.id: Earlier(each.account, each.line, seen=each) for each in lines if each.id not in every}
        for each in sorted(every.values(), key=_by_day):
            for who in self._sides(each.line):
                self._found.setdefault((each.line.currency, each.line.amount, who), []).append(each)

    def earlier(self, seen: Seen, amount: Decimal, days: int) -> list[Earlier]:
        """The lines of the same other side with this amount in so many days before, the latest first.

        What takes an amount back may stand before it on its day; of two of one amount, one is the first.
        """
        last = (seen.line.day, seen.id) if amount == seen.line.amount else (seen.line.day + timedelta(days=1), ("", ""))
        found: dict[LineId, Earlier] = {}
        first = seen.line.day - timedelta(days=days)
        for who in self._sides(seen.line):
            listed = self._found.get((seen.line.currency, amount, who), [])
            end = bisect_left(listed, last, key=lambda each: (each.line.day, each.id))
            for each in reversed(listed[max(0, end - MOST_EARLIER) : end]):
                if each.line.day < first:
                    break
                if not _differ(each.line, seen.line):
                    found[each.id] = each
        return sorted(found.values(), key=_by_day, reverse=True)

    def _sides(self, line: BankLine) -> Iterator[object]:
        """What the other side is found by; its name too, because not every line shows an account."""
        if line.iban:
            yield account_name(line.iban)
        if line.party:
            yield from self._names.setdefault(line.party, tuple(map(" ".join, name_key(line.party).words)))


def _by_day(each: Earlier) -> tuple[object, ...]:
    return each.line.day, each.id


def _differ(one: BankLine, two: BankLine) -> bool:
    """Whether both show an account, and not the same."""
    return bool(one.iban and two.iban) and account_name(one.iban) != account_name(two.iban)


def shares_a_number(seen: Seen, original: Earlier) -> bool:
    """Whether both name the same thing: the machine's reference (NOTPROVIDED is none), or the number of an item."""
    reference = plain(seen.line.reference).strip()
    if any(each.isdigit() for each in reference) and reference == plain(original.line.reference).strip():
        return True
    if original.seen:
        mine, theirs = seen.mentions, original.seen.mentions
        return bool({*mine.exact, *mine.loose} & {*theirs.exact, *theirs.loose})
    return bool(seen.settled) and original.booked is not None and bool(_booked_numbers(seen, original.booked))


def _booked_numbers(seen: Seen, booked: Booked) -> list[str]:
    written = "".join(plain(f"{seen.line.reference} {seen.line.text}").split())
    return [number for number, _ in booked.parts if "".join(plain(number).split()) in written]


def gives_back(seen: Seen) -> bool:
    """Whether the text says so."""
    written = plain(seen.line.text)
    return any(word in written for word in _GIVING_BACK)


def is_taken_back(seen: Seen) -> bool:
    """Whether the bank says that it took a line back, or the text does."""
    written = plain(seen.line.text)
    return seen.line.is_return or any(word in written for word in _TAKEN_BACK)


def transfers(lines: Iterable[Seen], expected: Expected, tolerances: Tolerances) -> dict[LineId, LineId | None]:
    """The lines between own accounts with the other leg; None where that is not among these lines, nor on its account.

    A leg that shows no account of the other side belongs to one that does, when it is the only one that can and both
    show the same name, or the same text.
    """
    own = {account_name(each) for each in expected.own_accounts}
    by_amount: dict[tuple[str, str, Decimal], list[Seen]] = {}
    for each in lines:
        by_amount.setdefault((account_name(each.account), each.line.currency, each.line.amount), []).append(each)
    found: dict[LineId, LineId | None] = {}
    for each in lines:
        there = account_name(each.line.iban)
        if there not in own or there == account_name(each.account) or each.id in found or not each.line.amount:
            continue
        legs = by_amount.get((there, each.line.currency, -each.line.amount), [])
        leg = _other_leg(each, legs[:MOST_EARLIER], found, tolerances.transfer_days)
        found[each.id] = leg.id if leg else None
        if leg:
            found[leg.id] = each.id
    return found


def _other_leg(one: Seen, legs: list[Seen], found: dict[LineId, LineId | None], days: int) -> Seen | None:
    here = account_name(one.account)
    near = [leg for leg in legs if leg.id not in found and abs((leg.line.day - one.line.day).days) <= days]
    named = [leg for leg in near if account_name(leg.line.iban) == here]
    if named:
        return min(named, key=lambda leg: (abs((leg.line.day - one.line.day).days), leg.line.day, leg.id))
    silent = [leg for leg in near if not leg.line.iban and not leg.mentions.exact and _reads_like(leg, one)]
    return silent[0] if len(silent) == 1 else None


def _reads_like(one: Seen, two: Seen) -> bool:
    names, texts = (plain(one.line.party), plain(two.line.party)), (plain(one.line.text), plain(two.line.text))
    return any(mine == theirs and mine.strip() for mine, theirs in (names, texts))
