"""Promises about PDFs from outside: words where there are words, never an exception, never without bounds."""

from __future__ import annotations

import io
import logging
import zlib

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from watchers.pdf_text import MAX_PDF_BYTES, MAX_PDF_CHARS, PdfText, pdf_text


def pdf(*pages: str) -> bytes:
    document = FPDF()
    document.set_font("helvetica", size=8)
    for page in pages:
        document.add_page()
        document.multi_cell(0, 4, page)
    return bytes(document.output())


def with_content(stream: bytes) -> bytes:
    """A PDF of one page whose content is this stream, compressed."""
    body = zlib.compress(stream, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources 5 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(body), body),
        b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
    ]
    out, offsets = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"xref\n0 6\n0000000000 65535 f \n%btrailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(out),
    )


SAMPLE = pdf("Receipt 42: office supplies 23.80 EUR")


def test_the_words_are_read() -> None:
    assert pdf_text(SAMPLE) == PdfText("Receipt 42: office supplies 23.80 EUR")


def test_a_page_without_words_says_so() -> None:
    assert pdf_text(pdf("")) == PdfText(None, "PDF without text (a scan?)")


def test_more_pages_than_the_cap_are_read_in_part() -> None:
    read = pdf_text(pdf(*(f"page {number}." for number in range(21))))
    assert read.flag == "PDF read only in part: 20 of 21 pages"
    assert read.text is not None
    assert "page 19." in read.text
    assert "page 20." not in read.text


def test_more_words_than_the_cap_are_cut() -> None:
    read = pdf_text(pdf(*["word " * 6_000] * 5))
    assert read.text is not None
    assert len(read.text) <= MAX_PDF_CHARS
    assert read.flag.startswith("PDF read only in part")


def test_a_protected_pdf_is_not_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(SAMPLE)))
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert pdf_text(out.getvalue()) == PdfText(None, "PDF not read: it is protected by a password")


def test_a_large_file_is_not_opened() -> None:
    assert pdf_text(b"%PDF" + bytes(MAX_PDF_BYTES)) == PdfText(None, "PDF not read: larger than 10 MB")


@pytest.mark.parametrize(
    "stream", [bytes(80_000_000), b"BT /F1 9 Tf " + b"(x) Tj " * 50_000 + b"ET"], ids=["bomb", "work"]
)
def test_a_page_made_to_exhaust_us_is_refused(stream: bytes) -> None:
    assert pdf_text(with_content(stream)) == PdfText(None, "PDF not readable (LimitReachedError)")


def test_a_page_nested_without_end_has_no_words() -> None:
    assert pdf_text(with_content(b"[" * 100_000)).text is None


def test_the_page_of_these_attacks_is_otherwise_sound() -> None:
    assert pdf_text(with_content(b"BT /F1 9 Tf (sound) Tj ET")) == PdfText("sound")


@given(st.binary(max_size=200))
def test_bytes_that_are_no_pdf_never_raise(content: bytes) -> None:
    assert pdf_text(b"%PDF-1.7\n" + content).text is None


@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255), st.integers(0, 40))
def test_a_damaged_pdf_never_raises(at: int, byte: int, cut: int) -> None:
    bent = SAMPLE[:at] + bytes([byte]) + SAMPLE[at + 1 + cut :]
    assert isinstance(pdf_text(bent), PdfText)


def test_the_librarys_warnings_which_quote_the_file_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        pdf_text(SAMPLE.replace(b"startxref", b"startxxxx"))
    assert caplog.records == []
