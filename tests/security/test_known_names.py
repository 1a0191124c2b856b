"""Names of contacts are found whatever their case, inflection or accents, and however many contacts there are."""

from __future__ import annotations

import unicodedata

import pytest

from agents.security.known_names import KnownNames, Person

KNOWN = KnownNames(
    [
        Person(("Anna Müller",), ("Client Road 5", "12345 Sampletown", "Berlin")),
        Person(("Anna Maria Müller",)),
        Person(("Acme Tools Ltd", "acme")),
        Person(("Initech GmbH",)),
        Person(("GmbH", "", "April")),
        Person(("Dr. José O'Brien",)),
        Person(("田中太郎",)),
    ]
)


def found(text: str) -> list[str]:
    return [text[each.start : each.end] for each in KNOWN.spans(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Anna Müller writes", ["Anna Müller"]),
        ("ANNA MÜLLER and anna müller", ["ANNA MÜLLER", "anna müller"]),
        ("Anna's and Annas and Müllers", ["Anna", "Annas", "Müllers"]),
        ("Anna Müllers Auto", ["Anna Müllers"]),
        ("Anna Maria Müller", ["Anna Maria Müller"]),
        ("Anna Maria Meier", ["Anna", "Maria"]),
        ("Mueller, Muller", ["Mueller", "Muller"]),
        (unicodedata.normalize("NFD", "Müller"), [unicodedata.normalize("NFD", "Müller")]),
        ("An\u00adna M\u200büller", ["An\u00adna M\u200büller"]),
        ("Anna\n> Müller", ["Anna\n> Müller"]),
        ("bill_anna_müller.pdf", ["anna_müller"]),
        ("Acme Tools Ltd, Acme Tools, acme", ["Acme Tools Ltd", "Acme Tools", "acme"]),
        ("Initech pays", ["Initech"]),
        ("Jose O'Brien", ["Jose", "Brien"]),
        ("客户田中太郎さん", ["田中太郎"]),
        ("at Client Road 5,\n12345 Sampletown", ["Client Road 5", "12345 Sampletown"]),
    ],
)
def test_a_known_name_is_found(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Annabel and Bananna",
        "anna and müller in small letters alone",
        "Tools for the initech of it",
        "on 3 April, Dr. Who",
        "a GmbH in Berlin",
        "Client Road 6",
        "Client ......... Road 5",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert found(text) == []


def test_who_calls_themselves_like_a_currency_hides_no_amount() -> None:
    hostile = KnownNames([Person(("EUR",)), Person(("a",)), Person(("EUR March",))])
    assert list(hostile.spans("a bill over 950 EUR in March")) == []


def test_nobody_known_finds_nobody() -> None:
    assert list(KnownNames([]).spans("Anna Müller")) == []


def test_a_name_of_letters_without_case_needs_no_other_contact() -> None:
    assert len(list(KnownNames([Person(("田中太郎",))]).spans("田中太郎"))) == 1


def test_many_names_in_one_text_are_found_in_the_same_way() -> None:
    names = [f"Contact{chr(97 + one)}{chr(97 + two)} Client" for one in range(8) for two in range(8)]
    known = KnownNames([Person((name,)) for name in names])
    text = "; ".join(reversed(names))
    assert [text[each.start : each.end] for each in known.spans(text)] == names[::-1]
    assert [each.start for each in known.spans("xContactaa, Contactaa Contactaa")] == [12, 22]
