"""The books in an Odoo keep what all books promise, with the same figures."""

from __future__ import annotations

import pytest

from tests.connectors.books_credits import CreditsContract
from tests.connectors.books_payouts import PayoutsContract
from tests.connectors.books_receipts import ReceiptsContract
from tests.connectors.books_suite import BooksContract
from tests.connectors.odoo.odoo_room import OdooRoom


class TestOdooBooks(BooksContract, CreditsContract, PayoutsContract, ReceiptsContract):
    """The suite on Odoo."""

    @pytest.fixture
    def books(self) -> OdooRoom:
        return OdooRoom()
