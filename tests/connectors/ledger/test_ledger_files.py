"""The files of the ledger: what a new vault starts with, and what is found in them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agents.connectors.book_keeping import MAIN
from agents.connectors.contract import State
from agents.connectors.ledger.ledger_files import (
    Unreadable,
    bank_accounts,
    document_file,
    highest_number,
    month_file,
    opened_accounts,
    opening_files,
    read_ledger,
)
from agents.connectors.ledger.manifest import MANIFEST
from tests.connectors.ledger.ledger_room import MONTH, LedgerRoom


def test_a_new_vault_has_books_without_an_error_in_the_owners_currency(room: LedgerRoom) -> None:
    entries, errors = room.stock()
    assert errors == []
    assert "Income:Services" in {getattr(each, "account", "") for each in entries}
    assert (
        'option "operating_currency" "CHF"' in opening_files(date(2026, 11, 23), "CHF")["Accounting/opening.beancount"]
    )
    assert set(opening_files(date(2026, 11, 23), "CHF")) == {"Accounting/opening.beancount", MONTH}


def test_the_examples_in_comments_hold(room: LedgerRoom) -> None:
    manual = room.read("Accounting/manual.beancount")
    example = "\n".join(line.removeprefix(";").removeprefix(" ") for line in manual.splitlines()[2:])
    room.write("Accounting/manual.beancount", "2026-01-01 open Assets:AR:Acme-Ltd\n" + example + "\n")
    assert room.stock()[1] == []
    assert room.balance("Assets:Bank") == Decimal("1130.50")


def test_paths_follow_the_day_and_the_number() -> None:
    assert month_file(date(2026, 1, 31)) == "Accounting/2026/2026-01.beancount"
    assert document_file("CN-2026-0012") == "Accounting/Invoices/2026/cn-2026-0012.pdf"


def test_the_highest_number_counts_credits_and_commented_entries_of_that_year() -> None:
    texts = [
        '  number: "INV-2026-0003"',
        ';  number: "CN-2026-0007"\r\n',
        'number: "INV-2025-0044"',
        "INV-2026-0999",
        'n: "number: \\"INV-2026-0998\\""',
    ]
    assert highest_number(texts, 2026) == 7
    assert highest_number(texts, 2025) == 44
    assert highest_number(texts, 2024) == 0


def test_a_number_in_small_letters_is_given_as_well() -> None:
    texts = ['  number: "inv-2026-0005"', '  number: "bill-2026-0007"']
    assert (highest_number(texts, 2026), highest_number(texts, 2026, "BILL")) == (5, 7)


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("2026-11-23 open Assets:AR:Acme", True),
        ("; old\n2026/1/2 open  Assets:AR:Acme EUR\n", True),
        ("2026-1-2open Assets:AR:Acme\n", True),  # beancount needs no blank there
        ("2026-11-23 open Assets:AR:Acme-Ltd", False),
        ("2026-11-23 open Assets:AR:Acme:Sub", False),
        ("; 2026-11-23 open Assets:AR:Acme", False),
    ],
)
def test_an_account_is_opened_by_its_own_directive_only(text: str, *, opened: bool) -> None:
    assert ("Assets:AR:Acme" in opened_accounts([text])) is opened


def test_every_file_is_read_also_those_not_included(room: LedgerRoom) -> None:
    copy = "Accounting/2026/2026-11.sync-conflict-20261123-101010-ABCDEFG.beancount"
    room.write(copy, "; a copy\r\n")
    texts = read_ledger(room.vault)
    assert isinstance(texts, dict)
    assert texts[copy] == "; a copy\r\n"
    assert texts[MAIN] == room.read(MAIN)


def test_a_ledger_that_cannot_be_read_whole_is_not_read_at_all(room: LedgerRoom) -> None:
    (room.vault / MONTH).write_bytes(b"; fine\n; \xff\n")
    bad = read_ledger(room.vault)
    assert isinstance(bad, Unreadable)
    assert str(bad) == f"{MONTH} cannot be read: not UTF-8 at byte 9"
    (room.vault / MONTH).unlink()
    (room.vault / MONTH).symlink_to("/etc/hostname")
    assert isinstance(read_ledger(room.vault), Unreadable)


def test_a_file_still_in_the_cloud_makes_the_ledger_unreadable(room: LedgerRoom) -> None:
    room.write("Accounting/2026/.2026-10.beancount.icloud", "")
    assert isinstance(read_ledger(room.vault), Unreadable)


def test_temporary_and_foreign_files_are_no_ledger(room: LedgerRoom) -> None:
    before = read_ledger(room.vault)
    room.write("Accounting/2026/.tmp.beancount", "x")
    room.write("Accounting/2026/2026-11.beancount~", "x")
    assert read_ledger(room.vault) == before


def test_without_a_main_file_there_is_no_ledger_and_doctor_says_so(room: LedgerRoom) -> None:
    (works,) = MANIFEST.capabilities(room.context)
    assert (works.state, works.next_step) == (State.REAL, "")
    (room.vault / MAIN).unlink()
    assert read_ledger(room.vault) == Unreadable(MAIN, "is missing")
    (missing,) = MANIFEST.capabilities(room.context)
    assert missing.state == State.OFF
    assert missing.next_step


def test_the_manifest_opens_the_ledger(room: LedgerRoom) -> None:
    assert MANIFEST.open_connector(room.context).name == "ledger"
    assert [action.model_fields["action"].default for action in MANIFEST.actions] == [
        "invoice.create",
        "invoice.credit",
        "bill.book",
        "bank.book",
        "bank.explain",
        "credit.apply",
    ]


def test_the_banks_accounts_are_told_with_the_iban_that_stands_below_them() -> None:
    texts = [
        '2000-01-01 open Assets:Bank:Checking EUR\n  bank: "Ours"\n  iban: "de89 3704 0044 0532 0130 00"\n',
        '2000-1-1 open Assets:Bank:Savings\n\n2000-01-01 open Assets:Cash\n  iban: "FR7630006000011234567890189"\n',
        "2000/01/01 open Assets:Bank:Pounds GBP\n; 2000-01-01 open Assets:Bank:Old\n",
        "2000-01-01 open Assets:Bank:Checking\n",  # a conflict copy without it
    ]
    assert bank_accounts(texts) == {"Checking": "DE89370400440532013000", "Savings": "", "Pounds": ""}
