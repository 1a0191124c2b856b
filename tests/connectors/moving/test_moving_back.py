"""The books come back into the ledger: what was booked in Odoo meanwhile stands in it, and nothing counts twice."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import Unexplained
from agents.connectors.book_state import BookState, Item, differences
from agents.connectors.books import InvoiceStanding
from agents.connectors.ledger.moving_back import MovingBack
from agents.connectors.ledger.reader import LedgerReader
from agents.connectors.moving import into_ledger, into_odoo, move_into_ledger, move_into_odoo
from agents.errors import NotAllowed
from tests.connectors.books_hand import eur, open_of, perform, sums
from tests.connectors.books_story import STORY, bank, bill, bought, cost, day, explains, invoice, paid, to, used
from tests.connectors.ledger.ledger_room import MANUAL
from tests.connectors.moving.moving_room import Continued, MovingRoom

if TYPE_CHECKING:
    from pathlib import Path

WINTER = tuple(each for each in STORY if each[0] <= "02-28")
MARCH = STORY[len(WINTER) :]


def come_back(room: MovingRoom, of: str) -> None:
    plan = into_ledger(room.both, day(of))
    assert plan.obstacles == ()
    before = room.there.calls.written
    move_into_ledger(room.both, plan)
    assert room.there.calls.written == before


def moved(folder: Path) -> MovingRoom:
    """The winter in the ledger, March in Odoo."""
    room = MovingRoom(folder, WINTER)
    move_into_odoo(room.both, into_odoo(room.both, day("03-01")))
    perform(Continued(room, {"INV": 8, "BILL": 4}), MARCH, 60)
    return room


def test_a_month_in_odoo_comes_back_to_the_cent(tmp_path: Path) -> None:
    room = moved(tmp_path)
    come_back(room, "04-01")
    here, there, end = room.reports(), room.there.reports(), day("03-31")
    assert differences(*room.both.states(end)) == ()
    assert sums(here.cash(end))["Checking"] == sums(there.cash(end))["Checking"] == eur("19160.10")
    assert sums(here.cash(day("03-18")))["Checking"] == sums(there.cash(day("03-18")))["Checking"]
    quarter = here.profit_and_loss(day("01-01"), end)
    assert quarter.result.amounts == {"EUR": Decimal("11686.10"), "CHF": Decimal("400.00")}
    assert here.vat(day("01-01"), end).due.amounts == eur("2904.10")
    assert open_of(here.receivables(end)) == open_of(there.receivables(end))
    assert open_of(here.payables(end)) == open_of(there.payables(end))
    assert here.receivables(end).credits == here.payables(end).credits == {}
    assert here.unexplained(end).amounts == {}
    assert set(here.booked_moves("Checking")) >= set(there.booked_moves("Checking"))
    assert room.reports().cash(end)[0].freshness.bank_to["Assets:Bank:Checking"] == day("03-27")
    changed = into_ledger(room.both, day("04-01"))
    assert move_into_ledger(room.both, changed) == ()  # a second time nothing is left to write


def test_what_came_back_is_paid_under_the_number_that_odoo_gave(tmp_path: Path) -> None:
    room = moved(tmp_path)
    come_back(room, "04-01")
    (owed,) = room.reports().receivables(day("03-31")).documents
    assert owed.number.startswith("INV/2026/")
    bills = {each.currency + str(each.open): each for each in room.reports().payables(day("03-31")).documents}
    dollars = bills["USD50.00"]
    orders = (
        ("04-02", bank("b50", "04-02", "271.00", paid("Northwind", (owed.number, "271.00")))),
        ("04-03", bank("b51", "04-03", "-47.00", paid("Cloud Inc", (dollars.number, "50.00"), vendor=True))),
    )
    perform(room, orders, 100)
    here, end = room.reports(), day("04-30")
    assert here.receivables(end).documents == ()
    assert [each.currency for each in here.payables(end).documents] == ["EUR", "EUR"]
    assert sums(here.profit_and_loss(day("04-01"), end).revenue) == {"Exchange": eur("-1.00")}  # 46.00 was booked
    reader = LedgerReader(room.room.vault, room.room.state, room.room.clock)
    standing = reader.standings([owed.number])[owed.number]
    assert isinstance(standing, InvoiceStanding)
    assert standing.paid_on == day("04-02")
    found = here.document(dollars.number, end)
    assert found
    assert (found.reference, found.open) == ("C-78", Decimal("0.00"))


PAID = """2026-01-20 * "Globex" "INV-2026-0001" ^inv-2026-0001
  Assets:Bank:Checking  109.00 EUR
  Assets:AR:Globex  -109.00 EUR
    applies: "inv-2026-0001"
