"""The audit: what is found, ranked, each thing once over the weeks, and gone once it is acted on. Pure.

What nobody decides about comes back, ranked higher for each audit that found it. What the owner had a task made of is
left in peace for two weeks; what they called fine for a quarter, unless half as much again is at stake.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.durability.finding_rows import ASKED, GONE, LEFT, OPEN, FindingRow
from agents.insight.audit_of_money import money_findings
from agents.insight.audit_of_work import work_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agents.insight.audit_of_work import WorkState
    from agents.insight.company import Company
    from agents.insight.finding import Finding

ASKED_DAYS, LEFT_DAYS = 14, 90
WORSE = Decimal("1.5")  # times what was at stake when the owner called it fine


@dataclass(frozen=True, slots=True)
class Listed:
    """A finding that is shown; `row` is what the journal keeps of it."""

    finding: Finding
    row: FindingRow

    @property
    def asked_on(self) -> str:
        """When the owner had a task made of it, in vain; empty when they did not."""
        return self.row.decided_on

    @property
    def rank(self) -> int:
        """The higher, the more it matters: how grave it is, and one more for each audit that was ignored."""
        return self.finding.gravity + self.row.seen - 1


@dataclass(frozen=True, slots=True)
class Audit:
    """What is shown, what matters most first; `rows` are what the journal is to keep, `gone` how much is settled.

    `blind`: what could not be looked at, in sentences.
    """

    day: date
    listed: tuple[Listed, ...]
    rows: tuple[FindingRow, ...]
    gone: int
    blind: tuple[str, ...] = ()


def findings_of(company: Company, state: WorkState, mentions: Mapping[str, date]) -> Iterator[Finding]:
    """Everything that is found, in no order."""
    if company.books is not None:
        yield from money_findings(company, company.books, mentions)
    if company.work is not None:
        yield from work_findings(company, company.work, state)


def audit(found: Iterable[Finding], known: Mapping[str, FindingRow], day: date, blind: Iterable[str] = ()) -> Audit:
    """What becomes of what was found on a day. Where something could not be looked at, nothing is called gone."""
    blind = tuple(blind)
    here = {each.key: each for each in found}
    rows = {key: _row(each, known.get(key), day) for key, each in here.items()}
    listed = [Listed(each, rows[key]) for key, each in here.items() if rows[key].state == OPEN]
    gone = [replace(row, state=GONE) for key, row in known.items() if key not in here and row.state != GONE]
    return Audit(
        day,
        tuple(sorted(listed, key=lambda each: (-each.rank, -each.finding.amount, each.finding.key))),
        (*rows.values(), *(() if blind else gone)),
        0 if blind else len(gone),
        blind,
    )


def _row(found: Finding, before: FindingRow | None, day: date) -> FindingRow:
    today, amount = day.isoformat(), str(found.amount)
    told = (found.key, found.mark, found.words, found.ask, amount, found.gravity)
    if before is None or before.state == GONE:
        return FindingRow(*told, OPEN, today, today, 1)
    if before.state != OPEN and _rests(found, before, day):
        return replace(before, last_seen=today)
    seen = before.seen + (before.last_seen < today or before.state != OPEN)
    asked_on = "" if before.state == LEFT else before.decided_on
    return FindingRow(*told, OPEN, before.first_seen, today, seen, asked_on)


def _rests(found: Finding, before: FindingRow, day: date) -> bool:
    """Whether what the owner decided still holds."""
    until = date.fromisoformat(before.decided_on) + timedelta(days=ASKED_DAYS if before.state == ASKED else LEFT_DAYS)
    is_worse = before.state == LEFT and found.amount > Decimal(before.decided_amount) * WORSE
    return day < until and not is_worse
