"""Many payments for one item: those that name it, and those that together have its amount. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.connectors.bank.findings import ASK, Desk, Finding, Use
from agents.connectors.bank.matches import NOTHING, Kind
from agents.connectors.bank.subset_sums import subsets_of_sum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from agents.connectors.bank.evidence import Seen
    from agents.connectors.bank.matches import LineId

MOST_LINES = 12  # of one party, without any name of what they pay
_ONE_ITEM = (Kind.PARTIAL, Kind.REFERENCE, Kind.AMOUNT)


def as_instalments(found: dict[LineId, Finding], desk: Desk) -> None:
    """Call by their name the parts that settled an item together."""
    of_place: dict[int, list[LineId]] = {}
    for line_id, finding in found.items():
        if finding.kind in _ONE_ITEM and len(finding.uses) == 1:
            of_place.setdefault(finding.uses[0].place, []).append(line_id)
    for place, lines in of_place.items():
        paid: Decimal = sum((found[each].uses[0].taken for each in lines), NOTHING)
        if len(lines) > 1 and paid == desk.item(place).amount:
            found.update({each: replace(found[each], kind=Kind.INSTALMENT) for each in lines})


def in_instalments(lines: Sequence[Seen], desk: Desk, grant: Callable[[Seen, Finding], None]) -> None:
    """Propose for lines of one party that name nothing the item whose amount only they have together."""
    of_party: dict[tuple[str, int, str], list[Seen]] = {}
    for seen in lines:
        parties = seen.known_parties()
        if len(parties) == 1:
            of_party.setdefault((parties[0], seen.sign, seen.line.currency), []).append(seen)
    for (party, _, _), some in of_party.items():
        if not 1 < len(some) <= MOST_LINES:
            continue
        left = list(some)
        for place in desk.of_party(left[-1], party):
            chosen = _paying(left, desk, place)
            for seen in chosen:
                uses = (Use(place, seen.target, seen.line.amount),)
                reason = f"{len(chosen)} payments together have the amount of {desk.item(place).number}."
                grant(seen, desk.checked(seen, Finding(Kind.INSTALMENT, ASK, (reason,), uses)))
            left = [seen for seen in left if seen not in chosen]


def _paying(lines: Sequence[Seen], desk: Desk, place: int) -> list[Seen]:
    after = [seen for seen in lines if desk.item(place).issued <= desk.last_issue(seen)]
    if len(after) < 2:  # noqa: PLR2004 - one payment is no instalment
        return []
    is_open = min(desk.available(seen, place) for seen in after)
    sums = subsets_of_sum([seen.target for seen in after], is_open)
    return [after[at] for at in sums[0]] if sums and len(sums) == 1 and is_open else []
