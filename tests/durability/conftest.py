"""A fresh vault for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
