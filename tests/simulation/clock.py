"""A clock the simulation moves: time passes, and now and then the wall clock jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

# later than the modification time of any file the employee writes: files are quiet or not by simulated time alone
START = datetime(2061, 11, 21, 22, 30, tzinfo=UTC)


class SimulatedClock:
    """A `Clock`. `waited` is called in every pause, where the world goes on."""

    def __init__(self) -> None:
        self._now = START
        self._passed_s = 0.0
        self.waited: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self._now

    def machine_now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return self._passed_s

    def wait(self, wake: threading.Event, timeout_s: float) -> bool:
        self.advance(timeout_s)
        self.waited()
        return wake.is_set()

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._passed_s += seconds

    def jump(self, seconds: float) -> None:
        """Somebody sets the wall clock; no time passes."""
        self._now += timedelta(seconds=seconds)
