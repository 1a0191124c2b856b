"""A file that was cut anywhere, damaged or made up is refused, or says what the whole one says; nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.connectors.bank.csv_profile import NeedsProfile
from agents.connectors.bank.reader import learn, read_statements
from agents.connectors.bank.refusal import Refusal
from tests.connectors.bank.bank_room import FORMATS, Export, Move

if TYPE_CHECKING:
    from agents.connectors.bank.statement import Statement

MOVES = [
    Move(date(2026, 1, 13) + timedelta(days=n), Decimal("-1234.50") * (-1) ** n, "Müller & Söhne", f"Rechnung {n}")
    for n in range(6)
]
BEGINS = [
    b"",
    b"<?xml version='1.0'?><Document>",
    b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt>",
    b"OFXHEADER:100\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST>",
    b":20:X\n:25:1\n:60F:C260101EUR1,00\n:61:",
    b"Buchungstag;Betrag;IBAN\n01.01.2026;",
    b"\xff\xfe",
]


def lines_of(statements: tuple[Statement, ...]) -> list[object]:
    return [(each.account, line) for each in statements for line in each.lines]


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_a_file_cut_at_any_byte_is_refused_or_says_a_part_of_the_whole(form: str) -> None:
    content = FORMATS[form](Export(MOVES))
    whole = read_statements(content, "export", {})
    assert isinstance(whole, tuple)
    for end in range(len(content)):
        found = read_statements(content[:end], "export", {})
        if isinstance(found, tuple):
            told, part = lines_of(whole), lines_of(found)
            assert part in (told[: len(part)], told[len(told) - len(part) :]), end
            assert form.startswith("csv") or part == told, end


@pytest.mark.parametrize("form", ["camt", "mt940"])
def test_a_movement_taken_out_is_noticed_by_the_balances(form: str) -> None:
    class Short(Export):
        @property
        def closing(self) -> Decimal:
            return Export(MOVES).closing

    found = read_statements(FORMATS[form](Short(MOVES[:-1])), "export", {})
    assert isinstance(found, Refusal)
    assert "ends with" in found.sentence


def test_a_row_taken_out_of_a_table_with_balances_is_noticed() -> None:
    lines = FORMATS["csv-german"](Export(MOVES)).splitlines(keepends=True)
    found = read_statements(b"".join(lines[:6] + lines[7:]), "export", {})
    assert isinstance(found, Refusal)
    assert "does not follow" in found.sentence


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BEGINS), st.binary(max_size=400))
def test_made_up_bytes_never_raise(begin: bytes, rest: bytes) -> None:
    found = read_statements(begin + rest, "export", {})
    assert isinstance(found, Refusal | NeedsProfile)
    learn(begin + rest, {})


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FORMATS)), st.integers(0, 5_000), st.binary(max_size=6), st.integers(0, 3))
def test_a_damaged_file_never_raises(form: str, at: int, put_in: bytes, taken_out: int) -> None:
    content = FORMATS[form](Export(MOVES))
    damaged = content[:at] + put_in + content[at + taken_out :]
    assert isinstance(read_statements(damaged, "export", {}), Refusal | NeedsProfile | tuple)
    learn(damaged, {})
