"""The papers tell the truth: commands exist, records have their form, generated parts are current."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from docs import papers

ROOT = Path(__file__).parent.parent
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAPERS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
PARTS = ["Context", "Decision", "Consequences", "How we will notice it was wrong"]
CODE = [path for top in ("agents", "watchers", "tests", "skills") for path in sorted((ROOT / top).rglob("*.py"))]


@cache
def targets() -> frozenset[str]:
    return frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def commands() -> frozenset[str]:
    """The commands of the program, as its own help lists them."""
    told = subprocess.run(
        [sys.executable, "orchestrator.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return frozenset(re.findall(r"^  ([a-z][a-z-]*)  ", told.stdout.partition("Commands:")[2], re.MULTILINE))


def code_in(path: Path) -> str:
    """The code spans and blocks of a paper: where commands stand."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```.*?^```|`[^`\n]+`", text, re.MULTILINE | re.DOTALL))


def test_every_make_command_in_the_papers_exists() -> None:
    named = {(paper.name, name) for paper in PAPERS for name in re.findall(r"\bmake ([a-z-]+)", code_in(paper))}
    assert {(paper, name) for paper, name in named if name not in targets()} == set()


def test_the_readme_starts_with_exactly_two_commands() -> None:
    block = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block
    assert [line.split("#")[0].strip() for line in block[1].splitlines()] == ["make run", "make test"]


def test_every_command_in_the_papers_exists() -> None:
    command = re.compile(r"\b(?:employee|orchestrator\.py) ([a-z][a-z-]*)")
    named = {(paper.name, name) for paper in PAPERS for name in command.findall(code_in(paper))}
    assert {(paper, name) for paper, name in named if name not in commands()} == set()


def test_the_guide_mentions_every_command() -> None:
    told = code_in(ROOT / "docs" / "guide.md")
    assert {name for name in commands() if f"employee {name}" not in told} == set()
    assert commands()


def test_make_alone_lists_what_it_offers() -> None:
    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = set(re.findall(r"^make ([a-z-]+) ", told, re.MULTILINE))
    assert {"setup", "run", "test", "quick", "check", "fix"} <= listed <= targets()


def test_links_between_papers_lead_somewhere() -> None:
    link = re.compile(r"\]\(([^)#:]+)\)")
    links = [paper.parent / target for paper in PAPERS for target in link.findall(paper.read_text(encoding="utf-8"))]
    assert [str(target) for target in links if not target.exists()] == []


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.name[:4])
def test_a_decision_record_has_its_four_parts_and_fits_a_screen(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert re.match(rf"# {record.name[:4]}\. \S.*\n\nAccepted \d{{4}}-\d\d-\d\d\.\n", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert 20 <= len(text.splitlines()) <= 40


def test_decision_records_are_numbered_without_gaps() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_every_record_that_the_code_names_exists() -> None:
    known = {record.name[:4] for record in RECORDS}
    named = {number for path in CODE for number in re.findall(r"\bADR (\d{4})", path.read_text(encoding="utf-8"))}
    assert named - known == set()


def test_the_changelog_has_the_sections_of_keep_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] == "[Unreleased]"
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds


def test_the_generated_parts_of_the_papers_are_current() -> None:
    stale = [path.name for path, text, wanted in papers.documents() if text != wanted]
    assert stale == [], "run `make fix`"


def test_a_new_record_takes_the_next_number_and_has_the_form(tmp_path: Path) -> None:
    (tmp_path / "0007-older.md").write_text("# 0007. Older\n", encoding="utf-8")
    record = papers.new_record(tmp_path, "Why we do: so.", date(2026, 11, 23))
    assert record.name == "0008-why-we-do-so.md"
    text = record.read_text(encoding="utf-8")
    assert text.startswith("# 0008. Why we do: so\n\nAccepted 2026-11-23.\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS


@pytest.mark.parametrize("rest", ["", "\n### Fixed\n\n- A thing.\n", "\n## [0.1.0]\n\n### Added\n\n- Old.\n"])
def test_news_go_to_the_end_of_the_first_list(rest: str) -> None:
    before = f"# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n{rest}"
    assert papers.with_news(before, "Two.") == before.replace("- One.\n", "- One.\n- Two.\n")


def test_an_unknown_wish_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert papers.main(["adr", " "]) == 2
    assert "make adr TITLE" in capsys.readouterr().err
