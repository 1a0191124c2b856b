"""A receipt in the ledger: it proves one purchase, and a cost that had none gets it later with its VAT."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_figures import PastCost
from agents.connectors.book_orders import BankExplain, Spending, Transfer, Unexplained
from agents.connectors.contract import Absent, Found
from agents.connectors.ledger.figure_reader import read_figures
from agents.errors import NotAllowed
from tests.connectors.books_hand import key_of, sums
from tests.connectors.books_story import bank, bill, bought, cost, day, explains, named
from tests.connectors.ledger.ledger_room import MANUAL, LedgerRoom

if TYPE_CHECKING:
    from agents.connectors.ledger.figures import LedgerFigures

PAPER = "Files/2026-11/sha-0123456789abcdef.pdf"
WITH_VAT = Spending(costs=(cost("Office", "100.00", "19"),), receipt=PAPER)
BARE = bought(cost("Office", "119.00"))
CAME = named("Office shop", bank("b1", "11-10", "-119.00", Unexplained()))


def figures(room: LedgerRoom) -> LedgerFigures:
    assert room.stock()[1] == []
    return read_figures(room.vault, room.state)


def costs(room: LedgerRoom) -> tuple[object, object, object]:
    """The costs, the VAT that comes back, and what is unexplained."""
    now, start, end = figures(room), day("11-01"), day("11-30")
    return sums(now.profit_and_loss(start, end).costs), now.vat(start, end).paid.amounts, now.unexplained(end).amounts


def once(room: LedgerRoom, order: BankExplain, number: int) -> None:
    room.open().execute(order, key_of(number), {})
    assert isinstance(room.open().find(key_of(number), order), Found)


@pytest.mark.parametrize("is_booked_as_cost", [False, True])
def test_a_cost_without_a_receipt_gets_it_later_with_its_vat(room: LedgerRoom, *, is_booked_as_cost: bool) -> None:
    first = CAME.model_copy(update={"moves": (CAME.moves[0].model_copy(update={"reason": BARE}),)})
    room.open().execute(first if is_booked_as_cost else CAME, key_of(1), {})
    if not is_booked_as_cost:
        once(room, explains("b1", "11-10", "-119.00", BARE), 2)
    assert costs(room) == ({"Office": {"EUR": Decimal("119.00")}}, {}, {})
    assert {name: each.name for name, each in figures(room).bare_costs("Checking").items()} == {"b1": "Office"}
    once(room, explains("b1", "11-10", "-119.00", WITH_VAT), 3)
    assert costs(room) == ({"Office": {"EUR": Decimal("100.00")}}, {"EUR": Decimal("19.00")}, {})
    after = figures(room)
    assert after.bare_costs("Checking") == {}
    assert after.receipts() == {PAPER}
    assert after.past_costs() == (PastCost("Office shop", ("Office",)),)  # one purchase, however often it was explained


def test_what_has_a_receipt_or_is_no_cost_is_not_explained_anew(room: LedgerRoom) -> None:
    room.open().execute(CAME, key_of(1), {})
    once(room, explains("b1", "11-10", "-119.00", WITH_VAT), 2)
    for reason in (WITH_VAT.model_copy(update={"receipt": "another.pdf"}), BARE):
        with pytest.raises(NotAllowed, match="no movement"):
            room.open().execute(explains("b1", "11-10", "-119.00", reason), key_of(3), {})
    room.open().execute(bank("b2", "11-11", "-119.00", Transfer(account="Private")), key_of(4), {})
    with pytest.raises(NotAllowed, match="no movement"):
        room.open().execute(
            explains("b2", "11-11", "-119.00", WITH_VAT.model_copy(update={"receipt": "b"})), key_of(5), {}
        )


def test_a_cost_without_a_receipt_is_not_explained_anew_without_one_or_with_another_amount(room: LedgerRoom) -> None:
    room.open().execute(CAME, key_of(1), {})
    once(room, explains("b1", "11-10", "-119.00", BARE), 2)
    for order in (explains("b1", "11-10", "-119.00", BARE), explains("b1", "11-10", "-238.00", WITH_VAT)):
        with pytest.raises(NotAllowed):
            room.open().execute(order, key_of(3), {})


def test_only_one_whole_cost_counts_as_one_without_a_receipt(room: LedgerRoom) -> None:
    room.open().execute(CAME, key_of(1), {})
    room.open().execute(explains("b1", "11-10", "-119.00", bought(cost("Office", "100.00", "19"))), key_of(2), {})
    two = (cost("Office", "50.00"), cost("Travel", "69.00"))
    room.open().execute(bank("b2", "11-11", "-119.00", bought(*two)), key_of(3), {})
    own = f'2026-11-12 * "Shop" "x"\n  bank_id: "b3"\n  receipt: "{PAPER}"\n'
    room.write(MANUAL, f"{own}  Assets:Bank:Checking -1 EUR\n  Expenses:Office\n")
    assert figures(room).bare_costs("Checking") == {}


def test_a_receipt_is_not_used_twice(room: LedgerRoom) -> None:
    room.open().execute(CAME, key_of(1), {})
    once(room, explains("b1", "11-10", "-119.00", WITH_VAT), 2)
    again = bank("b2", "11-11", "-119.00", WITH_VAT)
    billed = bill("Office shop", "4711", "11-10", "11-30", cost("Office", "100.00", "19"))
    for order in (again, billed.model_copy(update={"receipt": PAPER})):
        with pytest.raises(NotAllowed, match=f"{PAPER} is in the ledger already"):
            room.open().execute(order, key_of(3), {})
        assert isinstance(room.open().find(key_of(3), order), Absent)
