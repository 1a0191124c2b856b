"""Reconciles bank lines with the books: says for each line what it is, how sure that is, and why. Pure.

Rules run from the strongest to the weakest, each over all lines in the order of their days, so that a line which names
its invoice takes it before one that only has the amount, in whatever order the lines were given. What a rule grants is
taken, proposals too: nothing is offered twice. Booked without asking is only what is at least 0.98 sure and the only
explanation. Known flaw: a shortfall of up to 2 % counts as a bank's fee, whoever kept it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.connectors.bank.allotment import Allotment, Period
from agents.connectors.bank.amount_rules import by_amount, by_exchange, by_sum, guess
from agents.connectors.bank.counterparts import History, is_taken_back
from agents.connectors.bank.evidence import Known, Seen
from agents.connectors.bank.findings import ASK, Desk, Finding, is_sure
from agents.connectors.bank.instalments import as_instalments, in_instalments
from agents.connectors.bank.line_text import account_name
from agents.connectors.bank.linking_rules import Links, already_here, own_transfers, same_side
from agents.connectors.bank.matches import NOTHING, Kind, LineId, Match, Reconciliation, Verdict
from agents.connectors.bank.open_items import Expected, Tolerances
from agents.connectors.bank.reference_rules import by_named_gap, by_reference, named_items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from agents.connectors.bank.counterparts import Earlier
    from agents.connectors.bank.open_items import Part
    from agents.connectors.bank.statement import Statement

    Rule = Callable[[Seen, Desk], Finding | None]


def reconcile(
    statements: Sequence[Statement], expected: Expected, tolerances: Tolerances | None = None
) -> Reconciliation:
    """Every line of these statements explained, as far as the books explain it; nothing is booked here."""
    return _Run(statements, expected, tolerances or Tolerances()).explained()


class _Run:
    """The state of one reconciliation."""

    def __init__(self, statements: Sequence[Statement], expected: Expected, tolerances: Tolerances) -> None:
        items = sorted(expected.items, key=lambda item: (item.issued, item.number, item.party, item.amount))
        expected = replace(expected, items=tuple(items))
        known = Known(expected)
        self._seen = [known.look_at(each.account, line) for each in statements for line in each.lines]
        self._again = already_here(self._seen, expected)
        fresh = [seen for place, seen in enumerate(self._seen) if place not in self._again]
        self._lines = sorted(fresh, key=lambda seen: (seen.line.day, seen.id))
        self._desk = Desk(
            known,
            Allotment(expected.items),
            Allotment(expected.items),
            tolerances,
            currencies=tuple(sorted({item.currency for item in expected.items})),
        )
        self._numbers = {item.number: place for place, item in enumerate(expected.items)}
        self._links = Links(History(self._lines, expected.booked), tolerances)
        self._found = own_transfers(self._lines, expected, tolerances, _last_days(statements))
        self._originals: dict[LineId, Earlier] = {}

    def explained(self) -> Reconciliation:
        """The strongest rule first."""
        self._link_returns()
        self._apply(self._unless_paid_twice(by_reference))
        self._apply(self._unless_twin(by_named_gap))
        self._apply(by_exchange)
        self._apply(lambda seen, _: self._links.a_refund(seen, self._paid))
        self._apply(lambda seen, _: self._links.a_duplicate(seen) if seen.settled else None)
        self._apply(self._unless_twin(_unnamed(by_amount)))
        self._apply(self._unless_twin(_unnamed(by_sum)))
        self._propose()
        self._take_returns_back()
        as_instalments(self._found, self._desk)
        return Reconciliation(tuple(self._matches()))

    def _apply(self, rule: Rule) -> None:
        """Try a rule on every line that is not explained yet; what several items fit waits."""
        for seen in self._open_lines():
            found = rule(seen, self._desk)
            if found and not found.is_loose:
                self._grant(seen, found)

    def _open_lines(self) -> list[Seen]:
        return [seen for seen in self._lines if seen.line.amount and seen.id not in self._found]

    def _grant(self, seen: Seen, found: Finding) -> None:
        for use in found.uses:
            self._desk.allotment.take(use.place, use.taken, self._desk.period(seen))
            if is_sure(found):
                self._desk.certain.take(use.place, use.taken, self._desk.period(seen))
        self._found[seen.id] = found

    def _link_returns(self) -> None:
        """First of all: what was returned is open again, and may be paid again."""
        for seen in self._open_lines():
            if not is_taken_back(seen):
                continue
            found, original = self._links.a_return(seen)
            self._found[seen.id] = found
            if original is None:
                continue
            self._originals[seen.id] = original
            if is_sure(found):
                self._open_again(seen, original)

    def _open_again(self, seen: Seen, original: Earlier) -> None:
        if original.booked is None:
            self._desk.returned[original.id] = seen.line.day
            return
        for number, amount in original.booked.parts:
            place = self._numbers.get(number)
            if place is not None and self._desk.item(place).currency == seen.line.currency:
                for each in (self._desk.allotment, self._desk.certain):
                    each.take(place, -abs(amount), Period(seen.line.day))

    def _paid(self, line_id: LineId) -> frozenset[int]:
        """The items that a line was found to pay."""
        found = self._found.get(line_id)
        return frozenset(use.place for use in found.uses) if found else frozenset()

    def _take_returns_back(self) -> None:
        """A return takes back what its original paid; it is as sure as its original."""
        for line_id, original in self._originals.items():
            found = self._found[line_id]
            if original.booked is not None:
                paid: tuple[Part, ...] = original.booked.parts
                if sum((amount for _, amount in paid), NOTHING) != original.line.amount:
                    found = found.at_most(ASK, "Its original had a fee, a difference or a rest.")
                self._found[line_id] = replace(found, given_back=_negative(paid))
                continue
            first = self._found.get(original.id)
            if first is None or not is_sure(first):
                found = found.at_most(ASK, "What its original paid is not certain.")
            if first is not None:
                back = _negative(tuple((self._desk.item(use.place).number, use.part) for use in first.uses))
                found = replace(found, given_back=back, fee=-first.fee, difference=-first.difference)
            self._found[line_id] = found

    def _unless_paid_twice(self, rule: Rule) -> Rule:
        """The rule, for the owner where two others pay one item on one day: whose money is whose?"""
        claims: dict[tuple[int, date], list[Seen]] = {}
        for seen in self._open_lines():
            places = named_items(seen, self._desk).places
            if len(places) == 1 and self._desk.item(places[0]).amount == seen.target:
                claims.setdefault((places[0], seen.line.day), []).append(seen)
        rivals = [some for some in claims.values() if len(some) > 1]
        several = {seen.id for some in rivals for seen in some if not all(same_side(seen, other) for other in some)}

        def checked(seen: Seen, desk: Desk) -> Finding | None:
            found = rule(seen, desk)
            if found and seen.id in several:
                return found.at_most(ASK, "Somebody else paid it that day too.")
            return found

        return checked

    def _unless_twin(self, rule: Rule) -> Rule:
        """The rule, for the owner when the same came a few days before."""

        def checked(seen: Seen, desk: Desk) -> Finding | None:
            found = rule(seen, desk)
            if found and not found.is_loose and is_sure(found) and self._links.has_twin(seen):
                return found.at_most(ASK, "The same came a few days before.")
            return found

        return checked

    def _propose(self) -> None:
        """What is left is never booked without asking."""
        for seen in self._open_lines():
            if found := self._links.a_refund(seen, self._paid, is_last=True) or self._links.a_duplicate(seen):
                self._grant(seen, found)
        for rule in (by_reference, _unnamed(by_amount), _unnamed(by_sum)):
            for seen in self._open_lines():
                if found := rule(seen, self._desk):
                    self._grant(seen, found.at_most(ASK, "Others fitted as well."))
        in_instalments(self._open_lines(), self._desk, self._grant)
        for seen in self._open_lines():
            if found := guess(seen, self._desk):
                self._grant(seen, found)

    def _matches(self) -> Iterable[Match]:
        for place, seen in enumerate(self._seen):
            found = self._again.get(place) or self._found.get(seen.id)
            yield _match(seen, found, self._desk)


def _unnamed(rule: Rule) -> Rule:
    """The rule, for lines that name no item."""
    return lambda seen, desk: None if named_items(seen, desk).places else rule(seen, desk)


def _negative(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple((number, -amount) for number, amount in parts)


def _match(seen: Seen, found: Finding | None, desk: Desk) -> Match:
    if found is None:
        reasons = ("Nothing in the books fits.",) if seen.line.amount else ("Nothing moved.",)
        return Match(
            seen.account,
            seen.line,
            Kind.UNEXPLAINED,
            Verdict.UNEXPLAINED,
            0.0,
            rest=seen.line.amount,
            reasons=reasons,
        )
    is_auto = is_sure(found) and found.kind is not Kind.DUPLICATE
    parts = tuple((desk.item(use.place).number, use.part) for use in found.uses) + found.given_back
    rest = seen.line.amount - sum((amount for _, amount in parts), NOTHING) - found.fee - found.difference
    return Match(
        account=seen.account,
        line=seen.line,
        kind=found.kind,
        verdict=Verdict.AUTO if is_auto else Verdict.PROPOSED,
        score=found.score,
        parts=parts,
        fee=found.fee,
        difference=found.difference,
        rest=rest,
        reasons=found.reasons,
        flags=found.flags,
        other=found.other,
    )


def _last_days(statements: Iterable[Statement]) -> dict[str, date]:
    found: dict[str, date] = {}
    for each in statements:
        account = account_name(each.account)
        for line in each.lines:
            found[account] = max(line.day, found.get(account, line.day))
    return found
