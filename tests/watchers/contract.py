"""What every watcher must keep; a test file subclasses one of these and says how its source looks.

`SourceContract` holds wherever things come from; `WatcherContract` adds what holds for files and notes in the vault.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from tests.clock import NOON
from tests.watchers.samples import LONG_AGO, snapshot

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from watchers.contract import Event, Sweep, Watcher

QUIET_S = 2.0


class SourceContract(ABC):
    """Same thing seen twice, one event; killed anywhere, no loss; a watcher only looks."""

    @abstractmethod
    def watcher(self, root: Path) -> Watcher:
        """A watcher with a quiet period of `QUIET_S`, as a fresh process makes it."""

    @abstractmethod
    def happen(self, root: Path, number: int, at: datetime) -> None:
        """Put event `number` (1, 2, ...) where the watcher looks, last changed at this moment."""

    @abstractmethod
    def filed(self, root: Path, sweep: Sweep) -> None:
        """What intake does once everything of a sweep is filed."""

    def look(self, watcher: Watcher, now: datetime) -> Sweep:
        """A scan, once the watcher is through with its first look."""
        return watcher.scan(now)

    def look_for_more(self, watcher: Watcher, now: datetime) -> Sweep:
        """A scan, once the watcher can know of what has just happened."""
        return watcher.scan(now)

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """An empty vault, resolved."""
        folder = tmp_path / "Vault"
        (folder / "Inbox").mkdir(parents=True)
        return folder

    def test_an_empty_source_is_an_empty_sweep(self, root: Path) -> None:
        sweep = self.look(self.watcher(root), NOON)
        assert (sweep.events, sweep.unsettled_s, sweep.left) == ((), None, ())

    def test_two_things_are_two_events_with_ids_of_their_own(self, root: Path) -> None:
        self.happen(root, 1, LONG_AGO)
        self.happen(root, 2, LONG_AGO)
        events = self.look(self.watcher(root), NOON).events
        assert len({(event.source, event.source_id) for event in events}) == 2

    def test_until_it_is_cleared_it_is_the_same_event_also_for_a_fresh_process(self, root: Path) -> None:
        self.happen(root, 1, LONG_AGO)
        watcher, later = self.watcher(root), NOON + timedelta(days=1)
        scans = [self.look(watcher, NOON), self.look(watcher, NOON), self.look(self.watcher(root), later)]
        seen = {(e.source, e.source_id, e.content_sha256) for sweep in scans for e in sweep.events}
        assert [len(sweep.events) for sweep in scans] == [1, 1, 1]
        assert len(seen) == 1

    def test_what_was_filed_is_offered_to_nobody_again_and_what_comes_later_is(self, root: Path) -> None:
        self.happen(root, 1, LONG_AGO)
        self.happen(root, 2, LONG_AGO)
        watcher = self.watcher(root)
        before = self.look(watcher, NOON)
        self.filed(root, before)
        assert self.look(watcher, NOON).events == ()
        self.happen(root, 3, LONG_AGO)
        after = [self.look_for_more(watcher, NOON), self.look(self.watcher(root), NOON)]
        (same,) = {tuple(event.source_id for event in sweep.events) for sweep in after}
        assert len(same) == 1
        assert not {*same} & {event.source_id for event in before.events}

    def test_a_scan_only_looks(self, root: Path) -> None:
        self.happen(root, 1, LONG_AGO)
        before = snapshot(root)
        self.look(self.watcher(root), NOON)
        assert snapshot(root) == before

    def test_an_event_is_complete(self, root: Path) -> None:
        self.happen(root, 1, LONG_AGO)
        event = self.look(self.watcher(root), NOON).events[0]
        assert event.source_id
        assert event.occurred_at.tzinfo is not None
        assert re.fullmatch("[0-9a-f]{64}", event.content_sha256)
        assert not PurePosixPath(event.origin).is_absolute()


class WatcherContract(SourceContract):
    """What lies in the vault is finished when it is quiet, and intake clears it where it lies."""

    @abstractmethod
    def clear(self, root: Path, event: Event) -> None:
        """What intake does with the event's origin once it is filed."""

    def filed(self, root: Path, sweep: Sweep) -> None:
        """Each origin is cleared, the last line of a note first."""
        for event in reversed(sweep.events):
            self.clear(root, event)

    def test_what_is_cleared_is_not_offered_again_and_the_rest_keeps_its_ids(self, root: Path) -> None:
        for number in (1, 2, 3):
            self.happen(root, number, LONG_AGO)
        watcher = self.watcher(root)
        before = watcher.scan(NOON).events
        self.clear(root, before[1])
        after = watcher.scan(NOON + timedelta(hours=1)).events
        assert {e.source_id for e in after} == {before[0].source_id, before[2].source_id}

    def test_what_may_still_change_waits_and_says_how_long(self, root: Path) -> None:
        self.happen(root, 1, NOON - timedelta(seconds=0.5))
        watcher = self.watcher(root)
        sweep = watcher.scan(NOON)
        assert sweep.events == ()
        assert sweep.unsettled_s == pytest.approx(1.5)
        later = watcher.scan(NOON + timedelta(seconds=1.5))
        assert (len(later.events), later.unsettled_s) == (1, None)

    def test_a_change_time_in_the_future_settles_too(self, root: Path) -> None:
        self.happen(root, 1, NOON + timedelta(days=400))
        watcher = self.watcher(root)
        assert watcher.scan(NOON).unsettled_s == QUIET_S
        assert len(watcher.scan(NOON + timedelta(seconds=QUIET_S)).events) == 1

    def test_an_origin_is_where_it_lies(self, root: Path) -> None:
        self.happen(root, 1, LONG_AGO)
        assert (root / self.watcher(root).scan(NOON).events[0].origin).is_file()
