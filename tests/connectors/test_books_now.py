"""The books of now are those of whoever keeps them, and of nobody while nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_keeping import LEDGER, MAIN, ODOO, Keeping, keeping_line
from agents.connectors.books import BookMistake, Unclear
from agents.connectors.books_now import BooksOfNow, books_of_now
from agents.connectors.contract import BookReaders
from agents.connectors.ledger.manifest import MANIFEST
from agents.connectors.odoo.opening import books_before
from agents.errors import NeedsOwner
from tests.connectors.ledger.ledger_room import LedgerRoom, issue

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.book_figures import BookReports
    from agents.connectors.contract import ConnectorContext


@pytest.fixture
def room(tmp_path: Path) -> LedgerRoom:
    return LedgerRoom(tmp_path)


def keep(room: LedgerRoom, keeper: str) -> None:
    room.write(MAIN, f"{room.read(MAIN)}{keeping_line(Keeping(keeper, date(2026, 12, 1)))}\n")


def asked(books: BooksOfNow, number: str) -> str:
    standing = books.standings([number])[number]
    return standing.why if isinstance(standing, Unclear) else str(standing.open)


def test_what_was_switched_counts_at_the_next_look(room: LedgerRoom) -> None:
    number = issue(room).provider_id
    books = books_of_now(room.context)
    assert (asked(books, number), books.customers(), books.bank_to()) == ("1130.50", {number: "Acme Ltd"}, None)
    assert (books.open().name, len(books.reports().receivables(date(2026, 11, 30)).documents)) == (LEDGER, 1)
    kept, before = books.fingerprint(), books.mistakes()
    keep(room, ODOO)
    assert asked(books, number) == "Odoo cannot be read: no Odoo is connected"
    assert (books.customers(), books.bank_to(), books.mistakes()) == ({}, None, before) == ({}, None, ())
    assert books.fingerprint() != kept
    for ask in (books.open, books.reports):
        with pytest.raises(NeedsOwner, match="no Odoo is connected"):
            ask()
    keep(room, LEDGER)
    assert asked(books, number) == "1130.50"


def test_whoever_keeps_them_now_is_told_what_the_ledger_held_before(room: LedgerRoom) -> None:
    number = issue(room).provider_id
    seen: list[ConnectorContext] = []

    def look(context: ConnectorContext) -> BookReports:
        seen.append(context)
        raise NeedsOwner("looked", hint="")

    odoo = replace(MANIFEST, name=ODOO, books=BookReaders(lambda _context: books_of_now(room.context), look))
    keep(room, ODOO)
    with pytest.raises(NeedsOwner, match="looked"):
        BooksOfNow((MANIFEST, odoo), room.context).reports()
    before = seen[0].books_before
    assert before is not None
    assert [each.number for each in before().receivables(date(2026, 11, 30)).documents] == [number]
    assert books_before(seen[0]) is not None
    assert books_before(room.context) is None
    keep(room, LEDGER)
    assert books_before(seen[0]) is None


def test_while_nobody_can_tell_who_keeps_them_nothing_is_told_or_booked(room: LedgerRoom) -> None:
    books = books_of_now(room.context)
    keep(room, "xero")
    for ask in (books.open, books.reports):
        with pytest.raises(NeedsOwner, match="xero"):
            ask()
    assert "xero" in asked(books, "INV-2026-0001")
    assert (books.customers(), books.bank_to()) == ({}, None)
    (mistake,) = books.mistakes() or ()
    assert isinstance(mistake, BookMistake)
    assert (mistake.file, mistake.fix) == (MAIN, "It may name one of ledger, odoo, with a day.")
    assert "xero" in str(books.fingerprint())
