"""The books in Odoo of an owner with a vault: each invoice has its PDF there, and only while Odoo keeps the books."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest

from agents.connectors.book_keeping import MAIN, ODOO, Keeping, keeping_line
from agents.connectors.contract import Absent, Found, sha256_hex
from agents.connectors.invoice_orders import InvoiceCredit
from agents.connectors.odoo.books_in_vault import BooksInVault
from agents.connectors.odoo.calls import LOOK, refusal
from agents.connectors.odoo.papers import WIZARD, Papers
from agents.connectors.odoo.records import Records
from agents.errors import NotAllowed, OutcomeUnknown, Transient
from tests.connectors.books_story import bill, cost, day, invoice
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from agents.connectors.odoo.calls import OdooCalls
    from agents.errors import EmployeeError

SOLD = invoice("Northwind", ("1000.00", "19"))
PAPER = "Accounting/Invoices/2026/inv-2026-00001.pdf"


@dataclass
class Fails:
    """Calls of which those of one method fail, or answer something else."""

    inner: OdooCalls
    method: str
    fails: EmployeeError | None = None
    says: JsonValue = None

    def call(
        self, model: str, method: str, ids: Sequence[int] | None = None, kwargs: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        if f"{model}.{method}" != self.method:
            return self.inner.call(model, method, ids, kwargs)
        if self.fails:
            raise self.fails
        return self.says


@pytest.fixture
def room() -> OdooRoom:
    found = OdooRoom()
    found.set_day(day("01-05"))
    return found


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    place = tmp_path / MAIN
    place.parent.mkdir()
    place.write_text(f"{keeping_line(Keeping(ODOO, day('01-01')))}\n", encoding="utf-8")
    return tmp_path


def books_of(room: OdooRoom, vault: Path, calls: OdooCalls | None = None) -> BooksInVault:
    return BooksInVault(room.books, Papers(Records(calls or room.calls), vault), vault)


def test_an_invoice_and_its_credit_note_lie_in_the_vault_as_odoo_prints_them(room: OdooRoom, vault: Path) -> None:
    books = books_of(room, vault)
    receipt = books.issue(SOLD, KEY)
    (paper,) = receipt.documents
    assert (paper.path, receipt.paths, paper.name) == (PAPER, (PAPER,), "inv-2026-00001.pdf")
    content = (vault / PAPER).read_bytes()
    assert content.startswith(b"%PDF-")
    assert sha256_hex(content) == paper.sha256
    total = SOLD.totals.gross
    credit = InvoiceCredit(number=receipt.provider_id, customer="Northwind", total=total, currency="EUR")
    (note,) = books.credit(credit, OTHER_KEY).documents
    assert (vault / note.path).read_bytes() != content


def test_the_same_receipt_is_found_again_and_nothing_is_printed_twice(room: OdooRoom, vault: Path) -> None:
    receipt = books_of(room, vault).issue(SOLD, KEY)
    (vault / PAPER).unlink()
    assert books_of(room, vault).find(KEY) == Found(receipt)
    assert books_of(room, vault).issue(SOLD, KEY) == receipt
    assert (vault / PAPER).is_file()
    assert len(room.odoo.created(WIZARD)) == 1
    assert isinstance(books_of(room, vault).find(OTHER_KEY), Absent)


def test_what_lies_in_its_place_stays(room: OdooRoom, vault: Path) -> None:
    (vault / PAPER).parent.mkdir(parents=True)
    (vault / PAPER).write_bytes(b"mine")
    (paper,) = books_of(room, vault).issue(SOLD, KEY).documents
    assert (vault / PAPER).read_bytes() == b"mine"
    assert paper.name == f"inv-2026-00001-{paper.sha256[:10]}.pdf"
    (vault / paper.path).write_bytes(b"mine too")
    with pytest.raises(Transient, match="no place"):
        books_of(room, vault).find(KEY)


@pytest.mark.parametrize(
    ("method", "fails"),
    [
        (f"{WIZARD}.create", refusal("create", "builtins.KeyError", "account.move.send.wizard")),  # before 18
        (f"{WIZARD}.action_send_and_print", None),
    ],
)
def test_an_odoo_that_prints_nothing_says_so_and_the_invoice_stands(
    room: OdooRoom, vault: Path, method: str, fails: EmployeeError | None
) -> None:
    receipt = books_of(room, vault, Fails(room.calls, method, fails)).issue(SOLD, KEY)
    assert receipt.documents == ()
    assert receipt.details["no PDF"]
    assert receipt.details["total"] == "1,190.00 EUR"


@pytest.mark.parametrize("datas", ["JVBERi0-not base64", "PGh0bWw+", False])
def test_what_is_no_pdf_is_not_kept(room: OdooRoom, vault: Path, datas: JsonValue) -> None:
    books_of(room, vault).issue(SOLD, KEY)
    (vault / PAPER).unlink()
    (number,) = room.odoo.find("ir.attachment")
    calls = Fails(room.calls, "ir.attachment.read", says=[{"id": number, "datas": datas}])
    assert books_of(room, vault, calls).issue(SOLD, KEY).documents == ()
    assert not (vault / PAPER).exists()


def test_a_lost_answer_of_the_printer_is_asked_again_and_not_in_doubt(room: OdooRoom, vault: Path) -> None:
    lost = Fails(room.calls, f"{WIZARD}.action_send_and_print", OutcomeUnknown("broken off", hint=LOOK))
    with pytest.raises(Transient, match="broken off"):
        books_of(room, vault, lost).issue(SOLD, KEY)
    assert books_of(room, vault).issue(SOLD, KEY).documents
    empty = Fails(room.calls, "account.move.search_read", None, [])
    with pytest.raises(Transient, match="0 documents"):
        books_of(room, vault, empty).find(KEY)


def test_a_disk_that_refuses_is_tried_again(room: OdooRoom, vault: Path) -> None:
    (vault / "Accounting" / "Invoices").write_text("no folder", encoding="utf-8")
    with pytest.raises(Transient, match="could not be written"):
        books_of(room, vault).issue(SOLD, KEY)


def test_an_odoo_that_does_not_keep_the_books_takes_nothing_in(room: OdooRoom, vault: Path) -> None:
    (vault / MAIN).write_text("; the ledger keeps them\n", encoding="utf-8")
    owed = bill("Paper & Co", "P-100", "01-05", "02-07", cost("Office", "100.00", "19"))
    credit = InvoiceCredit(number="INV/2026/00001", customer="Northwind", total=SOLD.totals.gross, currency="EUR")
    books = books_of(room, vault)
    for act in (partial(books.issue, SOLD), partial(books.credit, credit), partial(books.record, owed)):
        with pytest.raises(NotAllowed, match="kept by the ledger"):
            act(KEY)
    assert isinstance(books.find_record(owed, KEY), Absent)
    assert room.calls.written == 0
    (vault / MAIN).write_text(f"{keeping_line(Keeping(ODOO, day('01-01')))}\n", encoding="utf-8")
    assert isinstance(books.find_record(owed, KEY), Absent)
    booked = books.record(owed, KEY)
    assert books.find_record(owed, KEY) == Found(booked)
