"""What is in the way of moving the books into Odoo is said at once, all of it, before anything is written."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import Unexplained
from agents.connectors.moving import into_odoo, move_into_odoo
from agents.errors import NeedsOwner, NotAllowed, Transient
from tests.connectors.books_hand import perform
from tests.connectors.books_story import bank, bill, bought, cost, day, invoice, paid
from tests.connectors.ledger.ledger_room import MANUAL
from tests.connectors.moving.moving_room import MovingRoom

if TYPE_CHECKING:
    from pathlib import Path

    from tests.connectors.books_story import Order

ENTRY = '2026-01-08 * "by hand"\n  Assets:Bank:Checking  1.00 EUR\n  {}  -1.00 EUR\n'
STORY: dict[str, tuple[tuple[str, Order], ...]] = {
    "Odoo has no account for Expenses:Ads. Make it": (
        ("01-05", bank("b1", "01-05", "-6.00", bought(cost("Ads", "6.00")))),
    ),
    "Odoo has no account for Assets:Bank:Giro. Make a journal": (
        ("01-05", bank("b1", "01-05", "6.00", paid("Acme"), account="Giro")),
    ),
    "the currency JPY is not switched on": (("01-05", invoice("Acme", ("100.00", "0"), currency="JPY")),),
    "Odoo has 2 contacts named Twin": (("01-05", invoice("Twin", ("100.00", "0"))),),
    "1 entries are later than 2026-01-09, the first of 2026-01-10": (("01-10", invoice("Acme", ("100.00", "0"))),),
    "Expenses:Software holds USD": (
        (
            "01-05",
            bill("Cloud", "C-1", "01-05", "02-05", cost("Software", "10.00")).model_copy(update={"currency": "USD"}),
        ),
    ),
}


def obstacles(room: MovingRoom) -> str:
    return "\n".join(into_odoo(room.both, day("01-10")).obstacles)


@pytest.mark.parametrize("said", STORY)
def test_what_odoo_lacks_is_named(tmp_path: Path, said: str) -> None:
    room = MovingRoom(tmp_path, STORY[said])
    for _ in range(2):
        room.there.odoo.call("res.partner", "create", {"name": "Twin"})
    assert said in obstacles(room)
    with pytest.raises(NotAllowed, match=r"cannot be moved yet:\n- "):
        move_into_odoo(room.both, into_odoo(room.both, day("01-10")))
    assert room.there.calls.written == 0


def test_a_locked_period_and_a_missing_account_for_the_beginning_are_named(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, [("01-05", bank("b1", "01-05", "-6.00", Unexplained()))])
    (opening,) = room.there.odoo.find("account.account", ["code", "=", "303000"])
    room.there.odoo.call("account.account", "write", [opening], {"name": "Other"})
    room.there.odoo.lock("2026-01-05")  # of that day is a movement that waits
    room.there.read_chart()
    assert "locked up to 2026-01-05, and this is of 2026-01-05" in obstacles(room)
    assert "Odoo has no account for Equity:Opening-Balances" in obstacles(room)


def test_entries_that_odoo_has_already_would_count_twice(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, [("01-05", invoice("Acme", ("100.00", "19")))])
    perform(room.there, [("01-08", invoice("Globex", ("50.00", "19")))], 5)
    assert "1 entries of its own up to 2026-01-10, the first of 2026-01-08, INV/2026/00001" in obstacles(room)


def test_an_entry_of_the_day_itself_counts_as_well(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, [("01-05", invoice("Acme", ("100.00", "19")))])
    perform(room.there, [("01-10", bank("b1", "01-10", "5.00", Unexplained()))], 5)
    assert "1 entries of its own" in obstacles(room)


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("Assets:AR:Acme", "belong to no document and to nobody's credit"),
        ("Equity:Unexplained", "belong to no movement of the bank that waits"),
    ],
)
def test_what_the_ledger_cannot_tell_plainly_is_not_carried(tmp_path: Path, account: str, said: str) -> None:
    opens = f"2000-01-01 open {account}\n" if account != "Assets:AR:Acme" else ""
    room = MovingRoom(tmp_path, [("01-05", invoice("Acme", ("100.00", "19")))])
    room.room.write(MANUAL, opens + ENTRY.format(account).replace("* ", "! ", 1))
    if account == "Assets:AR:Acme":
        room.room.write(
            MANUAL, '2026-01-08 ! "Acme" "INV-2026-0001" ^inv-2026-0001\n' + ENTRY.format(account).split("\n", 1)[1]
        )
    assert said in obstacles(room)


def test_a_ledger_with_a_mistake_is_not_moved(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path)
    room.room.write(MANUAL, ENTRY.format("Assets:Nowhere"))
    with pytest.raises(NeedsOwner, match="has an error"):
        into_odoo(room.both, day("01-10"))


def test_a_ledger_that_changes_meanwhile_is_looked_at_again(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, [("01-05", bank("b1", "01-05", "6.00", paid("Acme")))])
    plan = into_odoo(room.both, day("01-10"))
    room.there.calls.after_writing = lambda: room.room.write(MANUAL, "; a word of the owner\n")
    with pytest.raises(Transient, match="was changed"):
        move_into_odoo(room.both, plan)


def test_books_that_do_not_agree_afterwards_stay_where_they_were(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, [("01-05", bank("b1", "01-05", "6.00", paid("Acme")))])
    plan = into_odoo(room.both, day("01-10"))
    room.room.write(MANUAL, ENTRY.format("Expenses:Office"))  # between the look and the move
    with pytest.raises(NotAllowed, match=r"Assets:Bank:Checking: 7.00 EUR and 6.00 EUR"):
        move_into_odoo(room.both, plan)
    assert Decimal("6.00") == room.there.reports().cash(day("01-09"))[0].amounts["EUR"]
