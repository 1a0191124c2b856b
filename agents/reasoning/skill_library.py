"""Skills in the Agent Skills format: found in a folder, checked by the format's rules, their scripts run fenced in.

A skill is the bytes of its whole tree, read once; what is checked, shown to a model and run are these bytes, whatever
becomes of the folder meanwhile. A script gets JSON on standard input and answers JSON on standard output. It runs as
`python -I -S` (standard library only) with an empty environment, from a copy of the tree, in an empty folder, under the
limits of `script_launcher.py` and held by the kernel (`agents/security/confinement.py`); copy and folder are removed
afterwards, and it never learns where the vault is.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.reasoning.script_launcher import MAX_OUTPUT_BYTES
from agents.reasoning.script_wire import ScriptResult
from agents.reasoning.skill_acceptance import digest_of
from agents.reasoning.skill_tree import NoTree, lay_out, read_tree
from agents.security.confinement import confined, kernel_here, python_reach

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.reasoning.skill_acceptance import Tree

SKILL_FILE = "SKILL.md"
SCRIPT = "scripts/playbook.py"
LAUNCHER = Path(__file__).with_name("script_launcher.py")
MAX_SKILL_BYTES = 100_000
TIMEOUT_S = 20.0  # wall time; the CPU limit ends a busy script sooner
MAX_ERROR_CHARS = 200
_HEAD = re.compile(r"---\r?\n(.*?\r?\n)---\r?\n", re.DOTALL)
_NAMED_FILE = re.compile(r"(?<![\w/.:-])(?:scripts|references|assets)/[\w./-]*\w|\]\((?!https?:|#|mailto:)([^)\s]+)\)")


class _Head(BaseModel):
    """The frontmatter of SKILL.md (Source: agentskills.io specification). Only these names are allowed."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    description: Annotated[str, Field(min_length=1, max_length=1024)]
    license: str = ""
    compatibility: Annotated[str, Field(max_length=500)] = ""
    allowed_tools: Annotated[str, Field(alias="allowed-tools")] = ""
    metadata: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill. `categories` are the kinds of task it takes, `label` the first of them in the owner's words.

    `script` is the path of what the playbook runs, below the skill's folder; None = it only files. `body` is the text a
    model reads, `tree` every file of it.
    """

    name: str
    description: str
    categories: tuple[str, ...]
    label: str
    script: str | None
    body: str = field(repr=False, default="")
    tree: Tree = field(repr=False, default=())

    @property
    def category(self) -> str:
        """The first kind of task it takes; empty when it takes none."""
        return self.categories[0] if self.categories else ""

    @property
    def digest(self) -> str:
        """What names just this tree."""
        return digest_of(self.tree)

    def text(self, path: str) -> str | None:
        """One file of the skill as text; None when there is none of this path, or it is no text."""
        content = next((each.content for each in self.tree if each.path == path), None)
        try:
            return None if content is None else content.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class SkillProblem:
    """What is wrong with a skill, so that it is left out; or why its script gave no usable answer."""

    skill: str
    reason: str


def discover(root: Path) -> tuple[tuple[Skill, ...], tuple[SkillProblem, ...]]:
    """The skills below a folder, by name, and what is wrong with the others."""
    folders = sorted(each for each in root.iterdir() if each.is_dir() and not each.name.startswith(("_", ".")))
    read = [read_skill(each) for each in folders]
    return (
        tuple(each for each in read if isinstance(each, Skill)),
        tuple(each for each in read if isinstance(each, SkillProblem)),
    )


def read_skill(folder: Path) -> Skill | SkillProblem:
    """One skill, or the first rule it breaks."""
    try:
        return skill_from(folder.name, read_tree(folder))
    except NoTree as err:
        return SkillProblem(folder.name, str(err))


@lru_cache(maxsize=64)
def skill_from(folder: str, tree: Tree) -> Skill | SkillProblem:
    """The skill that this tree is, in a folder of this name; or the first rule it breaks."""
    files = {each.path: each.content for each in tree}
    try:
        text = files[SKILL_FILE].decode()
    except (KeyError, UnicodeDecodeError):
        return SkillProblem(folder, f"{SKILL_FILE} cannot be read")
    if len(files[SKILL_FILE]) > MAX_SKILL_BYTES:
        return SkillProblem(folder, f"{SKILL_FILE} has more than {MAX_SKILL_BYTES:,} bytes")
    head = _read_head(text)
    if isinstance(head, str):
        return SkillProblem(folder, head)
    if head.name != folder:
        return SkillProblem(folder, f"its name is {head.name!r}; it must be the folder's")
    missing = _missing_file(files, text)
    if missing:
        return SkillProblem(folder, f"{SKILL_FILE} names {missing}, which is not there")
    categories = tuple(head.metadata.get("category", "").split())
    label = head.metadata.get("label", " ".join(categories))
    script, body = (SCRIPT if SCRIPT in files else None), text[_HEAD.match(text).end() :]  # type: ignore[union-attr]
    return Skill(head.name, head.description, categories, label, script, body, tree)


def _read_head(text: str) -> _Head | str:
    found = _HEAD.match(text)
    if found is None:
        return f"{SKILL_FILE} must start with frontmatter between two lines ---"
    try:
        return _Head.model_validate(yaml.load(found[1], Loader=yaml.CBaseLoader))  # noqa: S506 (builds strings only)
    except yaml.YAMLError as err:
        return f"the frontmatter is no YAML: {str(err)[:MAX_ERROR_CHARS]}"
    except ValidationError as err:
        first = err.errors()[0]
        return f"frontmatter, {'.'.join(map(str, first['loc']))}: {first['msg']}"


def _missing_file(files: Mapping[str, bytes], text: str) -> str:
    """The first named file that is none of the skill's own; empty = all are. A folder is named by what lies in it."""
    for found in _NAMED_FILE.finditer(text):
        name = (found[1] or found[0]).partition("#")[0]
        if name not in files and not any(path.startswith(f"{name.rstrip('/')}/") for path in files):
            return name
    return ""


