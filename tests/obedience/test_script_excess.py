"""A script that wants too much, or leaves something behind; and a kernel that will not hold it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agents.reasoning import skill_library
from agents.reasoning.script_wire import ScriptFinish, ScriptResult
from agents.reasoning.skill_library import SCRIPT, Skill, SkillProblem, read_skill, run_script
from agents.security.landlock import RESTRICT
from tests.obedience.test_skill_script_attacks import HEAD, started, unguarded
from tests.security.test_confinement import ScriptedKernel, needs_the_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER = '{"objective": "o", "done_when": "d", "moves": [{"kind": "finish", "summary": "%s"}]}'
WANTED = (
    "base64 bisect calendar collections csv datetime decimal difflib email.message enum fractions functools hashlib "
    "heapq html.parser io itertools json locale math operator pathlib random re statistics string struct textwrap "
    "typing unicodedata urllib.parse uuid xml.etree.ElementTree zipfile zlib zoneinfo"
)


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str], Path]:
    """The folder of a skill with this script."""

    def write(source: str) -> Path:
        folder = tmp_path / "hello"
        (folder / "scripts").mkdir(parents=True)
        (folder / "SKILL.md").write_text(f"{HEAD}Run scripts/playbook.py.\n", encoding="utf-8")
        (folder / SCRIPT).write_text(source, encoding="utf-8")
        return folder

    return write


def ran(folder: Path, timeout_s: float = 20.0) -> ScriptResult | SkillProblem:
    skill = read_skill(folder)
    assert isinstance(skill, Skill), skill
    return run_script(skill, {}, timeout_s)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("print('x' * 3_000_000)", "ended with"),
        ("import sys\nfor _ in range(300): print('x' * 10_000, file=sys.stderr)", "ended with"),
        (f"import json\nsaid = json.loads({ANSWER!r})\nsaid['moves'] *= 1000\nprint(json.dumps(said))", "at most 10"),
        ("print('[' * 100_000)", "cannot be used"),
        (f"print({ANSWER!r} % ('y' * 100_000))", "at most 400"),
    ],
    ids=["output without end", "complaints without end", "moves without end", "depth without end", "words without end"],
)
def test_what_is_too_much_is_a_reason(made: Callable[[str], Path], source: str, reason: str) -> None:
    folder = made(source)
    assert len(unguarded(folder)) > 500
    found = ran(folder)
    assert isinstance(found, SkillProblem)
    assert reason in found.reason


def test_a_script_that_sleeps_on_is_ended_and_what_it_began_too(
    made: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The launcher is replaced by one that lets a script begin a program, as native code could."""
    careless = tmp_path / "careless.py"
    careless.write_text("import runpy, sys\nrunpy.run_path(sys.argv[1], run_name='__main__')\n", encoding="utf-8")
    monkeypatch.setattr(skill_library, "LAUNCHER", careless)
    begins = "import os\nif not (pid := os.fork()):\n    os.close(1), os.close(2)\n    import time; time.sleep(600)\n"
    found = ran(made(f"{begins}print({ANSWER!r} % pid)"))
    assert isinstance(found, ScriptResult)
    (move,) = found.moves
    assert isinstance(move, ScriptFinish)
    assert is_gone(int(move.summary))


def is_gone(pid: int) -> bool:
    """Whether a process has ended, even if nobody asked yet how."""
    stat = Path(f"/proc/{pid}/stat")
    for _ in range(1000):
        if not stat.exists() or stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z":
            return True
        os.sched_yield()
    return False


def test_where_the_kernel_will_not_hold_a_script_it_is_not_started(
    made: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skill_library, "kernel_here", lambda: ScriptedKernel(6, frozenset({RESTRICT})))
    found = ran(made(f"print({ANSWER % 'ran'!r})"))
    assert isinstance(found, SkillProblem)
    assert "could not be started" in found.reason


def test_where_the_kernel_knows_nothing_of_it_a_script_runs_behind_the_fence(
    made: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skill_library, "kernel_here", lambda: None)
    assert isinstance(ran(made(f"print({ANSWER % 'ran'!r})")), ScriptResult)


@needs_the_kernel
def test_python_has_all_it_needs_of_its_own_in_the_prison(made: Callable[[str], Path]) -> None:
    """Every module of the standard library that a script for a task may want, with the libraries behind it."""
    source = "".join(f"import {each}\n" for each in WANTED.split())
    source += "hashlib.sha256(b'x'), decimal.Decimal(1) / 3, random.random(), typing.NamedTuple('A', [('b', int)])\n"
    source += "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass A:\n    b: int = 1\n"
    source += "collections.namedtuple('N', 'a b', defaults=(1,))\ndatetime.datetime.now().astimezone()\n"
    folder = made(f"{source}print({ANSWER % 'ran'!r})")
    assert "ran" in started([sys.executable, "-I", "-S", str(folder / SCRIPT)])
    found = ran(folder)
    assert isinstance(found, ScriptResult), json.dumps(str(found))
