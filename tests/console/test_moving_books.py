"""What moving the books would do is shown whole, and no word of others acts in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock, as_local
from agents.connectors.book_figures import SourceRow
from agents.connectors.book_keeping import LEDGER, ODOO, keeping_of
from agents.connectors.book_state import BookState, Item
from agents.connectors.moving import Plan
from agents.console.moving_books import move, told
from agents.console.wiring import open_house
from agents.durability.proposal_rows import add_proposal, update_proposal
from agents.durability.task_persistence import TaskRow, add_task
from agents.errors import NotAllowed
from agents.settings import Settings
from tests.autonomy.test_dashboard import row
from tests.clock import NOON
from tests.connectors.books_story import invoice
from tests.connectors.odoo.odoo_room import story_odoo
from tests.flows.employee import Employee
from tests.flows.test_moving_books import connected

if TYPE_CHECKING:
    from pathlib import Path

ON = date(2026, 3, 31)


def test_everything_that_would_be_carried_is_shown() -> None:
    due = date(2026, 4, 14)
    sold = Item("INV-2026-0001", "Acme\n\x1b[2J", is_vendors=False, due=due, open=Decimal("5.00"), currency="EUR")
    owed = Item("BILL-2026-0001", "Paper", is_vendors=True, due=due, open=Decimal("6.00"), currency="USD")
    items = {each.number: each for each in (sold, owed)}
    told_credits = {(False, "Globex", "EUR"): Decimal("7.00"), (True, "Cloud", "EUR"): Decimal("8.00")}
    waiting = {"Checking": {"b1": SourceRow(ON, "x:1", "said", Decimal("-9.00"), "EUR")}}
    state = BookState(ON, "EUR", {("Assets:Cash", "EUR"): Decimal("1200.00")}, items, told_credits, waiting)
    shown = "\n".join(told(Plan(state, ("a stone\x07",)), ("ledger", "odoo")))
    lines = [" ".join(line.split()) for line in shown.splitlines() if line]
    assert lines == [
        "What the ledger holds at the end of 2026-03-31, and Odoo would hold as well:",
        "Balances, in one entry", "Assets:Cash 1,200.00 EUR",
        "Owed to you, one document each", "INV-2026-0001 Acme ⟨U+001B⟩[2J 5.00 EUR due 2026-04-14",
        "Owed by you, one document each", "BILL-2026-0001 Paper 6.00 USD due 2026-04-14",
        "Paid, and put to no document yet", "to you by Globex 7.00 EUR", "by you to Cloud 8.00 EUR",
        "Movements that nobody has explained yet, one by one", "Checking 2026-03-31 b1 -9.00 EUR",
        "In the way", "- a stone⟨U+0007⟩",
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["unknown", "approved"])
def test_what_may_have_happened_is_found_out_before_the_books_move(tmp_path: Path, state: str) -> None:
    """It is looked up where the books are: in other ones it never happened, and would be done a second time."""
    employee, way = Employee(tmp_path).init(), (LEDGER, ODOO)
    day = as_local(SystemClock().now()).date() + timedelta(days=1)
    begun = replace(row(), action=invoice("Globex", ("5.00", "19")).canonical().decode(), state=state)
    with story_odoo() as odoo:
        connected(employee, odoo)
        odoo.call("account.account", "create", {"code": "303000", "name": "Opening Balances", "account_type": "equity"})
        house = open_house(employee.vault, Settings(state=employee.state))
        task = TaskRow(begun.task, NOON.isoformat(), "filed", 0, "", "{}", "", "", "", "")
        with house.recorder.begin() as writing:
            add_task(writing.sql, task)
            add_proposal(writing.sql, begun)
        with pytest.raises(NotAllowed, match=f"the proposal {begun.id} about the books is"):
            list(move(house, way, day))
        assert odoo.find("account.move") == []
        assert keeping_of(employee.vault).keeper == LEDGER
        with house.recorder.begin() as writing:
            update_proposal(writing.sql, begun.id, {"state": "failed"})
        assert "Odoo keeps the books" in list(move(house, way, day))[-1]
        house.close()
