"""The page about attacks is true: 44 rows, every named test exists, every attack test is named, and gaps say why."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"(?m)^\| (\d+) \| (.+?) \| (.+?) \| (.+) \|$", PAGE)
NAMED = set(re.findall(r"`(test_\w+)`", PAGE))


def functions(pattern: str) -> set[str]:
    """The names of the tests in these files."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in TESTS.glob(pattern)]
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_row_of_the_attack_table_is_there_once() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, 45))


def test_every_row_names_a_test_or_says_why_there_is_none() -> None:
    bare = [number for number, _, _, shown in ROWS if not re.search(r"`test_\w+`", shown) and "not yet: " not in shown]
    assert bare == []


def test_every_named_test_exists() -> None:
    assert NAMED - functions("**/test_*.py") == set()


def test_every_attack_test_is_named() -> None:
    assert functions("flows/test_attacks_*.py") - NAMED == set()
