"""What moving the books would do is shown whole, and no word of others acts in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from agents.connectors.book_figures import SourceRow
from agents.connectors.book_state import BookState, Item
from agents.connectors.moving import Plan
from agents.console.moving_books import told

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
