"""A malicious script of a skill, held by both fences, by Python's alone, and by the kernel alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.reasoning.skill_library import LAUNCHER, SCRIPT, Skill, read_skill, run_script
from agents.security.confinement import confined, held_here, kernel_here, python_reach
from tests.obedience.office import CANARY, Office, copied, everything, opened
from tests.obedience.scene import Scene, scene
from tests.obedience.script_attacks import ATTACKS, BY_THE_KERNEL_ALONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEAD = "---\nname: hello\ndescription: Says hello. Use when tested.\nmetadata:\n  category: hello\n---\n"
ANSWER = """
import json, re
print(json.dumps({"objective": "o", "done_when": "d", "moves": [{"kind": "ask", "key": "q", "question": "?",
    "choices": [], "quote": str(re.findall("canary-[0-9a-f]+", str(found)))[:900]}]}))
"""
HELD = held_here(kernel_here())
NO_LANDLOCK = "" if HELD.landlock and HELD.calls else "this kernel has no Landlock"
needs_the_kernel = pytest.mark.skipif(bool(NO_LANDLOCK), reason=NO_LANDLOCK)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The vault, made once; what is attacked unguarded is a copy."""
    made = opened(tmp_path_factory.mktemp("room"))
    (made.employee.room / "skills/hello").mkdir(parents=True)
    (made.employee.room / "skills/hello/SKILL.md").write_text(HEAD, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def vault(office: Office) -> Iterator[Scene]:
    """The scene around the vault that is never changed."""
    with scene(office) as made:
        yield made


def written(where: Path, attack: str, at: Scene) -> Path:
    """The folder of the malicious skill, told where everything is."""
    names = "".join(f"{name} = {value!r}\n" for name, value in at.names().items())
    for each in ("scripts", "references"):
        (where / each).mkdir(parents=True)
    if "link.md" in ATTACKS[attack]:
        (where / "references/link.md").symlink_to(at.secret)
    (where / "SKILL.md").write_text(f"{HEAD}Run scripts/playbook.py.\n", encoding="utf-8")
    source = f"import os, sys\nfound = ''\n{names}{ATTACKS[attack]}\n{ANSWER}"
    (where / "scripts/playbook.py").write_text(source, encoding="utf-8")
    return where


def started(command: list[str], **how: object) -> str:
    """What a program says, whatever its end."""
    done = subprocess.run(command, input=b"{}", capture_output=True, check=False, timeout=30, **how)  # type: ignore[call-overload]
    return str(done.stdout + done.stderr)


def unguarded(skill: Path) -> str:
    """The same script as a program like any other."""
    return started([sys.executable, "-I", "-S", str(skill / SCRIPT)], close_fds=False)


def behind_the_fence(skill: Path) -> str:
    """Only the launcher holds it, as on a kernel without Landlock."""
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(LAUNCHER), str(skill / SCRIPT)]
    with tempfile.TemporaryDirectory() as empty:
        return started(command, cwd=empty, env={})


def in_the_prison(skill: Path) -> str:
    """Only the kernel holds it, as if the script had got rid of Python's fence."""
    python = python_reach()
    reach = replace(python, readable=(*python.readable, skill))
    command = [sys.executable, "-I", "-S", str(skill / SCRIPT)]
    return confined(lambda: started(command, env={}), reach, kernel_here())


def held(folder: Path) -> str:
    """As the employee runs it; a folder with links is no skill to it."""
    skill = read_skill(folder)
    return repr(run_script(skill, {}) if isinstance(skill, Skill) else skill)


def left_open(at: Scene) -> int:
    """A descriptor of a note that a careless program hands on."""
    number = os.open(at.secret, os.O_RDONLY)
    os.set_inheritable(number, True)  # noqa: FBT003 (the library takes no name)
    return number


@pytest.fixture
def harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Scene, str, Callable[[Path], str]], list[str]]]:
    """What an attack does to a scene when its script is started in this way."""
    monkeypatch.setenv("OF_THE_OWNER", CANARY)
    opened: list[int] = []

    def attack(at: Scene, name: str, start: Callable[[Path], str]) -> list[str]:
        opened.append(left_open(at))
        before = everything(at.office.employee.room)
        return at.harm(before, start(written(tmp_path / start.__name__ / "hello", name, at)))

    yield attack
    for each in opened:
        os.close(each)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_malicious_script_does_harm_unguarded_and_none_as_the_employee_runs_it(
    vault: Scene, office: Office, tmp_path: Path, attack: str, harm: Callable[..., list[str]]
) -> None:
    if NO_LANDLOCK and attack in BY_THE_KERNEL_ALONE:
        pytest.skip(NO_LANDLOCK)
    with scene(copied(office, tmp_path / "copy")) as elsewhere:
        assert harm(elsewhere, attack, unguarded) != []
    assert harm(vault, attack, held) == []


@needs_the_kernel
@pytest.mark.parametrize("attack", ATTACKS)
def test_the_kernel_holds_a_script_that_got_rid_of_the_fence(
    vault: Scene, attack: str, harm: Callable[..., list[str]]
) -> None:
    assert harm(vault, attack, in_the_prison) == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_fence_alone_holds_all_but_what_is_known_to_need_the_kernel(
    office: Office, tmp_path: Path, attack: str, harm: Callable[..., list[str]]
) -> None:
    with scene(copied(office, tmp_path / "copy")) as elsewhere:
        assert bool(harm(elsewhere, attack, behind_the_fence)) is (attack in BY_THE_KERNEL_ALONE)
