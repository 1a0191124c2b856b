"""A fresh vault with a bill for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.connectors.payment.payment_room import PaymentRoom

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def room(tmp_path: Path) -> PaymentRoom:
    """A vault in which one bill is open."""
    return PaymentRoom(tmp_path)
