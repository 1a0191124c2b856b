"""Bills and movements of the bank in a ledger that is locked, broken, changing, or on a disk that fails."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agents.connectors.book_orders import Part, Payment
from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Found
from agents.connectors.ledger.figure_reader import read_figures
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown
from tests.connectors.books_story import bank, bill, bought, cost, day, invoice, paid
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import MANUAL, MONTH, LedgerRoom

BILL = bill("Paper & Co", "P-100", "11-08", "12-07", cost("Office", "100.00", "19"))
ONE = bank("b1", "11-10", "-23.80", bought(cost("Office", "20.00", "19")))
TWO = bank("b2", "12-01", "-49.00", bought(cost("Software", "49.00")))
BOTH = ONE.model_copy(update={"moves": ONE.moves + TWO.moves})


def test_bills_have_numbers_of_their_own_that_are_never_given_again(room: LedgerRoom) -> None:
    room.open().execute(invoice("Acme Ltd", ("10.00", "0")), KEY, {})
    before = room.read(MONTH)
    assert room.open().execute(BILL, OTHER_KEY, {}).provider_id == "BILL-2026-0001"
    room.write(MONTH, before)  # a sync service brings the older file back
    assert isinstance(room.open().find(OTHER_KEY, BILL), Absent)
    assert room.open().execute(BILL, OTHER_KEY, {}).provider_id == "BILL-2026-0002"
    assert "BILL-2026-0001" not in room.read(MONTH)


def test_an_order_over_two_months_that_was_cut_in_the_middle_is_finished(room: LedgerRoom) -> None:
    room.disk.refuses = "2026-12.beancount"
    with pytest.raises(OutcomeUnknown):
        room.open().execute(BOTH, KEY, {})
    assert "b1" in room.read(MONTH)
    room.disk.refuses = ""
    assert isinstance(room.open().find(KEY, BOTH), Absent)
    room.open().execute(BOTH, KEY, {})
    found = room.open().find(KEY, BOTH)
    assert isinstance(found, Found)
    assert found.receipt.details == {"entries": "2"}
    assert room.balance("Assets:Bank:Checking") == Decimal("-72.80")


def test_a_lost_answer_is_found(room: LedgerRoom) -> None:
    room.disk.answers = False
    with pytest.raises(OutcomeUnknown):
        room.open().execute(ONE, KEY, {})
    room.disk.answers = True
    assert isinstance(room.open().find(KEY, ONE), Found)
    room.open().execute(ONE, KEY, {})
    assert room.balance("Assets:Bank:Checking") == Decimal("-23.80")


def test_nothing_is_written_into_a_ledger_with_an_error(room: LedgerRoom) -> None:
    room.write(MANUAL, "2026-11-01 * broken\n  Assets:Cash 1 EUR\n")
    with pytest.raises(NeedsOwner, match="has an error") as refused:
        room.open().execute(ONE, KEY, {})
    assert f"{MANUAL}:1" in refused.value.hint
    assert "b1" not in room.read(MONTH)


def test_a_ledger_that_cannot_be_read_is_said_to_be(room: LedgerRoom) -> None:
    (room.vault / MANUAL).write_bytes(b"\xff\xfe\xff")
    assert isinstance(room.open().find(KEY, ONE), CannotKnow)
    for work in (lambda: room.open().execute(ONE, KEY, {}), lambda: read_figures(room.vault, room.state)):
        with pytest.raises(NeedsOwner, match=r"manual\.beancount cannot be read"):
            work()


def test_an_entry_that_was_damaged_is_a_question(room: LedgerRoom) -> None:
    room.open().execute(BILL, KEY, {})
    room.write(MONTH, room.read(MONTH).replace("  key:", "; key:"))
    assert isinstance(room.open().find(KEY, BILL), CannotKnow)


def test_a_month_that_the_ledger_does_not_include_is_said_to_be_missing(room: LedgerRoom) -> None:
    main = "Accounting/main.beancount"
    room.write(main, room.read(main).replace('include "20[0-9][0-9]/20', '; include "20'))
    with pytest.raises(NeedsOwner, match="does not read what is appended"):
        room.open().execute(ONE, KEY, {})


def test_one_movement_pays_in_one_other_currency_only(room: LedgerRoom) -> None:
    room.open().execute(BILL, KEY, {})
    dollars = bill("Paper & Co", "P-101", "11-08", "12-07", cost("Office", "10.00"), usd="0.90")
    room.open().execute(dollars, OTHER_KEY, {})
    parts = (
        Part(number="BILL-2026-0001", amount=Decimal("119.00")),
        Part(number="BILL-2026-0002", amount=Decimal("10.00")),
    )
    order = bank("b9", "11-20", "-128.00", Payment(party="Paper & Co", vendor=True, parts=parts))
    with pytest.raises(NotAllowed, match="several currencies"):
        room.open().execute(order, KEY[::-1], {})


def test_what_is_unclear_is_not_paid(room: LedgerRoom) -> None:
    room.open().execute(invoice("Acme Ltd", ("10.00", "0")), KEY, {})
    room.write(
        MANUAL, '2026-11-24 ! "Acme Ltd" "perhaps INV-2026-0001"\n  Assets:Cash 1.00 EUR\n  Assets:AR:Acme-Ltd\n'
    )
    order = bank("b9", "11-25", "10.00", paid("Acme Ltd", ("INV-2026-0001", "10.00")))
    with pytest.raises(NotAllowed, match="unclear"):
        room.open().execute(order, OTHER_KEY, {})
    assert read_figures(room.vault, room.state).receivables(day("11-30")).unclear


def test_what_is_in_the_books_is_turned_round_by_the_owner(room: LedgerRoom) -> None:
    receipt = room.open().execute(ONE, KEY, {})
    assert isinstance(room.open().compensate(ONE, receipt), CannotUndo)
