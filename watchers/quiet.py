"""Tells when a file has stopped changing: size and modification time are the same over a quiet period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection
    from datetime import datetime

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Seen:
    size: int
    modified_ns: int
    since: datetime


class QuietPeriod:
    """Judges by the modification time, and by `machine_now` where the time of the vault is another than the disk's.

    A time in the future (another machine's clock) proves nothing: such a file is remembered and watched instead.
    """

    def __init__(self, machine_now: Callable[[], datetime] | None = None) -> None:
        self._seen: dict[str, _Seen] = {}
        self._machine_now = machine_now

    def remaining_s(self, path: str, status: os.stat_result, now: datetime, quiet_s: float) -> float:
        """Seconds until the file may be quiet; 0 = it is."""
        now = self._machine_now() if self._machine_now else now
        age_s = now.timestamp() - status.st_mtime_ns / NANOSECONDS
        if age_s >= quiet_s:
            return 0.0
        if age_s >= 0:
            return quiet_s - age_s
        return self._remaining_of_future_s(path, status, now, quiet_s)

    def forget_all_but(self, paths: Collection[str]) -> None:
        """Drop what is remembered of files that are gone."""
        self._seen = {path: seen for path, seen in self._seen.items() if path in paths}

    def _remaining_of_future_s(self, path: str, status: os.stat_result, now: datetime, quiet_s: float) -> float:
        seen = self._seen.get(path)
        if seen is None or (seen.size, seen.modified_ns) != (status.st_size, status.st_mtime_ns) or seen.since > now:
            seen = _Seen(status.st_size, status.st_mtime_ns, now)
            self._seen[path] = seen
        return max(0.0, quiet_s - (now - seen.since).total_seconds())
