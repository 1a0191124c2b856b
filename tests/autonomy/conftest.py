"""A new vault for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.autonomy.house import House
from tests.connectors.bank.bank_room import IBAN, OTHER
from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

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


@pytest.fixture
def books(tmp_path: Path) -> EmbeddedLedger:
    """Books with two accounts of a bank, each with its IBAN."""
    books = EmbeddedLedger(tmp_path)
    chart = "Accounting/accounts.beancount"
    opened = "2000-01-01 open Assets:Bank:Checking\n"
    savings = f'2000-01-01 open Assets:Bank:Savings\n  iban: "{OTHER[:8]} {OTHER[8:]}"\n'
    books.room.write(chart, books.room.read(chart).replace(opened, f'{opened}  iban: "{IBAN}"\n') + savings)
    return books
