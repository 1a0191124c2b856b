"""The pattern language of the word tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reasoning.phrases import PhraseBook, compile_pattern, folded, sentences
from agents.reasoning.word_tables import LanguageFile, build_tables, load_word_tables


def matches(pattern: str, text: str) -> bool:
    book = PhraseBook({"topic": [compile_pattern(pattern, 5)]}, ("ten",))
    return "topic" in book.weigh(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("send ... invoice", "Please send us the invoice"),
        ("send|mail invoice|bill", "mail bill"),
        ("rechnung*", "Rechnungen"),
        ("^ invoice us", "Hello. Invoice us"),
        ("invoice ...3 NUMBER hours", "invoice for the 12 hours"),
        ("NUMBER hours", "ten hours"),
        ("do ...9 ?", "Do you know the way?"),
        ("für", "fuer"),
        ("größe", "GROESSE"),
        ("dont", "don’t"),
        ("invoice", "the invioce"),
        ("invoice", "the invoce"),
        ("rechnung*", "die Rechnnug"),
        ("ignore", "ig\u200bnore"),
    ],
)
def test_a_pattern_finds_what_it_means(pattern: str, text: str) -> None:
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("send invoice", "send the invoice"),
        ("send ...1 invoice", "send us the invoice"),
        ("send ... invoice", "Please send it. The invoice is here"),
        ("send ... invoice", "Please send it\n\nThe invoice is here"),
        ("^ invoice", "the invoice"),
        ("do ...9 ?", "Do it!"),
        ("bill", "will"),
        ("invoice", "involve"),
        ("rechnung*", "rechnen"),
    ],
)
def test_and_nothing_else(pattern: str, text: str) -> None:
    assert not matches(pattern, text)


def test_a_pattern_counts_once_however_often_it_occurs() -> None:
    book = PhraseBook({"topic": [compile_pattern("invoice", 5)]})
    assert len(book.weigh("invoice, invoice. Invoice!")["topic"]) == 1


def test_a_pattern_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no words"):
        compile_pattern("...", 1)


def test_a_long_stack_of_accents_is_cut_before_it_costs_time() -> None:
    assert folded("e" + "\u0301" * 20_000) == "e"


@given(st.text(max_size=300))
def test_folding_twice_changes_nothing_and_no_text_fails(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert all(sentence[0] == "^" for sentence in sentences(text))


def test_every_language_has_what_an_invoice_needs() -> None:
    for language in load_word_tables().languages:
        assert {"invoice_request", "complaint", "newsletter", "suspicious"} <= set(language.topics), language.language
        assert language.units["h"]


def test_a_language_is_told_by_its_small_words() -> None:
    tables = load_word_tables()
    assert tables.language_of("Könnten Sie uns bitte die Rechnung schicken?") == "de"
    assert tables.language_of("Could you please send us the invoice?") == "en"
    assert tables.language_of("Pourriez-vous nous envoyer la facture pour cette semaine") == "fr"
    assert tables.language_of("¿Puede enviarnos la factura, por favor? Gracias y saludos") == "es"
    assert tables.language_of("Kunt u ons de factuur sturen? Alvast bedankt") == "nl"
    assert tables.language_of("12345") == "en"


def test_a_file_with_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        LanguageFile.model_validate({"language": "xx", "common": "", "work": "", "wrong": "1"})


def test_a_new_language_needs_only_its_file() -> None:
    file = LanguageFile.model_validate(
        {"language": "xx", "common": "po", "work": "w", "topics": {"complaint": {"6": ["ne prav"]}}}
    )
    tables = build_tables((file,))
    assert "complaint" in tables.books["xx"].weigh("ne prav")
