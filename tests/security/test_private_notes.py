"""Private notes and folders stay; in doubt a note stays too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import NeedsOwner
from agents.security.privacy_rules import privacy_rules
from agents.security.private_notes import PrivacyRules, is_private_folder, read_private_folders, reason_to_withhold
from agents.vault.note import Note, Problem, read_note

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = read_note("# Plan\n")
TABLE = "## Privacy\n\n| folder | leaves |\n| --- | --- |\n"


def note(properties: str) -> Note | Problem:
    return read_note(f"---\n{properties}\n---\n# Plan\n")


@pytest.mark.parametrize("path", ["Projects/plan.md", "plan.md", "Privateer/plan.md", "Accounting/Rates.md"])
def test_a_plain_note_may_leave(path: str) -> None:
    assert reason_to_withhold(path, PLAIN, PrivacyRules(("Private", "Clients/Secret"))) is None


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
    assert reason_to_withhold(path, PLAIN, PrivacyRules(("Private", "clients/secret"))) is not None


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
    assert reason_to_withhold("Projects/plan.md", note(properties), PrivacyRules()) == "it is private"


@pytest.mark.parametrize("properties", ["private: false", "private: no", "private:", "tags: [privateer]", "x: private"])
def test_a_note_that_says_no_may_leave(properties: str) -> None:
    assert reason_to_withhold("Projects/plan.md", note(properties), PrivacyRules()) is None


def test_a_note_that_cannot_be_read_stays() -> None:
    reason = reason_to_withhold("Projects/plan.md", note("private: true\nprivate: false"), PrivacyRules())
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


@pytest.mark.parametrize("word", ["personal", "Personal", "privat", "[personal]"])
def test_what_is_of_a_domain_that_is_kept_apart_stays_and_the_rest_leaves(word: str) -> None:
    personal, business = note(f"Domain: {word}"), note("domain: business")
    no_personal, no_business = (PrivacyRules(domains=frozenset({each})) for each in ("personal", "business"))
    assert reason_to_withhold("x.md", personal, no_personal) == "what is personal is kept apart"
    assert reason_to_withhold("x.md", personal, PrivacyRules(("Private",))) is None
    assert reason_to_withhold("x.md", business, no_personal) is None
    assert reason_to_withhold("x.md", business, no_business) is not None
    assert reason_to_withhold("x.md", PLAIN, no_personal) is None


def test_no_domain_passes_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "Company_Handbook.md").write_text(
        f"{TABLE}| Private | never |\n\n## Domains\n\n| domain | shown |\n| --- | --- |\n| personal | kept apart |\n",
        encoding="utf-8",
    )
    rules = privacy_rules(tmp_path)
    assert rules == PrivacyRules(("Private",), frozenset({"personal"}))
    assert reason_to_withhold("domain:/x.md", PLAIN, rules) is None
    assert is_private_folder("Private", rules)
    assert not is_private_folder("Notes", rules)


def test_while_a_row_about_domains_is_wrong_nothing_leaves(tmp_path: Path) -> None:
    wrong = f"{TABLE}| Private | never |\n\n## Domains\n\n| domain | shown |\n| --- | --- |\n| personal | apart |\n"
    (tmp_path / "Company_Handbook.md").write_text(wrong, encoding="utf-8")
    with pytest.raises(NeedsOwner, match="Line 11"):
        privacy_rules(tmp_path)
