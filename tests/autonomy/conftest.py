"""A new vault for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.autonomy.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import FrozenClock


@pytest.fixture
def house(tmp_path: Path, clock: FrozenClock) -> Iterator[House]:
    """A vault just made, with a runner that waits for no quiet files."""
    made = House(tmp_path, clock).found()
    yield made
    made.close()
