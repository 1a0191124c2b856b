"""When a proposal expires: the time the owner is away does not count. Pure.

The sealed expiry stays what it is, and so does the digest; what moves is only the moment at which the gate closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `start` to just before `end`, both aware."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.start <= moment < self.end


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The same time, in order and in as few periods as can be."""
    found: list[Period] = []
    for each in sorted(periods):
        if found and each.start <= found[-1].end:
            found[-1] = Period(found[-1].start, max(found[-1].end, each.end))
        else:
            found.append(each)
    return tuple(found)


def lived(periods: Iterable[Period], now: datetime) -> tuple[Period, ...]:
    """What of them is past: time that was away stays so, whatever is planned now."""
    return tuple(Period(each.start, min(each.end, now)) for each in periods if each.start < now)


def waits_until(created: datetime, expires: datetime, away: Iterable[Period]) -> datetime:
    """When a proposal really expires. `away` is `merged`."""
    until = expires
    for each in away:
        if each.end > created and each.start < until:
            until += each.end - max(each.start, created)
    return until
