"""Lines explained by another line: what is returned, refunded, moved between own accounts, or there twice. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from agents.connectors.bank.counterparts import Earlier, History, gives_back, shares_a_number, transfers
from agents.connectors.bank.findings import ASK, Finding, is_sure
from agents.connectors.bank.line_text import account_name
from agents.connectors.bank.matches import Kind, LineId
from agents.connectors.bank.reference_rules import CERTAIN, DOUBTED, STRONG, SURE, WEAK
from agents.connectors.bank.references import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from agents.connectors.bank.evidence import Seen
    from agents.connectors.bank.open_items import Expected, Tolerances

    Paid = Callable[[LineId], frozenset[int]]

SOON_DAYS = 14  # a bank that cannot collect says so within a few days; a payer may object for eight weeks
SAME_TEXT_DAYS = 7  # two lines with one text and amount are hardly two payments


@dataclass(slots=True)
class Links:
    """Finds the line that a line belongs to. A line is returned once, and given back once."""

    history: History
    tolerances: Tolerances
    undone: set[LineId] = field(default_factory=set)

    def a_return(self, seen: Seen) -> tuple[Finding, Earlier | None]:
        """What a bank took back."""
        originals = self._not_undone(seen, self.tolerances.return_days)
        originals = [each for each in originals if each.account == seen.account]
        if not originals:
            return Finding(Kind.RETURN, WEAK, ("A return, but its original is not here.",)), None
        told = [each for each in originals if shares_a_number(seen, each)]
        chosen = (told or originals)[0]
        reason = f"It takes {chosen.line.bank_id} of {chosen.line.day} back."
        found = Finding(Kind.RETURN, CERTAIN if told else SURE, (reason,), other=chosen.id)
        if len(told or originals) > 1:
            found = found.at_most(ASK, "Several earlier lines fit.")
        if not told and (seen.line.reference and chosen.line.reference):
            found = found.at_most(ASK, "The references are not the same.")
        if not told and not (seen.line.is_return and (seen.line.day - chosen.line.day).days <= SOON_DAYS):
            found = found.at_most(ASK, "An earlier line may be meant that is not here.")
        self.undone.add(chosen.id)
        return found, chosen

    def a_refund(self, seen: Seen, paid: Paid, *, is_last: bool = False) -> Finding | None:
        """The whole of an earlier line given back, with a word or a number that says so.

        `paid` are the items that a line pays, as far as we know by now. Before the last time only what is sure counts.
        """
        found = self._refund(seen, paid)
        if found is None or not (is_last or is_sure(found)):
            return None
        self.undone.update([found.other] if found.other else [])
        return found

    def _refund(self, seen: Seen, paid: Paid) -> Finding | None:
        originals = self._not_undone(seen, self.tolerances.refund_days)
        named = {place for shared in (*seen.mentions.exact, *seen.mentions.loose) for place in shared}
        told = [each for each in originals if shares_a_number(seen, each) or named & paid(each.id)]
        if not told and not (originals and gives_back(seen)):
            return None
        chosen = (told or originals)[0]
        reason = f"It gives {chosen.line.bank_id} of {chosen.line.day} back."
        found = Finding(Kind.REFUND, STRONG if told else SURE, (reason,), other=chosen.id)
        if len(told or originals) > 1:
            found = found.at_most(ASK, "Several earlier lines fit.")
        if not told and (seen.mentions.exact or seen.mentions.has_unknown):
            found = found.at_most(ASK, "The number in its text is another one.")
        if not told and not _same_account(seen, chosen):
            found = found.at_most(ASK, "Only the name is the same.")
        return found

    def a_duplicate(self, seen: Seen) -> Finding | None:
        """The same payment again; never applied, always for the owner."""
        for each in self.history.earlier(seen, seen.line.amount, self.tolerances.duplicate_days):
            if shares_a_number(seen, each) or _is_twin(seen, each):
                reason = f"It was paid before, by {each.line.bank_id} of {each.line.day}."
                return Finding(Kind.DUPLICATE, DOUBTED, (reason,), other=each.id)
        return None

    def has_twin(self, seen: Seen) -> bool:
        """Whether the same came a few days before."""
        return any(_is_twin(seen, each) for each in self.history.earlier(seen, seen.line.amount, SAME_TEXT_DAYS))

    def _not_undone(self, seen: Seen, days: int) -> list[Earlier]:
        found = self.history.earlier(seen, -seen.line.amount, days)
        return [each for each in found if each.id not in self.undone and not each.line.is_return]


def own_transfers(
    lines: Sequence[Seen], expected: Expected, tolerances: Tolerances, last_days: dict[str, date]
) -> dict[LineId, Finding]:
    """Both legs of every transfer; `last_days` are the last days that the statements of accounts cover."""
    found = {}
    for line_id, leg in transfers(lines, expected, tolerances).items():
        reason = "Between own accounts." if leg else "To or from an own account; the other leg is not here."
        found[line_id] = Finding(Kind.TRANSFER, CERTAIN if leg else SURE, (reason,), other=leg)
    wait = timedelta(days=tolerances.transfer_days)
    for seen in lines:
        alone = found.get(seen.id)
        if not alone:
            continue
        if alone.other is None and last_days.get(account_name(seen.line.iban), seen.line.day) > seen.line.day + wait:
            found[seen.id] = alone = alone.at_most(ASK, "The other account shows nothing of it.")
        if seen.mentions.exact:
            found[seen.id] = alone.at_most(ASK, "But it names an open item.")
    return found


def already_here(lines: Iterable[Seen], expected: Expected) -> dict[int, Finding]:
    """The lines, by place, that were booked before or stand in two statements."""
    known = {(each.account, each.line.bank_id) for each in expected.booked}
    found = {}
    for place, seen in enumerate(lines):
        if seen.id in known:
            found[place] = Finding(Kind.DUPLICATE, CERTAIN, ("The same line was here before.",), other=seen.id)
        known.add(seen.id)
    return found


def same_side(one: Seen, two: Seen) -> bool:
    """Whether two lines are of one payer, as far as they show it."""
    if one.line.iban and two.line.iban:
        return account_name(one.line.iban) == account_name(two.line.iban)
    return plain(one.line.party) == plain(two.line.party)


def _same_account(seen: Seen, earlier: Earlier) -> bool:
    return bool(seen.line.iban) and account_name(seen.line.iban) == account_name(earlier.line.iban)


def _is_twin(seen: Seen, earlier: Earlier) -> bool:
    is_near = (seen.line.day - earlier.line.day).days <= SAME_TEXT_DAYS
    return is_near and plain(seen.line.text).split() == plain(earlier.line.text).split()
