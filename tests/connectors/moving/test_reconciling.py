"""The ledger and Odoo are compared account by account and document by document, and what differs is explained."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_orders import Unexplained
from agents.connectors.moving import into_odoo, move_into_odoo
from agents.connectors.reconciling import reconciled
from tests.connectors.books_hand import perform
from tests.connectors.books_story import bank, bought, cost, day, invoice, paid
from tests.connectors.ledger.ledger_room import MANUAL
from tests.connectors.moving.moving_room import Continued, MovingRoom

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = "INV-2026-0001"
STORY = (
    ("01-04", bank("b1", "01-04", "200.00", paid("Globex"))),
    ("01-05", invoice("Acme", ("100.00", "19"))),
    ("01-06", bank("b2", "01-06", "-23.80", bought(cost("Office", "20.00", "19")))),
    ("01-07", invoice("Initech", ("400.00", "0"), currency="CHF")),
)


def moved(folder: Path) -> MovingRoom:
    room = MovingRoom(folder, STORY)
    move_into_odoo(room.both, into_odoo(room.both, day("01-10")))
    return room


def test_books_that_were_moved_agree(tmp_path: Path) -> None:
    found = reconciled(moved(tmp_path).both, day("01-09"))
    assert found.agree
    assert found.here.balances == found.there.balances
    assert found.here.balances["Income:Services", "CHF"] == Decimal("-400.00")
    assert found.here.items.keys() == found.there.items.keys() == {NUMBER, "INV-2026-0002"}


def test_what_was_booked_late_in_one_of_them_is_named(tmp_path: Path) -> None:
    room = moved(tmp_path)
    after = Continued(room, {"INV": 2, "BILL": 0})
    perform(after, [("01-12", bank("b3", "01-08", "-9.00", bought(cost("Travel", "9.00"))))], 20)
    found = {str(each.difference): each for each in reconciled(room.both, day("01-09")).found}
    assert list(found) == [
        "Assets:Bank:Checking: 176.20 EUR and 167.20 EUR",
        "Expenses:Travel: 0.00 EUR and 9.00 EUR",
    ]
    (row,) = found["Expenses:Travel: 0.00 EUR and 9.00 EUR"].there
    assert (row.day, row.amount, row.place[:9]) == (day("01-08"), Decimal("9.00"), "Odoo BILL")
    checking = found["Assets:Bank:Checking: 176.20 EUR and 167.20 EUR"]
    assert checking.difference.by == Decimal("-9.00")
    assert [each.amount for each in checking.there] == [Decimal("-9.00"), Decimal("176.20")]  # the difference first
    assert len(checking.here) == 2


def test_a_payment_that_only_the_ledger_has_is_named_at_its_document(tmp_path: Path) -> None:
    room = moved(tmp_path)
    entry = f'2026-01-08 * "Acme" "part of {NUMBER}" ^{NUMBER.lower()}\n  Assets:Bank:Checking  19.00 EUR\n'
    room.room.write(MANUAL, f"{entry}  Assets:AR:Acme  -19.00 EUR\n")
    report = reconciled(room.both, day("01-09"))
    assert not report.agree
    (found,) = [each for each in report.found if each.difference.what == NUMBER]
    assert str(found.difference) == f"{NUMBER}: 100.00 EUR and 119.00 EUR, of Acme"
    assert [(each.amount, each.place) for each in found.here] == [(Decimal("-19.00"), f"{MANUAL}:1")]
    assert found.there == ()


def test_a_party_a_due_day_and_a_credit_differ_too(tmp_path: Path) -> None:
    room = moved(tmp_path)
    entry = '2026-01-08 * "Globex" "more" \n  Assets:Bank:Checking  1.00 EUR\n  Assets:AR:Globex  -1.00 EUR\n'
    room.room.write(MANUAL, entry)
    (move,) = room.there.odoo.find("account.move", ["invoice_origin", "=", NUMBER])
    room.there.odoo.call("account.move", "write", [move], {"invoice_date_due": "2026-03-01"})
    said = [str(each.difference) for each in reconciled(room.both, day("01-09")).found]
    assert f"{NUMBER}: 119.00 EUR and 119.00 EUR, Acme until 2026-01-19, Acme until 2026-03-01" in said
    assert "to the credit of Globex: 201.00 EUR and 200.00 EUR" in said


def test_what_is_unclear_in_one_of_them_is_no_agreement(tmp_path: Path) -> None:
    room = moved(tmp_path)
    room.room.write(MANUAL, f'2026-01-10 ! "Acme" "{NUMBER}"\n  Assets:Cash  1.00 EUR\n  Assets:AR:Acme  -1.00 EUR\n')
    assert "not certain" in " ".join(reconciled(room.both, day("01-09")).unclear)
    assert not reconciled(room.both, day("01-09")).agree


def test_the_result_is_compared_from_the_first_of_january(tmp_path: Path) -> None:
    room = moved(tmp_path)
    room.room.write(MANUAL, '2025-12-30 * "x"\n  Expenses:Office  5.00 EUR\n  Equity:Opening-Balances  -5.00 EUR\n')
    assert reconciled(room.both, day("01-09")).agree
    late = bank("b9", "01-09", "-1.00", Unexplained())
    perform(Continued(room, {"INV": 2, "BILL": 0}), [("01-12", late)], 30)
    assert [each.difference.what for each in reconciled(room.both, day("01-09")).found] == [
        "Assets:Bank:Checking", "Equity:Unexplained",
    ]  # fmt: skip
