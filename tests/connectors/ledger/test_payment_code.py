"""The code on the invoice, read from the printed page by a reader of codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp

from agents.connectors.ledger.invoice_pdf import render_pdf
from agents.connectors.ledger.payment_code import payment_code
from agents.connectors.letterhead import Letterhead
from tests.connectors.ledger.ledger_room import pdf_text
from tests.connectors.ledger.test_invoice_pdf import OURS, line, paper

CAPTIONS = {"en": "Scan with your banking app", "de": "Mit der Banking-App scannen"}


def scanned(pdf: bytes) -> list[str]:
    """What a phone reads on the last page: the text of every code, all of them QR codes of error correction M."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[len(document) - 1].render(scale=2).to_pil()
    found = zxingcpp.read_barcodes(page)
    assert all((each.format, each.ec_level) == (zxingcpp.BarcodeFormat.QRCode, "M") for each in found)
    return [each.text for each in found]


@pytest.mark.parametrize("language", CAPTIONS)
def test_a_banking_app_reads_account_amount_and_number(language: str) -> None:
    pdf = render_pdf(paper(), replace(OURS, language=language))
    told = ["BCD", "002", "1", "SCT", "COBADEFFXXX", "Studio Lindqvist", "DE89370400440532013000", "EUR1130.5"]
    assert scanned(pdf) == ["\n".join([*told, "", "", "INV-2026-0001"])]
    assert CAPTIONS[language] in pdf_text(pdf)[0]


def test_a_name_of_any_script_is_read_as_it_is_written_and_cut_at_70_letters() -> None:
    for company in ("Müller & Søn ΑΕ", "Ő" * 90):
        (told,) = scanned(render_pdf(paper(), replace(OURS, company=company, bic="no bic")))
        assert told.split("\n")[4:6] == ["", company[:70]]


@pytest.mark.parametrize(
    ("ours", "changed"),
    [
        (replace(OURS, iban="DE89370400440532013001"), {}),
        (replace(OURS, iban="TR330006100519786457841326"), {}),
        (Letterhead("Nobody"), {}),
        (OURS, {"currency": "USD"}),
        (OURS, {"credits": "INV-2026-0001", "due": None}),
        (OURS, {"lines": (line(price="99999999.99"),), "totals": paper(line(price="99999999.99")).totals}),
    ],
)
def test_where_nothing_can_be_paid_by_it_there_is_none(ours: Letterhead, changed: dict[str, object]) -> None:
    sheet = replace(paper(), **changed)  # type: ignore[arg-type]
    assert payment_code(sheet, ours) is None
    pdf = render_pdf(sheet, ours)
    assert scanned(pdf) == []
    assert CAPTIONS["en"] not in "".join(pdf_text(pdf))


def test_the_largest_amount_and_the_longest_name_make_a_code_of_at_most_version_13() -> None:
    sheet = replace(paper(line(price="99999999.99", tax="0")), number="INV-2026-123456")
    assert sheet.totals.gross == Decimal("999999999.90")
    code = payment_code(sheet, replace(OURS, company="Ő" * 70))
    assert code is not None
    assert len(code) <= 17 + 4 * 13
    assert {len(row) for row in code} == {len(code)}


def test_it_is_never_torn_from_its_box_and_drawn_without_a_picture() -> None:
    for count in range(8, 20):
        pdf = render_pdf(replace(paper(*(line() for _ in range(count))), due=date(2026, 11, 23)), OURS)
        assert len(scanned(pdf)) == 1
        assert b"/Subtype /Image" not in pdf
        assert CAPTIONS["en"] in pdf_text(pdf)[-1]


def test_a_long_name_fits_and_an_account_beyond_the_eea_has_its_bic_or_no_code() -> None:
    assert payment_code(paper(), replace(OURS, company="𝔘" * 70)) is not None
    swiss = replace(OURS, iban="CH9300762011623852957", bic="")
    assert payment_code(paper(), swiss) is None
    assert payment_code(paper(), replace(swiss, bic="POFICHBEXXX")) is not None
