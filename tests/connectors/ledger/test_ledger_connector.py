"""The embedded ledger as a connector: numbers, safe appends, receipts, credit notes."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from agents.connectors.book_keeping import MAIN, ODOO, Keeping, keeping_line
from agents.connectors.book_orders import Unexplained
from agents.connectors.contract import Absent, CannotUndo, Found, sha256_hex
from agents.connectors.ledger.ledger_books import LedgerBooks
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from tests.connectors.books_story import bank
from tests.connectors.contract import KEY, OTHER_KEY, ConnectorContract
from tests.connectors.ledger.ledger_room import HANDBOOK, MANUAL, MONTH, LedgerRoom, invoice, issue, pdf_text

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import Action, Attachments, Connector

THIRD_KEY = sha256_hex(b"a third approval")


class LedgerService:
    """The ledger in a folder, as the contract wants to see it."""

    action: Action = invoice()
    attachments: Attachments = {}  # noqa: RUF012 (empty and never changed)
    secrets = ("billing@client.example", "Acme Ltd", "consulting")

    def __init__(self, room: LedgerRoom) -> None:
        self._room = room
        self.vault = room.vault

    def open(self) -> Connector:
        return self._room.open()

    def effects(self) -> int:
        return self._room.effects()

    def lose_the_next_answer(self) -> bool:
        self._room.disk.answers = False
        return True


class TestContract(ConnectorContract):
    """The shared promises, kept by the ledger."""

    @pytest.fixture
    def service(self, room: LedgerRoom) -> LedgerService:
        return LedgerService(room)


def test_an_invoice_is_booked_as_income_vat_and_what_the_customer_owes(room: LedgerRoom) -> None:
    issue(room)
    assert room.balance("Income:Services") == Decimal("-950.00")
    assert room.balance("Liabilities:VAT:Output") == Decimal("-180.50")
    assert room.balance("Assets:AR:Acme-Ltd") == Decimal("1130.50")


def test_the_receipt_says_number_total_and_where_it_stands(room: LedgerRoom) -> None:
    receipt = issue(room)
    line = room.read(MONTH).split("\n")[int(receipt.summary.rsplit(" ", 1)[1]) - 1]
    assert line.startswith('2026-11-23 * "Acme Ltd" "INV-2026-0001 consulting" #invoice ^inv-2026-0001')
    assert receipt.summary.startswith("INV-2026-0001 · ledger 2026-11 line ")
    assert receipt.details == {"number": "INV-2026-0001", "total": "1,130.50 EUR", "due": "2026-12-07"}
    assert receipt.provider_id == "INV-2026-0001"
    assert receipt.at == room.clock.now()
    assert receipt.paths == (MONTH, "Accounting/Invoices/2026/inv-2026-0001.pdf")


def test_the_entry_carries_what_later_rooms_look_for(room: LedgerRoom) -> None:
    receipt = issue(room)
    (booked,) = room.loaded().by_meta("key", KEY)
    assert booked.meta["number"] == "INV-2026-0001"
    assert booked.meta["due"] == "2026-12-07"
    assert booked.meta["email"] == "billing@client.example"
    assert booked.meta["sha256"] == receipt.documents[0].sha256


def test_the_pdf_is_the_invoice_that_was_approved(room: LedgerRoom) -> None:
    document = issue(room).documents[0]
    (text,) = pdf_text((room.vault / document.path).read_bytes())
    assert document.name == "inv-2026-0001.pdf"
    assert "1,130.50 EUR" in text
    assert "Acme Ltd" in text


@pytest.mark.parametrize(
    "customer", ['O\'Neil "Quote" \\ Co', "Čapek & Söhne", "Café 🚀", "NO", "12:30", "[[link]] <b>"]
)
def test_any_customer_name_can_be_invoiced(room: LedgerRoom, customer: str) -> None:
    issue(room, KEY, invoice(customer))
    assert [each.payee for each in room.loaded().transactions] == [customer]
    assert room.stock()[1] == []


def test_a_customers_account_is_opened_once(room: LedgerRoom) -> None:
    issue(room)
    issue(room, OTHER_KEY)
    assert room.read(MONTH).count("open Assets:AR:Acme-Ltd") == 1
    assert room.balance("Assets:AR:Acme-Ltd") == Decimal("2261.00")


def test_numbers_run_on_through_months_and_start_anew_with_the_year(room: LedgerRoom) -> None:
    numbers = [issue(room).provider_id]
    room.clock.set(datetime(2026, 12, 31, 12, tzinfo=UTC))
    numbers.append(issue(room, OTHER_KEY).provider_id)
    room.clock.set(datetime(2027, 1, 1, 12, tzinfo=UTC))
    numbers.append(issue(room, THIRD_KEY).provider_id)
    assert numbers == ["INV-2026-0001", "INV-2026-0002", "INV-2027-0001"]
    assert room.stock()[1] == []
    assert room.effects() == 3


def test_a_number_is_never_given_twice_even_when_an_older_ledger_comes_back(room: LedgerRoom) -> None:
    before = room.read(MONTH)
    issue(room)
    room.write(MONTH, before)
    assert issue(room, OTHER_KEY).provider_id == "INV-2026-0002"
    for at, broken in enumerate(("[", "[]", '{"2026": "x"}'), 3):
        (room.state / "ledger-numbers.json").write_text(broken, encoding="utf-8")
        assert issue(room, sha256_hex(broken.encode())).provider_id == f"INV-2026-{at:04}"


def test_a_pdf_without_an_entry_is_only_a_draft(room: LedgerRoom) -> None:
    room.disk.refuses = MONTH.rsplit("/", 1)[1]
    with pytest.raises(OutcomeUnknown):
        issue(room)
    assert (room.vault / "Accounting/Invoices/2026/inv-2026-0001.pdf").exists()
    room.disk.refuses = ""
    assert room.open().find(KEY, invoice()) == Absent()
    receipt = issue(room, OTHER_KEY, invoice("Birch GmbH"))
    assert receipt.provider_id == "INV-2026-0001"
    assert "Birch GmbH" in pdf_text((room.vault / receipt.documents[0].path).read_bytes())[0]


def test_a_full_disk_before_the_entry_is_transient_and_books_nothing(room: LedgerRoom) -> None:
    room.disk.refuses = ".pdf"
    with pytest.raises(Transient):
        issue(room)
    assert room.effects() == 0


def test_a_ledger_that_changes_meanwhile_is_read_again(room: LedgerRoom) -> None:
    class Racing(type(room.disk)):  # type: ignore[misc]
        turns = 2

        def write_over(self, path: Path, content: bytes, expect: str | None = None) -> None:
            if path.suffix == ".beancount" and self.turns:
                self.turns -= 1
                path.write_text(path.read_text(encoding="utf-8") + "; the owner was here\n", encoding="utf-8")
            super().write_over(path, content, expect)

    room.disk = Racing()
    issue(room)
    assert room.effects() == 1
    assert room.read(MONTH).count("; the owner was here") == 2
    room.disk.turns = 99
    with pytest.raises(Transient):
        issue(room, OTHER_KEY)
    assert room.effects() == 1


def test_the_owner_who_makes_the_months_file_first_wins(room: LedgerRoom) -> None:
    class Racing(type(room.disk)):  # type: ignore[misc]
        def write_new(self, path: Path, content: bytes) -> None:
            path.write_text("; the owner's own\n", encoding="utf-8")
            super().write_new(path, content)

    room.disk = Racing()
    room.clock.set(datetime(2026, 12, 1, 12, tzinfo=UTC))
    issue(room)
    assert room.read("Accounting/2026/2026-12.beancount").startswith("; the owner's own\n")
    assert room.effects() == 1


@pytest.mark.parametrize("end", ["; no newline at the end", "; windows\r\n"])
def test_what_stands_in_the_file_stays_byte_for_byte(room: LedgerRoom, end: str) -> None:
    before = room.read(MONTH) + end
    room.write(MONTH, before)
    issue(room)
    assert room.read(MONTH).startswith(before)
    assert room.effects() == 1


def test_without_a_company_name_nothing_is_booked(tmp_path: Path) -> None:
    room = LedgerRoom(tmp_path, handbook=HANDBOOK.replace("| company |", "| firm |"))
    with pytest.raises(NeedsOwner):
        issue(room)
    assert room.effects() == 0
    assert not (room.vault / "Accounting/Invoices").exists()


def test_loading_neither_reads_nor_writes_a_pickle_and_runs_no_planted_code(room: LedgerRoom) -> None:
    planted = room.vault / "Accounting" / ".main.beancount.picklecache"
    planted.write_bytes(b"cos\nabort\n(tR.")  # unpickling it would end this process
    room.write("Accounting/evil.py", "raise SystemExit('planted code ran')\n")
    room.write(MANUAL, 'option "insert_pythonpath" "True"\nplugin "evil"\n')
    issue(room)
    assert planted.read_bytes() == b"cos\nabort\n(tR."
    assert [path.name for path in room.vault.rglob("*.picklecache")] == [planted.name]


def append_four(folder: Path, worker: int) -> None:
    """What one of several processes does."""
    for turn in range(4):
        issue(LedgerRoom(folder), sha256_hex(f"{worker} {turn}".encode()), invoice(f"Customer {worker}"))


def test_four_processes_with_four_invoices_each_leave_sixteen_numbers(room: LedgerRoom) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=append_four, args=(room.room, worker)) for worker in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert [each.exitcode for each in workers] == [0, 0, 0, 0]
    numbers = sorted(each.meta["number"] for each in room.loaded().transactions)
    assert numbers == [f"INV-2026-{at:04}" for at in range(1, 17)]
    assert room.balance("Income") == Decimal("-15200.00")
    assert len(list((room.vault / "Accounting/Invoices/2026").glob("*.pdf"))) == 16


def test_a_ledger_that_is_held_by_another_process_is_tried_again_later(room: LedgerRoom) -> None:
    books = LedgerBooks(room.context, lock_timeout_s=0.0)
    with FileLock(room.state / "ledger.lock"), pytest.raises(Transient):
        books.issue(invoice(), KEY)
    assert room.effects() == 0
    assert books.issue(invoice(), KEY).provider_id == "INV-2026-0001"


def test_a_lost_answer_is_found_with_its_whole_receipt(room: LedgerRoom) -> None:
    room.disk.answers = False
    with pytest.raises(OutcomeUnknown) as lost:
        issue(room)
    assert "INV-2026-0001" in lost.value.hint
    found = room.open().find(KEY, invoice())
    assert isinstance(found, Found)
    assert found.receipt.provider_id == "INV-2026-0001"


def test_a_state_folder_that_cannot_be_read_books_nothing(room: LedgerRoom) -> None:
    (room.state / "ledger-numbers.json").mkdir()
    with pytest.raises(NeedsOwner):
        issue(room)
    assert room.effects() == 0


def test_what_beancount_could_not_parse_never_reaches_the_ledger(room: LedgerRoom) -> None:
    before = room.read(MONTH)
    with pytest.raises(NotAllowed, match="cannot be written"):
        issue(room, KEY, invoice().model_copy(update={"currency": "no currency"}))
    assert room.read(MONTH) == before


@pytest.mark.parametrize("order", [invoice(), bank("b1", "11-20", "-5.00", Unexplained())])
def test_a_ledger_that_keeps_the_books_no_more_takes_nothing_in(room: LedgerRoom, order: Action) -> None:
    room.write(MAIN, f"{room.read(MAIN)}{keeping_line(Keeping(ODOO, date(2026, 11, 1)))}\n")
    before = room.loaded().transactions
    with pytest.raises(NotAllowed, match="kept by Odoo since 2026-11-01") as refused:
        room.open().execute(order, KEY, {})
    assert "proposed again" in refused.value.hint
    assert isinstance(room.open().find(KEY, order), Absent)
    assert room.loaded().transactions == before


def test_what_turns_an_entry_round_is_told_by_who_keeps_it(room: LedgerRoom) -> None:
    booked, order = issue(room), bank("b1", "11-20", "-5.00", Unexplained())
    for provider, where in (("ledger", "manual.beancount"), ("odoo", "Odoo")):
        undone = room.open().compensate(order, replace(booked, provider=provider))
        assert isinstance(undone, CannotUndo)
        assert undone.reason.endswith(f"in {where}.")
