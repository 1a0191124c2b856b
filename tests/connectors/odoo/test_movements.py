"""A movement of the bank and what it was for are in Odoo once, whole and as approved, whatever breaks off."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import BankBook, BankExplain, CreditApply, Spending, Unexplained
from agents.connectors.contract import Absent, Found
from agents.connectors.invoice_orders import InvoiceCredit
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown
from tests.connectors.books_hand import key_of, perform
from tests.connectors.books_story import (
    bank,
    bill,
    bought,
    closing,
    cost,
    day,
    explains,
    invoice,
    named,
    paid,
    taken,
    to,
    used,
)  # fmt: skip
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.connectors.books_story import Order

FIRST, SECOND = "INV-2026-0001", "INV-2026-0002"
OWED = (("01-05", invoice("Northwind", ("1000.00", "19"))), ("01-06", invoice("Northwind", ("100.00", "19"))))
JOINT = bank("b1", "01-19", "1309.00", paid("Northwind", (FIRST, "1190.00"), (SECOND, "119.00")))
PREPAID = bank("b1", "01-04", "200.00", paid("Northwind"))
DOLLARS = bill("Cloud Inc", "C-77", "01-10", "02-10", cost("Software", "100.00"), usd="0.90")
BACK = bank("b2", "01-25", "-500.00", paid("Northwind", (FIRST, "500.00")))
Story = tuple[tuple[str, "Order"], ...]
LEFT, TINY = ("79.37", "39.68"), ("0.05", "0.03")


def _part(net: str, total: str, left: str) -> InvoiceCredit:
    money = {"total": Decimal(total), "left": Decimal(left), "lines": (taken(net, "19"),)}
    return InvoiceCredit.model_validate({"number": FIRST, "customer": "Initech", "currency": "EUR", **money})


BROKEN: dict[str, tuple[Story, Order]] = {
    "a payment of two invoices with a fee": (
        OWED,
        bank("b1", "01-19", "1304.00", paid("Northwind", (FIRST, "1190.00"), (SECOND, "119.00"), fee="5.00")),
    ),
    "more than was asked for": (OWED, bank("b1", "01-19", "1200.00", paid("Northwind", (FIRST, "1190.00")))),
    "a payment in another currency": (
        (("01-10", DOLLARS),),
        bank("b1", "01-20", "-92.00", paid("Cloud Inc", ("BILL-2026-0001", "100.00"), vendor=True)),
    ),
    "a purchase": ((), bank("b1", "01-20", "-23.80", bought(cost("Office", "20.00", "19")))),
    "goods taken back": ((), bank("b1", "01-20", "23.80", bought(cost("Office", "20.00", "19")))),
    "a cost that gets its receipt later": (
        (("01-10", bank("b1", "01-10", "-119.00", bought(cost("Office", "119.00")))),),
        explains("b1", "01-10", "-119.00", Spending(costs=(cost("Office", "100.00", "19"),), receipt="a.pdf")),
    ),
    "a transfer": ((), bank("b1", "01-20", "-50.00", to("Savings"))),
    "an explanation": (
        (("01-20", bank("b1", "01-20", "-6.00", Unexplained())),),
        explains("b1", "01-20", "-6.00", bought(cost("Travel", "6.00"))),
    ),
    "a credit put to an invoice": (
        (("01-04", PREPAID), OWED[0]),
        used("Northwind", "01-20", FIRST, "150.00"),
    ),
    "a part that went back": ((*OWED, ("01-19", JOINT)), BACK),
    "a statement": (
        OWED,
        BankBook(
            account="Checking",
            currency="EUR",
            moves=(*JOINT.moves, *bank("b2", "01-20", "-9.00", Unexplained()).moves),
            closing=Decimal("1300.00"),
            closed_on=day("01-20"),
        ),
    ),
    "a part of an invoice, with the cents that other parts have left": (
        (("01-05", invoice("Initech", ("100.05", "19"))), *(("01-06", _part("33.35", "39.69", left)) for left in LEFT)),
        _part("33.35", "39.68", "0.00"),
    ),
    "a part of an invoice, with a cent of a tax that comes to nothing": (
        (("01-05", invoice("Initech", ("0.06", "19"))), *(("01-06", _part("0.02", "0.02", left)) for left in TINY)),
        _part("0.02", "0.03", "0.00"),
    ),
    "a credit note": (
        OWED,
        InvoiceCredit(number=FIRST, customer="Northwind", total=Decimal("1190.00"), currency="EUR"),
    ),
}


def books_of(room: OdooRoom) -> list[object]:
    """What stands in the books, without the numbers of records."""
    fields = ("account_id", "partner_id", "date", "balance", "amount_currency", "amount_residual_currency")
    lines = [room.odoo.row("account.move.line", each, *fields) for each in room.odoo.find("account.move.line")]
    kinds = [
        room.odoo.row("account.move", each, "move_type", "state", "date") for each in room.odoo.find("account.move")
    ]
    told = sorted(tuple(str(row[name]) for name in fields) for row in lines)
    return [told, sorted((row["move_type"], row["state"], row["date"]) for row in kinds), suspended(room)]


def suspended(room: OdooRoom) -> int:
    """Movements that stand on the suspense account."""
    return len(room.odoo.find("account.move.line", ["account_id", "=", room.odoo.account("101402")]))


def on_the_way(room: OdooRoom) -> list[int]:
    """Lines on the outstanding account that are matched with nothing."""
    return room.odoo.find("account.move.line", ["account_id.code", "=", "101403"], ["reconciled", "=", False])


def at(before: Sequence[tuple[str, Order]]) -> OdooRoom:
    room = OdooRoom()
    perform(room, before)
    return room


@pytest.mark.parametrize("is_done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("about", BROKEN)
def test_it_may_break_off_at_every_step_and_is_there_once(about: str, *, is_done: bool) -> None:
    before, order = BROKEN[about]
    room = at(before)
    kept, start = room.kept(), room.calls.written
    first = perform(room, [("01-31", order)], 50)
    steps, wanted = room.calls.written - start, books_of(room)
    assert steps >= 2
    assert perform(room, [("01-31", order)], 50) == first
    assert books_of(room) == wanted
    for step in range(1, steps + 1):
        room.back_to(kept)
        room.calls.breaks, room.calls.is_done = room.calls.written + step, is_done
        with pytest.raises(OutcomeUnknown):
            perform(room, [("01-31", order)], 50)
        assert perform(room, [("01-31", order)], 50) == first, step
        assert books_of(room) == wanted, step
        assert not on_the_way(room)


def test_what_nobody_has_explained_stands_on_the_suspense_account() -> None:
    room = at([("01-09", named("Shop", bank("b1", "01-09", "-6.00", Unexplained())))])
    (line,) = room.odoo.find("account.bank.statement.line")
    names = ("ref", "partner_name", "amount", "is_reconciled")
    assert room.odoo.row("account.bank.statement.line", line, *names) == {
        "id": line, "ref": "b1", "partner_name": "Shop", "amount": -6.0, "is_reconciled": False,
    }  # fmt: skip
    perform(room, [("01-10", explains("b1", "01-09", "-6.00", to("Private")))], 5)
    assert room.odoo.row("account.bank.statement.line", line, "is_reconciled")["is_reconciled"] is True
    assert not on_the_way(room)
    assert not suspended(room)


def test_money_that_went_back_opens_the_invoice_it_names_and_no_other() -> None:
    room = at([*OWED, ("01-19", JOINT), ("01-25", BACK)])
    owed = room.reports().receivables(day("01-31"))
    assert [(each.number, each.open) for each in owed.documents] == [(room.number(FIRST), Decimal("500.00"))]
    assert owed.credits == {}
    found = room.reports().document(room.number(FIRST), day("01-31"))
    assert found
    assert [each.amount for each in found.rows] == [Decimal("-690.00")]


def test_money_that_came_back_from_a_vendor_opens_the_bill_it_names() -> None:
    rent = bill("Landlord", "R-01", "01-09", "01-31", cost("Rent", "800.00"))
    number = "BILL-2026-0001"
    went = bank("b1", "01-12", "-800.00", paid("Landlord", (number, "800.00"), vendor=True))
    came = bank("b2", "01-15", "300.00", paid("Landlord", (number, "300.00"), vendor=True))
    room = at([("01-09", rent), ("01-12", went), ("01-15", came)])
    owed = room.reports().payables(day("01-31"))
    assert [(each.number, each.open) for each in owed.documents] == [(room.number(number), Decimal("300.00"))]


def test_what_an_order_explains_otherwise_than_the_books_have_it_is_refused() -> None:
    room = at([("01-09", bank("b1", "01-09", "-6.00", Unexplained()))])
    perform(room, [("01-10", explains("b1", "01-09", "-6.00", to("Private")))], 5)
    with pytest.raises(NotAllowed, match="waits to be explained"):
        perform(room, [("01-10", explains("b1", "01-09", "-6.00", to("Savings")))], 6)


def test_a_cost_that_another_order_has_begun_to_book_anew_is_left_to_it() -> None:
    room = at([("01-10", bank("b1", "01-10", "-119.00", bought(cost("Office", "119.00"))))])
    orders = [
        explains("b1", "01-10", "-119.00", Spending(costs=(cost("Office", "100.00", "19"),), receipt=each))
        for each in ("a.pdf", "b.pdf")
    ]
    room.calls.breaks = room.calls.written + 2  # it is taken back, and not booked anew yet
    with pytest.raises(OutcomeUnknown):
        perform(room, [("01-11", orders[0])], 5)
    assert room.reports().bare_costs("Checking") == {}
    with pytest.raises(NotAllowed, match="no movement"):
        perform(room, [("01-11", orders[1])], 6)
    assert isinstance(room.open().find(key_of(5), orders[0]), Absent)
    perform(room, [("01-11", orders[0])], 5)
    assert room.reports().receipts() == {"a.pdf"}


def test_the_costs_of_accounts_whose_names_begin_alike_are_told_apart() -> None:
    room = OdooRoom()
    room.odoo.call("account.journal", "write", [room.odoo.journal("BNK2")], {"name": "Checking two"})
    room.read_chart()
    bare = bought(cost("Office", "119.00"))
    perform(room, [("01-10", bank("b1", "01-10", "-119.00", bare, account="Checking-Two"))])
    assert room.reports().bare_costs("Checking") == {}
    assert room.reports().bare_costs("Checking two").keys() == {"b1"}


def test_a_movement_that_the_owner_has_booked_by_hand_is_left_alone() -> None:
    room = at([("01-09", bank("b1", "01-09", "-6.00", Unexplained()))])
    (leg,) = room.odoo.find("account.move.line", ["account_id.code", "=", "101402"])
    room.odoo.call("account.move.line", "write", [leg], {"account_id": room.odoo.account("101403")})
    before = books_of(room)
    again = bank("b1", "01-09", "-6.00", to("Private"))
    perform(room, [("01-10", again)], 5)
    assert books_of(room) == before
    with pytest.raises(NotAllowed, match="waits to be explained"):
        perform(room, [("01-10", explains("b1", "01-09", "-6.00", to("Private")))], 6)


def test_a_statement_with_a_reason_explains_what_still_waits() -> None:
    room = at([("01-09", bank("b1", "01-09", "-6.00", Unexplained()))])
    order = bank("b1", "01-09", "-6.00", to("Private"))
    assert isinstance(room.open().find(key_of(5), order), Absent)
    perform(room, [("01-10", order)], 5)
    assert isinstance(room.open().find(key_of(5), order), Found)
    assert not suspended(room)


@pytest.mark.parametrize(
    ("order", "error", "said"),
    [
        (bank("b1", "01-09", "-6.00", bought(cost("Ofice", "6.00"))), NeedsOwner, "Ofice"),
        (bank("b1", "01-09", "-6.00", bought(cost("Office", "5.00", "20"))), NeedsOwner, "20 %"),
        (bank("b1", "01-09", "-6.00", to("Nowhere")), NeedsOwner, "Nowhere"),
        (bank("b1", "01-09", "-6.00", Unexplained(), account="Giro"), NeedsOwner, "Giro"),
        (bank("b1", "01-09", "6.00", paid("Twin")), NotAllowed, "2 contacts"),
        (named("Twin", bank("b1", "01-09", "-6.00", bought(cost("Office", "6.00")))), NotAllowed, "2 contacts"),
        (closing("01-09", "1.00"), NotAllowed, "comes to 0.00"),
        (bank("b1", "01-09", "6.00", Unexplained()).model_copy(update={"currency": "USD"}), NotAllowed, "kept in EUR"),
        (bank("b1", "2025-12-31"[5:], "6.00", Unexplained()), NotAllowed, "locked"),
    ],
)  # fmt: skip
def test_what_odoo_cannot_hold_is_refused_before_anything_is_written(
    order: BankBook | BankExplain | CreditApply, error: type[Exception], said: str
) -> None:
    room = OdooRoom()
    for _ in range(2):
        room.odoo.call("res.partner", "create", {"name": "Twin"})
    if said == "locked":
        room.odoo.lock("2026-12-31")
        room.read_chart()
    before = room.calls.written
    with pytest.raises(error, match=said):
        perform(room, [("01-10", order)])
    assert room.calls.written == before


def test_an_account_in_another_currency_is_refused_for_now() -> None:
    room = OdooRoom()
    room.odoo.call("account.journal", "write", [room.odoo.journal("BNK2")], {"currency_id": room.odoo.currency("USD")})
    room.read_chart()
    order = bank("b1", "01-09", "6.00", Unexplained(), account="Savings").model_copy(update={"currency": "USD"})
    with pytest.raises(NotAllowed, match="another currency than EUR"):
        perform(room, [("01-10", order)])


@pytest.mark.parametrize(
    ("change", "said"),
    [({"reconcile": False}, "allows no reconciliation"), (None, "has no outstanding account")],
)
def test_without_an_account_for_what_is_on_the_way_no_movement_is_booked(
    change: dict[str, bool] | None, said: str
) -> None:
    room = OdooRoom()
    if change:
        room.odoo.call("account.account", "write", [room.odoo.account("101403")], change)
    else:
        for each in room.odoo.find("account.payment.method.line"):
            room.odoo.call("account.payment.method.line", "write", [each], {"payment_account_id": False})
    room.read_chart()
    with pytest.raises(NeedsOwner, match=said):
        perform(room, [("01-10", bank("b1", "01-09", "6.00", Unexplained()))])


def test_a_long_statement_is_written_in_hundreds() -> None:
    room = OdooRoom()
    one = bank("b", "01-09", "1.00", Unexplained())
    moves = tuple(one.moves[0].model_copy(update={"bank_id": f"b{at}"}) for at in range(201))
    perform(room, [("01-10", one.model_copy(update={"moves": moves}))])
    assert room.calls.written == 3
    assert len(room.odoo.find("account.bank.statement.line")) == 201


def test_a_balance_that_was_compared_says_up_to_when_the_bank_is_in() -> None:
    room = at([("01-09", bank("b1", "01-09", "6.00", Unexplained())), ("01-31", closing("01-31", "6.00"))])
    assert room.reports().cash(day("01-31"))[0].freshness.bank_to == {"Checking": day("01-31")}
    perform(room, [("01-31", closing("01-31", "6.00"))], 9)
    assert len(room.odoo.find("account.bank.statement")) == 1
