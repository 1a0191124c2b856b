"""Which skills may run: those whose whole tree is the one that the owner accepted. Pure.

A tree is every file of a skill's folder - its name, whether it may be run as a program, and its bytes. The digest is
over all of them, so a changed, an added and a removed file make another tree.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.durability.skill_rows import AcceptedSkill

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from agents.reasoning.skill_library import Skill, SkillProblem

Files = dict[str, str]


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One file of a skill. `path` is posix, below the skill's folder."""

    path: str
    executable: bool
    content: bytes


Tree = tuple[TreeFile, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A skill that does not run, and why in the owner's words; `changes` are the files that make it another tree.

    `categories` and `label` are those of the tree that was accepted; empty for a skill that never was.
    """

    name: str
    why: str
    categories: tuple[str, ...] = ()
    label: str = ""
    changes: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The skills that may run, and those that do not."""

    accepted: tuple[Skill, ...]
    withheld: tuple[Withheld, ...]


def files_of(tree: Tree) -> Files:
    """For each path its mode and the SHA-256 of its bytes, as an acceptance keeps them."""
    return {
        each.path: f"{'x' if each.executable else '-'} {hashlib.sha256(each.content).hexdigest()}"
        for each in sorted(tree, key=lambda file: file.path)
    }


def digest_of(tree: Tree) -> str:
    """SHA-256 of the whole tree, hex. The plugin's guard computes the same (a test compares them)."""
    return digest_of_files(files_of(tree))


def digest_of_files(files: Mapping[str, str]) -> str:
    """The same of what an acceptance keeps."""
    return hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()


def acceptance_of(skill: Skill) -> AcceptedSkill:
    """What accepting this tree keeps."""
    return AcceptedSkill(skill.name, skill.digest, skill.categories, skill.label, files_of(skill.tree))


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What was changed, added and removed, in words, by path."""
    return tuple(_differences(before, now))


def _differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for path in sorted({*before, *now}):
        if path not in before:
            yield f"added {path}"
        elif path not in now:
            yield f"removed {path}"
        elif before[path] != now[path]:
            only_mode = before[path][1:] == now[path][1:]
            yield f"changed whether {path} may be run as a program" if only_mode else f"changed {path}"


def sort_skills(
    skills: Sequence[Skill], problems: Iterable[SkillProblem], accepted: Mapping[str, AcceptedSkill]
) -> Sorted:
    """What may run of what is there, and why the rest does not."""
    running = tuple(each for each in skills if _is_accepted(each, accepted))
    names = {each.name for each in running}
    there = {each.name: each for each in skills}
    broken = {each.skill: each.reason for each in problems}
    withheld = tuple(
        _withheld(name, there.get(name), broken.get(name, ""), accepted.get(name))
        for name in sorted({*there, *broken, *accepted} - names)
    )
    return Sorted(running, withheld)


def _is_accepted(skill: Skill, accepted: Mapping[str, AcceptedSkill]) -> bool:
    return skill.name in accepted and accepted[skill.name].digest == skill.digest


def _withheld(name: str, skill: Skill | None, broken: str, before: AcceptedSkill | None) -> Withheld:
    kept = (before.categories, before.label) if before else ((), "")
    if skill is None:
        return Withheld(name, f"it cannot be used: {broken}" if broken else "its folder is gone", *kept)
    if before is None:
        return Withheld(name, "it is new and you have not accepted it", digest=skill.digest)
    changes = differences(before.files, files_of(skill.tree))
    return Withheld(name, f"it is not as you accepted it: {', '.join(changes)}", *kept, changes, skill.digest)


def code_of(skills: Iterable[Withheld]) -> str:
    """What names a set of trees in a command: whoever types it has seen just these."""
    shown = json.dumps(sorted([each.name, each.digest] for each in skills))
    return hashlib.sha256(shown.encode()).hexdigest()[:8]