def run_script(
    skill: Skill, given: Mapping[str, object], timeout_s: float = TIMEOUT_S, script: str = SCRIPT
) -> ScriptResult | SkillProblem:
    """Let a skill's script decide. Never raises for what the script does.

    Raises:
        ValueError: the skill has no such script.
    """
    said = run_program(skill, script, json.dumps(given, ensure_ascii=False).encode(), timeout_s)
    return said if isinstance(said, SkillProblem) else _read_answer(skill.name, said)


def run_program(skill: Skill, script: str, given: bytes, timeout_s: float = TIMEOUT_S) -> bytes | SkillProblem:
    """What one script of a skill says on standard output, at most `MAX_OUTPUT_BYTES`, from the bytes of its tree.

    Raises:
        ValueError: the skill has no such script.
    """
    if all(each.path != script for each in skill.tree) or not script.startswith("scripts/"):
        raise ValueError(f"{skill.name} has no script {script}")
    with tempfile.TemporaryDirectory() as room, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
        copied, empty = Path(room, "skill"), Path(room, "empty")
        empty.mkdir()
        lay_out(skill.tree, copied)
        command = [sys.executable, "-I", "-S", "-X", "utf8", str(LAUNCHER), str(copied / script)]

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=answer,
                stderr=errors,
                cwd=empty,
                env={},
                start_new_session=True,
            )

        python = python_reach()
        reach = replace(python, readable=(*python.readable, LAUNCHER, copied, empty))
        try:
            code = _ended(confined(start, reach, kernel_here()), given, timeout_s)
        except OSError as err:
            return SkillProblem(skill.name, f"its script could not be started: {err.strerror}")
        if code is None:
            return SkillProblem(skill.name, f"its script did not end within {timeout_s:g} s")
        answer.seek(0)
        errors.seek(0)
        said, complaint = answer.read(MAX_OUTPUT_BYTES + 1), errors.read(MAX_OUTPUT_BYTES)
    if code != 0:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2][:MAX_ERROR_CHARS]
        return SkillProblem(skill.name, f"its script ended with {code}{f': {last}' if last else ''}")
    return said


def _ended(process: subprocess.Popen[bytes], given: bytes, timeout_s: float) -> int | None:
    """Its exit code; None when it did not end in time. Nothing that it began in its group goes on afterwards."""
    with process:
        try:
            process.communicate(given, timeout_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode


def _read_answer(name: str, said: bytes) -> ScriptResult | SkillProblem:
    try:
        return ScriptResult.model_validate_json(said)
    except ValidationError as err:
        first = err.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return SkillProblem(
            name, f"its script gave an answer that cannot be used: {place} {first['msg']}"[:MAX_ERROR_CHARS]
        )
