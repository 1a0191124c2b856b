"""What a statement adds to the days that are booked already, from whatever file, and when nothing proves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from agents.connectors.bank.overlaps import of_table, untold_lines
from agents.connectors.bank.statement import Balance, BankLine, Statement
from agents.connectors.book_figures import SourceRow

DAY = date(2026, 3, 1)


def statement(*moves: tuple[int, str], closing: str = "", form: str = "csv") -> Statement:
    """Movements of days of March by amount; ids are by their place."""
    lines = tuple(
        BankLine(f"{form}:{at}", DAY + timedelta(days=day), Decimal(amount), "EUR")
        for at, (day, amount) in enumerate(moves)
    )
    end = Balance(lines[-1].day, Decimal(closing)) if closing else None
    return Statement("CHECKING", "EUR", lines, None, end)


def booked(*moves: tuple[int, str], form: str = "camt") -> dict[str, SourceRow]:
    rows = [SourceRow(DAY + timedelta(days=day), "", "", Decimal(amount), "EUR") for day, amount in moves]
    return {f"{form}:{at}": row for at, row in enumerate(rows)}


def added(found: tuple[BankLine, ...] | None) -> list[tuple[int, str]] | None:
    return None if found is None else [((each.day - DAY).days, f"{each.amount}") for each in found]


def test_the_same_movement_in_another_format_is_told_once() -> None:
    same = [(1, "5.00"), (1, "5.00"), (2, "-3.00")]
    assert added(untold_lines(statement(*same), booked(*same))) == []
    assert added(untold_lines(statement(*same, (2, "-3.00"), (4, "1.00")), booked(*same))) == [
        (2, "-3.00"),
        (4, "1.00"),
    ]
    opening = {"opening:Checking": SourceRow(DAY + timedelta(days=1), "", "", Decimal("5.00"), "EUR")}
    assert added(untold_lines(statement((1, "5.00")), opening)) == [(1, "5.00")]


def test_without_balances_the_days_must_be_told_alike() -> None:
    books = booked((1, "5.00"), (2, "-3.00"), (3, "1.00"))
    assert untold_lines(statement((1, "5.00"), (3, "1.00")), books) is None  # one is missing from the file
    assert untold_lines(statement((1, "5.00"), (2, "-3.00"), (2, "9.00"), (3, "1.00")), books) is None
    assert untold_lines(statement((3, "2.00")), books) is None
    assert added(untold_lines(statement((1, "5.00"), (2, "9.00"), (3, "1.00"), closing="9.00"), books)) == [(2, "9.00")]


def test_a_later_export_may_begin_amid_a_day() -> None:
    books = booked((1, "5.00"), (1, "6.00"), (2, "-3.00"))
    assert added(untold_lines(statement((1, "6.00"), (2, "-3.00"), (4, "1.00")), books)) == [(4, "1.00")]


def test_equal_movements_of_one_format_are_told_by_their_ids() -> None:
    once = booked((1, "5.00"), form="csv")
    assert added(untold_lines(statement((1, "5.00"), (1, "5.00")), once)) == [(1, "5.00")]
    assert untold_lines(statement((1, "5.00")), once) == ()


def test_a_table_is_held_to_its_balance_of_the_day_before_its_last() -> None:
    whole = statement((1, "5.00"), (2, "2.00"), (2, "1.00"), closing="108.00")
    assert of_table(whole).closing == Balance(DAY + timedelta(days=1), Decimal("105.00"))
    assert of_table(replace(whole, closing=None)).closing is None
