"""Fifty invoices and fifty payments by two threads, while calls break off at random: fifty and fifty, each once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import BankBook, Move
from agents.connectors.contract import sha256_hex
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceLine
from agents.errors import OutcomeUnknown, Transient
from tests.clock import NOON
from tests.connectors.books_story import paid
from tests.connectors.odoo.conftest import client_of
from tests.connectors.odoo.odoo_room import story_odoo
from tests.standins.odoo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agents.connectors.contract import Receipt
    from agents.connectors.odoo.odoo_books import OdooBooks
    from tests.standins.odoo.world import Odoo

MANY, THREADS, MAX_TRIES = 50, 2, 300
AFTER = (Fault.LOST_AFTER, Fault.HTML_AFTER, Fault.BAD_GATEWAY_AFTER)
BROKEN = (*AFTER, Fault.LOST_BEFORE, Fault.SERIALIZATION, Fault.TOO_MANY)


@pytest.fixture
def faulty() -> Iterator[Odoo]:
    with story_odoo() as server:
        yield server
        server.faults.end()


def until_done(ask: Callable[[], Receipt], tries: list[int], lock: threading.Lock) -> Receipt:
    """Again and again, as the executor does after a look."""
    for _ in range(MAX_TRIES):
        with lock:
            tries[0] += 1
        try:
            return ask()
        except (OutcomeUnknown, Transient):
            continue
    raise AssertionError("it does not come to an end")


def worked(books: OdooBooks, number: int, tries: list[int], lock: threading.Lock) -> tuple[str, str]:
    """One invoice, and the movement that pays it."""
    line = InvoiceLine(text="work", quantity=Decimal(1), price=Decimal(100 + number), tax=Decimal(19))
    customer = f"Customer {number % 7}"
    order = InvoiceCreate(customer=customer, lines=(line,), currency="EUR", due_days=14)
    issued = until_done(lambda: books.issue(order, sha256_hex(f"issue {number}".encode())), tries, lock)
    gross = order.totals.gross
    reason = paid(customer, (issued.provider_id, f"{gross}"))
    move = Move(bank_id=f"b{number}", day=NOON.date(), amount=gross, text="paid", reason=reason)
    statement = BankBook(account="Checking", currency="EUR", moves=(move,))
    booked = until_done(lambda: books.record(statement, sha256_hex(f"pay {number}".encode())), tries, lock)
    return issued.provider_id, booked.provider_id


def test_fifty_invoices_and_fifty_payments_are_fifty_and_fifty(faulty: Odoo) -> None:
    client, tries, lock = client_of(faulty, timeout_s=5.0), [0], threading.Lock()
    faulty.faults.draw("payments", 0.1, BROKEN)
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(lambda number: worked(client.books, number, tries, lock), range(MANY)))
    met = len(faulty.faults.met)
    faulty.faults.end()
    assert met > MANY
    assert tries[0] > 2 * MANY  # there was something to get over
    assert len({number for number, _ in done}) == MANY
    states = [
        faulty.row("account.move", each, "move_type", "state", "amount_total", "amount_residual", "name")
        for each in faulty.find("account.move")
    ]
    assert {row["state"] for row in states} == {"posted"}
    invoices = [row for row in states if row["move_type"] == "out_invoice"]
    totals = [float(Decimal(100 + at) * 119 / 100) for at in range(MANY)]
    assert sorted(row["amount_total"] for row in invoices) == totals
    assert {row["amount_residual"] for row in invoices} == {0.0}
    assert len(states) == 3 * MANY  # an invoice, a line of the statement and what it was for
    lines = faulty.find("account.bank.statement.line")
    done_ = [faulty.row("account.bank.statement.line", each, "is_reconciled")["is_reconciled"] for each in lines]
    assert done_ == [True] * MANY
    left = (["account_type", "=", "asset_receivable"], ["reconciled", "=", False])
    assert faulty.find("account.move.line", *left) == []
