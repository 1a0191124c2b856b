"""Private notes and folders stay; in doubt a note stays too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security.private_notes import read_private_folders, reason_to_withhold
from agents.vault.note import Note, Problem, read_note

PLAIN = read_note("# Plan\n")
TABLE = "## Privacy\n\n| folder | leaves |\n| --- | --- |\n"


def note(properties: str) -> Note | Problem:
    return read_note(f"---\n{properties}\n---\n# Plan\n")


@pytest.mark.parametrize("path", ["Projects/plan.md", "plan.md", "Privateer/plan.md", "Accounting/Rates.md"])
def test_a_plain_note_may_leave(path: str) -> None:
    assert reason_to_withhold(path, PLAIN, ("Private", "Clients/Secret")) is None


@pytest.mark.parametrize(
    "path",
    [
        "Private/plan.md",
        "private/deep/er/plan.md",
        "PRIVATE/plan.md",
        "Clients/Secret/plan.md",
        "Logs/2026-11-26.md",
        "Health/runner.md",
        "Quarantine/x.md",
        "../other/plan.md",
        "Projects/../Private/plan.md",
        "/etc/plan.md",
        "Projects//plan.md",
        ".obsidian/app.json",
    ],
)
def test_nothing_in_a_private_folder_or_outside_leaves(path: str) -> None:
    assert reason_to_withhold(path, PLAIN, ("Private", "clients/secret")) is not None


@pytest.mark.parametrize(
    "properties",
    [
        "private: true",
        "Private: TRUE",
        "private: yes",
        "private: maybe",
        "private: [no]",
        "tags: [work, private]",
        "tags: '#Private, work'",
    ],
)
def test_a_private_note_stays(properties: str) -> None:
    assert reason_to_withhold("Projects/plan.md", note(properties), ()) == "it is private"


@pytest.mark.parametrize("properties", ["private: false", "private: no", "private:", "tags: [privateer]", "x: private"])
def test_a_note_that_says_no_may_leave(properties: str) -> None:
    assert reason_to_withhold("Projects/plan.md", note(properties), ()) is None


def test_a_note_that_cannot_be_read_stays() -> None:
    reason = reason_to_withhold("Projects/plan.md", note("private: true\nprivate: false"), ())
    assert reason is not None
    assert "cannot be read" in reason


def test_the_folders_stand_in_the_handbook() -> None:
    rows = "| Private/ | never |\n| [[Clients/Secret]] | Never |\n"
    text = f"# Handbook\n\n{TABLE}{rows}\n### More\n\n## Rules\n\n| a | b |\n"
    assert read_private_folders(text) == (("Private", "Clients/Secret"), ())


def test_without_the_part_no_folder_is_private() -> None:
    other = "| folder | leaves |\n| --- | --- |\n| Rest | never |\n"
    assert read_private_folders(f"# Handbook\n\n{other}") == ((), ())


@pytest.mark.parametrize(
    "part",
    [
        f"{TABLE}| Private | sometimes |\n",
        f"{TABLE}| | never |\n",
        f"{TABLE}| ../x | never |\n",
        f"{TABLE}| Private |\n",
        "## Privacy\n\n| folder |\n| --- |\n| Private |\n",
        "## Privacy\n\n| folder | leaves |\n| Private | never |\n",
        f"```\n{TABLE}| Private | never |\n",
    ],
)
def test_a_row_that_cannot_be_read_is_named(part: str) -> None:
    """The caller lets nothing leave then."""
    _, problems = read_private_folders(f"# Handbook\n\n{part}")
    assert problems
    assert all(each.line > 1 for each in problems)


@given(st.text(max_size=300))
def test_any_handbook_is_read(text: str) -> None:
    read_private_folders(f"## Privacy\n{text}")
