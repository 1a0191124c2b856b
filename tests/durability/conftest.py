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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """An engine is tested on SQLite and on PostgreSQL; with `--engine postgresql` on that alone."""
    if "engine_room" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--engine")
        metafunc.parametrize("engine_room", ["sqlite", "postgresql"][asked == "postgresql" :], indirect=True)


@pytest.fixture
def engine_room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EngineRoom]:
    """A room for an engine on one of its databases."""
    if request.param == "sqlite":
        yield EngineRoom(tmp_path)
        return
    server = request.getfixturevalue("postgres")
    url = server.new_database()
    yield EngineRoom(tmp_path, url)
    server.drop(url)
