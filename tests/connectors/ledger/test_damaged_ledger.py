"""A ledger the owner's hand or a sync service damaged: refused, asked, never guessed."""

from __future__ import annotations

import pytest

from agents.connectors.contract import Absent, CannotKnow, Found, sha256_hex
from agents.connectors.ledger.figure_reader import read_figures
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown
from tests.connectors.contract import KEY
from tests.connectors.ledger.ledger_room import MANUAL, MONTH, LedgerRoom, invoice, issue

THIRD_KEY = sha256_hex(b"a third approval")


def test_an_entry_that_breaks_a_balance_is_refused_with_the_place(room: LedgerRoom) -> None:
    room.write(MANUAL, "2026-11-24 balance Income:Services  0 EUR\n")
    before = room.read(MONTH)
    with pytest.raises(NotAllowed, match="Balance failed") as refused:
        issue(room)
    assert f"{MANUAL}:1" in refused.value.hint
    assert room.read(MONTH) == before
    assert room.open().find(KEY, invoice()) == Absent()


def test_a_closed_account_refuses_the_entry(room: LedgerRoom) -> None:
    room.write(MANUAL, "2026-11-01 close Income:Services\n")
    with pytest.raises(NotAllowed, match="Income:Services"):
        issue(room)


@pytest.mark.parametrize(
    "mistake",
    [
        '2026-11-01 * "comma" ""\n  Assets:Cash  10,00,1 EUR\n  Income:Services\n',
        "2026-11-24 balance Assets:Cash  5 EUR\n",
        '2026-11-01 * "unknown account" ""\n  Assets:Nowhere  1 EUR\n  Income:Services\n',
        "<<<<<<< HEAD\n",
        'plugin "something_evil"\n',
    ],
)
def test_the_owners_earlier_mistakes_do_not_block_an_invoice(room: LedgerRoom, mistake: str) -> None:
    room.write(MANUAL, mistake)
    receipt = issue(room)
    assert room.open().find(KEY, invoice()) == Found(receipt)
    assert room.effects() == 1


def test_a_string_left_open_in_the_months_file_would_swallow_the_entry_so_it_is_refused(room: LedgerRoom) -> None:
    room.write(MONTH, '2026-11-01 * "never closed\n')
    with pytest.raises((NeedsOwner, NotAllowed)) as refused:
        issue(room)
    assert MONTH in str(refused.value) + refused.value.hint
    assert KEY not in room.read(MONTH)


def test_a_month_that_main_does_not_include_takes_no_entry(room: LedgerRoom) -> None:
    main = room.read("Accounting/main.beancount")
    room.write("Accounting/main.beancount", main.replace('include "20', '; include "20'))
    with pytest.raises(NeedsOwner) as asked:
        issue(room)
    assert "include" in asked.value.hint
    assert KEY not in room.read(MONTH)


def test_an_entry_that_cannot_be_read_any_more_is_a_question_never_absent(room: LedgerRoom) -> None:
    issue(room)
    text = room.read(MONTH)
    for damaged in (
        text.replace('"Acme Ltd" "INV', "“Acme Ltd” “INV"),
        "\n".join("; " + line for line in text.split("\n")),
        text.replace(f'key: "{KEY}"', f"key: “{KEY}”"),
        text.replace("  at:", "  was:"),
        text + text[text.index("2026-11-23 *") :],
    ):
        room.write(MONTH, damaged)
        asked = room.open().find(KEY, invoice())
        assert isinstance(asked, CannotKnow)
        assert MONTH in asked.question
        with pytest.raises(OutcomeUnknown):
            issue(room)
        assert room.read(MONTH) == damaged


def test_an_entry_that_lives_only_in_a_conflict_copy_is_a_question(room: LedgerRoom) -> None:
    empty = room.read(MONTH)
    issue(room)
    room.write("Accounting/2026/2026-11.sync-conflict-20261123-101010-ABCDEFG.beancount", room.read(MONTH))
    assert isinstance(room.open().find(KEY, invoice()), Found)
    room.write(MONTH, empty)
    assert isinstance(room.open().find(KEY, invoice()), CannotKnow)


def test_an_unreadable_ledger_is_a_question_and_takes_no_entry(room: LedgerRoom) -> None:
    (room.vault / MONTH).write_bytes(b"\xff")
    assert isinstance(room.open().find(KEY, invoice()), CannotKnow)
    with pytest.raises(NeedsOwner) as asked:
        issue(room)
    assert MONTH in asked.value.hint


def test_no_figure_is_told_of_a_ledger_with_an_error(room: LedgerRoom) -> None:
    room.write("Accounting/accounts.beancount", room.read("Accounting/accounts.beancount") + IBAN)
    assert read_figures(room.vault, room.state).accounts() == {"Checking": "", "Savings": "DE89370400440532013000"}
    room.write(MANUAL, "2026-11-24 balance Assets:Cash  5 EUR\n")
    with pytest.raises(NeedsOwner, match="no figure can be trusted") as asked:
        read_figures(room.vault, room.state)
    assert f"{MANUAL}:1" in asked.value.hint


IBAN = '2000-01-01 open Assets:Bank:Savings\n  iban: "DE89 3704 0044 0532 0130 00"\n'
