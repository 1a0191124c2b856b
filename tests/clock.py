"""Time that stands still until a test moves it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FrozenClock:
    """A `Clock`: waiting takes no time, it moves the clock. Safe to share between threads."""

    def __init__(self, start: datetime = NOON) -> None:
        self._start = self._now = start
        self._ahead = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now + self._ahead

    def machine_now(self) -> datetime:
        with self._lock:
            return self._now

    def monotonic_s(self) -> float:
        """Seconds since the clock was made; unlike a real one it follows `set`."""
        return (self.machine_now() - self._start).total_seconds()

    def wait(self, wake: threading.Event, timeout_s: float) -> bool:
        """True at once when `wake` is set, else the time is over at once."""
        if wake.is_set():
            return True
        self.advance(timeout_s)
        return False

    def practise(self, ahead: timedelta) -> None:
        """From now on the vault's time is that far from the machine's."""
        with self._lock:
            self._ahead = ahead

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self._now += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Jump to an aware moment, forwards or back, as a wrong system clock would."""
        with self._lock:
            self._now = moment
