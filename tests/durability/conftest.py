"""A fresh vault for each test, and an engine on each of its databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.durability.engine_room import EngineRoom
from tests.durability.finished import finish
from tests.durability.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """Journal, store, history, log and blobs of an empty vault."""
    made = Room(tmp_path)
    yield made
    made.journal.close()


@pytest.fixture
def done(room: Room) -> Room:
    """A proposal that was filed, approved, intended and done, with a document and its note in Done."""
    return finish(room)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EngineRoom]:
    """A room for an engine, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield EngineRoom(tmp_path)
        return
    server = request.getfixturevalue("postgres")
    url = server.new_database()
    yield EngineRoom(tmp_path, url)
    server.drop(url)
