"""A bank's table is told from others by its heading, and what it does not prove is asked with answers that fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.bank.csv_recognition import is_export
from agents.connectors.bank.csv_study import NO_STATEMENT, Studied, digest_in, study, with_answer
from agents.connectors.bank.refusal import Refusal
from tests.connectors.bank.bank_room import IBAN, Export, csv_english, csv_german, table
from tests.connectors.bank.test_cuts import MOVES

if TYPE_CHECKING:
    from agents.connectors.bank.csv_profile import Profile

STRANGE = table("Tag;Wohin;Weg;Her;Zweck", "25.03.2026;a;1.250;;x", "26.03.2026;b;;7;y")
SHORT = table("Datum;Verwendungszweck;Betrag", "01.02.2026;a;1.250")


def studied(content: bytes, profiles: dict[str, Profile] | None = None, /, **answers: list[str]) -> Studied:
    found = study(content, "export.csv", profiles or {}, answers)
    assert isinstance(found, Studied), found
    return found


def asked(found: Studied) -> list[str]:
    return [each.about for each in found.questions]


@pytest.mark.parametrize(
    "content",
    [
        csv_german(Export(MOVES)),
        csv_german(Export(MOVES))[:300],
        csv_english(Export(MOVES)),
        SHORT,
        SHORT.decode().encode("utf-16"),
        SHORT.decode().encode("utf-8-sig"),
        b"\xc3(;\n" + SHORT,
        table("Date,Description,Amount", "x"),
        table("Datum;Soll;Haben", "x"),
        table("Wann;Valuta;Verwendungszweck;Betrag", "x"),
    ],
)
def test_an_export_of_a_bank_is_known_by_its_heading_even_when_it_is_damaged(content: bytes) -> None:
    assert is_export(content, ())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"words",
        STRANGE,
        table("Date;Amount;Weight"),
        table("Name;Email;Phone;City"),
        table("Date;Order;Description;Amount"),
        table("Datum;Artikelnummer;Menge;Verwendungszweck;Betrag"),
        table("Invoice number;Date;Due;Description;Amount"),
        table("Datum;Kundennummer;Text;Zweck;Betrag"),
    ],
)
def test_a_table_of_anything_else_is_none(content: bytes) -> None:
    assert not is_export(content, ())


def test_a_heading_that_has_a_note_is_known() -> None:
    assert is_export(STRANGE, {digest_in(STRANGE)})
    assert not is_export(SHORT[6:], {digest_in(STRANGE)})
    assert (digest_in(b"\x00"), digest_in(b"words")) == ("", "")


def test_columns_are_offered_by_what_stands_in_them() -> None:
    found = studied(STRANGE)
    assert asked(found) == ["day", "amount"]
    assert found.choices["day"] == ("Tag",)
    pairs = ("Weg is money out, Her is money in", "Her is money out, Weg is money in")
    assert found.choices["amount"] == pairs
    assert studied(table("Tag;A;B", "25.03.2026;a;5,00", "25.03.2026;b;6")).choices["amount"] == ("B",)
    assert found.rows == (
        "Tag | Wohin | Weg | Her | Zweck",
        "25.03.2026 | a | 1.250 |  | x",
        "26.03.2026 | b |  | 7 | y",
    )
    whole = studied(STRANGE, day=["Wer", "Tag"], amount=[pairs[0]], decimal=["comma: whatever"], **REST)
    assert whole.questions == ()
    assert [whole.kept.place(role) for role in ("day", "debit", "credit", "text")] == [0, 2, 3, 4]
    assert (whole.kept.date_order, whole.kept.decimal) == ("day-month-year", "comma")


REST = {"currency_of_all": ["eur"], "account_of_all": ["Checking"]}


def test_each_answer_says_what_it_would_mean() -> None:
    found = studied(SHORT)
    assert asked(found) == ["date_order", "decimal", "signs", "currency_of_all", "account_of_all"]
    assert found.choices["date_order"] == (
        "day-month-year: 01.02.2026 is 1 February 2026",
        "month-day-year: 01.02.2026 is 2 January 2026",
    )
    assert found.choices["decimal"] == ("comma: 1.250 is 1,250.00", "point: 1.250 is 1.25")
    assert found.choices["signs"] == ("as-written: 1.250 came in", "turned: 1.250 went out")
    turned = studied(
        SHORT, date_order=["month-day-year"], decimal=["point: 1.250 is 1.25"], signs=["odd", "turned"], **REST
    )
    assert (turned.kept.date_order, turned.kept.decimal, turned.kept.signs) == ("month-day-year", "point", "turned")
    assert (turned.kept.currency, turned.kept.account) == ("EUR", "Checking")


def test_an_answer_that_means_nothing_or_is_not_needed_does_not_count() -> None:
    profile = studied(SHORT).used
    for about, words in (
        ("date_order", "the day"),
        ("currency_of_all", "euros"),
        ("account_of_all", NO_STATEMENT),
        ("day", "Tag"),
        ("amount", "Soll is money out, Haben is money in"),
    ):
        assert with_answer(profile, about, words) is None
    german = studied(csv_german(Export(MOVES)), account_of_all=["Savings"], date_order=["month-day-year"])
    assert (german.questions, german.kept.account, german.kept.date_order) == ((), "", "day-month-year")


def test_an_account_said_for_one_file_only_is_not_kept() -> None:
    content = table("Datum;Verwendungszweck;Betrag;Währung", "25.03.2026;a;-1,50;EUR")
    found = studied(content, account_of_all=["Checking, this file only"])
    assert (found.questions, found.used.account, found.kept.account) == ((), "Checking", "")
    assert asked(studied(content, {found.kept.digest: found.kept})) == ["account_of_all"]
    named = study(content, f"{IBAN}.csv", {}, {})
    assert isinstance(named, Studied)
    assert named.questions == ()


def test_what_cannot_be_read_is_refused_whatever_is_answered() -> None:
    for content in (b"words", b"\x00", SHORT + b"32.13.2026;b;1"):
        assert isinstance(study(content, "", {}, {"date_order": ["day-month-year"]}), Refusal)


def test_lines_above_the_heading_may_be_cut_and_quoted_otherwise() -> None:
    content = b'"Account","K 1"\n"Period","2026"\n\n' + table("Datum;Verwendungszweck;Betrag", "25.03.2026;a;-1,50")
    assert asked(studied(content)) == ["currency_of_all", "account_of_all"]
    assert isinstance(study(content + b'26.03.2026;"b', "", {}, {}), Refusal)
