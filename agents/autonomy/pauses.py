"""Things that are tried again, but not at once: a service that does not answer, a note that keeps disappearing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.clock import Clock

PAUSE_S = 60.0


class Pauses:
    """Remembers by name what was tried within the last minute. After a restart everything is due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tried_s: dict[str, float] = {}

    def due(self, name: str) -> bool:
        """Whether it may be tried now."""
        return self._clock.monotonic_s() - self._tried_s.get(name, float("-inf")) >= PAUSE_S

    def forget(self, *names: str) -> None:
        """They may be tried at once."""
        for name in names:
            self._tried_s.pop(name, None)

    def tried(self, name: str) -> None:
        """From now on it rests."""
        now_s = self._clock.monotonic_s()
        self._tried_s = {each: at_s for each, at_s in self._tried_s.items() if now_s - at_s < PAUSE_S}
        self._tried_s[name] = now_s
