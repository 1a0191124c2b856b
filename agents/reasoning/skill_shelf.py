"""The skills of a folder as they are at this moment: those that may run, and those that may not and why.

Each look reads the folder anew, and what it gives are the bytes it read: nothing that changes afterwards is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.reasoning.kinds import OTHER_KINDS, Kinds, Rests
from agents.reasoning.skill_acceptance import Sorted, Withheld, acceptance_of, sort_skills
from agents.reasoning.skill_library import discover

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from agents.durability.skill_rows import AcceptedSkill
    from agents.reasoning.skill_library import Skill


@dataclass(frozen=True, slots=True)
class SkillShelf:
    """The skills below `root`. `accepted` tells what the owner accepted; None = whatever is there (for practice)."""

    root: Path
    accepted: Callable[[], Mapping[str, AcceptedSkill]] | None = None

    def look(self) -> Sorted:
        """What is there now."""
        skills, problems = discover(self.root)
        known = self.accepted() if self.accepted else {each.name: acceptance_of(each) for each in skills}
        return sort_skills(skills, problems, known)


def by_category(skills: tuple[Skill, ...]) -> dict[str, Skill]:
    """The skill that takes each kind of task."""
    return {category: each for each in skills for category in each.categories}


def kinds_of(found: Sorted) -> Kinds:
    """The kinds of task these skills take, and why others are not taken by theirs."""
    taken = by_category(found.accepted)
    resting = {kind: each for each in found.withheld for kind in each.categories if kind not in taken}
    labels = {kind: _label(kind, each) for kind, each in (taken | resting).items()}
    return Kinds(
        {kind: labels[kind] for kind in taken},
        {kind: Rests(labels[kind], each.name, each.why) for kind, each in resting.items()},
    )


def _label(kind: str, skill: Skill | Withheld) -> str:
    """A skill's own word is for the first of its kinds."""
    own = skill.label or kind.replace("_", " ")
    return own if kind == skill.categories[0] else OTHER_KINDS.get(kind, own)
