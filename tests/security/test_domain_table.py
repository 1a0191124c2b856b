"""Personal or business: the first row of the handbook that fits decides, and a row that is wrong is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import NeedsOwner
from agents.security.domain_table import Domains, Whence, domain_of, read_domains
from agents.security.privacy_rules import privacy_rules

if TYPE_CHECKING:
    from pathlib import Path

HANDBOOK = """# Handbook

## Domains

| by | what | domain |
| --- | --- | --- |
| account | Home | personal |
| from | accountant@family.example | business |
| from | @family.example or aunt@post.example | personal |
| folder | `Family/` | personal |
| words | parents' evening oder Kindergarten | personal |

| domain | shown |
| --- | --- |
| personal | kept apart |
| business | together |

## Other

| by | what | domain |
| --- | --- | --- |
| nonsense | x | y |
"""
DOMAINS = read_domains(HANDBOOK)


def test_the_tables_are_read_and_those_of_other_parts_are_not() -> None:
    assert (len(DOMAINS.rows), DOMAINS.apart, DOMAINS.problems) == (5, frozenset({"personal"}), ())
    assert read_domains("# Nothing\n") == Domains()


@pytest.mark.parametrize(
    ("whence", "domain"),
    [
        (Whence(account="home"), "personal"),
        (Whence(account="work"), "business"),
        (Whence(sender="Anna@Family.example"), "personal"),
        (Whence(sender="Accountant@family.example"), "business"),
        (Whence(sender="anna@notfamily.example"), "business"),
        (Whence(sender="aunt@post.example"), "personal"),
        (Whence(sender="my-aunt@post.example"), "business"),
        (Whence(folder="Family"), "personal"),
        (Whence(folder="family/2026"), "personal"),
        (Whence(folder="Familyname"), "business"),
        (Whence(folder="Old/Family"), "business"),
        (Whence(text="The Parents' Evening is on Monday"), "personal"),
        (Whence(text="Der Kindergarten schließt"), "personal"),
        (Whence(text="Kindergartens are our customers"), "business"),
        (Whence(), "business"),
    ],
)
def test_the_first_row_that_fits_decides(whence: Whence, domain: str) -> None:
    assert domain_of(whence, DOMAINS.rows) == domain


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("| by | what | domain |\n| --- | --- | --- |\n| sender | x@y.example | personal |", "`by` is one of"),
        ("| by | what | domain |\n| --- | --- | --- |\n| from | x@y.example | private |", "the domain is one of"),
        ("| by | what | domain |\n| --- | --- | --- |\n| from | anna | personal |", "says nothing that could fit"),
        ("| by | what | domain |\n| --- | --- | --- |\n| words | ... | personal |", "says nothing that could fit"),
        ("| by | what | domain |\n| --- | --- | --- |\n| words | personal |", "the row has 2 cells"),
        ("| domain | shown |\n| --- | --- |\n| personal | apart |", "is `kept apart` or `together`"),
        ("| domain | shown |\n| --- | --- |\n| family | kept apart |", "is `kept apart` or `together`"),
        ("| what | domain |\n| --- | --- |\n| x | personal |", "have the columns"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_line(rows: str, says: str) -> None:
    (problem,) = read_domains(f"## Domains\n\n{rows}\n").problems
    assert says in problem.message
    assert problem.line in {3, 5}


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("| domain | shown |\n| --- | --- |\n\n| personal | kept apart |", 6),  # behind a blank line
        ("| domain | shown |\n| personal | kept apart |", 3),
        ("```\n| domain | shown |", 3),
    ],
)
def test_a_row_that_stands_in_no_table_is_named_so_nothing_leaves(part: str, line: int, tmp_path: Path) -> None:
    handbook = f"## Domains\n\n{part}\n"
    assert read_domains(handbook).problems[0].line == line
    (tmp_path / "Company_Handbook.md").write_text(handbook, encoding="utf-8")
    with pytest.raises(NeedsOwner, match="nobody knows what is private"):
        privacy_rules(tmp_path)


def test_a_table_under_a_smaller_heading_of_the_part_counts() -> None:
    part = "### What is shown\n\n| domain | shown |\n| --- | --- |\n| personal | kept apart |\n"
    assert read_domains(f"## Domains\n\n{part}").apart == {"personal"}
    assert read_domains(f"## Domains\n\n## Else\n\n{part}").apart == frozenset()


@given(st.text(max_size=200))
def test_whatever_stands_there_reading_never_raises(text: str) -> None:
    read_domains(f"## Domains\n\n| by | what | domain |\n| --- | --- | --- |\n{text}")
    domain_of(Whence(text, text, text, text), DOMAINS.rows)
