"""What others did in the Odoo that keeps the books is told once, whenever a process ends; what we did is no news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_orders import BillBook, Transfer
from tests.clock import NOON
from tests.connectors.books_hand import key_of
from tests.connectors.books_story import bank, cost, paid
from tests.watchers.contract import SourceContract
from tests.watchers.odoo_office import EVERY_S, Office
from watchers.contract import Sweep

if TYPE_CHECKING:
    from pathlib import Path

    from tests.autonomy.house import House
    from watchers.contract import Watcher


@pytest.fixture
def office(house: House) -> Office:
    """Everything that was there has been looked at."""
    made = Office(house)
    made.room.odoo.clock.set(NOON)
    made.file(made.scan(made.watcher(), NOON))
    return made


class TestOdoo(SourceContract):
    """An invoice that somebody makes is the event; everything here happens within one second of the server."""

    @pytest.fixture(autouse=True)
    def _opened(self, office: Office) -> None:
        self.office = office

    @pytest.fixture
    def root(self) -> Path:
        """The vault into which the tasks go."""
        return self.office.house.vault

    def watcher(self, root: Path) -> Watcher:
        del root
        return self.office.watcher()

    def happen(self, root: Path, number: int, at: datetime) -> None:
        del root, number, at
        made = self.office.write("out_invoice")
        self.office.room.odoo.call("account.move", "action_post", [made], login="admin")

    def look(self, watcher: Watcher, now: datetime) -> Sweep:
        return self.office.scan(watcher, now)

    def look_for_more(self, watcher: Watcher, now: datetime) -> Sweep:
        return self.office.scan(watcher, now + timedelta(seconds=EVERY_S))

    def filed(self, root: Path, sweep: Sweep) -> None:
        del root
        self.office.file(sweep)


def test_what_we_write_ourselves_is_no_news(office: Office) -> None:
    number = office.issue()
    assert office.told() == []
    came = bank("b1", "01-19", "1190.00", paid("Northwind", (number, "1190.00")))
    office.room.open().execute(came, key_of(2), {})
    assert office.told() == []
    back = bank("b2", "01-20", "-1190.00", paid("Northwind", (number, "1190.00")))
    office.room.open().execute(back, key_of(3), {})
    assert office.told() == []
    bill = BillBook(
        vendor="Paper & Co", reference="P-1", day=NOON.date(), due=NOON.date(), costs=(cost("Office", "10.00"),),
        currency="EUR",
    )  # fmt: skip
    office.room.open().execute(bill, key_of(4), {})
    office.room.open().execute(bank("b3", "01-21", "-1.00", Transfer(account="Private")), key_of(5), {})
    assert office.told() == []
    assert office.alerts() == []


def test_an_invoice_of_ours_that_somebody_changes_is_told_with_what_changed(office: Office) -> None:
    number = office.issue()
    assert office.told() == []
    move, odoo = office.move(number), office.room.odoo
    odoo.call("account.move", "write", [move], {"ref": "other", "invoice_date_due": "2027-01-31"}, login="admin")
    (words,) = office.told()
    assert f"The invoice {number} to Northwind was changed in Odoo after we posted it" in words
    assert "when it is due was 2026-12-07 and is 2027-01-31" in words
    assert "its reference was" in words
    assert office.alerts() == [f"{number} in Odoo is not as it was. The news from Odoo say what; look at it there."]
    odoo.call("account.move", "button_draft", [move], login="admin")
    assert office.told() == [f"The invoice {number} to Northwind is a draft again: somebody took it back in Odoo."]
    (line,) = odoo.find("account.move.line", ["move_id", "=", move], ["display_type", "=", "product"])
    odoo.call("account.move.line", "write", [line], {"price_unit": 900}, login="admin")
    odoo.call("account.move", "action_post", [move], login="admin")
    assert len(office.alerts()) == 2


def test_what_somebody_writes_into_ours_before_it_was_seen_is_told_too(office: Office) -> None:
    odoo, number = office.room.odoo, office.issue()
    odoo.call("account.move", "write", [office.move(number)], {"ref": "other"}, login="admin")
    told = (
        f"Somebody wrote into the invoice {number} to Northwind in Odoo soon after us; what changed, nobody can tell."
    )
    assert office.told() == [told]
    second = office.issue(2)
    odoo.call("account.move", "button_draft", [office.move(second)], login="admin")
    assert office.told() == [f"The invoice {second} to Northwind is draft: somebody took it back in Odoo."]
    assert len(office.alerts()) == 1


def test_a_part_that_is_paid_and_a_line_that_is_another_are_told(office: Office) -> None:
    number = office.issue()
    office.told()
    move, odoo = office.move(number), office.room.odoo
    office.pay(move, 190)
    assert office.told() == [
        f"190.00 EUR of the invoice {number} to Northwind was paid or credited in Odoo; 1,000.00 EUR is open."
    ]
    second = office.move(office.issue(2))
    office.told()
    odoo.clock.advance(3600)
    office.write("in_invoice")
    assert len(office.told()) == 1
    (line,) = odoo.find("account.move.line", ["move_id", "=", second], ["display_type", "=", "product"])
    odoo.call("account.move.line", "write", [line], {"name": "other work"}, login="admin")
    (words,) = office.told()
    assert words.endswith("was changed in Odoo after we posted it: its lines differ.")


def test_what_happens_again_is_told_again(office: Office) -> None:
    number = office.issue()
    office.told()
    for due in ("2027-01-31", "2026-12-07", "2027-01-31"):
        office.room.odoo.call("account.move", "write", [office.move(number)], {"invoice_date_due": due}, login="admin")
        office.room.odoo.clock.advance(1)
        (words,) = office.told()
        assert f"and is {due}" in words
        assert office.told() == []


def test_a_payment_that_somebody_registers_and_takes_back_is_told(office: Office) -> None:
    number = office.issue()
    office.told()
    for _ in range(2):
        office.pay(office.move(number))
        assert office.told() == [f"The invoice {number} to Northwind was paid or credited in Odoo: nothing is open."]
        assert office.told() == []
        office.unpay(office.move(number))
        assert office.told() == [
            f"A payment of the invoice {number} to Northwind was taken back in Odoo: 1,190.00 EUR is open again."
        ]
        for each in office.room.odoo.find("account.payment"):
            office.room.odoo.call("account.payment", "action_draft", [each], login="admin")
    assert len(office.alerts()) == 2


def test_a_payment_that_is_taken_back_long_after_is_told_though_nothing_was_written(office: Office) -> None:
    move, odoo = office.move(office.issue()), office.room.odoo
    office.pay(move)
    assert len(office.told()) == 1
    odoo.clock.advance(3600)
    office.write("in_invoice")
    assert len(office.told()) == 1
    odoo.clock.set(NOON)  # so that no moment of a writing tells of it
    office.unpay(move)
    assert [each.startswith("A payment of") for each in office.told()] == [True]


def test_what_others_change_in_documents_of_their_own_is_their_affair(office: Office) -> None:
    made, odoo = office.write("out_invoice"), office.room.odoo
    odoo.call("account.move", "action_post", [made], login="admin")
    assert len(office.told()) == 1
    odoo.call("account.move", "write", [made], {"invoice_date_due": "2027-01-31"}, login="admin")
    assert office.told() == []


def test_a_bill_that_comes_in_is_told_before_it_is_posted(office: Office) -> None:
    bill, draft = office.write("in_invoice"), office.write("out_invoice")
    assert office.told() == ["A bill of Initech came in and is not posted yet: 119.00 EUR."]
    for each in (bill, draft):
        office.room.odoo.call("account.move", "action_post", [each], login="admin")
    told = office.told()
    assert [each.endswith("was posted in Odoo: 119.00 EUR, due 2026-12-20.") for each in told] == [True, True]


def test_an_invoice_of_others_is_told_when_it_becomes_late_and_not_before(office: Office) -> None:
    made = office.write("out_invoice")
    office.room.odoo.call("account.move", "action_post", [made], login="admin")
    office.issue()
    assert len(office.told()) == 1
    office.now = datetime(2026, 12, 20, 12, tzinfo=UTC)
    assert office.told() == []
    office.now += timedelta(days=1)
    (words,) = office.told()
    assert words.endswith("to Initech is late: 119.00 EUR is open since 2026-12-20.")
    office.now += timedelta(days=5)
    assert office.told() == []


def test_what_was_there_before_anybody_looked_is_no_news_also_when_it_is_late(house: House) -> None:
    office = Office(house, now=datetime(2027, 1, 15, 12, tzinfo=UTC))
    office.room.odoo.clock.set(NOON)
    made = office.write("out_invoice")
    office.room.odoo.call("account.move", "action_post", [made], login="admin")
    assert office.told() == []
    assert office.told() == []
    office.pay(made)
    assert len(office.told()) == 1  # it was known, so that what happens to it is


def test_what_a_request_wrote_that_began_long_before_it_was_through_is_not_lost(office: Office) -> None:
    office.write("in_invoice")
    assert len(office.told()) == 1
    office.room.odoo.clock.set(NOON - timedelta(minutes=9))
    office.write("in_invoice")
    assert len(office.told()) == 1


def test_a_burst_is_a_handful_of_calls_and_one_note(office: Office) -> None:
    rows = [office.write("out_invoice") for _ in range(500)]
    office.room.odoo.call("account.move", "action_post", rows, login="admin")
    before = office.room.calls.counted
    (words,) = office.told()
    assert office.room.calls.counted - before <= 12
    assert words.startswith("500 things happened in Odoo:")
    assert words.count("\n- ") == 100
    assert "... and 400 more" in words
    assert office.told() == []
    assert len([*(office.house.vault / "Needs_Action").glob("*.md")]) == 1


def test_very_many_alarms_are_one(office: Office) -> None:
    moves = [office.move(office.issue(number)) for number in range(6)]
    assert office.told() == []
    office.room.odoo.call("account.move", "write", moves, {"invoice_date_due": "2027-01-31"}, login="admin")
    assert len(office.told()) == 1
    assert office.alerts() == [
        "6 documents in Odoo are not as they were. The news from Odoo say what; look at it there."
    ]


def test_another_database_is_looked_into_from_its_own_beginning(office: Office) -> None:
    office.write("in_invoice")
    office.database = "two"
    assert office.told() == []
    office.database = "one"
    assert len(office.told()) == 1


def test_a_mistake_of_ours_is_not_kept_quiet(office: Office) -> None:
    office.position = "no position"
    with pytest.raises(ValueError, match="Expecting value"):
        office.scan(office.watcher(), office.now)


def test_an_odoo_that_is_not_connected_any_more_says_so(office: Office) -> None:
    office.database = ""
    (left,) = office.watcher().scan(office.now).left
    assert left.reason == "no Odoo is connected. Connect it."


def test_while_odoo_keeps_no_books_or_does_not_answer_nothing_is_told(office: Office) -> None:
    office.write("in_invoice")
    watcher = office.watcher()
    office.is_kept = False
    assert watcher.scan(office.now) == Sweep()
    office.is_kept = True
    office.room.calls.is_silent = True
    (left,) = office.scan(watcher, office.now).left
    assert "nobody answers" in left.reason
    office.room.calls.is_silent = False
    assert len(office.scan(watcher, office.now + timedelta(seconds=EVERY_S)).events) == 1
