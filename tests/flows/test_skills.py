"""Skills over the command line: taken as they come once, told when they change, accepted after a look."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.flows.employee import Employee, mail, request
from tests.flows.steps import only
from tests.flows.test_assistants import session

if TYPE_CHECKING:
    from click.testing import Result

SKILLS = Path(__file__).resolve().parents[2] / "skills"
NAME = "invoice-from-request"
EVIL = "\nimport sys  # evil \x1b[31m line\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Skills of the owner's own: a copy of those that come with the program."""
    copied = tmp_path / "skills"
    shutil.copytree(SKILLS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("AI_EMPLOYEE_SKILLS", str(copied))
    return copied


@pytest.fixture
def office(root: Path, tmp_path: Path) -> Employee:
    assert root.is_dir()
    return Employee(tmp_path).init()


def change(root: Path, name: str = NAME) -> None:
    with (root / name / "scripts" / "playbook.py").open("a", encoding="utf-8") as file:
        file.write(EVIL)


def alerts(employee: Employee) -> list[str]:
    found = (each.read_text(encoding="utf-8") for each in employee.notes("Needs_Action"))
    return [text for text in found if "about: skills" in text]


def code_in(result: Result) -> str:
    found = re.search(r"--digest ([0-9a-f]{8})", result.output)
    assert found
    return found[1]


def test_at_init_the_skills_are_taken_as_they_come_and_every_one_is_in_the_log(office: Employee) -> None:
    listed = office.said("skills")
    assert re.search(rf"{NAME} +accepted   an invoice request", listed)
    assert "does not run" not in listed
    assert f"took the skill {NAME} as it came with the program" in office.said("log")
    assert office.said("skills", "accept") == "Every skill is accepted as it is.\n"
    office.said("verify")


def test_a_vault_from_before_takes_them_at_its_first_run(tmp_path: Path, root: Path) -> None:
    employee = Employee(tmp_path).init()
    shutil.rmtree(employee.state)
    change(root)
    employee.once()
    assert "does not run" not in employee.said("skills")
    assert f"took the skill {NAME}" in employee.said("log")


def test_a_changed_skill_does_not_run_is_told_once_and_runs_again_when_accepted(office: Employee, root: Path) -> None:
    change(root)
    office.drop("request.eml", mail(request()))
    office.once()
    assert office.pending("invoice.create") == []
    words = f"The skill {NAME} does not run: it is not as you accepted it: changed scripts/playbook.py."
    assert words in only(alerts(office)).replace("\\", "")
    asked = only(office.questions())
    assert f"the skill {NAME} does not run" in asked.read_text(encoding="utf-8")
    office.once()
    assert len(alerts(office)) == 1

    refused = office.call("skills", "accept", NAME)
    assert refused.exit_code == 1
    assert "+import sys  # evil ⟨U+001B⟩[31m line" in refused.output
    assert "Not accepted: nothing changed." in refused.output
    assert office.call("skills", "accept", NAME, "--digest", "00000000").exit_code == 1
    assert "does not run" in office.said("skills")

    assert office.said("skills", "accept", NAME, "--digest", code_in(refused)) == f"Accepted: {NAME}\n"
    office.said("answer", asked.stem, "I have accepted the skill: try again")
    office.once()
    assert only(office.pending("invoice.create"))
    assert f"you accepted the skill {NAME} as it is now (by command)" in office.said("log")
    office.said("verify")


def test_one_command_accepts_all_that_changed_after_an_update(office: Employee, root: Path) -> None:
    change(root)
    change(root, "suspicious-mail")
    (root / "suspicious-mail" / "picture.png").write_bytes(b"\xff\xfe")
    shutil.rmtree(root / "bank-statement")
    shutil.copytree(root / "file-newsletter", root / "file-it")
    page = root / "file-it" / "SKILL.md"
    page.write_text(page.read_text(encoding="utf-8").replace("file-newsletter", "file-it"), encoding="utf-8")
    office.once()
    assert len(alerts(office)) == 4
    listed = office.said("skills")
    assert "file-it                  does not run: it is new and you have not accepted it" in listed
    assert "bank-statement           does not run: its folder is gone" in listed
    shown = office.call("skills", "accept")
    assert "(2 bytes that are no text)" in shown.output
    told = office.said("skills", "accept", "--digest", code_in(shown))
    assert told == (f"Let go: bank-statement\nAccepted: file-it\nAccepted: {NAME}\nAccepted: suspicious-mail\n")
    assert "does not run" not in office.said("skills")
    office.once()
    assert "you let go of the skill bank-statement" in office.said("log")


def test_a_code_counts_only_for_the_trees_that_were_shown(office: Employee, root: Path) -> None:
    change(root)
    code = code_in(office.call("skills", "accept", NAME))
    change(root)
    assert office.call("skills", "accept", NAME, "--digest", code).exit_code == 1
    assert "does not run" in office.said("skills")


def test_a_name_that_is_none_and_a_skill_that_breaks_the_rules_are_said(office: Employee, root: Path) -> None:
    assert office.call("skills", "accept", "none").exit_code == 2
    (root / NAME / "SKILL.md").write_text("no skill\n", encoding="utf-8")
    office.once()
    assert "What to do: put its folder back as it was" in only(alerts(office))
    broken = office.call("skills", "accept", NAME)
    assert broken.exit_code == 1
    assert "Mend its folder first." in broken.output
    assert office.said("skills", "accept") == "Every skill is accepted as it is.\n"


def test_a_long_difference_is_cut(office: Employee, root: Path) -> None:
    with (root / NAME / "SKILL.md").open("a", encoding="utf-8") as file:
        file.writelines(f"line {number}\n" for number in range(300))
    shown = office.call("skills", "accept", NAME)
    assert re.search(r"\.\.\. and 1\d\d more lines of SKILL.md", shown.output)


def test_no_skill_is_accepted_while_an_assistants_session_goes_on(office: Employee, root: Path) -> None:
    change(root)
    code = code_in(office.call("skills", "accept", NAME))
    session(office)
    refused = office.call("skills", "accept", NAME, "--digest", code)
    assert refused.exit_code == 1
    assert "an assistant's session (Claude Code) goes on" in refused.output
    assert "does not run" in office.said("skills")
