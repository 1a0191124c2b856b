"""Skills in the Agent Skills format: found in a folder, checked by the format's rules, their scripts run fenced in.

A script gets JSON on standard input and answers JSON on standard output. It runs as `python -I -S` (standard library
only) with an empty environment, in an empty folder that is removed afterwards, under the limits of
`script_launcher.py`; it never learns where the vault is.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.reasoning.script_launcher import MAX_OUTPUT_BYTES
from agents.reasoning.script_wire import ScriptResult

if TYPE_CHECKING:
    from collections.abc import Mapping

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

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    description: Annotated[str, Field(min_length=1, max_length=1024)]
    license: str = ""
    compatibility: Annotated[str, Field(max_length=500)] = ""
    allowed_tools: Annotated[str, Field(alias="allowed-tools")] = ""
    metadata: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill. `category` is the kind of task it takes, `label` that kind in the owner's words.

    `script` None = it only files. `body` is the text a model reads.
    """

    name: str
    description: str
    category: str
    label: str
    folder: Path
    script: Path | None
    body: str = field(repr=False, default="")


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
        content = (folder / SKILL_FILE).read_bytes()[: MAX_SKILL_BYTES + 1]
        text = content.decode()
    except (OSError, UnicodeDecodeError) as err:
        return SkillProblem(folder.name, f"{SKILL_FILE} cannot be read: {err}")
    if len(content) > MAX_SKILL_BYTES:
        return SkillProblem(folder.name, f"{SKILL_FILE} has more than {MAX_SKILL_BYTES:,} bytes")
    head = _read_head(text)
    if isinstance(head, str):
        return SkillProblem(folder.name, head)
    if head.name != folder.name:
        return SkillProblem(folder.name, f"its name is {head.name!r}; it must be the folder's")
    missing = _missing_file(folder, text)
    if missing:
        return SkillProblem(folder.name, f"{SKILL_FILE} names {missing}, which is not there")
    script = folder / SCRIPT
    category = head.metadata.get("category", "")
    label = head.metadata.get("label", category)
    usable = script if script.is_file() else None
    return Skill(head.name, head.description, category, label, folder, usable, text[_HEAD.match(text).end() :])  # type: ignore[union-attr]


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


def _missing_file(folder: Path, text: str) -> str:
    """The first named file that is not a file inside the skill's folder; empty = all are."""
    inside = folder.resolve()
    for found in _NAMED_FILE.finditer(text):
        name = (found[1] or found[0]).partition("#")[0]
        path = (folder / name).resolve()
        if not path.is_relative_to(inside) or not path.exists():
            return name
    return ""


def run_script(skill: Skill, given: Mapping[str, object], timeout_s: float = TIMEOUT_S) -> ScriptResult | SkillProblem:
    """Let a skill's script decide. Never raises for what the script does.

    Raises:
        ValueError: the skill has no script.
    """
    if skill.script is None:
        raise ValueError(f"{skill.name} has no script")
    question = json.dumps(given, ensure_ascii=False).encode()
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(LAUNCHER), str(skill.script.resolve())]
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
        try:
            done = subprocess.run(
                command, input=question, stdout=answer, stderr=errors, cwd=empty, env={}, timeout=timeout_s, check=False
            )
        except subprocess.TimeoutExpired:
            return SkillProblem(skill.name, f"its script did not end within {timeout_s:g} s")
        answer.seek(0)
        errors.seek(0)
        said, complaint = answer.read(MAX_OUTPUT_BYTES + 1), errors.read(MAX_OUTPUT_BYTES)
    return _read_answer(skill.name, done.returncode, said, complaint)


def _read_answer(name: str, code: int, said: bytes, complaint: bytes) -> ScriptResult | SkillProblem:
    if code != 0:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2][:MAX_ERROR_CHARS]
        return SkillProblem(name, f"its script ended with {code}{f': {last}' if last else ''}")
    try:
        return ScriptResult.model_validate_json(said)
    except ValidationError as err:
        first = err.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return SkillProblem(
            name, f"its script gave an answer that cannot be used: {place} {first['msg']}"[:MAX_ERROR_CHARS]
        )
