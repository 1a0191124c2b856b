"""What audits found and what became of it, as rows of the journal.

`state` is 'open', then 'asked' (the owner had a task made of it), 'left' (they said it is fine), or 'gone' (an audit
did not find it any more); whatever comes back is 'open' again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from agents.durability.finding_schema import FINDINGS
from agents.durability.task_persistence import columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

OPEN, ASKED, LEFT, GONE = "open", "asked", "left", "gone"


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One thing that was found. `words` hold names as they came from outside. Days are ISO.

    `seen`: audits on days of their own that found it while it was open. `decided_amount`: what was at stake when the
    owner decided.
    """

    key: str
    mark: str
    words: str
    ask: str
    amount: str
    gravity: int
    state: str
    first_seen: str
    last_seen: str
    seen: int
    decided_on: str = ""
    decided_amount: str = ""


def known_findings(sql: Connection) -> dict[str, FindingRow]:
    """Everything that was ever found, by its key."""
    return {row.key: FindingRow(**columns(row)) for row in sql.execute(select(FINDINGS))}


def keep_findings(sql: Connection, rows: Iterable[FindingRow]) -> None:
    """Write these rows, each in the place of the one with its key."""
    for row in rows:
        sql.execute(delete(FINDINGS).where(FINDINGS.c.key == row.key))
        sql.execute(insert(FINDINGS).values(**{name: getattr(row, name) for name in FindingRow.__slots__}))


def open_findings(sql: Connection, least: int) -> tuple[FindingRow, ...]:
    """What is open of at least this rank (how grave, and one for each audit that was ignored), the gravest first."""
    rank = FINDINGS.c.gravity + FINDINGS.c.seen - 1
    wanted = select(FINDINGS).where(FINDINGS.c.state == OPEN, rank >= least).order_by(rank.desc(), FINDINGS.c.key)
    return tuple(FindingRow(**columns(row)) for row in sql.execute(wanted))


def marked_open(sql: Connection, mark: str) -> FindingRow | None:
    """The open finding with this mark, or None."""
    row = sql.execute(select(FINDINGS).where(FINDINGS.c.mark == mark, FINDINGS.c.state == OPEN)).first()
    return FindingRow(**columns(row)) if row else None


def decide_finding(sql: Connection, row: FindingRow, state: str, day: str) -> None:
    """The owner says on a day what becomes of it: 'asked' or 'left'."""
    said = {"state": state, "decided_on": day, "decided_amount": row.amount}
    sql.execute(update(FINDINGS).where(FINDINGS.c.key == row.key).values(**said))
