"""The only place that asks what time it is.

Inside, time is aware and UTC; notes show local time without zone (facts of Obsidian's date & time property). A vault
may run on practice time, which a file says; what the machine dates - files, who runs - stays on the machine's own.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

from agents.errors import NeedsOwner

if TYPE_CHECKING:
    import threading
    from pathlib import Path

MAX_CLOCK_BYTES = 100


class Clock(Protocol):
    """Wall time, monotonic time and waiting, so that tests can freeze all three."""

    def now(self) -> datetime:
        """The aware UTC time."""
        ...

    def machine_now(self) -> datetime:
        """The aware UTC time as this machine and its disk have it: to be compared with the times of files."""
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

    def machine_now(self) -> datetime:
        """The same."""
        return self.now()

    def monotonic_s(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def wait(self, wake: threading.Event, timeout_s: float) -> bool:
        """Wait until `wake` is set (True) or the time is over (False)."""
        return wake.wait(timeout_s)


class FileClock(SystemClock):
    """Practice time: what a file says, read anew each time. The machine's own clock still counts seconds and waits."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def now(self) -> datetime:
        """The aware UTC time in the file.

        Raises:
            NeedsOwner: there is no such file, or it holds no time with a zone.
        """
        if not self.file.is_file():
            raise _no_time(self.file)
        try:
            with self.file.open("rb") as opened:
                text = opened.read(MAX_CLOCK_BYTES).decode("ascii").strip()
            moment = datetime.fromisoformat(text)
        except (OSError, ValueError) as err:
            raise _no_time(self.file) from err
        if moment.tzinfo is None:
            raise _no_time(self.file)
        return moment.astimezone(UTC)

    def machine_now(self) -> datetime:
        """The machine's own time."""
        return super().now()


def chosen_clock(file: Path | None) -> Clock:
    """The clock of a process: practice time from `file`, or the machine's own when there is none.

    Raises:
        NeedsOwner: the file cannot be used.
    """
    if file is None:
        return SystemClock()
    clock = FileClock(file.expanduser().absolute())
    clock.now()
    return clock


def _no_time(file: Path) -> NeedsOwner:
    return NeedsOwner(
        f"The clock file {file} says no time with a zone, such as 2026-11-23T09:00:00+01:00.",
        hint="Write one line into it, or unset AI_EMPLOYEE_CLOCK to work on real time.",
    )


def as_local(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment as notes show it: local, naive, whole seconds. `zone` None is the machine's zone."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


def from_local(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """The aware UTC moment of a local time read from a note."""
    aware = moment.replace(tzinfo=zone) if zone else moment.astimezone()
    return aware.astimezone(UTC)
