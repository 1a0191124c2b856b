"""The embedded ledger keeps what all books promise."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import pytest

from agents.connectors.ledger.figure_reader import read_figures
from tests.connectors.books_credits import CreditsContract
from tests.connectors.books_payouts import PayoutsContract
from tests.connectors.books_receipts import ReceiptsContract
from tests.connectors.books_suite import BooksContract
from tests.connectors.books_taxes import TaxesContract
from tests.connectors.ledger.ledger_room import LedgerRoom

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from agents.connectors.book_figures import BookReports
    from agents.connectors.books_connector import BooksConnector


class EmbeddedLedger:
    """Books in a vault made of the template."""

    def __init__(self, folder: Path) -> None:
        self.room = LedgerRoom(folder)

    def open(self) -> BooksConnector:
        return self.room.open()

    def set_day(self, today: date) -> None:
        self.room.clock.set(datetime.combine(today, time(12), UTC))

    def number(self, ledger_number: str) -> str:
        return ledger_number

    def reports(self) -> BookReports:
        assert self.room.stock()[1] == []  # stock beancount has nothing to say against it
        return read_figures(self.room.vault, self.room.state)


class TestBooks(BooksContract, CreditsContract, PayoutsContract, ReceiptsContract, TaxesContract):
    """The suite on the embedded ledger."""

    @pytest.fixture
    def books(self, tmp_path: Path) -> EmbeddedLedger:
        return EmbeddedLedger(tmp_path)
