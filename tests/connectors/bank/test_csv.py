"""CSV exports: what is proven, asked and refused, order and balances, and the last line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agents.connectors.bank.csv_profile import NeedsProfile, Profile
from agents.connectors.bank.reader import read_statements
from agents.connectors.bank.statement import Balance
from tests.connectors.bank.bank_room import IBAN, OTHER, amounts, asked, read, refused, table

TODAY = date(2026, 3, 25)


HEAD = "Buchungstag;Text;Verwendungszweck;Betrag;Währung;Konto"


def rows(*cells: str) -> bytes:
    return table(HEAD, *(f"{cell};EUR;K1" for cell in cells))


def test_day_and_month_are_proven_by_any_row_or_asked() -> None:
    assert read(rows("01/02/2026;;a;-1,00", "25/02/2026;;b;-1,00"))[0].lines[0].day == date(2026, 2, 1)
    assert read(rows("01/02/2026;;a;-1,00", "02/25/2026;;b;-1,00"))[0].lines[0].day == date(2026, 1, 2)
    assert read(rows("2026-01-02;;a;-1,00"))[0].lines[0].day == date(2026, 1, 2)
    assert "day or month" in asked(rows("01.02.2026;;a;-1,00", "03.04.2026;;b;-1,00")).questions[0].words
    assert read(rows("02.02.2026;;a;-1,00", "03.03.2026;;b;-1,00"))[0].lines[0].day == date(2026, 2, 2)
    assert "fits every date" in refused(rows("25/02/2026;;a;-1,00", "02/25/2026;;b;-1,00")).sentence


def test_the_day_of_value_proves_the_order_too() -> None:
    content = table(
        "Date;Value date;Description;Amount;Currency;Account",
        "01/02/2026;25/02/2026;a;-1.50;EUR;K",
        "02/02/2026;-;b;1.50;EUR;K",
    )
    assert read(content)[0].lines[0].day == date(2026, 2, 1)


def test_the_decimal_mark_is_proven_by_any_row_or_asked() -> None:
    day = "25.03.2026;;a;"
    assert amounts(rows(day + "-1.250", day + "7,5")) == [Decimal("-1250.00"), Decimal("7.50")]
    assert amounts(rows(day + "-1,250", day + "7.5")) == [Decimal("-1250.00"), Decimal("7.50")]
    assert amounts(rows(day + "-1.234")) == [Decimal("-1234.00")]  # no euro has 1.234 parts
    assert amounts(rows(day + "-12")) == [Decimal("-12.00")]
    assert "before the cents" in asked(rows(day + "1.250")).questions[0].words
    assert "fits every amount" in refused(rows(day + "1.250,5", day + "7.5")).sentence


def test_dollars_are_of_many_countries_and_asked_about() -> None:
    head = "Date,Type,Description,Amount ($),Account"
    content = table(head, '01/31/2026,ACH,a,"-$1,574.04",K', "01/30/2026,ACH,b,$2.00,K")
    assert [each.about for each in asked(content).questions] == ["currency_of_all"]
    kept = replace(asked(content).profile, currency="CAD")
    (found,) = read(content, profiles={kept.digest: kept})
    assert [(line.amount, line.currency) for line in found.lines] == [
        (Decimal("2.00"), "CAD"),
        (Decimal("-1574.04"), "CAD"),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("-1.234,50", "-1234.50"),
        ("1.234,50-", "-1234.50"),
        ("+1.234,50", "1234.50"),
        ("−1.234,50", "-1234.50"),
        ("(1.234,50)", "-1234.50"),
        ("1.234,50 EUR", "1234.50"),
        ("EUR 1.234,50", "1234.50"),
        ("-€1.234,50", "-1234.50"),
        ("€ -1.234,50", "-1234.50"),
        ("1 234,50 €", "1234.50"),
        ("1'234,50", "1234.50"),
        ("1234,5", "1234.50"),
        ("1234,500", "1234.50"),
        (",50", "0.50"),
    ],
)
def test_amounts_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert amounts(rows(f"25.03.2026;;a;{written}", "25.03.2026;;b;-0,05"))[0] == Decimal(meant)


def test_amounts_without_any_sign_are_asked_about_unless_balances_or_words_show_it() -> None:
    question = asked(rows("25.03.2026;;a;2,00"))
    assert "No amount has a minus" in question.questions[0].words
    for signs, meant in (("as-written", "2.00"), ("turned", "-2.00")):
        kept = Profile(question.profile.heading, question.profile.columns, signs=signs)
        (found,) = read(rows("25.03.2026;;a;2,00"), profiles={kept.digest: kept})
        assert found.lines[0].amount == Decimal(meant)
    assert amounts(rows("25.03.2026;;a;+2,00")) == [Decimal("2.00")]
    words = table("Datum;Type;Betrag;Währung;Konto", "25.03.2026;Debit;2,00;EUR;K", "25.03.2026;Credit;3,00;EUR;K")
    assert amounts(words) == [Decimal("-2.00"), Decimal("3.00")]
    signed = table("Datum;Type;Betrag;Währung;Konto", "25.03.2026;Debit;-2,00;EUR;K", "25.03.2026;Debit;3,00;EUR;K")
    assert amounts(signed) == [Decimal("-2.00"), Decimal("3.00")]
    head = "Datum;Verwendungszweck;Betrag;Saldo;Währung;Konto"
    card = table(head, "25.03.2026;a;5,00;-5,00;EUR;K", "26.03.2026;b;5,00;-10,00;EUR;K")
    assert "set `signs` there to turned" in refused(card).hint
    draft = asked(card[: card.rindex(b"26.03")]).profile
    kept = Profile(draft.heading, draft.columns, signs="turned")
    assert [line.amount for line in read(card, profiles={kept.digest: kept})[0].lines] == [Decimal("-5.00")] * 2


def test_the_newest_first_is_turned_round_by_balances_or_days() -> None:
    head = "Datum;Verwendungszweck;Betrag;Saldo;Währung;Konto"
    same_day = table(head, "25.03.2026;b;2,00;13,00;EUR;K", "25.03.2026;a;-1,00;11,00;EUR;K")
    assert [line.text for line in read(same_day)[0].lines] == ["a", "b"]
    mixed = table(
        head, "26.03.2026;c;4,00;17,00;EUR;K", "25.03.2026;a;-1,00;11,00;EUR;K", "25.03.2026;b;2,00;13,00;EUR;K"
    )
    assert [line.text for line in read(mixed)[0].lines] == ["a", "b", "c"]
    by_days = table("Datum;Verwendungszweck;Betrag;Währung;Konto", "26.03.2026;b;-1;EUR;K", "25.03.2026;a;1;EUR;K")
    assert [line.text for line in read(by_days)[0].lines] == ["a", "b"]
    gaps = table(head, "25.03.2026;a;-1,00;;EUR;K", "25.03.2026;b;2,00;13,00;EUR;K", "26.03.2026;c;4,00;;EUR;K")
    assert read(gaps)[0].closing == Balance(date(2026, 3, 26), Decimal("17.00"))


def test_the_account_comes_from_the_rows_the_lines_above_the_name_or_the_profile() -> None:
    body = ("Datum;Verwendungszweck;Betrag;Währung", "25.03.2026;a;-1,00;EUR")
    assert read(table(*body), f"umsaetze_{IBAN}_2026.csv")[0].account == IBAN
    assert read(table(f"IBAN: {IBAN[:4]} {IBAN[4:]};", *body), OTHER)[0].account == IBAN
    question = asked(table(f"{IBAN} {OTHER}", f"{OTHER};", *body))
    assert "Which of your accounts" in question.questions[0].words
    kept = Profile(question.profile.heading, question.profile.columns, account="K7")
    assert read(table(*body), profiles={kept.digest: kept})[0].account == "K7"


def test_what_the_heading_does_not_say_is_asked() -> None:
    assert (
        "Which currency"
        in asked(table("Datum;Verwendungszweck;Betrag;Konto", "25.03.2026;a;-1,00;K")).questions[0].words
    )
    strange = asked(table("Tag;Wohin;Wieviel", "25.03.2026;a;-1,00"))
    assert len(strange.questions) == 2
    assert strange.profile.heading == ("Tag", "Wohin", "Wieviel")
    decided = Profile(
        strange.profile.heading,
        (("day", "Tag"), ("party", "Wohin"), ("amount", "Wieviel")),
        currency="EUR",
        account="K",
    )
    assert (
        read(table("Tag;Wohin;Wieviel", "25.03.2026;a;-1,00"), profiles={decided.digest: decided})[0].lines[0].party
        == "a"
    )


def test_the_unit_of_the_cells_or_of_the_heading_is_the_currency() -> None:
    assert read(table("Datum;Verwendungszweck;Betrag;Konto", "25.03.2026;a;-1,00 CHF;K"))[0].currency == "CHF"
    assert read(table("Datum;Verwendungszweck;Betrag in EUR;Konto", "25.03.2026;a;-1,00;K"))[0].currency == "EUR"
    two = table("Datum;Verwendungszweck;Betrag;Konto", "25.03.2026;a;-1,00 CHF;K", "25.03.2026;a;-1,00 EUR;K")
    assert isinstance(read_statements(two, "x", {}), NeedsProfile)


def test_columns_with_one_name_are_told_apart() -> None:
    content = table("Datum;Verwendungszweck;Saldo;Währung;Betrag;Währung;Konto", "25.03.2026;a;-1,00;EUR;-1,00;EUR;K")
    assert read(content)[0].currency == "EUR"


def test_all_columns_of_text_are_one_text_and_the_kind_stands_in() -> None:
    head = "Datum;Buchungstext;Verwendungszweck;Memo;Betrag;Währung;Konto"
    (found,) = read(table(head, "25.03.2026;ART;a;b;-1,00;EUR;K", "25.03.2026;ART;;;-1,00;EUR;K"))
    assert [line.text for line in found.lines] == ["a b", "ART"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (rows("25.03.2026;;a;-1,00", "2x.03.2026;;a;-1,00"), "Line 3 is no whole movement"),
        (rows("25.03.2026;;a;-1,00", ";;total;-1,00"), "Line 3 is no whole movement"),
        (rows("25.03.2026;;a;-1,00", "25.03.2026;;a;"), "Line 3: nothing cannot be read as amount"),
        (rows("25.03.2026;;a;x;-1,00"), "more cells than the heading"),
        (rows("25.03.2026;;a;-1,0055"), "fits every amount"),
        (rows("25.03.2026;;a;viel"), "fits every amount"),
        (rows("25.03.2026;;a;-1,00 USD"), "names two currencies, USD and EUR"),
        (rows("25.03.2026;;a;-1,00").replace(b"EUR", b"Euro"), "Euro cannot be read as currency"),
        (rows("25.03.2026;;a;-1,00").replace(b"K1", b""), "nothing cannot be read as account"),
        (rows("25.03.2026;;a;-1,00", "25.03.2026;;a;-1,00;USD;K1\n25.03.2026;;a;2,00"), "movements in USD too"),
        (table(HEAD), "no booked movement"),
        (table(HEAD, "25.03.2026;;a;-1,00"), "Line 2 is no whole movement"),
        (table(HEAD, '25.03.2026;;"a;-1,00;EUR;K1'), "ends within quotes"),
        (table(HEAD, "x" * 30_000), "20,000 letters"),
        (
            table("Datum;Verwendungszweck;Soll;Haben;Währung;Konto", "25.03.2026;a;-1,00;-1,00;EUR;K"),
            "in both columns",
        ),
        (
            table("Datum;Verwendungszweck;Soll;Haben;Währung;Konto", "25.03.2026;a;;;EUR;K"),
            "cannot be read as debit",
        ),
        (table("Datum;Status;Betrag;Währung;Konto", "25.03.2026;rätselhaft;-1,00;EUR;K"), "status rätselhaft"),
        (table("Datum;Text;S/H;Betrag;Währung;Konto", "25.03.2026;a;H;-1,00;EUR;K"), "cannot be read as flag"),
        (
            table(
                "Datum;Text;Betrag;Saldo;Währung;Konto",
                "25.03.2026;a;-1,00;5,00;EUR;K",
                "25.03.2026;a;-1,00;7,00;EUR;K",
            ),
            "balance in line 3 does not follow",
        ),
        (table("Datum;Betrag", "a;b"), "no whole movement"),
        (table("just some words"), "no format"),
        (table("1;2;3", "4;5;6"), "no format"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(content: bytes, said: str) -> None:
    assert said in refused(content).sentence


@pytest.mark.parametrize(
    ("heading", "cells", "whole"),
    [
        (
            "Konto;Währung;Datum;Verwendungszweck;Betrag",
            ("K;EUR;25.03.2026;a;-1,00", "K;EUR;25.03.2026;b;1.234,50"),
            True,
        ),
        (
            "Konto;Währung;Datum;Verwendungszweck;Betrag",
            ("K;EUR;25.03.2026;a;-1,00", "K;EUR;25.03.2026;b;1.234,5"),
            False,
        ),
        (
            "Konto;Währung;Datum;Verwendungszweck;Betrag",
            ("K;EUR;25.03.2026;a;1,00-", "K;EUR;25.03.2026;b;1,50"),
            False,
        ),
        ("Konto;Datum;Betrag;Währung", ("K;25.03.2026;-1,00;EUR", "K;25.03.2026;-1,00;EUR"), True),
        ("Konto;Datum;Betrag;Währung", ("K;25.03.2026;-1,00;EUR",), False),
        (
            "Konto;Währung;Datum;Betrag;Verwendungszweck",
            ("K;EUR;25.03.2026;-1,00;a", "K;EUR;25.03.2026;-1,00;a"),
            False,
        ),
        ("Konto;Währung;Datum;Betrag;Verwendungszweck", ('K;EUR;25.03.2026;-1,00;"a"',), False),
        ("Währung;Datum;Betrag;Konto", ('EUR;25.03.2026;-1,00;"K"',), True),
        ("Konto;Währung;Datum;Betrag;Notiz", ("K;EUR;25.03.2026;-1,00;", "K;EUR;25.03.2026;-1,00;"), True),
    ],
)
def test_a_last_line_without_end_must_show_that_it_is_whole(heading: str, cells: tuple[str, ...], whole: bool) -> None:  # noqa: FBT001 (a case)
    content = table(heading, *cells, end="")
    if whole:
        assert len(read(content)[0].lines) == len(cells)
    else:
        assert "no end" in refused(content).sentence
