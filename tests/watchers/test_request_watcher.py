"""Promises about the command `ask`: each request is one event until it is filed, whatever the words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from agents.durability.journal import Journal
from agents.durability.task_persistence import add_request, settle_request
from tests.clock import NOON
from watchers.contract import OriginKind, WatcherContext
from watchers.request_watcher import open_watcher, request_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path)
    yield opened
    opened.close()


def request(journal: Journal, text: str, kind: str = "ask", at: datetime = NOON) -> int:
    with journal.begin() as sql:
        return add_request(sql, {"at": at.isoformat(), "kind": kind, "target": "", "text": text, "actor": "vault"})


def test_every_pending_request_is_offered_in_order_until_it_is_settled(journal: Journal, tmp_path: Path) -> None:
    watcher = open_watcher(WatcherContext(tmp_path, 2.0, journal))
    assert watcher.scan(NOON).events == ()
    first, second = request(journal, "remind Acme"), request(journal, "remind Acme")
    request(journal, "yes", kind="approve")
    events = watcher.scan(NOON).events
    assert [request_number(event) for event in events] == [first, second]
    assert len({event.source_id for event in events}) == 2
    assert watcher.scan(NOON).events == events
    with journal.begin() as sql:
        settle_request(sql, first, "done", "task")
    assert [request_number(event) for event in watcher.scan(NOON).events] == [second]


def test_a_request_is_the_owners_word_and_comes_from_no_file(journal: Journal, tmp_path: Path) -> None:
    request(journal, "Send the offer to Birch")
    (event,) = open_watcher(WatcherContext(tmp_path, 2.0, journal)).scan(NOON).events
    assert (event.kind, event.sender_name, event.text) == ("ask", "owner", "Send the offer to Birch")
    assert (event.occurred_at, event.origin, event.origin_kind) == (NOON, "", OriginKind.OTHER)


def test_the_first_request_of_another_journal_is_another_event(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Journal.open(tmp_path / "other")
    request(journal, "remind Acme")
    request(other, "remind Acme", at=datetime(2026, 12, 1, tzinfo=UTC))
    ids = {
        open_watcher(WatcherContext(tmp_path, 2.0, each)).scan(NOON).events[0].source_id for each in (journal, other)
    }
    other.close()
    assert len(ids) == 2