"""
SMALL = (
    ("01-04", bank("b1", "01-04", "200.00", paid("Globex"))),
    ("01-05", invoice("Globex", ("100.00", "19"))),  # 119.00
    ("01-06", bill("Landlord", "R-01", "01-06", "01-31", cost("Rent", "800.00"))),
    ("01-07", bank("b2", "01-07", "-6.00", Unexplained())),
    ("01-08", bank("b3", "01-08", "-7.00", Unexplained())),
)
THERE = (
    ("01-12", used("Globex", "01-12", "INV-2026-0001", "50.00")),
    ("01-13", explains("b2", "01-07", "-6.00", bought(cost("Travel", "6.00")))),
    ("01-14", bank("b4", "01-14", "-9.00", Unexplained())),
    ("01-15", bank("b5", "01-15", "-800.00", paid("Landlord", ("BILL-2026-0001", "800.00"), vendor=True))),
    ("01-16", bank("b6", "01-16", "25.00", paid("Initech"))),
    ("01-17", invoice("Initech", ("10.00", "0"))),
    ("01-18", bank("b7", "01-18", "-3.00", to("Private"))),
)


def small(folder: Path) -> MovingRoom:
    room = MovingRoom(folder, SMALL)
    move_into_odoo(room.both, into_odoo(room.both, day("01-10")))
    perform(Continued(room, {"INV": 1, "BILL": 1}), THERE, 60)
    return room


def test_parts_credits_and_what_waits_come_back_as_they_are(tmp_path: Path) -> None:
    room = small(tmp_path)
    come_back(room, "02-01")
    here, end = room.reports(), day("01-31")
    second = Continued(room, {"INV": 1, "BILL": 1}).number("INV-2026-0002")
    owed = [(each.number, each.open) for each in here.receivables(end).documents]
    assert owed == [("INV-2026-0001", Decimal("69.00")), (second, Decimal("10.00"))]
    assert here.payables(end).documents == ()
    assert here.receivables(end).credits == {("Globex", "EUR"): Decimal("150.00"), ("Initech", "EUR"): Decimal("25.00")}
    assert sorted(here.unexplained_moves("Checking")) == ["b3", "b4"]
    assert room.room.read("Accounting/2026/2026-01.beancount").count('explains: "b2"') == 1
    perform(room, [("02-02", explains("b4", "01-14", "-9.00", to("Private")))], 90)
    assert sorted(room.reports().unexplained_moves("Checking")) == ["b3"]
    perform(room, [("02-03", used("Globex", "02-03", "INV-2026-0001", "69.00"))], 91)
    assert [each.party for each in room.reports().receivables(day("02-28")).documents] == ["Initech"]


def test_a_break_in_the_middle_leaves_nothing_twice(tmp_path: Path) -> None:
    room = moved(tmp_path)
    plan = into_ledger(room.both, day("04-01"))
    room.set_day(day("04-01"))
    wanted = room.both.states(day("03-31"))[1]
    place = room.room.vault / "Accounting" / "2026"
    before = {each: each.read_bytes() for each in place.glob("*.beancount")}
    move_into_ledger(room.both, plan)
    after = {each: each.read_bytes() for each in place.glob("*.beancount")}
    changed = sorted(each for each in after if before.get(each) != after[each])
    assert len(changed) >= 2  # what waited in February is explained there
    for each in changed:  # as if the disk had refused after the first, or before it
        for path, content in before.items():
            path.write_bytes(content)
        each.write_bytes(after[each])
        move_into_ledger(room.both, into_ledger(room.both, day("04-01")))
        assert room.both.states(day("03-31"))[1] == wanted
        assert differences(*room.both.states(day("03-31"))) == ()


def test_entries_of_later_days_and_other_due_days_are_in_the_way(tmp_path: Path) -> None:
    room = small(tmp_path)
    (move,) = room.there.odoo.find("account.move", ["invoice_origin", "=", "INV-2026-0001"])
    room.there.odoo.call("account.move", "write", [move], {"invoice_date_due": "2026-03-01"})
    plan = into_ledger(room.both, day("01-18"))
    said = "\n".join(plan.obstacles)
    assert "entries in Odoo are later than 2026-01-17, the first of 2026-01-18" in said
    assert "INV-2026-0001 is of Globex until 2026-01-19 in EUR in the ledger, and of Globex until 2026-03-01" in said
    text = {name: room.room.read(name) for name in room.room.loaded().files}
    with pytest.raises(NotAllowed, match="cannot be moved yet"):
        move_into_ledger(room.both, plan)
    assert {name: room.room.read(name) for name in room.room.loaded().files} == text


def test_a_document_that_was_paid_before_and_is_open_again_is_opened_not_issued_twice(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path, SMALL)
    perform(room, [("01-09", bank("b9", "01-09", "20.00", paid("Globex", ("INV-2026-0001", "20.00"))))], 30)
    move_into_odoo(room.both, into_odoo(room.both, day("01-10")))
    room.room.write(MANUAL, PAID)  # by hand, in books that are not kept any more
    assert [each.number for each in room.reports().receivables(day("01-31")).documents] == []
    come_back(room, "02-01")
    assert [(each.number, each.open) for each in room.reports().receivables(day("01-31")).documents] == [
        ("INV-2026-0001", Decimal("99.00"))
    ]
    assert room.reports().receivables(day("01-31")).credits == {("Globex", "EUR"): Decimal("200.00")}


def test_books_in_another_currency_and_numbers_that_are_none_are_in_the_way(tmp_path: Path) -> None:
    room = MovingRoom(tmp_path)
    item = Item("4711 b", "Acme", is_vendors=False, due=day("01-31"), open=Decimal("1.00"), currency="CHF")
    state = BookState(day("01-09"), "CHF", {("Equity:Unexplained", "CHF"): Decimal("-5.00")}, {item.number: item})
    back = MovingBack(room.both.ledger(), state, (), room.room.clock.now())
    assert [*back.obstacles()] == [
        "the ledger is kept in EUR, and these books in CHF",
        "4711 b of Acme is no number that the ledger can find again",
        "-5.00 CHF that nobody has explained belong to no movement with an id: explain them",
    ]
