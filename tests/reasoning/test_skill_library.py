"""Skills are found and checked; their scripts run fenced in, and bad answers are reasons, not crashes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from agents.reasoning import script_launcher
from agents.reasoning.script_launcher import LIMITS, refuse, set_limits
from agents.reasoning.script_wire import ScriptFinish, ScriptResult
from agents.reasoning.skill_library import Skill, SkillProblem, discover, read_skill, run_script
from tests.reasoning.builders import SKILLS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = "---\nname: {name}\ndescription: Says hello. Use when tested.\nmetadata:\n  category: hello\n---\n"
FINISH = '{"objective": "o", "done_when": "d", "moves": [{"kind": "finish", "summary": "%s"}]}'


@pytest.fixture
def skill(tmp_path: Path) -> Callable[..., Skill | SkillProblem]:
    """Write a skill named `hello` with this SKILL.md body and script, and read it."""

    def write(script: str, body: str = "Run scripts/playbook.py.\n", head: str = HEAD) -> Skill | SkillProblem:
        folder = tmp_path / "hello"
        (folder / "scripts").mkdir(parents=True, exist_ok=True)
        (folder / "scripts" / "playbook.py").write_text(script, encoding="utf-8")
        (folder / "SKILL.md").write_text(head.format(name="hello") + body, encoding="utf-8")
        return read_skill(folder)

    return write


def run(
    found: Skill | SkillProblem, given: dict[str, object] | None = None, timeout_s: float = 20.0
) -> ScriptResult | str:
    assert isinstance(found, Skill), found
    result = run_script(found, given or {}, timeout_s)
    return result.reason if isinstance(result, SkillProblem) else result


def says(words: str) -> str:
    """A script that answers with what an expression evaluates to."""
    return f"import json, os, sys\ngiven = json.load(sys.stdin)\nsys.stdout.write({FINISH!r} % ({words}))\n"


def summary(result: ScriptResult | str) -> str:
    assert isinstance(result, ScriptResult), result
    (move,) = result.moves
    assert isinstance(move, ScriptFinish)
    return move.summary


def test_every_skill_of_the_project_obeys_the_rules() -> None:
    skills, problems = discover(SKILLS)
    assert problems == ()
    assert {each.name for each in skills} == {
        "bank-statement",
        "customer-upkeep",
        "email-triage-and-reply",
        "error-triage",
        "expense-from-receipt",
        "file-newsletter",
        "invoice-from-request",
        "meeting-preparation",
        "odoo-bookkeeping",
        "reply-to-complaint",
        "suspicious-mail",
        "task-decomposition",
    }
    assert all(each.categories and each.label for each in skills)
    assert {each.name for each in skills if each.script is None} == {"file-newsletter"}


@pytest.mark.parametrize(
    ("head", "body", "reason"),
    [
        ("no frontmatter\n", "", "must start with frontmatter"),
        ("---\nname: [a\n---\n", "", "no YAML"),
        ("---\nname: hello\n---\n", "", "description"),
        ("---\nname: other\ndescription: x\n---\n", "", "must be the folder's"),
        ("---\nname: Hello!\ndescription: x\n---\n", "", "name"),
        ("---\nname: hello\ndescription: x\nmodel: big\n---\n", "", "model"),
        (HEAD, "See references/none.md.\n", "references/none.md"),
        (HEAD, "See [this](../other/x.md).\n", "../other/x.md"),
        (HEAD, "x" * 100_000, "100,000 bytes"),
    ],
)
def test_a_skill_that_breaks_a_rule_is_named_with_the_rule(
    skill: Callable[..., Skill | SkillProblem], head: str, body: str, reason: str
) -> None:
    found = skill("", body, head)
    assert isinstance(found, SkillProblem)
    assert reason in found.reason


def test_a_folder_without_a_readable_file_is_a_problem_and_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "bytes").mkdir()
    (tmp_path / "bytes" / "SKILL.md").write_bytes(b"\xff")
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "SKILL.md").write_text(HEAD.format(name="good"), encoding="utf-8")
    skills, problems = discover(tmp_path)
    assert [each.name for each in skills] == ["good"]
    assert [each.skill for each in problems] == ["bytes", "empty"]


def test_links_to_pages_and_headings_are_no_files(skill: Callable[..., Skill | SkillProblem]) -> None:
    body = "[a](https://example.org/scripts/x.py) [b](#part) [c](scripts/playbook.py#top)\n"
    assert isinstance(skill("", body), Skill)


def test_a_script_gets_json_and_answers_json(skill: Callable[..., Skill | SkillProblem]) -> None:
    assert summary(run(skill(says("given['word']")), {"word": "grüß dich"})) == "grüß dich"


def test_a_script_may_have_modules_beside_it_and_nothing_is_written_there(
    skill: Callable[..., Skill | SkillProblem], tmp_path: Path
) -> None:
    skill(f"import beside\n{says('beside.WORD')}")
    scripts = tmp_path / "hello" / "scripts"
    (scripts / "beside.py").write_text("WORD = 'together'\n", encoding="utf-8")
    assert summary(run(read_skill(tmp_path / "hello"))) == "together"
    assert sorted(each.name for each in scripts.iterdir()) == ["beside.py", "playbook.py"]


def test_a_script_learns_nothing_of_the_vault(skill: Callable[..., Skill | SkillProblem]) -> None:
    assert summary(run(skill(says("sorted(os.environ)")))) in {"[]", "['LC_CTYPE']"}
    assert summary(run(skill(says("os.listdir('.')")))) == "[]"


def test_only_the_standard_library_is_there(skill: Callable[..., Skill | SkillProblem]) -> None:
    assert "No module named 'pydantic'" in str(run(skill("import pydantic")))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "may not do this: socket."),
        ("import subprocess; subprocess.run(['true'])", "may not do this: import _posixsubprocess"),
        ("import os; os.system('true')", "may not do this: os.system"),
        ("open('x', 'w')", "may not do this: open"),
        ("raise SystemExit(3)", "ended with 3"),
        ("print('hello')", "cannot be used"),
        ("print('{}')", "cannot be used"),
        (f"print({(FINISH % 'x')!r}[:-1] + ', \"extra\": 1}}')", "extra"),
        ("print('x' * 400_000)", "its script"),
        ("x = bytearray(3_000_000_000)", "MemoryError"),
    ],
)
def test_what_a_script_may_not_do_is_a_reason(
    skill: Callable[..., Skill | SkillProblem], script: str, reason: str
) -> None:
    assert reason in str(run(skill(script)))


def test_a_script_that_does_not_end_is_stopped(skill: Callable[..., Skill | SkillProblem]) -> None:
    assert "did not end within 0.5 s" in str(run(skill("while True: pass"), timeout_s=0.5))


def test_a_skill_without_a_script_cannot_be_run() -> None:
    found = read_skill(SKILLS / "file-newsletter")
    assert isinstance(found, Skill)
    with pytest.raises(ValueError, match="no script"):
        run_script(found, {})


def test_every_limit_the_platform_knows_is_set() -> None:
    calls: list[tuple[int, tuple[int, int]]] = []
    set_limits(lambda number, pair: calls.append((number, pair)), {"RLIMIT_CPU": 0, "RLIMIT_NPROC": 6})
    assert calls == [(0, (dict(LIMITS)["RLIMIT_CPU"],) * 2), (6, (0, 0))]


def test_the_hook_lets_reading_pass() -> None:
    refuse("open", ("x", "r", 0))
    refuse("open", ("x", None, 0))
    with pytest.raises(PermissionError):
        refuse("open", ("x", "ab", 0))


class FakePlatform:
    """A platform that knows one limit."""

    def __init__(self, said: list[str]) -> None:
        self.RLIMIT_CPU = 0
        self._said = said

    def setrlimit(self, number: int, limits: tuple[int, int], /) -> None:
        self._said.append(f"limit {number} {limits[0]}")


@pytest.mark.parametrize("known", [True, False])
def test_the_launcher_sets_limits_and_hook_before_the_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    said: list[str] = []
    script = tmp_path / "script.py"
    (tmp_path / "beside.py").write_text("WORD = 'ran'\n", encoding="utf-8")
    script.write_text("import beside, sys; sys.stdout.write(beside.WORD)", encoding="utf-8")
    platform = FakePlatform(said) if known else None
    script_launcher.main(str(script), lambda hook: said.append(hook.__name__), platform)
    del sys.modules["beside"]
    assert said == [*(["limit 0 5"] if known else []), "refuse"]
    assert capsys.readouterr().out == "ran"
