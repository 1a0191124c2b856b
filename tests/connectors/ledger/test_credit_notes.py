"""Credit notes: an invoice turned round, once, as the books know it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agents.connectors.contract import CannotUndo, Found, Receipt, sha256_hex
from agents.connectors.invoice_orders import InvoiceCredit
from agents.errors import NotAllowed
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import MONTH, LedgerRoom, invoice, issue, pdf_text

THIRD_KEY = sha256_hex(b"a third approval")


def credit_of(room: LedgerRoom, receipt: Receipt, reason: str = "") -> InvoiceCredit:
    undoing = room.open().compensate(invoice(), receipt)
    assert isinstance(undoing, InvoiceCredit)
    return undoing.model_copy(update={"reason": reason})


def test_undoing_an_invoice_is_a_credit_note_that_turns_it_round(room: LedgerRoom) -> None:
    first = issue(room)
    receipt = room.open().execute(credit_of(room, first, "wrong hours"), OTHER_KEY, {})
    assert receipt.provider_id == "CN-2026-0002"
    assert receipt.details == {"number": "CN-2026-0002", "total": "1,130.50 EUR", "credits": "INV-2026-0001"}
    assert [room.balance(each) for each in ("Income", "Liabilities", "Assets:AR")] == [0, 0, 0]
    assert "^cn-2026-0002 ^inv-2026-0001" in room.read(MONTH)
    (text,) = pdf_text((room.vault / receipt.documents[0].path).read_bytes())
    assert "wrong hours" in text
    assert "INV-2026-0001 of 23 November 2026" in text
    assert room.open().find(OTHER_KEY, credit_of(room, first)) == Found(receipt)
    assert room.open().execute(credit_of(room, first), OTHER_KEY, {}) == receipt
    assert issue(room, THIRD_KEY).provider_id == "INV-2026-0003"


def test_a_credit_note_has_the_same_vat_rates_as_its_invoice(room: LedgerRoom) -> None:
    order = invoice()
    reduced = order.lines[0].model_copy(update={"tax": Decimal(7)})
    free = order.lines[0].model_copy(update={"tax": Decimal(0)})
    order = order.model_copy(update={"lines": (*order.lines, reduced, free)})
    first = issue(room, KEY, order)
    undoing = room.open().compensate(order, first)
    assert isinstance(undoing, InvoiceCredit)
    receipt = room.open().execute(undoing, OTHER_KEY, {})
    (text,) = pdf_text((room.vault / receipt.documents[0].path).read_bytes())
    assert "VAT 7 % on 950.00" in text
    assert room.balance("Liabilities") == 0


def test_an_invoice_is_credited_once(room: LedgerRoom) -> None:
    undoing = credit_of(room, issue(room))
    room.open().execute(undoing, OTHER_KEY, {})
    with pytest.raises(NotAllowed, match="credited already"):
        room.open().execute(undoing, THIRD_KEY, {})
    assert room.balance("Income") == 0


@pytest.mark.parametrize(
    "change", [{"number": "INV-2026-0009"}, {"customer": "Eve"}, {"total": Decimal(1)}, {"currency": "CHF"}]
)
def test_only_the_invoice_as_it_stands_in_the_books_is_credited(room: LedgerRoom, change: dict[str, object]) -> None:
    undoing = credit_of(room, issue(room)).model_copy(update=change)
    with pytest.raises(NotAllowed):
        room.open().execute(undoing, OTHER_KEY, {})
    assert room.balance("Income") == Decimal("-950.00")


def test_a_credit_note_itself_stands(room: LedgerRoom) -> None:
    undoing = credit_of(room, issue(room))
    receipt = room.open().execute(undoing, OTHER_KEY, {})
    assert isinstance(room.open().compensate(undoing, receipt), CannotUndo)
