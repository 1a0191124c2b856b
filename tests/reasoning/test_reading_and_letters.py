"""What is read out of a task before a skill decides, and the letters we write."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reasoning.brain import Rate
from agents.reasoning.letters import write_letter
from agents.reasoning.reading import as_given, customer_of, expense_kinds, service_named
from agents.reasoning.triage import classify
from tests.reasoning.builders import asked, facts, mail

VALUES = {
    "number": "INV-2026-0001",
    "name": "Acme Ltd",
    "amount": "1130.50",
    "currency": "EUR",
    "due_days": "14",
    "owner_name": "Robin",
    "company": "Studio Example",
    "tone": "friendly",
    "subject": "Re: Broken",
}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Acme Ltd", "", ("Acme Ltd", "sender")),
        ('"Acme,  Ltd"\u202e', "", ("Acme, Ltd", "sender")),
        ("", "Hi\n\nKind regards\n\nMia Lund\n", ("Mia Lund", "signature")),
        ("", "Hallo\nMit freundlichen Grüßen,\nBirch GmbH", ("Birch GmbH", "signature")),
        ("mia@client.example", "Thanks\nMia", ("Mia", "signature")),
        ("", "Thanks\n+49 123 456", ("billing@client.example", "address")),
        ("", "Thanks", ("billing@client.example", "address")),
        ("", "no closing", ("billing@client.example", "address")),
    ],
)
def test_the_customer_is_the_sender_else_the_signature_else_the_address(
    name: str, text: str, expected: tuple[str, str]
) -> None:
    assert customer_of(mail(text, sender_name=name)) == expected


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("10 hours of consulting at 95 EUR", "consulting"),
        ("6 Stunden Beratung zu 90 €", "beratung"),
        ("pls invoice 3 days workshop", "workshop"),
        ("3 days of graphic recording at 900 EUR", "graphic recording"),
        ("10 hours at 95 EUR", "services"),
        ("about the design: 4 hours of consulting, please", "consulting"),
        ("12 hours since we met", "services"),
    ],
)
def test_the_service_is_named_in_the_mails_own_words(text: str, service: str) -> None:
    assert service_named(text, "en") == service


def test_without_any_service_the_language_has_a_word() -> None:
    assert service_named("bitte die Rechnung für 3 Stunden", "de") == "Leistungen"


def test_kinds_of_expense_leave_room_for_doubt() -> None:
    kinds = expense_kinds("Copy paper, toner and pens. One bottle of wine.")
    assert kinds == [["business: office supplies", 60], ["personal", 20]]
    assert expense_kinds("xyz") == []


RATES = (
    Rate("Acme Ltd", "consulting", "h", Decimal("99.00"), "EUR", Decimal(19), 3),
    Rate("", "Beratung", "h", Decimal(80), "EUR", Decimal(19), 4),
    Rate("Acme", "", "h", Decimal(70), "EUR", Decimal(19), 5),
)


def test_a_rate_knows_whether_the_task_names_its_customer_and_service() -> None:
    task = mail()
    given_rates = as_given(task, (), facts(*RATES), classify(task, ()))["rates"]
    assert isinstance(given_rates, list)
    assert [(each["names_customer"], each["names_service"]) for each in given_rates] == [
        (True, True),
        (False, True),
        (True, False),
    ]


def test_a_request_of_the_owner_names_the_customer_in_its_words() -> None:
    task = asked("Invoice Acme Ltd for 3 hours of consulting")
    rates = as_given(task, (), facts(*RATES), classify(task, ()))["rates"]
    assert isinstance(rates, list)
    assert rates[0]["names_customer"]


@given(st.text(max_size=200))
def test_everything_a_script_is_told_is_json(text: str) -> None:
    task = mail(text, subject=text, sender_name=text)
    json.dumps(as_given(task, (), facts(*RATES), classify(task, ())))


def test_letters_are_written_in_the_language_of_the_mail() -> None:
    english, german = write_letter("invoice", "en", VALUES), write_letter("invoice", "de", VALUES)
    assert english is not None
    assert german is not None
    assert english.subject == "Invoice INV-2026-0001"
    assert "over 1,130.50 EUR.\nIt is payable within 14 days." in english.body
    assert "über 1.130,50 EUR.\nSie ist innerhalb von 14 Tagen zahlbar." in german.body
    assert german.body.endswith("Robin\nStudio Example\n")


def test_a_language_without_a_template_gets_english() -> None:
    assert write_letter("complaint", "nl", VALUES) == write_letter("complaint", "en", VALUES)


def test_tone_and_terms_change_the_letter() -> None:
    letter = write_letter("invoice", "en", VALUES | {"tone": "formal", "due_days": "0", "owner_name": ""})
    assert letter is not None
    assert letter.body.startswith("Dear Acme Ltd,\n\nthank you")
    assert "payable on receipt" in letter.body
    assert letter.body.endswith("Kind regards\nStudio Example\n")


@pytest.mark.parametrize("changes", [{"amount": "x"}, {"number": None}])
def test_a_letter_with_a_gap_is_not_written(changes: dict[str, str | None]) -> None:
    values = {name: value for name, value in (VALUES | changes).items() if value is not None}
    assert write_letter("invoice", "en", values) is None
    assert write_letter("unknown", "en", VALUES) is None


@given(st.text(max_size=200))
def test_values_are_never_template_code_nor_more_than_a_line(text: str) -> None:
    letter = write_letter("complaint", "en", VALUES | {"name": text, "subject": text})
    calm = write_letter("complaint", "en", VALUES)
    assert letter is not None
    assert calm is not None
    assert "\n" not in letter.subject
    assert letter.body.count("\n") == calm.body.count("\n")


def test_template_code_in_a_value_stays_text() -> None:
    letter = write_letter("complaint", "en", VALUES | {"name": "{{ 7 * 7 }}"})
    assert letter is not None
    assert "49" not in letter.body


@pytest.mark.parametrize("language", ["en", "de", "nl"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_reminder_names_invoice_amount_and_day_and_threatens_with_nothing(language: str, number: int) -> None:
    letter = write_letter(f"reminder-{number}", language, VALUES | {"due": "2026-12-07"})
    assert letter is not None
    assert "INV-2026-0001" in letter.subject
    amount, day = ("1.130,50 EUR", "07.12.2026") if language == "de" else ("1,130.50 EUR", "7 December 2026")
    assert amount in letter.body
    assert day in letter.body
    words = letter.body.casefold()
    assert [
        bad for bad in ("fee", "court", "lawyer", "interest", "gebühr", "anwalt", "zins", "mahn") if bad in words
    ] == []


def test_a_day_that_is_none_is_no_letter() -> None:
    assert write_letter("reminder-1", "en", VALUES | {"due": "soon"}) is None
