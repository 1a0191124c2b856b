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


def test_movements_and_bare_costs_of_late_days_are_told_without_those_before(room: LedgerRoom) -> None:
    later = OWN.format(name="b5", receipt="").replace("2026-11", "2026-12")
    room.write(MANUAL, OWN.format(name="b4", receipt="") + later)
    figures = read_figures(room.vault, room.state)
    assert figures.bare_costs("Checking").keys() == figures.booked_moves("Checking").keys() == {"b4", "b5"}
    first = figures.booked_moves("Checking")["b5"].day
    assert figures.bare_costs("Checking", first).keys() == figures.booked_moves("Checking", first).keys() == {"b5"}


def test_direct_costs_are_those_under_their_own_account(room: LedgerRoom) -> None:
    opens = "".join(f"2020-01-01 open Expenses:{each}\n" for each in ("COGS", "COGS:Print", "COGSX"))
    room.write(MANUAL, opens)
    assert read_figures(room.vault, room.state).direct_costs() == {"COGS", "COGS:Print"}
