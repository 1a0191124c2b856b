"""Promises of the watcher of contacts: a pair of notes is told once, whatever became of it, and nothing is touched."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.connectors.contacts.reader import ContactBook
from agents.durability.journal import Journal
from agents.durability.task_persistence import add_events
from tests.clock import NOON
from tests.watchers.contract import QUIET_S, WatcherContract
from tests.watchers.samples import LONG_AGO, written
from watchers.contacts_watcher import LOOK_EVERY_S, MAX_PAIRS, open_watcher
from watchers.contract import CONTACTS, Event, OriginKind, Sweep, WatcherContext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from watchers.contacts_watcher import ContactsWatcher
    from watchers.contract import Watcher


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    state = tmp_path / "state"
    state.mkdir()
    opened = Journal.open(state)
    yield opened
    opened.close()


def pair(root: Path, number: int, at: datetime = LONG_AGO) -> None:
    """Two notes that share a mail address."""
    for name in ("Anna", "Bea"):
        written(root / f"Contacts/{name} {number}.md", f"---\nemail: a{number}@x.example\n---\n", at)


def told(journal: Journal, event: Event) -> None:
    row = {"source": event.source, "source_id": event.source_id, "content_sha256": "", "task": "t", "seen_at": ""}
    with journal.begin() as sql:
        add_events(sql, [row])


class TestContacts(WatcherContract):
    """A pair is cleared by becoming a task."""

    journal: Journal

    @pytest.fixture(autouse=True)
    def _journal(self, journal: Journal) -> None:
        self.journal = journal

    def watcher(self, root: Path) -> ContactsWatcher:
        (root / "Contacts").mkdir(exist_ok=True)
        return open_watcher(WatcherContext(root, QUIET_S, self.journal))

    def happen(self, root: Path, number: int, at: datetime) -> None:
        (root / "Contacts").mkdir(exist_ok=True)
        pair(root, number, at)

    def look_for_more(self, watcher: Watcher, now: datetime) -> Sweep:
        """It looks once a minute."""
        return watcher.scan(now + timedelta(seconds=LOOK_EVERY_S))

    def clear(self, root: Path, event: Event) -> None:
        assert (root / event.origin).is_file()
        told(self.journal, event)


def test_a_pair_says_which_notes_and_what_they_share(tmp_path: Path, journal: Journal) -> None:
    (tmp_path / "Contacts").mkdir()
    pair(tmp_path, 1)
    (event,) = open_watcher(WatcherContext(tmp_path, QUIET_S, journal)).scan(NOON).events
    assert event.text == "Contacts/Anna 1.md\nContacts/Bea 1.md\nThey share a1@x.example."
    assert (event.source, event.kind, event.message_id) == (CONTACTS, "file", "contacts:Anna 1|Bea 1")
    assert event.origin_kind is OriginKind.OTHER


def test_many_pairs_come_a_few_at_a_time_and_a_change_is_seen_a_minute_later(tmp_path: Path, journal: Journal) -> None:
    (tmp_path / "Contacts").mkdir()
    for number in range(MAX_PAIRS + 1):
        pair(tmp_path, number)
    watcher = open_watcher(WatcherContext(tmp_path, QUIET_S, journal))
    first = watcher.scan(NOON).events
    assert len(first) == MAX_PAIRS
    for each in first:
        told(journal, each)
    assert len(watcher.scan(NOON).events) == 1
    pair(tmp_path, 99)
    assert len(watcher.scan(NOON + timedelta(seconds=1)).events) == 1
    assert len(watcher.scan(NOON + timedelta(seconds=LOOK_EVERY_S)).events) == 2
    for note in (tmp_path / "Contacts").glob("*99.md"):
        note.unlink()
    assert len(watcher.scan(NOON + timedelta(seconds=LOOK_EVERY_S + 1)).events) == 2
    assert len(ContactBook(tmp_path).look()) == 2 * (MAX_PAIRS + 1)
