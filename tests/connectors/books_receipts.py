"""What all books promise of receipts: each proves one purchase, and a cost that had none gets it later with its VAT."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_figures import PastCost
from agents.connectors.book_orders import Spending, Transfer, Unexplained
from agents.connectors.contract import Absent, Found
from agents.errors import NotAllowed
from tests.connectors.books_hand import eur, key_of, perform, sums
from tests.connectors.books_story import bank, bill, bought, cost, day, explains, named

if TYPE_CHECKING:
    from agents.connectors.book_orders import BankExplain
    from tests.connectors.books_room import Ledger

PAPER = "Files/2026-11/sha-0123456789abcdef.pdf"
WITH_VAT = Spending(costs=(cost("Office", "100.00", "19"),), receipt=PAPER)
BARE = bought(cost("Office", "119.00"))
CAME = named("Office shop", bank("b1", "11-10", "-119.00", Unexplained()))
ON = "11-10"


def costs(books: Ledger) -> tuple[object, object, object]:
    """The costs, the VAT that comes back, and what is unexplained."""
    now, start, end = books.reports(), day("11-01"), day("11-30")
    return sums(now.profit_and_loss(start, end).costs), now.vat(start, end).paid.amounts, now.unexplained(end).amounts


def once(books: Ledger, order: BankExplain, number: int) -> None:
    """Carry it out, twice, and find it."""
    first = perform(books, [(ON, order)], number)
    assert perform(books, [(ON, order)], number) == first
    assert isinstance(books.open().find(key_of(number), order), Found)


class ReceiptsContract:
    """A part of the suite of all books."""

    @pytest.mark.parametrize("is_booked_as_cost", [False, True])
    def test_a_cost_without_a_receipt_gets_it_later_with_its_vat(
        self, books: Ledger, *, is_booked_as_cost: bool
    ) -> None:
        first = CAME.model_copy(update={"moves": (CAME.moves[0].model_copy(update={"reason": BARE}),)})
        perform(books, [(ON, first if is_booked_as_cost else CAME)], 1)
        if not is_booked_as_cost:
            once(books, explains("b1", ON, "-119.00", BARE), 2)
        assert costs(books) == ({"Office": eur("119.00")}, {}, {})
        bare = books.reports().bare_costs("Checking")
        assert {name: (each.name, each.row.amount) for name, each in bare.items()} == {
            "b1": ("Office", Decimal("-119.00"))
        }
        once(books, explains("b1", ON, "-119.00", WITH_VAT), 3)
        assert costs(books) == ({"Office": eur("100.00")}, eur("19.00"), {})
        after = books.reports()
        assert after.bare_costs("Checking") == {}
        assert after.receipts() == {PAPER}
        assert after.past_costs() == (PastCost("Office shop", ("Office",)),)  # one purchase, however often explained
        assert (after.payables(day("11-30")).documents, after.payables(day("11-30")).credits) == ((), {})
        with pytest.raises(NotAllowed):
            perform(books, [(ON, explains("b1", ON, "-119.00", WITH_VAT))], 4)

    def test_what_was_taken_back_without_a_receipt_gets_it_later_too(self, books: Ledger) -> None:
        perform(books, [(ON, named("Office shop", bank("b1", ON, "119.00", BARE)))], 1)
        once(books, explains("b1", ON, "119.00", WITH_VAT), 3)
        assert costs(books) == ({"Office": eur("-100.00")}, eur("-19.00"), {})
        assert books.reports().bare_costs("Checking") == {}

    def test_what_has_a_receipt_or_is_no_cost_is_not_explained_anew(self, books: Ledger) -> None:
        perform(books, [(ON, CAME)], 1)
        once(books, explains("b1", ON, "-119.00", WITH_VAT), 2)
        for reason in (WITH_VAT.model_copy(update={"receipt": "another.pdf"}), BARE):
            with pytest.raises(NotAllowed, match="no movement"):
                perform(books, [(ON, explains("b1", ON, "-119.00", reason))], 3)
        perform(books, [(ON, bank("b2", "11-11", "-119.00", Transfer(account="Private")))], 4)
        other = WITH_VAT.model_copy(update={"receipt": "b"})
        with pytest.raises(NotAllowed, match="no movement"):
            perform(books, [(ON, explains("b2", "11-11", "-119.00", other))], 5)

    def test_a_cost_is_not_explained_anew_without_a_receipt_or_with_another_amount(self, books: Ledger) -> None:
        perform(books, [(ON, CAME)], 1)
        once(books, explains("b1", ON, "-119.00", BARE), 2)
        before = costs(books)
        for order in (explains("b1", ON, "-119.00", BARE), explains("b1", ON, "-238.00", WITH_VAT)):
            with pytest.raises(NotAllowed):
                perform(books, [(ON, order)], 3)
        assert costs(books) == before

    def test_only_one_whole_cost_counts_as_one_without_a_receipt(self, books: Ledger) -> None:
        perform(books, [(ON, CAME)], 1)
        perform(books, [(ON, explains("b1", ON, "-119.00", bought(cost("Office", "100.00", "19"))))], 2)
        two = (cost("Office", "50.00"), cost("Travel", "69.00"))
        perform(books, [(ON, bank("b2", "11-11", "-119.00", bought(*two)))], 3)
        assert books.reports().bare_costs("Checking") == {}

    def test_a_receipt_is_not_used_twice(self, books: Ledger) -> None:
        perform(books, [(ON, CAME)], 1)
        once(books, explains("b1", ON, "-119.00", WITH_VAT), 2)
        again = bank("b2", "11-11", "-119.00", WITH_VAT)
        billed = bill("Office shop", "4711", ON, "11-30", cost("Office", "100.00", "19"))
        for order in (again, billed.model_copy(update={"receipt": PAPER})):
            with pytest.raises(NotAllowed, match=f"{PAPER} is in the books already"):
                perform(books, [(ON, order)], 3)
            assert isinstance(books.open().find(key_of(3), order), Absent)

    def test_the_receipt_of_a_bill_is_known_too(self, books: Ledger) -> None:
        billed = bill("Office shop", "4711", ON, "11-30", cost("Office", "100.00", "19"))
        order = billed.model_copy(update={"receipt": PAPER})
        first = perform(books, [(ON, order)], 1)
        assert perform(books, [(ON, order)], 1) == first
        assert books.reports().receipts() == {PAPER}
        with pytest.raises(NotAllowed, match=f"{PAPER} is in the books already"):
            perform(books, [(ON, bank("b2", "11-11", "-119.00", WITH_VAT))], 3)
