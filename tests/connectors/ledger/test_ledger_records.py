"""Bills and movements of the bank in a ledger that is locked, broken, changing, or on a disk that fails."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import pytest

from agents.connectors.book_keeping import MAIN
from agents.connectors.book_orders import Part, Payment
from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Found
from agents.connectors.ledger.beancount_file import load
from agents.connectors.ledger.figure_reader import read_figures
from agents.connectors.ledger.ledger import Ledger
from agents.connectors.ledger.ledger_append import LedgerAppend
from agents.connectors.ledger.ledger_cache import LedgerCache
from agents.connectors.ledger.ledger_records import LedgerRecords
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from tests.connectors.books_story import bank, bill, bought, cost, day, invoice, paid, to
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import MANUAL, MONTH, BrokenDisk, LedgerRoom

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from agents.connectors.book_orders import BookOrder
    from agents.connectors.ledger.beancount_file import Loaded
    from agents.connectors.ledger.bookings import Issued, Side

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


CLOSED = ONE.model_copy(update={"closing": Decimal("-23.80"), "closed_on": day("11-30")})
ASSERTED = "2026-12-01 balance Assets:Bank:Checking  -23.80 EUR"


@pytest.mark.parametrize("said", [f"; {ASSERTED}", f'2026-11-30 note Assets:Cash "{ASSERTED}"'])
def test_a_balance_is_asserted_by_a_whole_line_only(room: LedgerRoom, said: str) -> None:
    room.open().execute(CLOSED, KEY, {})
    room.write(MONTH, room.read(MONTH).replace(ASSERTED, said))
    assert isinstance(room.open().find(KEY, CLOSED), Absent)
    room.open().execute(CLOSED, KEY, {})
    assert room.read(MONTH).endswith(f"\n{ASSERTED}\n")
    assert isinstance(room.open().find(KEY, CLOSED), Found)


def test_a_balance_in_a_conflict_copy_is_none_of_the_ledgers(room: LedgerRoom) -> None:
    room.open().execute(CLOSED, KEY, {})
    text = room.read(MONTH)
    room.write(MONTH.replace(".beancount", ".sync-conflict-20261130-101010-ABCDEFG.beancount"), text)
    room.write(MONTH, text.replace(ASSERTED, ""))
    assert isinstance(room.open().find(KEY, CLOSED), Absent)


def test_a_statement_of_an_account_named_private_is_a_banks(room: LedgerRoom) -> None:
    room.write(MANUAL, "2000-01-01 open Assets:Bank:Private\n")
    order = bank("b1", "11-10", "50.00", to("Checking"), account="Private")
    order = order.model_copy(update={"closing": Decimal("50.00"), "closed_on": day("11-30")})
    room.open().execute(order, KEY, {})
    assert isinstance(room.open().find(KEY, order), Found)
    assert room.balance("Assets:Bank:Private") == Decimal("50.00")
    assert room.balance("Equity:Private") == 0
    room.open().execute(bank("b1", "11-11", "-7.00", to("Private")), OTHER_KEY, {})
    assert room.balance("Equity:Private") == Decimal("7.00")


def test_two_movements_open_the_account_of_both_once(room: LedgerRoom) -> None:
    moves = tuple(bank(each, "11-10", "-1.00", bought(cost("Food", "1.00"))).moves[0] for each in ("b1", "b2"))
    room.open().execute(ONE.model_copy(update={"moves": moves}), KEY, {})
    assert room.read(MONTH).count("open Expenses:Food\n") == 1
    room.open().execute(bank("b3", "12-01", "-1.00", bought(cost("Food", "1.00"))), OTHER_KEY, {})
    assert room.balance("Expenses:Food") == Decimal("3.00")


OWN = """2026-11-10 * "Bakery" "bread"
  bank_id: "b1"
  Assets:Bank:Checking  -23.80 EUR
  Expenses:Other
