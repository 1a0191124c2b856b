"""A fresh vault with a ledger for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.connectors.ledger.ledger_room import LedgerRoom

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def room(tmp_path: Path) -> LedgerRoom:
    """A vault made of the template."""
    return LedgerRoom(tmp_path)
