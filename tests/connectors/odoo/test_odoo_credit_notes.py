"""A whole invoice is taken back once, by a credit note that turns its own lines round."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agents.connectors.contract import Absent, Found
from agents.connectors.invoice_orders import InvoiceCredit
from agents.errors import NotAllowed
from tests.connectors.books_hand import key_of, perform
from tests.connectors.books_story import bank, day, invoice, paid, taken
from tests.connectors.odoo.odoo_room import OdooRoom

FIRST = "INV-2026-0001"
CREDIT = InvoiceCredit(number=FIRST, reason="cancelled", customer="Initech", total=Decimal("571.00"), currency="EUR")


@pytest.fixture
def room() -> OdooRoom:
    """571.00 are owed for two lines of two rates."""
    books = OdooRoom()
    perform(books, [("01-07", invoice("Initech", ("200.00", "7"), ("300.00", "19")))])
    return books


def refunds(room: OdooRoom) -> list[int]:
    return room.odoo.find("account.move", ["move_type", "=", "out_refund"])


def test_an_open_invoice_and_its_credit_note_close_each_other(room: OdooRoom) -> None:
    (receipt,) = perform(room, [("01-12", CREDIT)], 5)
    assert receipt.details == {
        "number": "RINV/2026/00001",
        "total": "571.00 EUR",
        "credits": "INV/2026/00001",
    }
    (refund,) = refunds(room)
    names = ("amount_untaxed", "amount_tax", "amount_residual", "invoice_date", "ref")
    row = room.odoo.row("account.move", refund, *names)
    assert [row[name] for name in names] == [500.0, 71.0, 0.0, "2026-01-12", "INV/2026/00001 cancelled"]
    (owed,) = room.odoo.find("account.move", ["move_type", "=", "out_invoice"])
    assert room.odoo.row("account.move", owed, "payment_state")["payment_state"] == "reversed"
    found = room.reports().document("INV/2026/00001", day("01-31"))
    assert found
    assert (found.open, found.paid_on) == (Decimal("0.00"), day("01-12"))
    assert room.reports().vat(day("01-01"), day("01-31")).charged.amounts == {}


def test_the_same_again_is_the_receipt_of_the_first_time(room: OdooRoom) -> None:
    (receipt,) = perform(room, [("01-12", CREDIT)], 5)
    assert perform(room, [("01-13", CREDIT)], 5) == [receipt]
    assert room.books.find(key_of(5)) == Found(receipt)
    assert isinstance(room.books.find(key_of(6)), Absent)
    with pytest.raises(NotAllowed, match="credited already"):
        perform(room, [("01-13", CREDIT)], 6)
    assert len(refunds(room)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"customer": "Globex"}, "no single invoice"),
        ({"number": "INV-2026-0099"}, "no single invoice"),
        ({"total": Decimal("570.99")}, "not over 570.99"),
        ({"currency": "USD"}, "not over 571.00 USD"),
    ],
)
def test_what_is_not_as_the_order_says_is_refused(room: OdooRoom, change: dict[str, object], said: str) -> None:
    before = room.calls.written
    with pytest.raises(NotAllowed, match=said):
        perform(room, [("01-12", CREDIT.model_copy(update=change))], 5)
    assert room.calls.written == before


def test_a_credit_note_of_a_locked_time_is_refused(room: OdooRoom) -> None:
    room.odoo.lock("2026-01-31")
    room.read_chart()
    with pytest.raises(NotAllowed, match="locked up to"):
        perform(room, [("01-12", CREDIT)], 5)
    assert refunds(room) == []


def test_a_tax_that_was_changed_since_is_never_posted_otherwise(room: OdooRoom) -> None:
    room.odoo.call("account.tax", "write", [room.odoo.tax()], {"amount": 20})
    with pytest.raises(NotAllowed, match="was approved"):
        perform(room, [("01-12", CREDIT)], 5)
    assert refunds(room) == []


def test_what_was_paid_before_is_owed_back(room: OdooRoom) -> None:
    perform(room, [("01-10", bank("b1", "01-10", "571.00", paid("Initech", (FIRST, "571.00"))))], 4)
    perform(room, [("01-12", CREDIT)], 5)
    owed = room.reports().receivables(day("01-31"))
    assert (owed.documents, owed.credits) == ((), {("Initech", "EUR"): Decimal("571.00")})
    assert room.reports().receivables(day("01-11")).credits == {}


def credit_at(room: OdooRoom, rate: str, name: str = "work") -> tuple[str, Decimal]:
    """On which account, and how much in all, a part at a rate is taken back."""
    known = room.reports().creditable("INV/2026/00001")
    perform(room, [("01-12", known.order([taken("10.00", rate, name)]))], 5)
    (refund,) = refunds(room)
    (line,) = room.odoo.find("account.move.line", ["move_id", "=", refund], ["display_type", "=", "product"])
    account = room.odoo.row("account.move.line", line, "account_id")["account_id"]
    code = str(room.odoo.row("account.account", account, "code")["code"])
    return code, Decimal(str(room.odoo.row("account.move", refund, "amount_total")["amount_total"]))


@pytest.mark.parametrize(("name", "account"), [("parts", "450000"), ("work", "400000"), ("else", "400000")])
def test_a_part_is_taken_from_the_account_of_the_line_it_names_else_of_the_largest(name: str, account: str) -> None:
    room = OdooRoom()
    partner = room.odoo.call("res.partner", "create", {"name": "Initech"})
    lines = [("work", "90.00", "400000"), ("parts", "50.00", "450000")]
    taxes = [[6, 0, [room.odoo.tax()]]]
    rows = [
        [0, 0, {"name": said, "price_unit": net, "account_id": room.odoo.account(code), "tax_ids": taxes}]
        for said, net, code in lines
    ]
    made = room.odoo.call(
        "account.move", "create", {"move_type": "out_invoice", "partner_id": partner, "invoice_line_ids": rows}
    )
    room.odoo.call("account.move", "action_post", [made])
    number = str(room.odoo.row("account.move", made, "name")["name"])
    assert room.reports().creditable(number).left.gross == Decimal("166.60")
    assert credit_at(room, "19", name) == (account, Decimal("11.90"))


def test_who_gets_the_credit_note_is_told_with_their_address(room: OdooRoom) -> None:
    (partner,) = room.odoo.find("res.partner", ["name", "=", "Initech"])
    room.odoo.call("res.partner", "write", [partner], {"email": "pay@initech.example"})
    known = room.reports().creditable("INV/2026/00001")
    assert (known.customer, known.email, known.day) == ("Initech", "pay@initech.example", day("01-07"))
    assert (known.credited, known.left.gross) == (Decimal("0.00"), Decimal("571.00"))


def test_a_credit_note_that_the_owner_made_counts_once_it_is_posted(room: OdooRoom) -> None:
    (invoice_,) = room.odoo.find("account.move", ["move_type", "=", "out_invoice"])
    partner = room.odoo.row("account.move", invoice_, "partner_id")["partner_id"]
    line = [0, 0, {"name": "less", "price_unit": 100, "tax_ids": [[6, 0, [room.odoo.tax()]]]}]
    vals = {"move_type": "out_refund", "partner_id": partner, "reversed_entry_id": invoice_}
    made = room.odoo.call("account.move", "create", vals | {"invoice_line_ids": [line]})
    known = room.reports().creditable("INV/2026/00001")
    assert known.left.gross == Decimal("571.00")
    room.odoo.call("account.move", "action_post", [made])
    assert room.reports().creditable("INV/2026/00001").left.gross == Decimal("452.00")
    with pytest.raises(NotAllowed, match="not as the proposal says"):
        perform(room, [("01-12", known.order())], 5)


def test_with_taxes_that_say_nothing_of_a_part_none_is_credited(room: OdooRoom) -> None:
    known = room.reports().creditable("INV/2026/00001")
    part = known.order([taken("10.00", "19")])
    room.odoo.call("account.tax", "write", [room.odoo.tax()], {"amount": 20})  # after the setup was read
    with pytest.raises(NotAllowed, match="was approved"):
        perform(room, [("01-12", part)], 5)
    room.read_chart()
    with pytest.raises(NotAllowed, match="not that of the rates"):
        perform(room, [("01-12", part)], 5)
    room.odoo.call("account.tax", "write", [room.odoo.tax()], {"active": False})
    room.read_chart()
    with pytest.raises(NotAllowed, match="not a percentage"):
        room.reports().creditable("INV/2026/00001")
    assert refunds(room) == []


def test_a_line_of_several_taxes_is_credited_only_with_the_whole_invoice() -> None:
    room = OdooRoom()
    partner = room.odoo.call("res.partner", "create", {"name": "Initech"})
    both = [[6, 0, [room.odoo.tax(at=0), room.odoo.tax(at=1)]]]
    rows = [[0, 0, {"name": "work", "price_unit": 100, "tax_ids": both}]]
    vals = {"move_type": "out_invoice", "partner_id": partner, "invoice_line_ids": rows}
    room.odoo.call("account.move", "action_post", [room.odoo.call("account.move", "create", vals)])
    (made,) = room.odoo.find("account.move", ["move_type", "=", "out_invoice"])
    number = str(room.odoo.row("account.move", made, "name")["name"])
    with pytest.raises(NotAllowed, match="several taxes"):
        room.reports().creditable(number)
    perform(room, [("01-12", CREDIT.model_copy(update={"number": number, "total": Decimal("126.00")}))], 5)
    assert len(refunds(room)) == 1
