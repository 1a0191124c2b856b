"""`make live NAME=odoo`: what all books promise, and each thing once, against a real server with a database for tests.

Run `make odoo-sample` for that database before. WHATEVER IS BOOKED IN IT IS DELETED between the tests, so its name must
hold the word 'test'; see `tests/odoo_sample.py` for the environment. With VAULT=PATH, `doctor` of that vault knows
afterwards that its server was tried.
"""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.founding import locate
from agents.connectors.odoo.records import number_of, text
from agents.connectors.odoo.tried import keep_tried
from agents.errors import EmployeeError
from agents.settings import Settings
from tests.connectors.books_credits import CreditsContract
from tests.connectors.books_receipts import ReceiptsContract
from tests.connectors.books_suite import BooksContract
from tests.connectors.odoo.test_payments_under_faults import MANY, THREADS, worked
from tests.odoo_sample import LiveOdoo, open_live

if TYPE_CHECKING:
    from collections.abc import Sequence

MOVE, LINES = "account.move", ("account.bank.statement.line", "account.bank.statement")


def emptied(live: LiveOdoo) -> LiveOdoo:
    """The database without anything booked: all becomes a draft and is deleted, the last number of each row first."""
    posted = [number_of(each) for each in live.records.search(MOVE, [["state", "!=", "draft"]], ["id"])]
    if posted:
        live.records.do(MOVE, "button_draft", posted)
    for model in LINES:
        live.records.do(model, "unlink", [number_of(each) for each in live.records.search(model, [], ["id"])])
    while rows := live.records.search(MOVE, [], ["name"]):  # with some of them others go
        live.records.do(MOVE, "unlink", [number_of(max(rows, key=lambda row: text(row["name"])))])
    return live


class TestLive(BooksContract, CreditsContract, ReceiptsContract):
    """The suite on the server."""

    @pytest.fixture
    def books(self) -> LiveOdoo:
        return emptied(open_live())


def test_fifty_invoices_and_fifty_payments_by_two_threads_are_fifty_and_fifty() -> None:
    live, tries, lock = emptied(open_live()), [0], threading.Lock()
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(lambda number: worked(live.books, number, tries, lock), range(MANY)))
        again = list(pool.map(lambda number: worked(live.books, number, tries, lock), range(MANY)))
    assert done == again
    assert len({number for number, _ in done}) == MANY
    invoices = live.records.search(MOVE, [["move_type", "=", "out_invoice"]], ["state", "amount_residual"])
    assert [(each["state"], each["amount_residual"]) for each in invoices] == [("posted", 0.0)] * MANY
    assert len(live.records.search(LINES[0], [["is_reconciled", "=", True]], ["id"])) == MANY


def main(words: Sequence[str]) -> int:
    """Run the tests above against the server; `words` go to pytest."""
    try:
        live, state = open_live(), _state_of(os.environ.get("VAULT", ""))  # pytest clears the environment
    except EmployeeError as err:
        sys.stderr.write(f"{err}\n-> {err.hint}\n")
        return 1
    ended = int(pytest.main([__file__, "-p", "no:cacheprovider", "--timeout", "3600", *words]))
    emptied(live)
    if state and not ended:
        keep_tried(state, live.account)
    return ended


def _state_of(vault: str) -> Path | None:
    """The state folder of a vault; None without one."""
    return Settings().state_folder(locate(Path(vault), Path.cwd()).vault_id) if vault else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
