"""The only place that asks what time it is.

Inside, time is aware and UTC; notes show local time without zone (facts of Obsidian's date & time property).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading


class Clock(Protocol):
    """Wall time, monotonic time and waiting, so that tests can freeze all three."""

    def now(self) -> datetime:
        """The aware UTC time."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never jump."""
        ...

    def wait(self, wake: threading.Event, timeout_s: float) -> bool:
        """Wait until `wake` is set (True) or the time is over (False)."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The aware UTC time."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def wait(self, wake: threading.Event, timeout_s: float) -> bool:
        """Wait until `wake` is set (True) or the time is over (False)."""
        return wake.wait(timeout_s)


def as_local(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment as notes show it: local, naive, whole seconds. `zone` None is the machine's zone."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


def from_local(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """The aware UTC moment of a local time read from a note."""
    aware = moment.replace(tzinfo=zone) if zone else moment.astimezone()
    return aware.astimezone(UTC)
