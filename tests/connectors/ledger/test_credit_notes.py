"""Credit notes: an invoice turned round, once, as the books know it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from agents.connectors.books import InvoiceStanding
from agents.connectors.contract import CannotUndo, Found, Receipt, sha256_hex
from agents.connectors.invoice_orders import InvoiceCredit
from agents.connectors.ledger.figure_reader import read_figures
from agents.connectors.ledger.reader import LedgerReader
from agents.errors import NeedsOwner, NotAllowed
from tests.connectors.books_story import taken
from tests.connectors.contract import KEY, OTHER_KEY
from tests.connectors.ledger.ledger_room import MANUAL, MONTH, LedgerRoom, invoice, issue, pdf_text

if TYPE_CHECKING:
    from agents.connectors.credit_notes import Creditable

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


def test_a_part_says_which_lines_and_what_the_invoice_comes_to(room: LedgerRoom) -> None:
    number = issue(room).provider_id
    known = read_figures(room.vault, room.state).creditable(number)
    lines = (taken("190.00", "19", "two hours of consulting"), taken("-19.00", "19", "discount"), taken("9.50", "19"))
    order = known.order(lines, "agreed")
    assert order.title() == "Credit 214.80 EUR of invoice INV-2026-0001 to Acme Ltd?"
    assert [(row.what, row.value) for row in order.rows()][2:8] == [
        ("line 1", "two hours of consulting: 190.00 EUR + 19 % VAT"),
        ("line 2", "discount: -19.00 EUR + 19 % VAT"),
        ("line 3", "an amount: 9.50 EUR + 19 % VAT"),
        ("net", "180.50 EUR"),
        ("VAT", "34.30 EUR"),
        ("total", "214.80 EUR"),
    ]
    assert ("left of the invoice", "915.70 EUR") in [(row.what, row.value) for row in order.rows()]
    receipt = room.open().execute(order, OTHER_KEY, {})
    (text,) = pdf_text((room.vault / receipt.documents[0].path).read_bytes())
    for words in ("two hours of consulting", "\u221219.00", "Credit of invoice INV-2026-0001 of 23 November 2026"):
        assert words in text
    assert "takes 214.80 EUR off invoice INV-2026-0001, which now comes to 915.70 EUR" in text.replace("\n", " ")
    standing = standing_of(room, number)
    assert (standing.credited, standing.open, standing.is_paid) == (Decimal("214.80"), Decimal("915.70"), False)


def test_the_rest_of_an_invoice_is_credited_whole_at_all_its_rates(room: LedgerRoom) -> None:
    order = invoice()
    reduced = order.lines[0].model_copy(update={"tax": Decimal(7)})
    number = issue(room, KEY, order.model_copy(update={"lines": (*order.lines, reduced)})).provider_id
    known = read_figures(room.vault, room.state).creditable(number)
    room.open().execute(known.order([taken("950.00", "7")]), OTHER_KEY, {})
    rest = read_figures(room.vault, room.state).creditable(number).order()
    assert (rest.total, rest.lines, rest.left) == (Decimal("1130.50"), (), Decimal(0))
    receipt = room.open().execute(rest, THIRD_KEY, {})
    (text,) = pdf_text((room.vault / receipt.documents[0].path).read_bytes())
    assert "cancels" not in text
    assert "which now comes to 0.00 EUR" in text
    assert room.balance("Liabilities") == 0
    assert standing_of(room, number).credited == Decimal("2147.00")


def test_undo_does_not_credit_twice_what_a_part_took_back(room: LedgerRoom) -> None:
    first = issue(room)
    room.open().execute(creditable_of(room).order([taken("100.00", "19")]), OTHER_KEY, {})
    with pytest.raises(NotAllowed, match=r"takes 1,011\.50 EUR off INV-2026-0001 and leaves 0\.00 EUR"):
        room.open().execute(credit_of(room, first), THIRD_KEY, {})
    assert room.balance("Income") == Decimal("-850.00")


CREDIT = """2026-11-24 * "Acme Ltd" "agreed" #credit ^inv-2026-0001
  Assets:AR:Acme-Ltd  -119.00 EUR
  Income:Services      100.00 EUR
    rate: "19"
  Liabilities:VAT:Output  19.00 EUR
    rate: "19"
"""


def test_a_credit_note_of_the_owners_own_counts(room: LedgerRoom) -> None:
    issue(room)
    room.write(MANUAL, CREDIT)
    known = creditable_of(room)
    assert (known.credited, known.left.gross, known.left.rates[0].vat) == (*map(Decimal, ("119", "1011.5", "161.5")),)


@pytest.mark.parametrize(
    ("said", "instead", "words"),
    [
        ('    rate: "19"\n', "", "does not say"),  # at which rate nobody knows
        ("-119.00 EUR", "-59.50 EUR\n  Assets:AR:Eve  -59.50 EUR", "credits something else too"),
        ("EUR", "CHF", "credits something else too"),
    ],
)
def test_where_the_owners_own_credit_note_is_not_plain_nothing_more_is_credited(
    room: LedgerRoom, said: str, instead: str, words: str
) -> None:
    issue(room)
    room.write(MANUAL, "2000-01-01 open Assets:AR:Eve\n" + CREDIT.replace(said, instead))
    with pytest.raises(NotAllowed, match=words):
        creditable_of(room).order()


def test_more_than_was_asked_for_at_one_rate_is_not_credited_on(room: LedgerRoom) -> None:
    order = invoice()
    other = order.lines[0].model_copy(update={"tax": Decimal(7), "price": Decimal("1.00")})
    issue(room, KEY, order.model_copy(update={"lines": (*order.lines, other)}))
    room.write(MANUAL, CREDIT.replace('"19"', '"7"').replace("-119.00", "-107.00").replace(" 19.00", " 7.00"))
    with pytest.raises(NotAllowed, match="More of INV-2026-0001 than it asks for was credited at 7 %"):
        creditable_of(room).order()


def test_while_the_ledger_has_an_error_nothing_is_credited(room: LedgerRoom) -> None:
    undoing = credit_of(room, issue(room))
    room.write(MANUAL, CREDIT.replace("#credit", '"'))
    with pytest.raises(NeedsOwner, match="what of INV-2026-0001 is credited already"):
        room.open().execute(undoing, OTHER_KEY, {})


@pytest.mark.parametrize(
    "change",
    [
        {"lines": [{"net": "-1.00", "tax": "19"}]},
        {"lines": [{"net": "1.00", "tax": "19"}, {"net": "-1.00", "tax": "7"}]},
        {"total": "119.02"},
        {"lines": []},  # and something left
        {"left": "-1.00"},
    ],
)
def test_what_does_not_add_up_is_no_order(change: dict[str, object]) -> None:
    said = {"number": "INV-2026-0001", "customer": "Acme Ltd", "total": "119.00", "currency": "EUR", "left": "1.00"}
    lines = [{"net": "100.00", "tax": "19"}]
    assert InvoiceCredit.model_validate({**said, "lines": lines}).total == Decimal(119)
    with pytest.raises(ValidationError):
        InvoiceCredit.model_validate({**said, "lines": lines, **change})


def creditable_of(room: LedgerRoom) -> Creditable:
    return read_figures(room.vault, room.state).creditable("INV-2026-0001")


def standing_of(room: LedgerRoom, number: str) -> InvoiceStanding:
    room.clock.advance(60)
    standing = LedgerReader(room.vault, room.state, room.clock).standings([number])[number]
    assert isinstance(standing, InvoiceStanding)
    return standing
