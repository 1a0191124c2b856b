"""The printed invoice: complete, reproducible, and readable in every name we can print."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from agents.connectors.books import totals
from agents.connectors.contract import sha256_hex
from agents.connectors.ledger.invoice_pdf import render_pdf
from agents.connectors.ledger.paper import Paper, PaperLine
from agents.connectors.letterhead import Letterhead
from agents.errors import NotAllowed
from tests.connectors.ledger.ledger_room import pdf_text

OURS = Letterhead(
    company="Studio Lindqvist",
    street="Hafenstraße 12",
    city="20457 Hamburg",
    email="hello@studio.example",
    tax_id="DE123456789",
    iban="DE89 370400440532013000",
    bic="COBADEFFXXX",
)


def line(text: str = "consulting", price: str = "95.00", tax: str = "19") -> PaperLine:
    return PaperLine(text, Decimal(10), "h", Decimal(price), Decimal(tax), Decimal(price) * 10)


def paper(*lines: PaperLine, customer: str = "Acme Ltd") -> Paper:
    lines = lines or (line(),)
    return Paper(
        number="INV-2026-0001",
        day=date(2026, 11, 23),
        due=date(2026, 12, 7),
        customer=customer,
        email="billing@client.example",
        lines=lines,
        totals=totals((each.net, each.tax) for each in lines),
        currency="EUR",
    )


def test_everything_a_customer_needs_stands_on_it() -> None:
    (text,) = pdf_text(render_pdf(paper(), OURS))
    for word in (
        *("Studio Lindqvist", "Hafenstraße 12", "20457 Hamburg", "hello@studio.example", "DE123456789"),
        *("Acme Ltd", "billing@client.example", "Invoice INV-2026-0001", "23 November 2026", "7 December 2026"),
        *("consulting", "10 h", "95.00", "19 %", "950.00", "180.50 EUR", "1,130.50 EUR"),
        *("DE89 3704 0044 0532 0130 00", "COBADEFFXXX", "Page 1 of 1"),
    ):
        assert word in text


def test_german_when_the_owner_says_so() -> None:
    (text,) = pdf_text(render_pdf(paper(), replace(OURS, language="de", note="Leistung wie Rechnungsdatum.")))
    for word in ("Rechnung INV-2026-0001", "07.12.2026", "1.130,50 EUR", "USt.", "Leistung wie", "Vielen Dank"):
        assert word in text


@pytest.mark.parametrize(
    "customer", ["Čapek & Söhne", "Őrült Kft", "Łódź ŞİRKETİ", "Ελλάς ΑΕ", "ООО Ромашка", "Zürcher «Ährengold»"]
)
def test_names_print_as_they_are_written(customer: str) -> None:
    assert customer in pdf_text(render_pdf(paper(customer=customer), OURS))[0]


def test_an_emoji_is_left_out_and_the_rest_prints() -> None:
    text = pdf_text(render_pdf(paper(customer="Café ☕🚀 Milo"), OURS))[0]
    assert "Café Milo" in text


@pytest.mark.parametrize("customer", ["株式会社", "שלום", "Acme ไทย"])
def test_a_letter_the_font_lacks_is_refused_rather_than_printed_as_a_box(customer: str) -> None:
    with pytest.raises(NotAllowed, match="font") as refused:
        render_pdf(paper(customer=customer), OURS)
    assert "Latin" in refused.value.hint


def test_sixty_lines_go_over_several_pages_each_with_its_heading() -> None:
    lines = tuple(line(f"job {at} " + "with a long description that has to be wrapped " * (at % 4)) for at in range(60))
    pages = pdf_text(render_pdf(paper(*lines), OURS))
    assert len(pages) >= 4
    assert all("Description" in page for page in pages if "job" in page)
    assert all("INV-2026-0001" in page and "Studio Lindqvist" in page for page in pages)
    assert [f"job {at} " in " ".join(pages).replace("\n", " ") for at in range(60)] == [True] * 60
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
    assert "Total" in pages[-2]


def test_the_sums_are_never_torn_from_each_other() -> None:
    for count in range(10, 26):
        pages = pdf_text(render_pdf(paper(*(line() for _ in range(count))), OURS))
        assert ["Net amount" in page for page in pages] == ["Total" in page for page in pages]


def test_a_very_long_word_and_a_very_large_amount_stay_on_the_page() -> None:
    long = paper(line("x" * 900, price="99999999999.99"), customer="W" * 200)
    assert "1,189,999,999,999.88 EUR" in " ".join(pdf_text(render_pdf(long, OURS)))


def test_several_rates_are_summed_apart_and_none_is_shown_without_vat() -> None:
    (text,) = pdf_text(render_pdf(paper(line(), line(tax="7"), line(tax="0")), OURS))
    assert "VAT 7 % on 950.00" in text
    assert "66.50 EUR" in text
    (text,) = pdf_text(render_pdf(paper(line(tax="0")), OURS))
    assert "Net amount" not in text


def test_without_an_account_the_customer_is_asked_to_pay_all_the_same() -> None:
    (text,) = pdf_text(render_pdf(replace(paper(), due=date(2026, 11, 23)), Letterhead("Nobody")))
    assert "Please pay 1,130.50 EUR on receipt" in text
    assert "IBAN" not in text


def test_a_credit_note_says_what_it_takes_back_and_why() -> None:
    taken_back = replace(
        paper(PaperLine("Credit of invoice INV-2026-0001", None, "", None, Decimal(19), Decimal("950.00"))),
        number="CN-2026-0002",
        due=None,
        credits="INV-2026-0001",
        reason="wrong hours",
    )
    (text,) = pdf_text(render_pdf(taken_back, OURS))
    for word in ("Credit note CN-2026-0002", "Credits invoice", "cancels invoice INV-2026-0001", "wrong hours"):
        assert word in text
    assert "IBAN DE89" in text
    assert "Please pay" not in text
    (text,) = pdf_text(render_pdf(replace(taken_back, reason=""), OURS))
    assert "Reason" not in text


def test_the_owners_own_sentences_stand_on_every_kind_of_page() -> None:
    ours = replace(OURS, opening="As agreed:", closing="Until soon!", footer="HRB 4711")
    pages = pdf_text(render_pdf(paper(*(line() for _ in range(40))), ours))
    assert len(pages) > 1
    assert all("HRB 4711" in page for page in pages)
    assert ("As agreed:" in pages[0], "Until soon!" in pages[-1]) == (True, True)
    assert "Thank you" not in pages[-1]


@pytest.mark.parametrize(("accent", "lightness"), [("#102030", 255), ("#FFE680", 33)])
def test_what_stands_on_the_owners_colour_can_be_read(accent: str, lightness: int) -> None:
    with pypdfium2.PdfDocument(render_pdf(paper(), replace(OURS, accent_colour=accent))) as pdf:
        page = pdf[0].render(scale=2).to_pil().convert("RGB")
    bar = [y for y in range(400, page.height) if page.getpixel((590, y)) == tuple(bytes.fromhex(accent[1:]))]
    reds = [page.getpixel((x, y))[0] for y in bar for x in range(590, 1060)]
    assert (max if lightness == 255 else min)(reds) == lightness


def test_the_same_invoice_has_the_same_bytes_in_another_process() -> None:
    code = "from tests.connectors.ledger.test_invoice_pdf import *\nprint(sha256_hex(render_pdf(paper(), OURS)))"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sha256_hex(render_pdf(paper(), OURS))


def test_the_file_is_small_and_its_fonts_are_embedded() -> None:
    content = render_pdf(paper(), OURS)
    assert len(content) < 60_000
    assert content.startswith(b"%PDF-")
    assert b"%%EOF" in content[-64:]
    assert b"/FontFile2" in content


def test_a_french_invoice_has_the_words_days_and_numbers_of_its_language() -> None:
    ours = replace(OURS, language="fr")
    (text,) = pdf_text(render_pdf(replace(paper(), due=date(2026, 12, 1)), ours))
    for word in (
        *("Facture INV-2026-0001", "23 novembre 2026", "1er décembre 2026", "Désignation", "Prix unitaire", "Total HT"),
        *("TVA 19 % sur 950,00", "1\u00a0130,50 EUR", "Merci de régler", "Titulaire", "Page 1 sur 1"),
    ):
        assert word in text, word
    credit = replace(paper(), due=None, credits="INV-2026-0001", left=Decimal("0.00"), reason="doublon")
    (text,) = pdf_text(render_pdf(credit, ours))
    assert "Avoir" in text
    assert "elle s'élève désormais à 0,00 EUR" in text.replace("\r\n", " ")


def test_the_owners_own_words_stand_where_ours_did_and_nothing_else_changes() -> None:
    own = {
        "invoice": "Honorarnote",
        "vat": "MwSt. {x}",
        "payment due": "Fällig",
        "unit price": "Satz",
        "total": "Summe",
    }
    plain, ours = replace(OURS, language="de"), replace(OURS, language="de", words=own)
    (before,), (text,) = (pdf_text(render_pdf(paper(), each)) for each in (plain, ours))
    said = ("Honorarnote INV-2026-0001", "MwSt. {x} 19 % auf 950,00", "Fällig", "Satz", "Summe")
    words = ("Rechnung INV-2026-0001", "USt. 19 % auf 950,00", "Zahlbar bis", "Einzelpreis", "Gesamtbetrag")
    for here, there in ((text, said), (before, words)):
        assert [each for each in there if each not in here] == []
    assert "USt." not in text
    assert "Rechnungsnummer" in text  # which they left as it is