"""


def test_what_the_owner_booked_by_hand_is_not_booked_again_and_is_of_its_day(room: LedgerRoom) -> None:
    room.write(MANUAL, OWN)
    before = room.read(MONTH)
    receipt = room.open().execute(ONE, KEY, {})
    assert (receipt.at, receipt.paths) == (datetime(2026, 11, 10, tzinfo=UTC), (MANUAL,))
    assert room.read(MONTH) == before
    room.write(MANUAL, OWN.replace("  bank_id", '  at: "this morning"\n  bank_id'))
    found = room.open().find(KEY, ONE)
    assert isinstance(found, Found)
    assert found.receipt.at == receipt.at


def test_the_receipt_of_a_balance_alone_is_of_its_day(room: LedgerRoom) -> None:
    room.open().execute(ONE, KEY, {})
    alone = CLOSED.model_copy(update={"moves": ()})
    receipt = room.open().execute(alone, OTHER_KEY, {})
    assert (receipt.at, receipt.summary) == (datetime(2026, 11, 30, tzinfo=UTC), "Checking · the balance")


class Watched(Ledger):
    """A ledger that tells what it is asked: for the documents of a side, or for all of it."""

    asked: ClassVar[list[str]] = []

    def issued(self, side: Side) -> list[Issued]:
        self.asked.append(side.party)
        return super().issued(side)

    def whole(self) -> Loaded:
        self.asked.append("whole")
        return super().whole()


class WatchedCache(LedgerCache):
    """Gives out ledgers that tell."""

    def ledger(self, texts: Mapping[str, str]) -> Ledger:
        return Watched(texts, lambda: load(texts, MAIN, self.root))


def asked(room: LedgerRoom, order: BookOrder, key: str) -> list[str]:
    """What the ledger is asked to write an order."""
    append = LedgerAppend(room.vault, room.state)
    append.cache = WatchedCache(room.vault, room.state)
    Watched.asked.clear()
    LedgerRecords(append, room.clock).record(order, key)
    return Watched.asked


def test_to_write_an_order_the_ledger_is_asked_for_no_more_than_it_takes(room: LedgerRoom) -> None:
    room.open().execute(invoice("Acme Ltd", ("10.00", "0")), KEY, {})
    assert asked(room, BILL, OTHER_KEY) == ["whole"]  # by the vendor's number; no invoice is worked out
    assert asked(room, ONE, KEY[::-1]) == []
    pays = bank("b3", "11-11", "10.00", paid("Acme Ltd", ("INV-2026-0001", "10.00")))
    assert asked(room, pays, KEY[:-1] + "9") == ["customer"]


class Racing(BrokenDisk):
    """The owner saves the month's file just before we do, so many times."""

    turns = 2

    def write_over(self, path: Path, content: bytes, expect: str | None = None) -> None:
        if self.turns:
            self.turns -= 1
            path.write_bytes(path.read_bytes() + b"; the owner was here\n")
        super().write_over(path, content, expect)


def test_what_the_owner_saves_meanwhile_stays_and_the_movement_is_booked_once(room: LedgerRoom) -> None:
    room.disk = disk = Racing()
    room.open().execute(ONE, KEY, {})
    assert room.read(MONTH).count("; the owner was here") == 2
    assert room.balance("Assets:Bank:Checking") == Decimal("-23.80")
    disk.turns = 99
    with pytest.raises(Transient, match="changes all the time"):
        room.open().execute(BILL, OTHER_KEY, {})
    assert "BILL-2026" not in room.read(MONTH)


def test_an_entry_that_an_open_string_would_swallow_is_not_written(room: LedgerRoom) -> None:
    swallowed = room.read(MONTH) + '2026-11-01 note Assets:Cash "left open\n'
    room.write(MONTH, swallowed)
    with pytest.raises(NeedsOwner):
        room.open().execute(ONE, KEY, {})
    assert room.read(MONTH) == swallowed
