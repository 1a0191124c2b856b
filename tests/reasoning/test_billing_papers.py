"""Promises about papers: invoices and receipts are told apart, and what is not plain on them is left empty."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reasoning.billing_papers import Paper, PaperKind, described, read_paper, read_purchase
from agents.reasoning.brain import AskOwner
from agents.reasoning.reading import as_given, paper_as_given
from agents.reasoning.triage import classify
from tests.reasoning.builders import dropped, facts, mail, playbook

INVOICE = """Muster Druck GmbH
Hauptstr. 5, 10115 Berlin

Rechnung Nr. 2026-117
Rechnungsdatum: 02.11.2026
Flyer 500 Stück 100,00 EUR
Nettobetrag 100,00 EUR
19% MwSt 19,00 EUR
Gesamtbetrag 119,00 EUR
Zahlbar bis 16.11.2026 auf IBAN DE89 3704 0044 0532 0130 00 bei der Hausbank
USt-IdNr. DE136695976
"""
ENGLISH = """ACME Hosting Ltd
Invoice number 4711
Date 2026-11-01
Server 1,200.00
VAT 240.00
Total £1,440.00
Payment due 2026-11-30
VAT ID GB980780684
"""
RECEIPT = """Paper & More
14 Market Street
RECEIPT 83   2026-11-02
Subtotal 54.04
VAT 19% 10.27
Total EUR 64.31
Paid by card 64.31
"""
GERMAN_RECEIPT = """Bäckerei Schulz
Datum 03.11.2026 Bon 4411
Brötchen 3,20
Summe EUR 3,20
Bar 5,00
Rückgeld 1,80
USt 0,21
"""


def test_an_invoice_is_read_with_who_wants_how_much_and_where_to() -> None:
    assert read_paper(INVOICE) == Paper(
        PaperKind.INVOICE,
        "Muster Druck GmbH",
        (date(2026, 11, 2),),
        Decimal("119.00"),
        "EUR",
        Decimal("19.00"),
        ("DE136695976",),
        ("DE89370400440532013000",),
    )
    assert read_paper(ENGLISH) == Paper(
        PaperKind.INVOICE,
        "ACME Hosting Ltd",
        (date(2026, 11, 1),),
        Decimal("1440.00"),
        "GBP",
        Decimal("240.00"),
        ("GB980780684",),
    )


def test_a_receipt_is_read_with_what_was_paid() -> None:
    assert read_paper(RECEIPT) == Paper(
        PaperKind.RECEIPT, "Paper & More", (date(2026, 11, 2),), Decimal("64.31"), "EUR", Decimal("10.27")
    )
    assert read_paper(GERMAN_RECEIPT) == Paper(
        PaperKind.RECEIPT, "Bäckerei Schulz", (date(2026, 11, 3),), Decimal("3.20"), "EUR", Decimal("0.21")
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please send me the invoice for 10 hours at 95.00 EUR.",
        "Minutes of the meeting on 2026-11-02\nTotal 12 people\nBudget total 1,000.00 EUR",
        "Offer 12\nTotal 100.00 EUR\nValid until 2026-12-01",
        "date;amount\n2026-11-01;-12.00\n2026-11-02;40.00",
    ],
)
def test_other_papers_are_neither(text: str) -> None:
    assert read_paper(text) == Paper(PaperKind.OTHER)


@pytest.mark.parametrize(
    ("before", "after", "empty"),
    [
        ("Gesamtbetrag 119,00 EUR", "Gesamtbetrag 119,00 EUR\nRechnungsbetrag 120,00 EUR", None),
        ("Rechnungsdatum: 02.11.2026", "Rechnungsdatum: 02.11.2026\nLieferung 01.11.2026", "day"),
        ("Rechnungsdatum: 02.11.2026", "Rechnungsdatum: 99.11.2026", "day"),
        ("Flyer 500", "$ Flyer 500", "currency"),
        ("19% MwSt 19,00 EUR", "7% MwSt 7,00\n19% MwSt 12,00", "tax"),
        ("19% MwSt 19,00 EUR", "19% MwSt 190,00 EUR", "tax"),
        ("DE89 3704", "DE88 3704", "ibans"),
        ("USt-IdNr. ", "Kundennummer ", "vat_ids"),
    ],
)
def test_what_is_not_plain_is_left_empty(before: str, after: str, empty: str | None) -> None:
    paper = read_paper(INVOICE.replace(before, after))
    if empty is None:
        assert paper == Paper(PaperKind.OTHER)
    else:
        assert paper.kind is PaperKind.INVOICE
        assert not getattr(paper, empty)


def test_a_paper_in_one_line_says_what_is_missing() -> None:
    assert described(read_paper(INVOICE)) == (
        "Muster Druck GmbH, 119.00 EUR, 2026-11-02, of it 19.00 tax, VAT id DE136695976, account DE89370400440532013000"
    )
    assert described(Paper(PaperKind.INVOICE)) == "no vendor found, no total found, no day found"
    assert "1.00 (no currency found)" in described(Paper(PaperKind.RECEIPT, total=Decimal("1.00")))


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    read_paper(text)
    read_purchase(text)


@given(st.lists(st.sampled_from([*INVOICE.splitlines(), *RECEIPT.splitlines(), "IBAN DE89 " * 9, "9" * 500])))
def test_no_mixture_of_lines_makes_it_raise(lines: list[str]) -> None:
    for paper in (read_paper("\n".join(lines)), read_purchase("\n".join(lines))):
        assert paper.tax is None or paper.total is None or paper.tax < paper.total


@pytest.mark.parametrize(
    ("text", "category"),
    [(INVOICE, "bill_to_pay"), (ENGLISH, "bill_to_pay"), (RECEIPT, "receipt"), (GERMAN_RECEIPT, "receipt")],
)
def test_a_dropped_paper_is_a_task_of_its_kind(text: str, category: str) -> None:
    triage = classify(dropped(text), ())
    assert (triage.category, triage.paper) == (category, read_paper(text))


def test_the_paper_with_a_mail_does_not_outvote_the_words_of_the_mail() -> None:
    attached = dropped(INVOICE).attachments
    triage = classify(mail(attachments=attached), ())
    assert (triage.category, triage.paper) == ("invoice_request", read_paper(INVOICE))


def test_the_question_about_a_bill_says_what_stands_on_it_and_whose_word_it_is() -> None:
    (move,) = playbook().decide(dropped(INVOICE), (), facts()).moves
    assert isinstance(move, AskOwner)
    assert f"It says: {described(read_paper(INVOICE))}." in move.question


def test_a_script_gets_the_values_as_text() -> None:
    task = dropped(INVOICE)
    given_paper = as_given(task, (), facts(), classify(task, ()))["paper"]
    assert given_paper == {
        "kind": "invoice",
        "vendor": "Muster Druck GmbH",
        "total": "119.00",
        "tax": "19.00",
        "currency": "EUR",
        "days": ["2026-11-02"],
        "vat_ids": ["DE136695976"],
        "ibans": ["DE89370400440532013000"],
    }


def test_what_a_purchase_was_is_read_from_a_text_that_is_no_paper() -> None:
    words = "Thank you for your order.\n3. November 2026\nPaid by card 14.28 EUR, incl. VAT\nChange 5.72"
    assert read_paper(words) == Paper(PaperKind.OTHER)
    bought = Paper(PaperKind.OTHER, days=(date(2026, 11, 3),), total=Decimal("14.28"), currency="EUR")
    assert read_purchase(words) == bought
    assert read_purchase(words.replace("Paid", "Not yet paid")) == replace(bought, total=None)
    task = mail(words)
    assert as_given(task, (), facts(), classify(task, ()))["paper"] == paper_as_given(bought)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("2 Nov 2026", [2]),
        ("2. November 2026", [2]),
        ("2 novembre 2026", [2]),
        ("2 de noviembre de 2026", [2]),
        ("November 2nd, 2026", [2]),
        ("02.11.26", [2]),
        ("11/13/2026 and 14/11/2026", [13, 14]),
        ("02/11/2026", []),
        ("11/11/2026", [11]),
        ("99/99/2026", []),
        ("2 Novice 2026", []),
        ("2 Market 2026", []),
        ("02.11.1999", []),
    ],
)
def test_a_day_is_read_as_people_write_it_where_it_can_be_read_in_one_way(written: str, days: list[int]) -> None:
    assert read_purchase(f"Shop\n{written}\nTotal 5.00").days == tuple(date(2026, 11, day) for day in days)


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        ("Total 5.00\nTotal VAT 0.80", "5.00"),
        ("Total incl. VAT 5.00\nTotal VAT 0.80", "5.00"),
        ("Total 5.00 (VAT 19 %)", "5.00"),
        ("Total 5.00 VAT 0.80", None),
        ("Net total 4.20\nTotal 5.00", "5.00"),
        ("Net à payer 5.00", "5.00"),
        ("Total VAT 0.80", None),
    ],
)
def test_a_tax_is_no_total(lines: str, total: str | None) -> None:
    assert read_purchase(lines).total == (total and Decimal(total))


def test_no_greeting_is_taken_for_who_sells() -> None:
    assert read_purchase("Thank you for your purchase\nPaid by card\nCafe Lune\nTotal 5.00").vendor == "Cafe Lune"
