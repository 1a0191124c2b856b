"""Ids that last, whatever a bank puts into them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from agents.connectors.bank.identity import real_id, with_ids
from agents.connectors.bank.statement import BankLine, Statement
from tests.connectors.bank.bank_room import IBAN, new_lines

DAY = date(2026, 3, 25)
LINE = BankLine("", DAY, Decimal("5.00"), "EUR", "Acme", "Invoice 7", "E-7", "DE02")


def ids(*lines: BankLine, account: str = IBAN) -> list[str]:
    return [line.bank_id for line in with_ids("csv", [Statement(account, "EUR", lines)])[0].lines]


@pytest.mark.parametrize(
    "text", ["", "NONREF", "NotProvided", "notprovided ", "not provided", "0000", "000-0", "N/A", "-", "none"]
)
def test_words_for_nothing_are_no_ids(text: str) -> None:
    assert real_id(text) == ""


@pytest.mark.parametrize("text", ["A1", "00001", "2026 7"])
def test_an_id_is_one(text: str) -> None:
    assert real_id(f" {text}\n") == text


def test_equal_lines_are_numbered_and_everything_that_differs_counts() -> None:
    lines = [
        LINE,
        LINE,
        replace(LINE, text="Invoice 8"),
        replace(LINE, amount=Decimal("5.01")),
        replace(LINE, day=DAY + timedelta(days=1)),
        replace(LINE, bank_id="A1"),
        replace(LINE, bank_id="A1"),
        replace(LINE, bank_id="A1", day=DAY + timedelta(days=1)),
    ]
    assert len(set(ids(*lines))) == len(lines)
    assert ids(LINE) != ids(LINE, account="other")


def test_wrapping_and_capitals_of_a_text_do_not_count_and_with_an_id_no_text_does() -> None:
    assert ids(LINE) == ids(replace(LINE, text="INVOICE  7", party="ACME"))
    assert ids(replace(LINE, bank_id="A1")) == ids(replace(LINE, bank_id="A1", text="other"))


def test_a_day_told_in_part_and_then_whole_brings_what_is_new() -> None:
    part, whole = (with_ids("csv", [Statement(IBAN, "EUR", (LINE,) * count)]) for count in (1, 3))
    known = {line.bank_id for line in new_lines((), part)}
    assert len(new_lines(known, whole)) == 2
    assert len(new_lines((), whole)) == 3
