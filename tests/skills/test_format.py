"""Every shipped skill is valid by the reference tool of the format, and the index of all of them is small."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from agents.reasoning.skill_library import Skill, discover
from tests.reasoning.builders import SKILLS

if TYPE_CHECKING:
    from pathlib import Path

FOUND = discover(SKILLS)[0]
MAX_INDEX_BYTES = 2_048
MAX_BODY_LINES = 60
AGENTSKILLS = "from skills_ref.cli import main; main()"  # what the command `agentskills` runs


@pytest.mark.parametrize("name", [each.name for each in FOUND])
def test_the_reference_tool_takes_it_for_valid(name: str) -> None:
    command = [sys.executable, "-c", AGENTSKILLS, "validate", str(SKILLS / name)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "Valid skill" in told.stdout


def test_the_reference_tool_refuses_what_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "SKILL.md").write_text("---\nname: bad\ndescription: x\nmodel: big\n---\n", encoding="utf-8")
    command = [sys.executable, "-c", AGENTSKILLS, "validate", str(folder)]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("skill", FOUND, ids=lambda skill: str(skill.name))
def test_a_body_is_short_and_says_when_to_use_it(skill: Skill) -> None:
    assert len(skill.body.splitlines()) <= MAX_BODY_LINES
    assert "Use " in skill.description
