"""Whether an approved effect may leave now, by the owner's limits; counted from the intents in the journal.

Nothing is kept in memory that counts, so a restart changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agents.approval.rate_limits import RateLimit, Wait, Windows, read_rate_limits
from agents.autonomy.queue_order import approved_in_order
from agents.durability.proposal_rows import ActionNames, ProposalRow, intents_since
from agents.vault.files import read_regular
from agents.vault.layout import HANDBOOK_NOTE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

MAX_BYTES = 1_000_000
DEFAULT_PERIOD = timedelta(hours=1)


class RateGate:
    """Holds effects that would be too many. `limits` reads the owner's limits as they are now."""

    def __init__(self, limits: Callable[[], tuple[RateLimit, ...]]) -> None:
        self._limits = limits
        self._names = ActionNames()

    def windows(self, sql: Connection, now: datetime) -> Windows:
        """What has left of late, against the limits."""
        limits = self._limits()
        since = now - max((each.period for each in limits), default=DEFAULT_PERIOD)
        begun = intents_since(sql, min(since, now - DEFAULT_PERIOD))
        names = self._names.of(sql, begun)
        return Windows(limits, ((names[each], at) for each, at in begun.items()), now)

    def refusal(self, sql: Connection, row: ProposalRow, now: datetime) -> str:
        """Why the effect of a proposal may not be made now, in words; empty = it may."""
        begun = datetime.fromisoformat(row.intent_at) if row.intent_at else None
        wait = self.windows(sql, now).wait(row.action_name, begun)
        return wait.words if wait else ""


def limits_of(root: Path) -> tuple[RateLimit, ...]:
    """The limits in the handbook of a vault."""
    content = read_regular(root / HANDBOOK_NOTE, MAX_BYTES)
    return read_rate_limits(content.decode(errors="replace") if isinstance(content, bytes) else "")[0]


def rate_waits(root: Path, sql: Connection, now: datetime) -> dict[str, Wait]:
    """Which approved effects wait for the owner's limits at a moment, in the order of the queue."""
    queue = approved_in_order(sql, ActionNames())
    windows = RateGate(lambda: limits_of(root)).windows(sql, now) if queue else Windows((), (), now)
    found: dict[str, Wait] = {}
    for each in queue:
        if not each.intent_at and (wait := windows.wait(each.action)):
            found[each.id] = wait
            if wait.until:
                windows.promise(each.action, wait.until)
    return found
