"""What the owner wrote into the ledger by hand is no cost without a receipt, where they name one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.ledger.figure_reader import read_figures
from tests.connectors.books_receipts import PAPER
from tests.connectors.ledger.ledger_room import MANUAL

if TYPE_CHECKING:
    from tests.connectors.ledger.ledger_room import LedgerRoom

OWN = """2026-11-12 * "Shop" "x"
  bank_id: "{name}"
{receipt}  Assets:Bank:Checking  -1.00 EUR
  Expenses:Office
"""


def test_an_entry_of_the_owners_own_is_a_bare_cost_only_without_a_receipt(room: LedgerRoom) -> None:
    room.write(MANUAL, OWN.format(name="b3", receipt=f'  receipt: "{PAPER}"\n') + OWN.format(name="b4", receipt=""))
    figures = read_figures(room.vault, room.state)
    assert figures.bare_costs("Checking").keys() == {"b4"}
    assert figures.receipts() == {PAPER}
