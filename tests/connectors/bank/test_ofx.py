"""OFX and QFX as they are found: SGML and XML, closed or not, with what banks put in them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agents.connectors.bank.statement import Balance
from tests.connectors.bank.bank_room import IBAN, Export, Move, ofx, read, refused

DAY = date(2026, 3, 25)
MOVES = [Move(DAY, Decimal("10.00"), "Acme & Sons", "Invoice < 7", "F1"), Move(DAY, Decimal("-2.50"), own="F2")]


def changed(*pairs: tuple[str, str]) -> bytes:
    text = ofx(Export(MOVES)).decode("cp1252")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text.encode("cp1252")


def test_sgml_is_read() -> None:
    (found,) = read(ofx(Export(MOVES)))
    assert (found.account, found.currency, found.opening) == (IBAN, "EUR", None)
    assert found.closing == Balance(DAY, Decimal("1007.50"))
    assert [(line.amount, line.party, line.text) for line in found.lines] == [
        (Decimal("10.00"), "Acme & Sons", "Invoice < 7"),
        (Decimal("-2.50"), "Acme GmbH", "Rechnung 2026-001"),
    ]


def test_xml_is_read_alike() -> None:
    text = ofx(Export(MOVES)).decode("cp1252")
    for name in ("TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "NAME", "MEMO"):
        text = "".join(
            f"{line}</{name}>\r\n" if line.startswith(f"<{name}>") else f"{line}\r\n" for line in text.splitlines()
        )
    body = text[text.index("<OFX>") :]
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n{body}'
    assert read(xml.encode()) == read(ofx(Export(MOVES)))


@pytest.mark.parametrize("text", ["1.234,50", "+1,234.50", "1234,5", "0001234.50"])
def test_an_amount_with_marks_between_thousands_is_read(text: str) -> None:
    (found,) = read(changed(("<TRNAMT>10.00", f"<TRNAMT>{text}"), ("<BALAMT>1007.50", "<BALAMT>1.007,50")))
    assert found.lines[0].amount == Decimal("1234.50")
    assert found.closing == Balance(DAY, Decimal("1007.50"))


@pytest.mark.parametrize("text", ["1.234", "1.23,50", "1.234.50", "1,234,567"])
def test_an_amount_that_could_be_two_is_refused(text: str) -> None:
    assert "amount that cannot be read" in refused(changed(("<TRNAMT>10.00", f"<TRNAMT>{text}"))).sentence


def test_the_currency_of_all_movements_is_that_of_a_statement_that_says_none() -> None:
    said = "<CURRENCY><CURRATE>1.0<CURSYM>AUD</CURRENCY>"
    nothing = ("<CURDEF>EUR", "<CURDEF></CURDEF>")
    assert read(changed(nothing, ("<TRNTYPE>OTHER", f"{said}<TRNTYPE>OTHER")))[0].currency == "AUD"
    assert "its currency" in refused(changed(nothing)).sentence
    two = ("<TRNAMT>10.00", "<CURRENCY><CURSYM>NZD</CURRENCY><TRNAMT>10.00")
    other = ("<TRNAMT>-2.50", f"{said}<TRNAMT>-2.50")
    assert "its currency" in refused(changed(nothing, two, other)).sentence


def test_all_lists_of_a_statement_are_read() -> None:
    again = "</BANKTRANLIST><BANKTRANLIST><DTSTART>20260301<DTEND>20260324"
    content = changed(("<DTPOSTED>20260325120000[0:GMT]\r\n<TRNAMT>-2.50", "<DTPOSTED>20260324\r\n<TRNAMT>-2.50"))
    two = content.replace(b"</STMTTRN>\r\n<STMTTRN>", f"</STMTTRN>{again}<STMTTRN>".encode())
    assert two != content
    assert read(two) == read(content)
    assert read(two)[0].closing == Balance(DAY, Decimal("1007.50"))


def test_what_stands_in_a_comment_is_not_there() -> None:
    assert read(changed(("<CURDEF>EUR", "<CURDEF>EUR<!-- <CURDEF>USD\r\n-->"))) == read(changed())
    assert "its currency" in refused(changed(("<CURDEF>EUR", "<!-- <CURDEF>EUR -->"))).sentence


def test_a_card_and_its_payees_are_read() -> None:
    (found,) = read(
        changed(
            ("STMTRS>", "CCSTMTRS>"),
            ("BANKACCTFROM>", "CCACCTFROM>"),
            ("<NAME>Acme GmbH\r\n", "<PAYEE><NAME>Shop</NAME><CITY>Bonn</PAYEE>"),
        )
    )
    assert [line.party for line in found.lines] == ["Acme & Sons", "Shop"]


def test_the_other_account_and_numbers_of_cheques_are_read() -> None:
    more = "<BANKACCTTO><BANKID>BIC1<ACCTID>de 02</BANKACCTTO><CHECKNUM>77"
    (found,) = read(changed(("<MEMO>Invoice &lt; 7", f"{more}<MEMO><![CDATA[a <b> & c]]>")))
    line = found.lines[0]
    assert (line.iban, line.reference, line.text) == ("DE02", "77", "a <b> & c")


def test_a_decimal_comma_is_one() -> None:
    assert read(changed(("-2.50", "-2,50")))[0].lines[1].amount == Decimal("-2.50")


def test_a_text_that_is_missing_is_the_name() -> None:
    assert read(changed(("<MEMO>Rechnung 2026-001", "")))[0].lines[1].text == "Acme GmbH"


def test_the_newest_first_is_turned_round() -> None:
    moves = [Move(date(2026, 3, day), Decimal(day), own=str(day)) for day in (20, 10)]
    content = ofx(Export(moves)).replace(b"<DTEND>20260310", b"<DTEND>20260320")
    assert [line.day.day for line in read(content)[0].lines] == [10, 20]


@pytest.mark.parametrize(
    "pair",
    [
        ("<DTASOF>20260325", "<DTASOF>20260326"),
        ("<DTASOF>20260325", "<DTASOF>20260324"),
        ("<DTASOF>20260325", ""),
        ("<DTEND>20260325", ""),
    ],
)
def test_a_balance_of_another_day_is_not_the_closing_one(pair: tuple[str, str]) -> None:
    assert read(changed(pair))[0].closing is None


def test_pending_movements_are_left_out_and_counted() -> None:
    pending = "<BANKTRANLISTP><DTASOF>20260325<STMTTRNP><TRNAMT>1.00</STMTTRNP></BANKTRANLISTP></STMTRS>"
    assert read(changed(("</STMTRS>", pending)))[0].left_out == 1


def test_a_movement_in_another_currency_is_refused() -> None:
    more = "<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY></STMTTRN>"
    assert "movements in USD too" in refused(changed(("</STMTTRN>", more))).sentence


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (("-2.50", "1.234.50"), "amount that cannot be read"),
        (("<DTPOSTED>20260325", "<DTPOSTED>20260231"), "date that cannot be read"),
        (("<BALAMT>1007.50", "<BALAMT>lots"), "balance cannot be read"),
        (("<CURDEF>EUR", ""), "account or its currency"),
        (("<FITID>F1", "<FITID>F1<CORRECTFITID>F0"), "corrects movements"),
        (("<OFX>", "<OFX>" * 30), "nested deeper"),
        (("</OFX>", ""), "end of the file is missing"),
        (("</BANKTRANLIST>", ""), "closes STMTRS"),
        (("STMTRS>", "XSTMTRS>"), "no statement of a bank account"),
        (("</STMTRS>", "</STMTRS><INVSTMTRS>"), "no statement of a bank account"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(pair: tuple[str, str], said: str) -> None:
    assert said in refused(changed(pair)).sentence
