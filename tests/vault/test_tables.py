"""Tables the owner edits are read strictly; what is wrong is named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.vault.note import Problem
from agents.vault.tables import Table, TableRow, read_tables

CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\\"), max_size=12).map(
    str.strip
)


def table(text: str) -> Table:
    (found,) = read_tables(text)
    assert isinstance(found, Table), found
    return found


def test_a_table_is_read_with_its_heading_columns_and_lines() -> None:
    text = (
        '---\na: "| x |"\n---\n## Rates ##\n'
        "| Customer | Service |Price |\n| --- | :-: | --: |\n| Acme \\| Co | h | 95.00 |\n"
    )
    assert table(text) == Table(
        heading="Rates",
        columns=("customer", "service", "price"),
        rows=(TableRow(7, {"customer": "Acme | Co", "service": "h", "price": "95.00"}),),
        line=5,
    )


def test_a_table_without_outer_pipes_heading_or_rows_is_a_table() -> None:
    assert table("a|b\n-|-") == Table("", ("a", "b"), (), 1)
    assert table("| a |\n| - |\n||\n").rows == (TableRow(3, {"a": ""}),)


def test_ragged_rows_are_problems_with_their_line_and_the_others_count() -> None:
    found = read_tables("| a | b |\n| - | - |\n| 1 | 2 |\n| 1 |\n| 1 | 2 | 3 |\nforgotten\n| 3 | 4 |\n")
    assert isinstance(found[0], Table)
    assert [row.line for row in found[0].rows] == [3, 7]
    assert found[1:] == (
        Problem(4, "the row has 1 cells, its table has 2 columns"),
        Problem(5, "the row has 3 cells, its table has 2 columns"),
        Problem(6, "the row has 1 cells, its table has 2 columns"),
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("| a | b |\n| - |\n", 2, "must have 2 cells"),
        ("| a | A |\n| - | - |\n", 1, "a name of its own"),
        ("| a | |\n| - | - |\n", 1, "a name of its own"),
        ("|\n| - |\n", 2, "must have 0 cells"),
    ],
)
def test_a_header_that_names_no_columns_is_a_problem(text: str, line: int, words: str) -> None:
    (found,) = read_tables(text)
    assert isinstance(found, Problem)
    assert (found.line, words in found.message) == (line, True), found


def test_a_row_longer_than_any_owner_writes_is_a_problem_and_never_parsed() -> None:
    (_, found) = read_tables("| a |\n| - |\n| " + "x" * 300_000 + " |\n")
    assert found == Problem(3, "the row is longer than 10,000 characters")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "| a | b |",
        "a\n---\n",
        "| a |\n---\n",
        "a\n|-|\n",
        "| a |\ntext |\n",
        "| a |\n|\n",
        "    | a |\n    | - |\n",
        "```\n| a |\n| - |\n```\n",
        "> | a |\n> | - |\n",
        "# | a |\n| - |\n",
        "---\nx: |\n  | a |\n  | - |\n---\n",
        "| a |\n```\n```\n",
    ],
)
def test_what_markdown_does_not_take_for_a_table_is_none(text: str) -> None:
    assert read_tables(text) == ()


@pytest.mark.parametrize(
    "end", ["\n", "# Next\n", "- item\n", "> quote\n", "%% note %%\n", "```\n```\n", "<br>\n", "\tcode\n"]
)
def test_a_table_ends_where_another_block_begins(end: str) -> None:
    assert len(table(f"| a |\n| - |\n| 1 |\n{end}").rows) == 1


def test_a_fence_between_two_rows_ends_the_table() -> None:
    assert len(table("| a |\n| - |\n| 1 |\n```\nx\n```\n| 2 |\n").rows) == 1


def test_each_table_has_the_heading_above_it() -> None:
    found = read_tables("# One\n| a |\n| - |\n\n## Two\ntext\n\n| b |\n| - |\n| 1 |\n| c |\n")
    assert [each.heading for each in found if isinstance(each, Table)] == ["One", "Two"]


@given(st.lists(st.tuples(CELL, CELL), max_size=5))
def test_cells_come_back_as_they_were_written(rows: list[tuple[str, str]]) -> None:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    found = table("\n".join(["| a | b |", "| --- | --- |", *lines]))
    assert [tuple(row.cells.values()) for row in found.rows] == rows


@given(st.lists(st.sampled_from(["|", "-", ":", "a", " ", "\\", "\n", "#", "```", "\r", "    "])).map("".join))
def test_reading_tables_never_raises_and_names_lines_that_exist(text: str) -> None:
    last = text.count("\n") + text.count("\r") + 1
    assert all(1 <= each.line <= last for each in read_tables(text))
