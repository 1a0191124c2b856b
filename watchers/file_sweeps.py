"""Sweeps over files: which of those that lie in a place are finished, and how many of them are offered at once.

One sweep carries a limited number of events and bytes and takes a limited time, the longest waiting first, so that a
thousand files at once neither fill the memory nor hide the one that cannot be cleared, and slow ones hold nobody up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchers.contract import Event, Left, Sweep
from watchers.inbox_reading import MAX_FILE_BYTES
from watchers.quiet import QuietPeriod

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from watchers.inbox_listing import Entry, Listing

    Read = Callable[[Entry, datetime], Event | Left | None]

MAX_EVENTS = 500
MAX_SWEEP_BYTES = 64_000_000
MAX_READING_S = 5.0  # then the rest waits for the next sweep
BURST = 50  # so many new files at once are the beginning of more
TYPED_FACTOR = 6  # a note somebody may be typing in is finished after this many quiet periods

_Signature = tuple[str, int, int]


class FileSweeps:
    """Offers every finished file of a place as an event. `quiet_s`: size and time unchanged for so long.

    `lists` tells what lies there, `reads` what one of it is (None: it changed meanwhile, look again). `monotonic_s`
    measures how long reading takes.
    """

    def __init__(
        self,
        lists: Callable[[], Listing],
        reads: Read,
        quiet_s: float,
        machine_now: Callable[[], datetime] | None = None,
        monotonic_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._lists = lists
        self._reads = reads
        self._quiet_s = quiet_s
        self._quiet = QuietPeriod(machine_now)
        self._monotonic_s = monotonic_s
        self._offered: dict[_Signature, int] = {}  # in which round an entry was last offered
        self._round = 0
        self._backlog: list[Entry] = []  # finished when last listed, and not offered yet
        self._pours = False  # many files are new: more of them come before anything else is done
        self._waits: list[float] = []
        self._left: tuple[Left, ...] = ()
        self._unsettled = False

    @property
    def waits(self) -> bool:
        """Whether something is known that was not finished, or not offered yet."""
        return self._unsettled

    def sweep(self, now: datetime) -> Sweep:
        """The finished files, those still changing (as a time to wait), and those left where they are."""
        ready = self._backlog or self._list(now)  # listing ten thousand files for every sweep would be most of it
        batch, self._backlog = self._batch(ready)
        events: list[Event] = []
        waits, left = [*self._waits], [*self._left]
        began_s = self._monotonic_s()
        for number, entry in enumerate(batch):
            if number and self._monotonic_s() - began_s > MAX_READING_S:
                self._put_back(batch[number:])
                break
            seen = self._reads(entry, now)
            if isinstance(seen, Event):
                events.append(seen)
            elif isinstance(seen, Left):
                left.append(seen)
            else:
                waits.append(self._quiet_s)
        again = bool(self._backlog) or self._pours
        self._unsettled = again or bool(waits)
        return Sweep(tuple(events), 0.0 if again else min(waits, default=None), tuple(left))

    def _put_back(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            del self._offered[_signature(entry)]
        self._backlog = [*entries, *self._backlog]

    def _list(self, now: datetime) -> list[Entry]:
        """The finished entries now, the longest waiting first."""
        listing = self._lists()
        self._quiet.forget_all_but({entry.path for entry in listing.entries})
        remaining = [(self._remaining_s(entry, now), entry) for entry in listing.entries]
        self._waits = [wait_s for wait_s, _ in remaining if wait_s > 0]
        self._left = listing.left
        ready = [entry for wait_s, entry in remaining if wait_s == 0]
        present = {_signature(entry) for entry in ready}
        self._offered = {each: turn for each, turn in self._offered.items() if each in present}
        return sorted(ready, key=lambda entry: (self._offered.get(_signature(entry), 0), entry.path))

    def _remaining_s(self, entry: Entry, now: datetime) -> float:
        typed = entry.path.lower().endswith(".md")
        return self._quiet.remaining_s(entry.path, entry.status, now, self._quiet_s * (TYPED_FACTOR if typed else 1))

    def _batch(self, ready: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
        """What this sweep offers, and what was never offered and has to wait for the next."""
        self._round += 1
        batch: list[Entry] = []
        size = 0
        for entry in ready:
            size += min(entry.status.st_size, MAX_FILE_BYTES)
            if batch and (len(batch) >= MAX_EVENTS or size > MAX_SWEEP_BYTES):
                break
            batch.append(entry)
        self._pours = sum(_signature(entry) not in self._offered for entry in batch) >= BURST
        for entry in batch:
            self._offered[_signature(entry)] = self._round
        return batch, [entry for entry in ready[len(batch) :] if _signature(entry) not in self._offered]


def _signature(entry: Entry) -> _Signature:
    return entry.path, entry.status.st_size, entry.status.st_mtime_ns
