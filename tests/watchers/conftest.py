"""A vault with its runner, for what watchers and intake bring into it."""

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
    made = House(tmp_path, clock).found()
    made.start()
    yield made
    made.close()
