"""The handbook's table of urgency: rows of the owner, bad ones told by line."""

from __future__ import annotations

import pytest

from agents.durability.urgency_table import UrgencyRow, for_deadline, read_urgency

HEAD = "# Handbook\n\n## Urgency\n\n| what | priority |\n| --- | --- |\n"


def test_kinds_and_deadlines_are_read_with_their_lines() -> None:
    rows, bad = read_urgency(f"{HEAD}| complaint | High |\n| due within 3 days | high |\n")
    assert rows == (UrgencyRow("complaint", 0, "high", 7), UrgencyRow("", 3, "high", 8))
    assert bad == ()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("| complaint | soonish |", "none of urgent, high, normal, low"),
        ("| | high |", "`what` is a kind of task"),
        ("| due within a while | high |", "`what` is a kind of task"),
        ("| due within 0 days | high |", "from 1 to 60 days"),
        ("| due within 61 days | high |", "from 1 to 60 days"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_the_others_count(row: str, words: str) -> None:
    rows, bad = read_urgency(f"{HEAD}{row}\n| outage | high |\n")
    assert [each.what for each in rows] == ["outage"]
    assert [(each.line, words in each.message) for each in bad] == [(7, True)]


def test_a_table_with_other_columns_is_told_and_other_tables_are_none_of_ours() -> None:
    rows, bad = read_urgency(
        "## Urgency\n| kind | when |\n| --- | --- |\n| a | b |\n\n## Rules\n| when | then |\n| --- | --- |\n"
    )
    assert (rows, [each.line for each in bad]) == ((), [2])


def test_a_deadline_counts_by_the_nearest_limit_and_is_never_more_than_high() -> None:
    rows = read_urgency(f"{HEAD}| due within 5 days | normal |\n| due within 1 day | urgent |\n")[0]
    assert [for_deadline(days, rows) for days in (0, 1, 2, 5, 6)] == ["high", "high", "normal", "normal", ""]


def test_without_a_row_two_days_are_high() -> None:
    assert [for_deadline(days, ()) for days in (0, 2, 3)] == ["high", "high", ""]
