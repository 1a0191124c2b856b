"""How well a year was matched: whole lines count, with every part and amount, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.bank.matches import Match, Verdict

if TYPE_CHECKING:
    from agents.connectors.bank.matches import Reconciliation
    from tests.connectors.bank.labelled_year import LabelledYear, Truth


@dataclass(frozen=True, slots=True)
class Grade:
    """`wrong` are lines that were booked without asking and should not have been, in words."""

    booked: int
    matchable: int
    right: int
    wrong: tuple[str, ...]

    @property
    def precision(self) -> float:
        return 1 - len(self.wrong) / self.booked if self.booked else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.matchable


def is_right(match: Match, truth: Truth) -> bool:
    """Whether everything that would be booked is as it truly is."""
    return (
        truth.has_a_match
        and sorted(match.parts) == sorted(truth.parts)
        and (match.fee, match.difference, match.rest) == (truth.fee, truth.difference, truth.rest)
        and match.other == truth.other
    )


def grade(year: LabelledYear, found: Reconciliation) -> Grade:
    auto = [each for each in found.matches if each.verdict is Verdict.AUTO]
    wrong = [each for each in auto if not is_right(each, year.truths[each.id])]
    return Grade(
        booked=len(auto),
        matchable=sum(each.has_a_match for each in year.truths.values()),
        right=len(auto) - len(wrong),
        wrong=tuple(f"{_told(each)}\n    truly {year.truths[each.id]}" for each in wrong),
    )


def missed(year: LabelledYear, found: Reconciliation) -> list[str]:
    """The lines that have a match and were left for the owner."""
    return [
        f"{_told(each)}\n    truly {year.truths[each.id]}"
        for each in found.matches
        if each.verdict is not Verdict.AUTO and year.truths[each.id].has_a_match
    ]


def _told(match: Match) -> str:
    line = match.line
    said = f"{line.day} {line.amount} {line.party!r} {line.iban} {line.text!r} {line.reference!r}"
    return f"{said}\n    {match.kind} {match.score} {match.parts} fee {match.fee} rest {match.rest} {match.reasons}"
