"""The format is decided by the content, and what is no statement is refused in words the owner understands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agents.connectors.bank import reader, refusal
from agents.connectors.bank.amounts import machine_amount
from agents.connectors.bank.csv_values import read_cell, read_day
from agents.connectors.bank.refusal import MAX_BYTES, MAX_ROWS, told
from tests.connectors.bank.bank_room import FORMATS, Export, Move, camt053, csv_german, ofx, read, refused

MOVES = [Move(date(2026, 3, 25), Decimal("-5.00"), "Müller & Söhne", "für März", "B1")]
TABLE = "Datum;Verwendungszweck;Betrag;Währung;Konto\n25.03.2026;für Müller;-1,00;EUR;K\n"


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_name_of_a_file_decides_nothing(form: str) -> None:
    (found,) = read(FORMATS[form](Export(MOVES)), "photo.jpg")
    assert (found.lines[0].party, found.lines[0].text) == ("Müller & Söhne", "für März")
    assert found.lines[0].bank_id.startswith(form.partition("-")[0] + ":")


def test_the_mark_of_a_file_s_end_is_no_part_of_it() -> None:
    assert read(TABLE.encode() + b"\x1a") == read(TABLE.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-1"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    assert read(TABLE.encode(encoding))[0].lines[0].text == "für Müller"


def test_line_ends_of_every_kind_are_read() -> None:
    assert (
        read(TABLE.replace("\n", "\r\n").encode()) == read(TABLE.replace("\n", "\r").encode()) == read(TABLE.encode())
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7", "a PDF"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b"<HTML><body>", "a web page"),
        (b"PK\x03\x04....", "ZIP archive"),
        (b" \n", "empty"),
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0" * 10, "no format"),
        (TABLE.encode("utf-16")[:-1], "middle of a letter"),
        (TABLE.encode()[: TABLE.encode().index("ü".encode()) + 1], "middle of a letter"),
        (TABLE.encode().decode("cp1252").encode(), "broken by an earlier conversion"),
        (TABLE.encode() + "ü".encode("cp1252"), "broken by an earlier conversion"),
        (TABLE.replace("ü", "\ufffd").encode(), "broken by an earlier conversion"),
        (TABLE.encode("cp1252") + b"\x81", "in no encoding"),
        (TABLE.encode() + b"\x00", "bytes that no text has"),
        (TABLE.replace("Müller", "M\x01ller").encode(), "bytes that no text has"),
        (b"a" * (MAX_BYTES + 1), "are read at most"),
        (b"<a>" + b" " * MAX_BYTES, "are read at most"),
        (TABLE.encode() + b"\n" * (MAX_ROWS + 200), "more than 100,000 movements"),
        (b"<Document><Stmt>" + b"<Ntry/>" * (MAX_ROWS + 1) + b"</Stmt></Document>", "more than 100,000 movements"),
        (b"<OFX>" + b"<STMTTRN>" * (MAX_ROWS + 1), "more than 100,000 movements"),
        (b":20:a\n:25:b\n" + b":61:\n" * (MAX_ROWS + 1), "more than 100,000 movements"),
    ],
)
def test_what_is_no_statement_is_refused_with_its_reason(content: bytes, said: str) -> None:
    assert said in refused(content).sentence


def test_a_cap_of_movements_counts_all_parts_of_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal, "MAX_ROWS", 2)
    assert "more than 2 movements" in refused(camt053(Export(MOVES * 3))).sentence


def test_other_xml_and_other_ofx_are_told_apart() -> None:
    assert "no bank statement" in refused(b"\xef\xbb\xbf<?xml version='1.0'?><rss/>").sentence
    assert read(b"\n" + ofx(Export(MOVES))) == read(ofx(Export(MOVES)))


def test_a_sentence_shows_a_short_clean_piece_of_the_file() -> None:
    assert told("a\nb\u202e") == "a b"
    assert told("x" * 100) == "x" * 80 + "…"


def test_everything_for_an_importer_is_in_one_place() -> None:
    assert all(hasattr(reader, name) for name in reader.__all__)


@pytest.mark.parametrize("text", ["1" * 19, "1,0,0", "", "-", "1e5", "٣"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert machine_amount(text, "EUR") is None


def test_amounts_have_the_places_of_their_currency() -> None:
    assert str(machine_amount("1.5", "KWD")) == "1.500"
    assert str(machine_amount("-,5", "EUR")) == "-0.50"
    assert machine_amount("1.505", "EUR") is None
    assert machine_amount("1" * 18, "EUR") == Decimal("1" * 18)


def test_cells_that_are_far_too_long_are_nothing() -> None:
    assert read_cell("1" * 41) is None
    assert read_day("1" * 41, "day-month-year") is None
    assert read_day("2026-13-01", "year-month-day") is None
    assert read_day("01.01.1900", "day-month-year") is None
    assert read_day("26.01.02", "year-month-day") is None
    assert read_day("05 Foo 2026", "day-month-year") is None
    assert read_day("05-Mai-26", "day-month-year") == date(2026, 5, 5)
    assert read_day("2026-03-25T10:00:00", "year-month-day") == date(2026, 3, 25)


def test_the_lines_above_the_heading_may_be_many() -> None:
    head = "".join(f"remark {number};\n" for number in range(90))
    assert len(read(head.encode() + csv_german(Export(MOVES)).decode("cp1252").encode())) == 1
