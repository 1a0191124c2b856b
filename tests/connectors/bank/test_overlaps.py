"""Overlapping exports of one year, through every format: no movement twice, none lost, whatever is equal."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.connectors.bank.csv_profile import NeedsProfile, Profile
from agents.connectors.bank.reader import learn, read_statements
from agents.connectors.bank.refusal import Refusal
from tests.connectors.bank.bank_room import BEFORE, FORMATS, Export, Move, new_lines

FIRST = date(2026, 1, 1)
# few amounts and texts, so that much is equal
MOVES = st.builds(
    Move,
    day=st.integers(0, 12).map(lambda n: FIRST + timedelta(days=9 * n)),
    amount=st.sampled_from([Decimal("10.00"), Decimal("-10.00"), Decimal("1250.50"), Decimal("-0.01")]),
    party=st.sampled_from(["Acme GmbH", "Müller & Söhne"]),
    text=st.sampled_from(["Rechnung 1", "Rechnung 2 für März"]),
)
YEARS = st.lists(MOVES, min_size=1, max_size=25).map(lambda moves: sorted(moves, key=lambda move: move.day))
# a window ends within a day only at the newest movement there was then: an export made during that day
WINDOWS = st.lists(st.tuples(st.integers(0, 25), st.integers(1, 25)), min_size=1, max_size=5)


def window(year: list[Move], start: int, length: int) -> Export | None:
    """Whole days from some day on, the last one perhaps only in part."""
    while 0 < start < len(year) and year[start - 1].day == year[start].day:
        start -= 1
    moves = year[start : start + length]
    before = sum((move.amount for move in year[:start]), BEFORE)
    return Export(moves, before) if moves else None


def with_own_ids(year: list[Move], kind: str) -> list[Move]:
    """None, unique ones, ones that begin again each day, or one and the same for all."""
    seen: Counter[date] = Counter()
    found = []
    for number, move in enumerate(year):
        seen[move.day] += 1
        own = {"none": "", "unique": f"B{number}", "daily": f"{seen[move.day]:05}", "constant": "NOTPROVIDED"}[kind]
        found.append(Move(move.day, move.amount, move.party, move.text, own))
    return found


@pytest.mark.parametrize("form", sorted(FORMATS))
@settings(max_examples=60, deadline=None)
@given(year=YEARS, windows=WINDOWS, ids=st.sampled_from(["none", "unique", "daily", "constant"]))
def test_overlapping_windows_neither_double_nor_lose(
    form: str, year: list[Move], windows: list[tuple[int, int]], ids: str
) -> None:
    moves = with_own_ids(year, ids)
    profiles: dict[str, Profile] = {}
    booked: dict[str, tuple[date, Decimal, str]] = {}
    told: set[int] = set()
    for start, length in [*windows, (0, len(moves))]:
        export = window(moves, start, length)
        if export is None:
            continue
        content = FORMATS[form](export)
        if learnt := learn(content, profiles):
            profiles[learnt.digest] = learnt
        statements = read_statements(content, "export", profiles)
        if isinstance(statements, NeedsProfile):  # too few rows to prove an order, and nothing was taken
            continue
        assert not isinstance(statements, Refusal), statements
        for line in new_lines(booked, statements):
            assert line.bank_id not in booked
            booked[line.bank_id] = (line.day, line.amount, line.text)
        told |= {number for number, move in enumerate(moves) if any(move is each for each in export.moves)}
    assert Counter(booked.values()) == Counter(moves[number].plain for number in told)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_same_file_again_brings_nothing(form: str) -> None:
    moves = [Move(FIRST + timedelta(days=n // 2 + 20), Decimal("5.00")) for n in range(20)]
    content = FORMATS[form](Export(moves))
    statements = read_statements(content, "export", {})
    assert isinstance(statements, tuple)
    known = {line.bank_id for line in new_lines((), statements)}
    assert len(known) == len(moves)
    assert new_lines(known, statements) == []
